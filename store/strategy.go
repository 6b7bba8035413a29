package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the tables user_strategies and strategy_configs.

const instanceColumns = `s.id, s.strategy_name, s.instrument, s.broker, s.environment, s.config, s.config_version, s.status,
	s.last_action, s.auto_reconnect, s.connected_at, s.disconnected_at, s.last_heartbeat, s.error_message, s.error_count,
	s.counters, s.created_at, s.updated_at`

func scanInstance(user trade.UserID) pgx.RowToFunc[trade.Instance] {
	return func(row pgx.CollectableRow) (i trade.Instance, err error) {
		i.User = user
		return i, row.Scan(&i.ID, &i.Name, &i.Market.Instrument, &i.Market.Broker, &i.Market.Environment, &i.Config,
			&i.ConfigVersion, &i.Status, &i.LastAction, &i.AutoReconnect, &i.ConnectedAt, &i.DisconnectedAt,
			&i.LastHeartbeat, &i.ErrorMessage, &i.ErrorCount, &i.Counters, &i.CreatedAt, &i.UpdatedAt)
	}
}

const selectInstances = `SELECT ` + instanceColumns + ` FROM user_strategies s WHERE s.user_id = $1 ORDER BY s.created_at, s.id`

// ListInstances lists all of a user's strategies, stopped ones included.
func (db *DB) ListInstances(ctx context.Context, user trade.UserID) ([]trade.Instance, error) {
	list, err := rowsOf(ctx, db, user, scanInstance(user), selectInstances, user)
	if err != nil {
		return nil, fmt.Errorf("strategies of %s: %w", user, err)
	}
	return list, nil
}

// startInstance keeps the counters of an earlier run: stopping and starting again
// must not reset a daily limit.
const startInstance = `
INSERT INTO user_strategies AS s
	(user_id, id, strategy_name, instrument, broker, environment, config, status, last_action, connected_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, now())
ON CONFLICT (user_id, id) DO UPDATE SET
	config = excluded.config, config_version = s.config_version + 1, status = 'active', last_action = excluded.last_action,
	auto_reconnect = true, paused_by_disconnect = false, connected_at = now(), disconnected_at = NULL,
	error_message = '', error_count = 0, closing = false, updated_at = now()
WHERE s.status = 'stopped'
RETURNING ` + instanceColumns

const insertConfig = `INSERT INTO strategy_configs (user_id, strategy_id, version, config) VALUES ($1, $2, $3, $4)`

const onePerMarket = "user_strategies_one_per_market"

// StartInstance inserts an instance, or starts a stopped one again with a new
// config version. A second one on the same market gives trade.ErrAlreadyRunning.
func (db *DB) StartInstance(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.Instance, error) {
	var instance trade.Instance
	id := trade.NewStrategyID(user, start.Name, start.Market)
	err := db.txOf(ctx, user, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, startInstance, user, id, start.Name, start.Market.Instrument, start.Market.Broker,
			start.Market.Environment, orObject(start.Config), trade.ManualStart)
		if err != nil {
			return err
		}
		if instance, err = pgx.CollectExactlyOneRow(rows, scanInstance(user)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, insertConfig, user, id, instance.ConfigVersion, orObject(start.Config))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) || violates(err, onePerMarket) {
		return trade.Instance{}, trade.ErrAlreadyRunning
	}
	if err != nil {
		return trade.Instance{}, fmt.Errorf("start strategy %s: %w", id, err)
	}
	return instance, nil
}

// setInstance leaves a stopped row alone unless a person starts it: stop wins.
const setInstance = `
UPDATE user_strategies SET
	status = $3, last_action = $4, error_message = $5,
	error_count = error_count + CASE WHEN $3 = 'error' THEN 1 ELSE 0 END,
	auto_reconnect = CASE $4 WHEN 'manual_stop' THEN false WHEN 'manual_start' THEN true ELSE auto_reconnect END,
	paused_by_disconnect = false,
	connected_at = CASE WHEN $3 = 'active' AND status <> 'active' THEN now() ELSE connected_at END,
	disconnected_at = CASE WHEN $3 = 'active' THEN NULL WHEN status = 'active' THEN now() ELSE disconnected_at END,
	updated_at = now()
WHERE user_id = $1 AND lower(id) = lower($2) AND (status <> 'stopped' OR $4 = 'manual_start')`

// SetInstance commits a status; message "" clears the error.
func (db *DB) SetInstance(ctx context.Context, user trade.UserID, id trade.StrategyID, status trade.Status, act, message string) error {
	touched, err := db.execOf(ctx, user, setInstance, user, id, status, act, message)
	switch {
	case violates(err, onePerMarket):
		return trade.ErrAlreadyRunning
	case err != nil:
		return fmt.Errorf("set strategy %s: %w", id, err)
	case touched == 0:
		return trade.ErrStrategyNotFound
	}
	return nil
}

// stopInstance stops one that runs, and notes that what it holds is wanted closed, also of one that
// is stopped already.
const stopInstance = `
UPDATE user_strategies SET
	last_action = CASE WHEN status = 'stopped' THEN last_action ELSE $4 END, closing = closing OR $3,
	disconnected_at = CASE WHEN status = 'active' THEN now() ELSE disconnected_at END,
	status = 'stopped', error_message = '', auto_reconnect = false, paused_by_disconnect = false, updated_at = now()
WHERE user_id = $1 AND lower(id) = lower($2)`

// StopInstance commits that its user has stopped an instance; with closes what it holds is closed as
// well, however often the server ends before that is done. To stop it again changes nothing else.
func (db *DB) StopInstance(ctx context.Context, user trade.UserID, id trade.StrategyID, closes bool) error {
	touched, err := db.execOf(ctx, user, stopInstance, user, id, closes, trade.ManualStop)
	switch {
	case err != nil:
		return fmt.Errorf("stop strategy %s: %w", id, err)
	case touched == 0:
		return trade.ErrStrategyNotFound
	}
	return nil
}

const beatInstance = `UPDATE user_strategies SET last_heartbeat = $3 WHERE user_id = $1 AND id = $2`

// BeatInstance notes that the instance is alive.
func (db *DB) BeatInstance(ctx context.Context, user trade.UserID, id trade.StrategyID, at time.Time) error {
	done, err := db.note(ctx)
	if err == nil {
		defer done()
		_, err = db.execOf(ctx, user, beatInstance, user, id, at)
	}
	if err != nil {
		return fmt.Errorf("beat of strategy %s: %w", id, err)
	}
	return nil
}

const setCounters = `UPDATE user_strategies SET counters = $3, updated_at = now() WHERE user_id = $1 AND id = $2`

const selectCounters = `SELECT id, counters FROM user_strategies WHERE user_id = $1 AND broker = $2 AND environment = $3`

const selectClosing = `
SELECT id FROM user_strategies WHERE user_id = $1 AND broker = $2 AND environment = $3 AND status = 'stopped' AND closing ORDER BY id`

const ownsStrategy = `SELECT EXISTS (SELECT FROM user_strategies WHERE user_id = $1 AND lower(id) = lower($2))`
