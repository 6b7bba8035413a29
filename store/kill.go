package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the table kill_switches and the halt in the table server.

const selectKills = `
SELECT 'server' AS scope, '', '', '', halt_closes, halted_at, 0 FROM server WHERE halted_at IS NOT NULL
UNION ALL
SELECT CASE WHEN strategy_id <> '' THEN 'strategy' WHEN broker <> '' THEN 'connection' ELSE 'account' END,
	broker, environment, strategy_id, true, engaged_at, stopped
FROM kill_switches
WHERE user_id = $1 AND ($2::text = '' OR broker IN ('', $2)) AND ($3::text = '' OR environment IN ('', $3))
ORDER BY 6, 2, 3, 4`

func scanKill(row pgx.CollectableRow) (k trade.Kill, err error) {
	var venue trade.Venue
	err = row.Scan(&k.Scope, &venue.Broker, &venue.Environment, &k.Strategy, &k.Close, &k.At, &k.Stopped)
	if venue != (trade.Venue{}) {
		k.Venue = &venue
	}
	return k, err
}

// ListKills lists the kill switches that are on for a user, a halt of the server included, oldest first.
func (db *DB) ListKills(ctx context.Context, user trade.UserID) ([]trade.Kill, error) {
	list, err := rowsOf(ctx, db, user, scanKill, selectKills, user, "", "")
	if err != nil {
		return nil, fmt.Errorf("kill switches of %s: %w", user, err)
	}
	return list, nil
}

// AccountRisk reads the limits and kill switches that hold for an account.
func (db *DB) AccountRisk(ctx context.Context, account trade.AccountID) (r trade.Risk, err error) {
	if r.Limits, err = rowsOf(ctx, db, account.User, scanLimits, selectLimits, account.User, account.Broker, account.Environment); err == nil {
		r.Kills, err = rowsOf(ctx, db, account.User, scanKill, selectKills, account.User, account.Broker, account.Environment)
	}
	if err != nil {
		return trade.Risk{}, fmt.Errorf("risk of account %s: %w", account, err)
	}
	return r, nil
}

// strategyIsOwn holds for a strategy of the user in any case, and for none at all.
const strategyIsOwn = `($4::text = '' OR EXISTS (SELECT 1 FROM user_strategies WHERE user_id = $1 AND lower(id) = lower($4)))`

// engageKill stops what a kill covers in the statement that turns it on, and counts it there.
const engageKill = `
WITH stopped AS (
	UPDATE user_strategies SET status = 'stopped', last_action = $5, auto_reconnect = false, paused_by_disconnect = false,
		error_message = '', disconnected_at = CASE WHEN status = 'active' THEN now() ELSE disconnected_at END, updated_at = now()
	WHERE user_id = $1 AND ($2::text = '' OR broker = $2) AND ($3::text = '' OR environment = $3)
		AND ($4::text = '' OR lower(id) = lower($4)) AND status <> 'stopped'
	RETURNING id)
INSERT INTO kill_switches AS k (user_id, broker, environment, strategy_id, stopped)
SELECT $1, $2, $3, $4, (SELECT count(*) FROM stopped) WHERE ` + strategyIsOwn + `
ON CONFLICT (user_id, broker, environment, strategy_id) DO UPDATE SET stopped = k.stopped + excluded.stopped`

// EngageKill turns a kill switch on and stops the strategies that it covers, in one transaction. One
// that is on already stays as it is, and counts what it stops more. A strategy that there is not, or that
// is somebody else's, gives trade.ErrStrategyNotFound.
func (db *DB) EngageKill(ctx context.Context, user trade.UserID, kill trade.Kill) error {
	venue := venueOf(kill.Venue)
	touched, err := db.execOf(ctx, user, engageKill, user, venue.Broker, venue.Environment, kill.Strategy, trade.KillAct)
	switch {
	case err != nil:
		return fmt.Errorf("engage the kill switch of %s: %w", user, err)
	case touched == 0:
		return trade.ErrStrategyNotFound
	}
	return nil
}

func venueOf(v *trade.Venue) trade.Venue {
	if v == nil {
		return trade.Venue{}
	}
	return *v
}

const deleteKill = `
DELETE FROM kill_switches WHERE user_id = $1 AND broker = $2 AND environment = $3 AND lower(strategy_id) = lower($4)`

// ResetKill turns a kill switch off; one that is not on gives trade.ErrKillNotFound. Strategies stay stopped.
func (db *DB) ResetKill(ctx context.Context, user trade.UserID, kill trade.Kill) error {
	venue := venueOf(kill.Venue)
	touched, err := db.execOf(ctx, user, deleteKill, user, venue.Broker, venue.Environment, kill.Strategy)
	switch {
	case err != nil:
		return fmt.Errorf("reset the kill switch of %s: %w", user, err)
	case touched == 0:
		return trade.ErrKillNotFound
	}
	return nil
}

const setHalt = `
UPDATE server SET halted_at = CASE WHEN $1 THEN coalesce(halted_at, now()) END, halt_closes = $1 AND ($2 OR (halted_at IS NOT NULL AND halt_closes))`

// SetHalt halts or resumes the whole server; close also closes everything. A halt that is on can be
// made to close, not made to stop closing.
func (db *DB) SetHalt(ctx context.Context, on, closes bool) error {
	if _, err := db.system.Exec(ctx, setHalt, on, closes); err != nil {
		return fmt.Errorf("halt the server: %w", err)
	}
	return nil
}

const selectHalt = `
SELECT halted_at, halt_closes, (SELECT count(*) FROM connections WHERE wanted), (SELECT count(*) FROM connections WHERE unfinished) FROM server`

// Halt tells whether the server is halted, and how many accounts are not flat yet.
func (db *DB) Halt(ctx context.Context) (trade.Halt, error) {
	list, err := systemRows(ctx, db, func(row pgx.CollectableRow) (h trade.Halt, err error) {
		var at *time.Time
		err = row.Scan(&at, &h.Closes, &h.Connections, &h.Unfinished)
		h.On, h.Since = at != nil, at
		return h, err
	}, selectHalt)
	if err != nil || len(list) != 1 {
		return trade.Halt{}, fmt.Errorf("halt of the server (%d rows): %w", len(list), err)
	}
	return list[0], nil
}
