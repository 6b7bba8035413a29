package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// selectActivity joins what is stored of a user's doings. Each part is cut to the newest by itself, so
// that each is read along its index.
const selectActivity = `
(SELECT 'opened:' || id AS id, 'trade_opened' AS kind, entry_time AS time, broker, environment, instrument, strategy_id, strategy_name,
	id::text AS trade, side, amount, entry_price AS price, NULL::numeric AS net, currency, '' AS reason, '' AS message
FROM trades WHERE user_id = $1 AND ($3::timestamptz IS NULL OR entry_time > $3) ORDER BY entry_time DESC LIMIT $2)
UNION ALL
(SELECT 'closed:' || id, 'trade_closed', exit_time, broker, environment, instrument, strategy_id, strategy_name,
	id::text, side, amount, exit_price, net, currency, exit_reason, ''
FROM trades WHERE user_id = $1 AND status = 'closed' AND ($3::timestamptz IS NULL OR exit_time > $3) ORDER BY exit_time DESC LIMIT $2)
UNION ALL
(SELECT 'repair:' || id, 'repaired', time, broker, environment, instrument, '', '', '', '', NULL, NULL, NULL, '', kind, message
FROM repairs WHERE user_id = $1 AND ($3::timestamptz IS NULL OR time > $3) ORDER BY time DESC LIMIT $2)
UNION ALL
(SELECT 'decision:' || id, 'entry_refused', time, '', '', '', strategy_id, '', '', side, NULL, NULL, NULL, '', outcome, reason
FROM decisions WHERE user_id = $1 AND outcome <> 'taken' AND ($3::timestamptz IS NULL OR time > $3) ORDER BY time DESC LIMIT $2)
UNION ALL
(SELECT 'act:' || id, action, at, '', '', '', '', '', '', '', NULL, (detail ->> 'stop')::numeric, NULL, '', '', subject
FROM audit_log WHERE user_id = $1 AND action = ANY ($4) AND ($3::timestamptz IS NULL OR at > $3) ORDER BY at DESC LIMIT $2)
ORDER BY time DESC, id DESC LIMIT $2`

// activityKinds are the audited acts that count, by what they are called there.
var activityKinds = map[string]string{
	"killswitch.engaged": trade.ActivityKilled, "killswitch.reset": trade.ActivityKillReset,
	"position.stop.asked": trade.ActivityStopMoved, "connection.unwanted": trade.ActivityUnconnected,
	"credential.saved": trade.ActivityKeySaved, "credential.deleted": trade.ActivityKeyDeleted,
}

func activityActs() (acts []string) {
	for act := range activityKinds {
		acts = append(acts, act)
	}
	return acts
}

func scanActivity(row pgx.CollectableRow) (a trade.Activity, err error) {
	err = row.Scan(&a.ID, &a.Kind, &a.Time, &a.Broker, &a.Environment, &a.Instrument, &a.Strategy, &a.StrategyName, &a.Trade, &a.Side,
		&a.Amount, &a.Price, &a.Net, &a.Currency, &a.Reason, &a.Message)
	if kind, ok := activityKinds[a.Kind]; ok {
		a.Kind = kind
		locate(&a)
	}
	if key, err := trade.ParseStrategyID(a.Strategy); err == nil {
		a.StrategyName, a.Venue, a.Instrument = key.Name, key.Market.Venue, key.Market.Instrument
	}
	return a, err
}

// locate reads what an audited act was done to: a strategy, a market, a venue, or everything.
func locate(a *trade.Activity) {
	subject := a.Message
	a.Message = ""
	if _, err := trade.ParseStrategyID(trade.StrategyID(subject)); err == nil {
		a.Strategy = trade.StrategyID(subject)
		return
	}
	parts := strings.SplitN(subject, ":", 3)
	if len(parts) < 2 {
		return
	}
	a.Venue = trade.Venue{Broker: trade.Broker(parts[0]), Environment: trade.Environment(parts[1])}
	if len(parts) == 3 {
		a.Instrument = trade.Instrument(parts[2])
	}
}

// ListActivity gives what happened to a user after a moment (zero: at any time), newest first.
func (db *DB) ListActivity(ctx context.Context, user trade.UserID, after time.Time, limit int) ([]trade.Activity, error) {
	list, err := rowsOf(ctx, db, user, scanActivity, selectActivity, user, min(max(limit, 1), 200), orNull(after), activityActs())
	if err != nil {
		return nil, fmt.Errorf("activity of %s: %w", user, err)
	}
	return list, nil
}
