package strategy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestGate(t *testing.T) {
	rules := strategy.Rules{MaxDailyTrades: 3, Cooldown: time.Minute, MaxDailyLoss: dec("50")}
	today := func(trades int, loss string, until time.Time) trade.Counters {
		return trade.Counters{Day: "2026-11-24", TradesToday: trades, LossToday: dec(loss), CooldownUntil: until}
	}
	for name, c := range map[string]struct {
		rules    strategy.Rules
		counters trade.Counters
		now      time.Time
		code     string
	}{
		"nothing yet":                     {rules, trade.Counters{}, noon, ""},
		"one trade left":                  {rules, today(2, "0", time.Time{}), noon, ""},
		"no trade left":                   {rules, today(3, "0", time.Time{}), noon, "daily_limit"},
		"no limit":                        {strategy.Rules{}, today(5000, "1000", time.Time{}), noon, ""},
		"a cent below the loss":           {rules, today(0, "49.99", time.Time{}), noon, ""},
		"exactly the loss":                {rules, today(0, "50", time.Time{}), noon, "daily_loss"},
		"cooling down":                    {rules, today(0, "0", noon.Add(time.Millisecond)), noon, "cooldown"},
		"cooled down":                     {rules, today(0, "0", noon), noon, ""},
		"yesterday's limits are gone":     {rules, today(3, "50", time.Time{}), noon.Add(12 * time.Hour), ""},
		"the last moment of the day":      {rules, today(3, "0", time.Time{}), noon.Add(12*time.Hour - 1), "daily_limit"},
		"a cooldown crosses midnight":     {rules, today(3, "0", noon.Add(13*time.Hour)), noon.Add(12 * time.Hour), "cooldown"},
		"another time zone, same UTC day": {rules, today(3, "0", time.Time{}), noon.In(time.FixedZone("far", 14*3600)), "daily_limit"},
	} {
		t.Run(name, func(t *testing.T) {
			err := strategy.Gate(c.rules, c.counters, c.now)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, c.code, trade.CodeOf(err))
		})
	}
}

func TestCountRefusal_pauses_one_candle_and_never_shortens(t *testing.T) {
	c := strategy.CountRefusal(trade.Counters{}, noon)
	require.Equal(t, noon.Add(time.Minute), c.CooldownUntil)
	c.CooldownUntil = noon.Add(time.Hour)
	require.Equal(t, noon.Add(time.Hour), strategy.CountRefusal(c, noon).CooldownUntil)
}

func TestFresh(t *testing.T) {
	require.NoError(t, strategy.Fresh(noon, noon.Add(70*time.Second))) // ends at +60 s, good for 10 s more
	err := strategy.Fresh(noon, noon.Add(70*time.Second+1))
	require.Equal(t, "signal_expired", trade.CodeOf(err))
	require.Equal(t, noon.Add(70*time.Second), strategy.GoodUntil(noon))
}

func TestGateCheckpoints(t *testing.T) {
	rules := strategy.Rules{MaxDailyTrades: 3, MaxDailyLoss: dec("50")}
	type line struct{ id, status, value string }
	show := func(c trade.Counters, blocked string) (lines []line) {
		for _, p := range strategy.GateCheckpoints(rules, c, noon, blocked) {
			require.NotEmpty(t, p.Label)
			require.NotEmpty(t, p.Description)
			lines = append(lines, line{p.ID, p.Status, p.Value})
		}
		return lines
	}
	require.Equal(t, []line{{"cooldown", "met", ""}, {"daily_limit", "met", "0/3"}, {"risk_gate", "met", ""}}, show(trade.Counters{}, ""))
	shut := trade.Counters{Day: "2026-11-24", TradesToday: 3, LossToday: dec("50"), CooldownUntil: noon.Add(90 * time.Second)}
	require.Equal(t, []line{{"cooldown", "pending", "1m30s"}, {"daily_limit", "failed", "3/3"}, {"risk_gate", "failed", "50"}}, show(shut, ""))
	require.Equal(t, line{"risk_gate", "failed", ""}, show(trade.Counters{}, "The feed is silent.")[2])
}
