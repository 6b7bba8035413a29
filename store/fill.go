package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the tables fills and fill_cursors.

// insertFills takes a column each, so that many cost one statement.
const insertFills = `
INSERT INTO fills (user_id, broker, environment, venue_trade_id, seq, venue_order_id, label, instrument, side, price, amount,
	fee, fee_currency, profit_loss, index_price, maker, liquidation, time)
SELECT $1, $2, $3, * FROM unnest($4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::numeric[],
	$11::numeric[], $12::numeric[], $13::text[], $14::numeric[], $15::numeric[], $16::boolean[], $17::boolean[], $18::timestamptz[])
ON CONFLICT ON CONSTRAINT fills_pkey DO NOTHING`

func queueFills(batch *pgx.Batch, account trade.AccountID, fills []trade.Fill) {
	if len(fills) == 0 {
		return
	}
	batch.Queue(insertFills, account.User, account.Broker, account.Environment,
		column(fills, func(f trade.Fill) trade.VenueTradeID { return f.ID }),
		column(fills, func(f trade.Fill) int64 { return f.Seq }),
		column(fills, func(f trade.Fill) trade.VenueOrderID { return f.Order }),
		column(fills, func(f trade.Fill) string { return f.Label }),
		column(fills, func(f trade.Fill) trade.Instrument { return f.Instrument }),
		column(fills, func(f trade.Fill) trade.Side { return f.Side }),
		column(fills, func(f trade.Fill) trade.Dec { return f.Price }),
		column(fills, func(f trade.Fill) trade.Dec { return f.Amount }),
		column(fills, func(f trade.Fill) trade.Dec { return f.Fee }),
		column(fills, func(f trade.Fill) trade.Currency { return f.FeeCurrency }),
		column(fills, func(f trade.Fill) trade.Dec { return f.ProfitLoss }),
		column(fills, func(f trade.Fill) trade.Dec { return f.Index }),
		column(fills, func(f trade.Fill) bool { return f.Maker }),
		column(fills, func(f trade.Fill) bool { return f.Liquidation }),
		column(fills, func(f trade.Fill) time.Time { return f.Time }))
}

// column is one field of each row.
func column[R, F any](rows []R, field func(R) F) []F {
	list := make([]F, len(rows))
	for i, row := range rows {
		list[i] = field(row)
	}
	return list
}

// selectOpenFills reads the fills of unfinished orders and open trades, and those
// after their instrument's cursor: what must be known to apply each fill once.
const selectOpenFills = `
WITH open_orders AS (SELECT label, venue_order_id FROM orders WHERE ` + isUnfinished + `)
SELECT f.venue_trade_id, f.seq, f.venue_order_id, f.label, f.instrument, f.side, f.price, f.amount, f.fee, f.fee_currency,
	f.profit_loss, f.index_price, f.maker, f.liquidation, f.time
FROM fills f
LEFT JOIN fill_cursors c ON c.user_id = f.user_id AND c.broker = f.broker AND c.environment = f.environment
	AND c.instrument = f.instrument
WHERE f.user_id = $1 AND f.broker = $2 AND f.environment = $3 AND (
	c.seq IS NULL OR f.seq > c.seq
	OR (f.label <> '' AND f.label IN (SELECT label FROM open_orders))
	OR f.venue_order_id IN (SELECT venue_order_id FROM open_orders))
ORDER BY f.time, f.instrument, f.seq`

func scanFill(row pgx.CollectableRow) (f trade.Fill, err error) {
	return f, row.Scan(&f.ID, &f.Seq, &f.Order, &f.Label, &f.Instrument, &f.Side, &f.Price, &f.Amount, &f.Fee,
		&f.FeeCurrency, &f.ProfitLoss, &f.Index, &f.Maker, &f.Liquidation, &f.Time)
}

// putCursor never moves backwards: a late message must not reopen what was read.
const putCursor = `
INSERT INTO fill_cursors AS c (user_id, broker, environment, instrument, seq, time) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_id, broker, environment, instrument) DO UPDATE SET
	seq = excluded.seq, time = greatest(c.time, excluded.time)
WHERE excluded.seq >= c.seq`

func queueCursor(batch *pgx.Batch, account trade.AccountID, instrument trade.Instrument, c trade.Cursor) {
	batch.Queue(putCursor, account.User, account.Broker, account.Environment, instrument, c.Seq, c.Time)
}

const selectCursors = `SELECT instrument, seq, time FROM fill_cursors WHERE user_id = $1 AND broker = $2 AND environment = $3`

func scanCursor(row pgx.CollectableRow) (p pair[trade.Instrument, trade.Cursor], err error) {
	return p, row.Scan(&p.key, &p.value.Seq, &p.value.Time)
}
