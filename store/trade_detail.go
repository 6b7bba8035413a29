package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const selectTrade = `SELECT ` + tradeColumns + ` FROM trades WHERE user_id = $1 AND id = $2`

// selectTradeFills reads what changed the position between a round trip's first fill and its last.
const selectTradeFills = `
SELECT venue_trade_id, seq, venue_order_id, label, instrument, side, price, amount, fee, fee_currency, profit_loss, index_price,
	maker, liquidation, time
FROM fills
WHERE user_id = $1 AND broker = $2 AND environment = $3 AND instrument = $4
	AND time >= $5 AND ($6::timestamptz IS NULL OR time <= $6)
ORDER BY seq LIMIT 500`

const selectTradeDecision = `
SELECT id, strategy_id, candle_time, time, side, outcome, reason, intent, detail FROM decisions
WHERE user_id = $1 AND intent = $2 AND intent <> '' AND lower(strategy_id) = lower($3) ORDER BY time LIMIT 1`

// FindTrade gives one round trip with its fills and the decision that led to it, or
// trade.ErrTradeNotFound.
func (db *DB) FindTrade(ctx context.Context, user trade.UserID, id trade.TradeID) (trade.TradeDetail, error) {
	if !isUUID(id) {
		return trade.TradeDetail{}, trade.ErrTradeNotFound
	}
	found, err := rowOf(ctx, db, user, scanTrade(user), selectTrade, user, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return trade.TradeDetail{}, trade.ErrTradeNotFound
	}
	if err != nil {
		return trade.TradeDetail{}, fmt.Errorf("trade %s of %s: %w", id, user, err)
	}
	return db.detailOf(ctx, user, found)
}

func (db *DB) detailOf(ctx context.Context, user trade.UserID, t trade.Trade) (trade.TradeDetail, error) {
	fills, err := rowsOf(ctx, db, user, scanFill, selectTradeFills, user, t.Account.Broker, t.Account.Environment, t.Instrument, t.EntryTime, t.ExitTime)
	if err != nil {
		return trade.TradeDetail{}, fmt.Errorf("fills of trade %s: %w", t.ID, err)
	}
	decisions, err := rowsOf(ctx, db, user, scanDecision, selectTradeDecision, user, t.Intent, t.Strategy)
	if err != nil {
		return trade.TradeDetail{}, fmt.Errorf("decision of trade %s: %w", t.ID, err)
	}
	detail := trade.TradeDetail{Trade: t, Fills: fills}
	if len(decisions) > 0 {
		detail.Decision = &decisions[0]
	}
	return detail, nil
}
