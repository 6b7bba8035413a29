package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// selectStats sums per group, environment and currency: simulated money and real money are never added
// up. A win is a net above 0; sums and extremes are of closed round trips; the drawdown is the deepest
// fall of the running net below its own peak, which is at least 0. A streak is so many wins, or losses,
// in a row: what lies between two changes of sign has the same difference of its place among all and
// its place among its own sign.
const selectStats = `
WITH picked AS (
	SELECT *, CASE $13::text
		WHEN 'strategy' THEN strategy_name
		WHEN 'instrument' THEN instrument
		WHEN 'version' THEN strategy_name || ' v' || config_version
		WHEN 'day' THEN to_char(coalesce(exit_time, entry_time) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
		WHEN 'week' THEN to_char(coalesce(exit_time, entry_time) AT TIME ZONE 'UTC', 'IYYY-"W"IW')
		WHEN 'month' THEN to_char(coalesce(exit_time, entry_time) AT TIME ZONE 'UTC', 'YYYY-MM')
		ELSE '' END AS grp
	FROM trades WHERE ` + tradesOf + `),
closed AS (
	SELECT grp, environment, currency, exit_time, id, sign(net) AS way,
		sum(net) OVER (PARTITION BY grp, environment, currency ORDER BY exit_time, id) AS running,
		row_number() OVER (PARTITION BY grp, environment, currency ORDER BY exit_time, id)
			- row_number() OVER (PARTITION BY grp, environment, currency, sign(net) ORDER BY exit_time, id) AS island
	FROM picked WHERE status = 'closed'),
falls AS (
	SELECT grp, environment, currency, greatest(0, max(running) OVER (PARTITION BY grp, environment, currency ORDER BY exit_time, id)) - running AS fall FROM closed),
drawdowns AS (SELECT grp, environment, currency, max(fall) AS deepest FROM falls GROUP BY 1, 2, 3),
streaks AS (
	SELECT grp, environment, currency, max(n) FILTER (WHERE way > 0) AS wins, max(n) FILTER (WHERE way < 0) AS losses
	FROM (SELECT grp, environment, currency, way, island, count(*) AS n FROM closed GROUP BY 1, 2, 3, 4, 5) rows GROUP BY 1, 2, 3),
reasons AS (
	SELECT grp, environment, currency, jsonb_object_agg(exit_reason, n) AS by_reason
	FROM (SELECT grp, environment, currency, exit_reason, count(*) AS n FROM picked WHERE status = 'closed' GROUP BY 1, 2, 3, 4) counted
	GROUP BY 1, 2, 3),
sums AS (
	SELECT grp, environment, currency, count(*) AS total,
		count(*) FILTER (WHERE status = 'closed') AS closed,
		count(*) FILTER (WHERE status = 'closed' AND net > 0) AS won,
		count(*) FILTER (WHERE status = 'closed' AND net < 0) AS lost,
		coalesce(sum(net) FILTER (WHERE status = 'closed'), 0) AS net,
		coalesce(sum(net) FILTER (WHERE status = 'closed' AND net > 0), 0) AS gains,
		coalesce(-sum(net) FILTER (WHERE status = 'closed' AND net < 0), 0) AS losses,
		coalesce(max(net) FILTER (WHERE status = 'closed'), 0) AS best,
		coalesce(min(net) FILTER (WHERE status = 'closed'), 0) AS worst,
		coalesce(sum(fees) FILTER (WHERE status = 'closed'), 0) AS fees,
		coalesce(sum(funding) FILTER (WHERE status = 'closed'), 0) AS funding
	FROM picked GROUP BY 1, 2, 3)
SELECT s.grp, s.environment, s.currency, s.total, s.closed, s.won, s.lost,
	coalesce(round(100.0 * s.won / nullif(s.closed, 0), 4), 0), s.net,
	coalesce(round(s.net / nullif(s.closed, 0), 10), 0),
	coalesce(round(s.gains / nullif(s.won, 0), 10), 0), coalesce(round(-s.losses / nullif(s.lost, 0), 10), 0),
	s.best, s.worst, s.fees, s.funding,
	round(s.gains / nullif(s.losses, 0), 6),
	coalesce(d.deepest, 0), coalesce(k.wins, 0), coalesce(k.losses, 0), coalesce(r.by_reason, '{}')
FROM sums s LEFT JOIN drawdowns d USING (grp, environment, currency) LEFT JOIN streaks k USING (grp, environment, currency) LEFT JOIN reasons r USING (grp, environment, currency)
ORDER BY s.grp, s.environment, s.currency`

func scanStats(row pgx.CollectableRow) (s trade.TradeStats, err error) {
	err = row.Scan(&s.Group, &s.Environment, &s.Currency, &s.TotalTrades, &s.ClosedTrades, &s.WinningTrades, &s.LosingTrades, &s.WinRate, &s.TotalPnL,
		&s.AveragePnL, &s.AverageWin, &s.AverageLoss, &s.BestTrade, &s.WorstTrade, &s.Fees, &s.Funding, &s.ProfitFactor, &s.MaxDrawdown,
		&s.WinStreak, &s.LossStreak, &s.ExitsByReason)
	// What one trade brings on average is the same figure, by definition.
	s.Expectancy = s.AveragePnL
	return s, err
}

// TradeStats gives one entry per group, environment and currency, in the order of their names. by is
// one of trade.StatsGroups, or "" for one entry per environment and currency.
func (db *DB) TradeStats(ctx context.Context, user trade.UserID, filter trade.TradeFilter, by string) ([]trade.TradeStats, error) {
	done, err := db.report(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	list, err := rowsOf(ctx, db, user, scanStats, selectStats, append(filterArgs(user, filter), by)...)
	if err != nil {
		return nil, fmt.Errorf("trade statistics of %s: %w", user, err)
	}
	return list, nil
}

const selectDayResults = `
SELECT to_char(exit_time AT TIME ZONE 'UTC', 'YYYY-MM-DD'), environment, currency, count(*),
	count(*) FILTER (WHERE net > 0), count(*) FILTER (WHERE net < 0), sum(net), sum(fees), sum(funding)
FROM trades WHERE ` + tradesOf + ` AND status = 'closed'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`

func scanDayResult(row pgx.CollectableRow) (d trade.DayResult, err error) {
	return d, row.Scan(&d.Day, &d.Environment, &d.Currency, &d.Trades, &d.Wins, &d.Losses, &d.Net, &d.Fees, &d.Funding)
}

// TradeDays gives one entry per UTC day of the exit, environment and currency, oldest first; days
// without a closed round trip are left out.
func (db *DB) TradeDays(ctx context.Context, user trade.UserID, filter trade.TradeFilter) ([]trade.DayResult, error) {
	done, err := db.report(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	list, err := rowsOf(ctx, db, user, scanDayResult, selectDayResults, filterArgs(user, filter)...)
	if err != nil {
		return nil, fmt.Errorf("trade days of %s: %w", user, err)
	}
	return list, nil
}
