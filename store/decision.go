package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const insertDecision = `
INSERT INTO decisions (user_id, id, strategy_id, candle_time, time, side, outcome, reason, intent, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO NOTHING`

func queueDecision(batch *pgx.Batch, user trade.UserID, d trade.Decision) {
	batch.Queue(insertDecision, user, d.ID, d.Strategy, orNull(d.CandleTime), d.Time, d.Side, d.Outcome, d.Reason, d.Intent, orObject(d.Detail))
}

// candlesOf tells by which candle each intent was decided.
func candlesOf(decisions []trade.Decision) map[trade.IntentID]time.Time {
	candles := make(map[trade.IntentID]time.Time, len(decisions))
	for _, d := range decisions {
		if d.Intent != "" {
			candles[d.Intent] = d.CandleTime
		}
	}
	return candles
}

const selectDecisions = `
SELECT id, strategy_id, candle_time, time, side, outcome, reason, intent, detail FROM decisions
WHERE user_id = $1 AND lower(strategy_id) = lower($2) AND ($3::timestamptz IS NULL OR (time, id) < ($3, $4::uuid))
ORDER BY time DESC, id DESC LIMIT $5`

func scanDecision(row pgx.CollectableRow) (d trade.Decision, err error) {
	var candle *time.Time
	err = row.Scan(&d.ID, &d.Strategy, &candle, &d.Time, &d.Side, &d.Outcome, &d.Reason, &d.Intent, &d.Detail)
	d.CandleTime = orZero(candle)
	return d, err
}

// ListDecisions gives one page, newest first, and trade.ErrStrategyNotFound when
// the user has no such strategy.
func (db *DB) ListDecisions(ctx context.Context, user trade.UserID, strategy trade.StrategyID, limit int, cursor string) (trade.DecisionPage, error) {
	end, err := parseTimedCursor(cursor)
	if err != nil {
		return trade.DecisionPage{}, err
	}
	owns, err := rowOf(ctx, db, user, pgx.RowTo[bool], ownsStrategy, user, strategy)
	if err != nil {
		return trade.DecisionPage{}, fmt.Errorf("decisions of %s: %w", strategy, err)
	}
	if !owns {
		return trade.DecisionPage{}, trade.ErrStrategyNotFound
	}
	limit = min(max(limit, 1), 200)
	list, err := rowsOf(ctx, db, user, scanDecision, selectDecisions, user, strategy, end.before, end.id, limit+1)
	if err != nil {
		return trade.DecisionPage{}, fmt.Errorf("decisions of %s: %w", strategy, err)
	}
	page := trade.DecisionPage{Decisions: list}
	if len(list) > limit {
		page.Decisions = list[:limit]
		last := page.Decisions[limit-1]
		page.Next = newTimedCursor(last.Time, last.ID)
	}
	return page, nil
}
