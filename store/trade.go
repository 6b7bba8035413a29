package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const tradeColumns = `id, broker, environment, strategy_id, strategy_name, intent, config_version, instrument, side,
	entry_order_id, sl_order_id, tp_order_id, entry_price, exit_price, amount, open_amount, stop_loss, take_profit,
	break_even_done, entry_time, exit_time, exit_reason, pnl, fees, funding, net, currency, status, funded`

func scanTrade(user trade.UserID) pgx.RowToFunc[trade.Trade] {
	return func(row pgx.CollectableRow) (t trade.Trade, err error) {
		t.Account.User = user
		return t, row.Scan(&t.ID, &t.Account.Broker, &t.Account.Environment, &t.Strategy, &t.StrategyName, &t.Intent,
			&t.ConfigVersion, &t.Instrument, &t.Side, &t.EntryOrder, &t.StopOrder, &t.TargetOrder, &t.EntryPrice,
			&t.ExitPrice, &t.Amount, &t.Open, &t.StopLoss, &t.TakeProfit, &t.BreakEvenDone, &t.EntryTime, &t.ExitTime,
			&t.ExitReason, &t.PnL, &t.Fees, &t.Funding, &t.Net, &t.Currency, &t.Status, &t.Funded)
	}
}

const putTrade = `
INSERT INTO trades (user_id, broker, environment, id, strategy_id, strategy_name, intent, config_version, instrument, side,
	entry_order_id, sl_order_id, tp_order_id, entry_price, exit_price, amount, open_amount, stop_loss, take_profit,
	break_even_done, entry_time, exit_time, exit_reason, pnl, fees, funding, net, currency, status, funded)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
	$26, $27, $28, $29, $30)
ON CONFLICT (id) DO UPDATE SET
	entry_order_id = excluded.entry_order_id, sl_order_id = excluded.sl_order_id, tp_order_id = excluded.tp_order_id,
	entry_price = excluded.entry_price, exit_price = excluded.exit_price, amount = excluded.amount,
	open_amount = excluded.open_amount, stop_loss = excluded.stop_loss, take_profit = excluded.take_profit,
	break_even_done = excluded.break_even_done, entry_time = excluded.entry_time, exit_time = excluded.exit_time,
	exit_reason = excluded.exit_reason, pnl = excluded.pnl, fees = excluded.fees, funding = excluded.funding,
	net = excluded.net, currency = excluded.currency, status = excluded.status, funded = excluded.funded`

func queueTrade(batch *pgx.Batch, account trade.AccountID, t trade.Trade) {
	batch.Queue(putTrade, account.User, account.Broker, account.Environment, t.ID, t.Strategy, t.StrategyName, t.Intent,
		t.ConfigVersion, t.Instrument, t.Side, t.EntryOrder, t.StopOrder, t.TargetOrder, t.EntryPrice, t.ExitPrice,
		t.Amount, t.Open, t.StopLoss, t.TakeProfit, t.BreakEvenDone, t.EntryTime, t.ExitTime, t.ExitReason, t.PnL,
		t.Fees, t.Funding, t.Net, t.Currency, t.Status, t.Funded)
}

const selectUnfinishedTrades = `SELECT ` + tradeColumns + ` FROM trades
WHERE user_id = $1 AND broker = $2 AND environment = $3 AND (status = 'open' OR NOT funded) ORDER BY entry_time, id`

// tradesOf is the filter of the history and of the statistics; empty selects all.
const tradesOf = `user_id = $1
	AND ($2::text = '' OR lower(strategy_name) = lower($2))
	AND ($3::text = '' OR instrument = $3)
	AND ($4::text = '' OR broker = $4) AND ($5::text = '' OR environment = $5)
	AND ($6::text = '' OR status = $6)
	AND ($7::timestamptz IS NULL OR entry_time >= $7) AND ($8::timestamptz IS NULL OR entry_time < $8)
	AND ($9::text = '' OR side = $9) AND ($10::text = '' OR exit_reason = $10)
	AND ($11::timestamptz IS NULL OR exit_time >= $11) AND ($12::timestamptz IS NULL OR exit_time < $12)`

func filterArgs(user trade.UserID, f trade.TradeFilter) []any {
	return []any{user, f.Strategy, f.Instrument, f.Venue.Broker, f.Venue.Environment, f.Status, orNull(f.From), orNull(f.To),
		f.Side, f.ExitReason, orNull(f.ClosedFrom), orNull(f.ClosedTo)}
}

const countTrades = `SELECT count(*) FROM trades WHERE ` + tradesOf

const selectTrades = `SELECT ` + tradeColumns + ` FROM trades WHERE ` + tradesOf + `
	AND ($13::timestamptz IS NULL OR (entry_time, id) < ($13, $14::uuid))
ORDER BY entry_time DESC, id DESC LIMIT $15 OFFSET $16`

// ListTrades gives one page of round trips, newest first.
func (db *DB) ListTrades(ctx context.Context, user trade.UserID, filter trade.TradeFilter) (trade.TradePage, error) {
	done, err := db.report(ctx)
	if err != nil {
		return trade.TradePage{}, err
	}
	defer done()
	end, err := parseTimedCursor(filter.Cursor)
	if err != nil {
		return trade.TradePage{}, err
	}
	offset := max(filter.Offset, 0)
	if filter.Cursor != "" {
		offset = 0
	}
	limit := min(max(filter.Limit, 1), 200)
	args := append(filterArgs(user, filter), end.before, end.id, limit+1, offset)
	list, err := rowsOf(ctx, db, user, scanTrade(user), selectTrades, args...)
	if err != nil {
		return trade.TradePage{}, fmt.Errorf("trades of %s: %w", user, err)
	}
	page := trade.TradePage{Trades: list}
	if len(list) > limit {
		page.Trades = list[:limit]
		last := page.Trades[limit-1]
		page.Next = newTimedCursor(last.EntryTime, string(last.ID))
	}
	page.Total, err = rowOf(ctx, db, user, pgx.RowTo[int], countTrades, filterArgs(user, filter)...)
	if err != nil {
		return trade.TradePage{}, fmt.Errorf("count trades of %s: %w", user, err)
	}
	return page, nil
}
