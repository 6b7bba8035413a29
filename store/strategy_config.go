package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const changeConfig = `
UPDATE user_strategies AS s SET config = $3, config_version = s.config_version + 1, updated_at = now()
WHERE s.user_id = $1 AND s.id = $2 AND s.status <> 'stopped'
RETURNING ` + instanceColumns

// ChangeConfig gives a strategy that is not stopped a new version of its config. One that is stopped,
// or nobody's, gives trade.ErrStrategyNotFound.
func (db *DB) ChangeConfig(ctx context.Context, user trade.UserID, id trade.StrategyID, config json.RawMessage) (trade.Instance, error) {
	var instance trade.Instance
	err := db.txOf(ctx, user, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, changeConfig, user, id, orObject(config))
		if err != nil {
			return err
		}
		if instance, err = pgx.CollectExactlyOneRow(rows, scanInstance(user)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, insertConfig, user, id, instance.ConfigVersion, orObject(config))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return trade.Instance{}, trade.ErrStrategyNotFound
	}
	if err != nil {
		return trade.Instance{}, fmt.Errorf("change the config of %s: %w", id, err)
	}
	return instance, nil
}

const selectConfig = `SELECT config FROM strategy_configs WHERE user_id = $1 AND strategy_id = $2 AND version = $3`

// InstanceConfig gives one version of a strategy's config; trade.ErrStrategyNotFound when there is none.
func (db *DB) InstanceConfig(ctx context.Context, user trade.UserID, id trade.StrategyID, version int) (json.RawMessage, error) {
	list, err := rowsOf(ctx, db, user, pgx.RowTo[json.RawMessage], selectConfig, user, id, version)
	if err != nil {
		return nil, fmt.Errorf("config %d of %s: %w", version, id, err)
	}
	if len(list) == 0 {
		return nil, trade.ErrStrategyNotFound
	}
	return list[0], nil
}
