package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the table risk_limits and the ceilings in the table server.

const selectServerLimits = `SELECT limits FROM server`

// ServerLimits gives the ceilings that hold for everybody.
func (db *DB) ServerLimits(ctx context.Context) (trade.Limits, error) {
	list, err := systemRows(ctx, db, pgx.RowTo[trade.Limits], selectServerLimits)
	if err != nil || len(list) != 1 {
		return trade.Limits{}, fmt.Errorf("limits of the server (%d rows): %w", len(list), err)
	}
	return list[0], nil
}

const setServerLimits = `UPDATE server SET limits = $1`

// SetServerLimits replaces them.
func (db *DB) SetServerLimits(ctx context.Context, limits trade.Limits) error {
	if _, err := db.system.Exec(ctx, setServerLimits, limits); err != nil {
		return fmt.Errorf("set the limits of the server: %w", err)
	}
	return nil
}

const selectLimits = `
SELECT 'server', '', '', '', limits FROM server
UNION ALL
SELECT CASE WHEN strategy_id <> '' THEN 'strategy' WHEN broker <> '' THEN 'connection' ELSE 'user' END,
	broker, environment, strategy_id, limits
FROM risk_limits
WHERE user_id = $1 AND ($2::text = '' OR broker IN ('', $2)) AND ($3::text = '' OR environment IN ('', $3))
ORDER BY 4, 2, 3, 1`

func scanLimits(row pgx.CollectableRow) (l trade.ScopedLimits, err error) {
	var venue trade.Venue
	err = row.Scan(&l.Scope, &venue.Broker, &venue.Environment, &l.Strategy, &l.Limits)
	if venue != (trade.Venue{}) {
		l.Venue = &venue
	}
	return l, err
}

// ListLimits lists the ceilings that concern a user, the widest first.
func (db *DB) ListLimits(ctx context.Context, user trade.UserID) ([]trade.ScopedLimits, error) {
	list, err := rowsOf(ctx, db, user, scanLimits, selectLimits, user, "", "")
	if err != nil {
		return nil, fmt.Errorf("limits of %s: %w", user, err)
	}
	return list, nil
}

const putLimits = `
INSERT INTO risk_limits (user_id, broker, environment, strategy_id, limits) SELECT $1, $2, $3, $4, $5::jsonb WHERE ` + strategyIsOwn + `
ON CONFLICT ON CONSTRAINT risk_limits_pkey DO UPDATE SET limits = excluded.limits, updated_at = now()`

// SetLimits replaces the limits of a user, of one connection, or of one strategy. A
// strategy that there is not, or that is somebody else's, gives trade.ErrStrategyNotFound.
func (db *DB) SetLimits(ctx context.Context, user trade.UserID, l trade.ScopedLimits) error {
	venue := venueOf(l.Venue)
	if l.Strategy != "" {
		key, err := trade.ParseStrategyID(l.Strategy)
		if err != nil || key.User != user {
			return trade.ErrStrategyNotFound
		}
		venue = key.Market.Venue
	}
	touched, err := db.execOf(ctx, user, putLimits, user, venue.Broker, venue.Environment, l.Strategy, l.Limits)
	switch {
	case err != nil:
		return fmt.Errorf("set limits of %s: %w", user, err)
	case touched == 0:
		return trade.ErrStrategyNotFound
	}
	return nil
}

const putDay = `
INSERT INTO account_days (user_id, broker, environment, currency, day, realised, began, counted_until)
VALUES ($1, $2, $3, $4, $5::text::date, $6, $7, $8)
ON CONFLICT ON CONSTRAINT account_days_pkey DO UPDATE SET
	realised = excluded.realised, began = excluded.began, counted_until = excluded.counted_until`

func queueDay(batch *pgx.Batch, account trade.AccountID, currency trade.Currency, d trade.Day) {
	batch.Queue(putDay, account.User, account.Broker, account.Environment, currency, d.Day, d.Realised, d.Began, orNull(d.CountedUntil))
}

const selectDays = `
SELECT DISTINCT ON (currency) currency, day::text, realised, began, counted_until FROM account_days
WHERE user_id = $1 AND broker = $2 AND environment = $3 ORDER BY currency, day DESC`

func scanDay(row pgx.CollectableRow) (p pair[trade.Currency, trade.Day], err error) {
	var until *time.Time
	err = row.Scan(&p.key, &p.value.Day, &p.value.Realised, &p.value.Began, &until)
	p.value.CountedUntil = orZero(until)
	return p, err
}

const selectRecentEntries = `
SELECT strategy_id, created_at FROM orders
WHERE user_id = $1 AND broker = $2 AND environment = $3 AND role = 'entry' AND created_at > now() - interval '2 minutes'
ORDER BY created_at`

func scanEntryMade(row pgx.CollectableRow) (e trade.EntryMade, err error) {
	return e, row.Scan(&e.Strategy, &e.At)
}
