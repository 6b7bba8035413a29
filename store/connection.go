package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const connectionColumns = `broker, environment, wanted, last_action, coalesce(exchange_account, ''), connected_at, disconnected_at, last_error`

func scanConnection(user trade.UserID) pgx.RowToFunc[trade.Connection] {
	return func(row pgx.CollectableRow) (c trade.Connection, err error) {
		c.Account.User = user
		return c, row.Scan(&c.Account.Broker, &c.Account.Environment, &c.Wanted, &c.LastAction, &c.ExchangeAccount,
			&c.ConnectedAt, &c.DisconnectedAt, &c.LastError)
	}
}

const selectConnections = `SELECT ` + connectionColumns + ` FROM connections WHERE user_id = $1 ORDER BY broker, environment`

// ListConnections lists what a user wants of each link.
func (db *DB) ListConnections(ctx context.Context, user trade.UserID) ([]trade.Connection, error) {
	list, err := rowsOf(ctx, db, user, scanConnection(user), selectConnections, user)
	if err != nil {
		return nil, fmt.Errorf("connections of %s: %w", user, err)
	}
	return list, nil
}

const wantConnection = `
INSERT INTO connections (user_id, broker, environment, wanted, last_action) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id, broker, environment) DO UPDATE SET
	wanted = excluded.wanted, last_action = excluded.last_action, updated_at = now(),
	last_error = CASE WHEN excluded.wanted THEN '' ELSE connections.last_error END`

// pauseStrategies marks what the disconnect paused, so that the next connect
// resumes exactly that and nothing its user had stopped.
const pauseStrategies = `
UPDATE user_strategies SET status = 'paused', last_action = $4, auto_reconnect = false,
	paused_by_disconnect = true, disconnected_at = now(), updated_at = now()
WHERE user_id = $1 AND broker = $2 AND environment = $3 AND status = 'active'`

const resumeStrategies = `
UPDATE user_strategies SET status = 'active', last_action = $4, auto_reconnect = true,
	paused_by_disconnect = false, connected_at = now(), updated_at = now()
WHERE user_id = $1 AND broker = $2 AND environment = $3 AND status = 'paused' AND paused_by_disconnect`

// WantConnection commits the user's will and what it means for the strategies on
// the account.
func (db *DB) WantConnection(ctx context.Context, account trade.AccountID, wanted bool, act string) error {
	follow := pauseStrategies
	if wanted {
		follow = resumeStrategies
	}
	batch := &pgx.Batch{}
	batch.Queue(wantConnection, account.User, account.Broker, account.Environment, wanted, act)
	batch.Queue(follow, account.User, account.Broker, account.Environment, act)
	if _, err := db.batchOf(ctx, account.User, batch); err != nil {
		return fmt.Errorf("want connection %s: %w", account, err)
	}
	return nil
}

const noteConnection = `
INSERT INTO connections AS c (user_id, broker, environment, is_connected, exchange_account, last_error, connected_at)
VALUES ($1, $2, $3, $4, nullif($5, ''), $6, CASE WHEN $4 THEN now() END)
ON CONFLICT (user_id, broker, environment) DO UPDATE SET
	is_connected = excluded.is_connected,
	exchange_account = coalesce(excluded.exchange_account, c.exchange_account),
	last_error = excluded.last_error,
	connected_at = CASE WHEN excluded.is_connected AND NOT c.is_connected THEN now() ELSE c.connected_at END,
	disconnected_at = CASE WHEN c.is_connected AND NOT excluded.is_connected THEN now() ELSE c.disconnected_at END,
	updated_at = now()`

const exchangeAccountKey = "connections_exchange_account_key"

// NoteConnection stores what came of the will; exchangeAccount "" leaves the
// stored one. An exchange account of another user gives trade.ErrAccountInUse.
func (db *DB) NoteConnection(ctx context.Context, account trade.AccountID, up bool, exchangeAccount, lastError string) error {
	_, err := db.execOf(ctx, account.User, noteConnection, account.User, account.Broker, account.Environment, up, exchangeAccount, lastError)
	if violates(err, exchangeAccountKey) {
		return trade.ErrAccountInUse
	}
	if err != nil {
		return fmt.Errorf("note connection %s: %w", account, err)
	}
	return nil
}

const noteExchangeAccount = `
INSERT INTO connections AS c (user_id, broker, environment, exchange_account) VALUES ($1, $2, $3, nullif($4, ''))
ON CONFLICT (user_id, broker, environment) DO UPDATE SET
	exchange_account = coalesce(excluded.exchange_account, c.exchange_account), updated_at = now()`

const forgetExchangeAccount = `
UPDATE connections SET exchange_account = NULL, updated_at = now() WHERE user_id = $1 AND broker = $2 AND environment = $3`

// noteUnfinished keeps the flag by which the boot list finds users with orders or
// round trips that are not finished. While it stays as it is, nothing is locked.
const noteUnfinished = `
INSERT INTO connections AS c (user_id, broker, environment, unfinished)
SELECT $1, $2, $3, now.unfinished FROM (SELECT
	EXISTS (SELECT FROM orders WHERE user_id = $1 AND broker = $2 AND environment = $3
		AND state NOT IN ('filled', 'cancelled', 'rejected', 'expired'))
	OR EXISTS (SELECT FROM trades WHERE user_id = $1 AND broker = $2 AND environment = $3 AND status = 'open') AS unfinished) now
WHERE NOT EXISTS (SELECT FROM connections WHERE user_id = $1 AND broker = $2 AND environment = $3 AND unfinished = now.unfinished)
ON CONFLICT (user_id, broker, environment) DO UPDATE SET unfinished = excluded.unfinished, updated_at = now()
WHERE c.unfinished <> excluded.unfinished`
