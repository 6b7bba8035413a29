package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tradebaas/tradebaas/killpoint"
	"github.com/tradebaas/tradebaas/trade"
)

// This file commits and loads whole accounts, across the tables that hold them.

// errDuplicateIntent says that a strategy has already decided on this candle and
// side, perhaps before a restart.
var errDuplicateIntent = trade.Errorf(trade.Conflict, "duplicate_intent",
	"This strategy has already entered on this candle.")

// errNotActive says that the strategy was stopped, paused or failed before its entry was stored.
var errNotActive = trade.Errorf(trade.Conflict, "strategy_not_active",
	"This strategy was stopped before its entry was stored.")

const (
	codeFenced    = "TB001" // raised by assert_epoch
	codeMoved     = "TB002" // an order that does not move so
	codeNotActive = "TB003" // raised by assert_active
	intentPerSide = "orders_one_intent_per_candle"
)

const assertActive = `SELECT assert_active($1, $2)`

// Commit stores a change in one durable transaction and one round trip. Every
// change must carry the current epoch; one with a new entry intent also needs the
// lock in hand at this moment.
func (db *DB) Commit(ctx context.Context, account trade.AccountID, change trade.Change) error {
	if change.Empty() {
		return nil
	}
	if change.HasEntry() && !db.Owner() {
		return trade.ErrFenced
	}
	if change.Remark() {
		done, err := db.note(ctx)
		if err != nil {
			return fmt.Errorf("commit to account %s: %w", account, err)
		}
		defer done()
	}
	batch := &pgx.Batch{}
	db.queue(batch, account, change)
	err := db.fencedOf(ctx, account.User, batch)
	switch {
	case hasCode(err, codeFenced):
		return trade.ErrFenced
	case hasCode(err, codeNotActive):
		return errNotActive
	case violates(err, intentPerSide):
		return errDuplicateIntent
	case forGood(err):
		return fmt.Errorf("commit to account %s: %w: %w", account, trade.ErrUnstorable, err)
	case err != nil:
		return fmt.Errorf("commit to account %s: %w", account, err)
	}
	passed(change)
	return nil
}

// forGood tells whether the database would refuse the same again: it has judged the data and not its own
// state, as it does with a link, a transaction, its room or its operator in the way.
func forGood(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && len(answer.Code) == 5 && (slices.Contains(refusedForGood, answer.Code[:2]) || answer.Code == codeMoved)
}

// refusedForGood are the classes of data that do not fit a column, and of constraints.
var refusedForGood = []string{"22", "23"}

// passed tells the storm what has just become durable.
func passed(change trade.Change) {
	switch {
	case change.HasEntry():
		killpoint.At(killpoint.IntentCommitted)
	case len(change.Fills) > 0:
		killpoint.At(killpoint.FillCommitted)
	case len(change.Orders) > 0:
		killpoint.At(killpoint.AckCommitted)
	}
}

func (db *DB) queue(batch *pgx.Batch, account trade.AccountID, change trade.Change) {
	candles := candlesOf(change.Decisions)
	for _, order := range change.Orders {
		if order.IsNewEntry() {
			batch.Queue(assertActive, account.User, order.Strategy)
		}
		queueOrder(batch, account, order, db.Epoch(), candles[order.Intent])
	}
	queueFills(batch, account, change.Fills)
	for _, t := range change.Trades {
		queueTrade(batch, account, t)
	}
	for _, decision := range change.Decisions {
		queueDecision(batch, account.User, decision)
	}
	for _, repair := range change.Repairs {
		queueRepair(batch, account, repair)
	}
	for instrument, cursor := range change.Cursors {
		queueCursor(batch, account, instrument, cursor)
	}
	for strategy, counters := range change.Counters {
		batch.Queue(setCounters, account.User, strategy, counters)
	}
	for currency, day := range change.Days {
		queueDay(batch, account, currency, day)
	}
	if len(change.Orders)+len(change.Trades) > 0 {
		batch.Queue(noteUnfinished, account.User, account.Broker, account.Environment)
	}
}

const selectConnection = `SELECT ` + connectionColumns + ` FROM connections WHERE user_id = $1 AND broker = $2 AND environment = $3`

// LoadAccount reads all that is not finished of an account, in one snapshot.
func (db *DB) LoadAccount(ctx context.Context, account trade.AccountID) (trade.AccountRecord, error) {
	record := trade.AccountRecord{Connection: trade.Connection{Account: account}}
	err := pgx.BeginTxFunc(ctx, db.app, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, setUser, string(account.User)); err != nil {
			return err
		}
		return loadRecord(ctx, tx, account, &record)
	})
	if err != nil {
		return trade.AccountRecord{}, fmt.Errorf("load account %s: %w", account, err)
	}
	return record, nil
}

func loadRecord(ctx context.Context, tx pgx.Tx, account trade.AccountID, record *trade.AccountRecord) error {
	connections, err := collect(ctx, tx, scanConnection(account.User), selectConnection, account)
	if err != nil {
		return err
	}
	if len(connections) == 1 {
		record.Connection = connections[0]
	}
	if record.Orders, err = collect(ctx, tx, scanOrder(account.User), selectUnfinishedOrders, account); err != nil {
		return err
	}
	if record.Trades, err = collect(ctx, tx, scanTrade(account.User), selectUnfinishedTrades, account); err != nil {
		return err
	}
	if record.Fills, err = collect(ctx, tx, scanFill, selectOpenFills, account); err != nil {
		return err
	}
	record.Cursors, err = collectMap(ctx, tx, scanCursor, selectCursors, account)
	if err != nil {
		return err
	}
	if record.Counters, err = collectMap(ctx, tx, scanCounters, selectCounters, account); err != nil {
		return err
	}
	if record.Closing, err = collect(ctx, tx, pgx.RowTo[trade.StrategyID], selectClosing, account); err != nil {
		return err
	}
	return loadRisk(ctx, tx, account, record)
}

// loadRisk reads the limits of an account and what counts against them.
func loadRisk(ctx context.Context, tx pgx.Tx, account trade.AccountID, record *trade.AccountRecord) (err error) {
	if record.Risk.Limits, err = collect(ctx, tx, scanLimits, selectLimits, account); err != nil {
		return err
	}
	if record.Risk.Kills, err = collect(ctx, tx, scanKill, selectKills, account); err != nil {
		return err
	}
	if record.Days, err = collectMap(ctx, tx, scanDay, selectDays, account); err != nil {
		return err
	}
	record.Entries, err = collect(ctx, tx, scanEntryMade, selectRecentEntries, account)
	return err
}

// collect runs one of the statements whose parameters are user, broker and
// environment.
func collect[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, account trade.AccountID) ([]T, error) {
	rows, err := tx.Query(ctx, sql, account.User, account.Broker, account.Environment)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

func collectMap[K comparable, V any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[pair[K, V]], sql string, account trade.AccountID) (map[K]V, error) {
	list, err := collect(ctx, tx, scan, sql, account)
	if err != nil {
		return nil, err
	}
	found := make(map[K]V, len(list))
	for _, one := range list {
		found[one.key] = one.value
	}
	return found, nil
}

func scanCounters(row pgx.CollectableRow) (p pair[trade.StrategyID, trade.Counters], err error) {
	return p, row.Scan(&p.key, &p.value)
}

const selectActive = `SELECT is_active FROM users WHERE id = $1`

// UserActive tells whether a user exists and may sign in and enter.
func (db *DB) UserActive(ctx context.Context, user trade.UserID) (bool, error) {
	active, err := rowOf(ctx, db, user, pgx.RowTo[bool], selectActive, user)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("is user %s active: %w", user, err)
	}
	return active, nil
}
