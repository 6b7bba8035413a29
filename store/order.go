package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const orderColumns = `id, broker, environment, strategy_id, intent, role, label, instrument, side, type, amount, price,
	trigger_price, reduce_only, valid_until, state, reason, venue_order_id, filled, average_price, created_at, updated_at, config_version`

func scanOrder(user trade.UserID) pgx.RowToFunc[trade.Order] {
	return func(row pgx.CollectableRow) (o trade.Order, err error) {
		var valid *time.Time
		o.Account.User = user
		err = row.Scan(&o.ID, &o.Account.Broker, &o.Account.Environment, &o.Strategy, &o.Intent, &o.Role, &o.Label,
			&o.Instrument, &o.Side, &o.Type, &o.Amount, &o.Price, &o.TriggerPrice, &o.ReduceOnly, &valid, &o.State,
			&o.Reason, &o.VenueOrder, &o.Filled, &o.AveragePrice, &o.CreatedAt, &o.UpdatedAt, &o.Version)
		o.ValidUntil = orZero(valid)
		return o, err
	}
}

// putOrder inserts an order or updates what may change of it. The database itself
// keeps a finished order finished, notes each state in order_events, and answers an
// id of another user's with an error: its row-level security sees both rows. One that
// was recalled from the exchange changes nothing of what is finished.
const putOrder = `
INSERT INTO orders AS o (user_id, broker, environment, id, strategy_id, intent, role, epoch, candle_time, label, instrument, side,
	type, amount, price, trigger_price, reduce_only, valid_until, state, reason, venue_order_id, filled, average_price,
	created_at, updated_at, config_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
ON CONFLICT (id) DO UPDATE SET
	amount = excluded.amount, price = excluded.price, trigger_price = excluded.trigger_price, state = excluded.state,
	reason = excluded.reason, venue_order_id = excluded.venue_order_id, filled = excluded.filled,
	average_price = excluded.average_price, updated_at = excluded.updated_at
WHERE NOT $27 OR o.state = excluded.state OR o.state NOT IN ('filled', 'cancelled', 'rejected', 'expired')`

func queueOrder(batch *pgx.Batch, account trade.AccountID, o trade.Order, epoch int64, candle time.Time) {
	if o.Role != trade.Entry {
		candle = time.Time{}
	}
	batch.Queue(putOrder, account.User, account.Broker, account.Environment, o.ID, o.Strategy, o.Intent, o.Role, epoch,
		orNull(candle), o.Label, o.Instrument, o.Side, o.Type, o.Amount, o.Price, o.TriggerPrice, o.ReduceOnly,
		orNull(o.ValidUntil), o.State, o.Reason, o.VenueOrder, o.Filled, o.AveragePrice, o.CreatedAt, o.UpdatedAt, o.Version, o.Recalled)
}

// isUnfinished selects orders that can still change and all of an open trade; the
// parameters are user, broker and environment.
const isUnfinished = `user_id = $1 AND broker = $2 AND environment = $3 AND (
	state NOT IN ('filled', 'cancelled', 'rejected', 'expired')
	OR intent IN (SELECT t.intent FROM trades t
		WHERE t.user_id = $1 AND t.broker = $2 AND t.environment = $3 AND t.status = 'open' AND t.intent <> ''))`

const selectUnfinishedOrders = `SELECT ` + orderColumns + ` FROM orders WHERE ` + isUnfinished + ` ORDER BY created_at, id`
