package strategy_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

func thor(t require.TestingT, config string) strategy.Config {
	c, err := strategy.Thor.Parse(json.RawMessage(config))
	require.NoError(t, err)
	return c
}

// fall is 27 flat candles and three that go up to 1002, back to 1000 and down to 996.
func fall() []strategy.Candle {
	return append(flat(27),
		strategy.Candle{Open: 1000, High: 1002, Low: 1000, Close: 1002},
		strategy.Candle{Open: 1002, High: 1002.5, Low: 999, Close: 1000},
		strategy.Candle{Open: 1000, High: 1000, Low: 995, Close: 996})
}

func TestThor_reads_candles(t *testing.T) {
	a := feed(thor(t, "{}").NewEvaluator(), fall()...)
	require.True(t, a.Ready())
	require.Equal(t, map[string]float64{
		"rsi": 25, // changes 0, +2, -2, -4: 100 * 2 / 8
		// true ranges 11 * 1, max(2, 2, 0) = 2, max(3.5, 0.5, 3) = 3.5, max(5, 0, 5) = 5: 21.5 / 14
		"atr":        1.535714286,
		"atrPercent": 0.154188181, // 1.535714285... / 996 * 100
		"sma":        999.9,       // (17 * 1000 + 1002 + 1000 + 996) / 20
		// squares 17 * 0.01 + 4.41 + 0.01 + 15.21 = 19.8; 2 * sqrt(19.8 / 20) = 1.98997487421324
		"bbLower": 997.910025126, "bbUpper": 1001.889974874,
		"targetPercent": 0.391566265, // 3.9 / 996 * 100
		"lowestLow":     995, "highestHigh": 1002.5,
	}, values(a))
	require.Equal(t, strategy.Signal{Type: strategy.Long, Strength: 16.666666667, Confidence: 16.666666667, // 5 / 30
		Reasons: []strategy.Reason{
			{Rule: "rsi", Side: "long", Points: 16.666666667, Value: 25},
			{Rule: "mean", Side: "long", Points: 0, Value: 0.391566265},
			{Rule: "atr", Side: "long", Points: 0, Value: 0.154188181},
		}}, a.Signal)
	require.Equal(t, []float64{16.666666667, 0, 996}, []float64{a.ScoreLong, a.ScoreShort, a.Price})
	var lines []string
	for _, c := range a.Checkpoints {
		lines = append(lines, c.ID+" "+c.Status+" "+c.Value)
	}
	require.Equal(t, []string{"data met 30/30", "atr met 0.1542", "rsi met 25", "mean met 0.3916"}, lines)

	conservative := feed(thor(t, `{"preset":"conservative"}`).NewEvaluator(), fall()...)
	require.Equal(t, strategy.None, conservative.Signal.Type, "25 is above 20")
}

func TestThor_needs_its_longest_window(t *testing.T) {
	for config, need := range map[string]int{
		`{}`:                   30,
		`{"bbPeriod":31}`:      31,
		`{"rsiPeriod":30}`:     31, // 30 changes
		`{"atrPeriod":40}`:     41, // 40 true ranges
		`{"stopLookback":100}`: 100,
		`{"rsiPeriod":29}`:     30,
	} {
		e := thor(t, config).NewEvaluator()
		require.Equal(t, need, e.Need(), config)
		candles := flat(need)
		a := feed(e, candles[:need-1]...)
		require.False(t, a.Ready(), config)
		require.Empty(t, a.Indicators)
		candles[need-1].OpenTime = int64(need-1) * minute
		require.True(t, e.Close(candles[need-1]).Ready(), config)
	}
}

func TestThor_collects_again_after_a_gap(t *testing.T) {
	e := thor(t, "{}").NewEvaluator()
	require.True(t, feed(e, flat(40)...).Ready())
	next := flat(1)[0]
	for i, at := range []int64{41, 42, 43} { // minute 40 is missing
		next.OpenTime = at * minute
		a := e.Close(next)
		require.Equal(t, i+1, a.Have)
		require.Equal(t, strategy.None, a.Signal.Type)
	}
	same := e.Close(next)
	require.Equal(t, 3, same.Have, "a candle that came before is not taken")
}

func TestThor_presets(t *testing.T) {
	original, conservative := thor(t, "{}"), thor(t, `{"preset":"conservative"}`)
	require.JSONEq(t, `{"preset":"original","sizing":{"mode":"percent","value":3},"stopLookback":5,"stopOffsetPercent":0.02,"minStopPercent":0.05,
		"minTargetPercent":0.05,"maxLeverage":5,"maxDailyLoss":"0","maxDailyTrades":40,"cooldownCandles":5,"rsiLong":30,"rsiShort":70,"rsiPeriod":4,
		"bbPeriod":20,"bbStdDev":2,"minAtrPercent":0.05,"maxAtrPercent":0.8,"atrPeriod":14,"maxSpreadPercent":0.05}`, string(original.JSON()))
	require.JSONEq(t, `{"preset":"conservative","sizing":{"mode":"percent","value":0.5},"stopLookback":5,"stopOffsetPercent":0.02,"minStopPercent":0.15,
		"minTargetPercent":0.2,"maxLeverage":2,"maxDailyLoss":"0","maxDailyTrades":10,"cooldownCandles":15,"rsiLong":20,"rsiShort":80,"rsiPeriod":4,
		"bbPeriod":20,"bbStdDev":2,"minAtrPercent":0.05,"maxAtrPercent":0.8,"atrPeriod":14,"maxSpreadPercent":0.03}`, string(conservative.JSON()))
	require.Equal(t, strategy.Rules{MaxDailyTrades: 40, Cooldown: 5 * time.Minute, MaxDailyLoss: dec("0")}, original.Rules())
	require.Equal(t, strategy.Rules{MaxDailyTrades: 10, Cooldown: 15 * time.Minute, MaxDailyLoss: dec("0")}, conservative.Rules())
	require.Equal(t, 5000, strategy.History(original))
}

func TestThor_ranges(t *testing.T) {
	for name, edge := range map[string][2]string{
		"rsiPeriod": {"2", "100"}, "rsiLong": {"1", "49"}, "rsiShort": {"51", "99"}, "bbPeriod": {"5", "500"}, "bbStdDev": {"0.5", "5"},
		"atrPeriod": {"2", "500"}, "minAtrPercent": {"0", "100"}, "maxAtrPercent": {"0", "100"}, "maxSpreadPercent": {"0", "5"},
		"stopLookback": {"1", "100"}, "stopOffsetPercent": {"0", "5"}, "minStopPercent": {"0.01", "10"}, "minTargetPercent": {"0", "20"},
		"maxDailyTrades": {"1", "1000"}, "cooldownCandles": {"0", "1440"}, "maxLeverage": {"1", "50"},
	} {
		for i, value := range edge {
			config := `{"` + name + `":` + value + `}`
			if name == "minAtrPercent" && i == 1 {
				config = `{"minAtrPercent":100,"maxAtrPercent":100}`
			}
			if name == "maxAtrPercent" && i == 0 {
				config = `{"minAtrPercent":0,"maxAtrPercent":0}`
			}
			_, err := strategy.Thor.Parse(json.RawMessage(config))
			require.NoError(t, err, config)
			outside := dec(value).Sub(dec("0.001"))
			if i == 1 {
				outside = dec(value).Add(dec("0.001"))
			}
			_, err = strategy.Thor.Parse(json.RawMessage(`{"` + name + `":` + outside.String() + `}`))
			require.ErrorContains(t, err, name)
			require.ErrorContains(t, err, "from "+edge[0]+" to "+edge[1])
		}
	}
	_, err := strategy.Thor.Parse(json.RawMessage(`{"minAtrPercent":0.9}`))
	require.ErrorContains(t, err, "must be at most maxAtrPercent (0.8)")
}

// thorInput is a market at 100000 that Thor has watched: lowest low 99800, highest high 100200 and
// the mean at 100400, or for a short trade at 99600.
func thorInput(side trade.Side, spec trade.Spec) strategy.PlanInput {
	in := input(side, spec)
	in.Analysis = strategy.Analysis{Have: 30, Need: 30, Price: 100000, Indicators: []strategy.Indicator{
		{Name: "lowestLow", Value: 99800}, {Name: "highestHigh", Value: 100200}, {Name: "sma", Value: 100400}, {Name: "targetPercent", Value: 0.4}}}
	if side == trade.Sell {
		set(&in, "sma", 99600)
	}
	return in
}

func set(in *strategy.PlanInput, name string, value float64) {
	i := slices.IndexFunc(in.Analysis.Indicators, func(x strategy.Indicator) bool { return x.Name == name })
	in.Analysis.Indicators[i].Value = value
}

// quotes sets both sides of the book.
func quotes(bid, ask string) func(*strategy.PlanInput) {
	return func(in *strategy.PlanInput) { in.Ticker.Bid, in.Ticker.Ask = dec(bid), dec(ask) }
}

func indicators(pairs ...any) func(*strategy.PlanInput) {
	return func(in *strategy.PlanInput) {
		for i := 0; i < len(pairs); i += 2 {
			set(in, pairs[i].(string), pairs[i+1].(float64))
		}
	}
}

// Ask 100000, bid 99999.5, ticks of 0.5; minStopPercent 0.05, stopOffsetPercent 0.02.
func TestThor_levels_of_a_plan(t *testing.T) {
	for name, c := range map[string]struct {
		side                trade.Side
		change              func(*strategy.PlanInput)
		level, stop, target string
		steps               []string
	}{
		"long": { // 99800 * 0.9998 = 99780.04, down
			trade.Buy, func(*strategy.PlanInput) {}, "99780", "99780", "100400", []string{"stop 99780", "target 100400"}},
		"short": { // 100200 * 1.0002 = 100220.04, up
			trade.Sell, func(*strategy.PlanInput) {}, "100220.5", "100220.5", "99600", []string{"stop 100220.5", "target 99600"}},
		"the target is rounded towards the entry": {
			trade.Buy, indicators("sma", 100400.3), "99780", "99780", "100400", []string{"stop 99780", "target 100400"}},
		"the target of a short one too": {
			trade.Sell, indicators("sma", 99600.3), "100220.5", "100220.5", "99600.5", []string{"stop 100220.5", "target 99600.5"}},
		"a low that is near": { // 99990 * 0.9998 = 99970.002; 100000 * 0.9995
			trade.Buy, indicators("lowestLow", 99990.0), "99950", "99950", "100400", []string{"stop 99970", "minStopPercent 99950", "target 100400"}},
		"a high that is near": { // 100010 * 1.0002 = 100030.002; 100000 * 1.0005
			trade.Sell, indicators("highestHigh", 100010.0), "100050", "100050", "99600", []string{"stop 100030.5", "minStopPercent 100050", "target 99600"}},
		"exactly the nearest": { // 99970 * 0.9998 = 99950.006, down
			trade.Buy, indicators("lowestLow", 99970.0), "99950", "99950", "100400", []string{"stop 99950", "target 100400"}},
		"a quote below the close": { // 99990 * 0.9995 = 99940.005, down
			trade.Buy, func(in *strategy.PlanInput) {
				indicators("lowestLow", 99990.0)(in)
				quotes("99989.5", "99990")(in)
			}, "99950", "99940", "100400", []string{"stop 99970", "minStopPercent 99950", "minStopPercent 99940", "target 100400"}},
		"a quote above the close of a short one": { // 100010 * 1.0005 = 100060.005, up
			trade.Sell, func(in *strategy.PlanInput) {
				indicators("highestHigh", 100010.0)(in)
				quotes("100010", "100010.5")(in)
			}, "100050", "100060.5", "99600", []string{"stop 100030.5", "minStopPercent 100050", "minStopPercent 100060.5", "target 99600"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := thorInput(c.side, linear())
			c.change(&in)
			p, err := thor(t, "{}").Plan(in)
			require.NoError(t, err)
			require.Equal(t, []string{c.level, c.stop, c.target}, []string{p.StopLevel.String(), p.Stop.String(), p.Target.String()})
			require.True(t, p.StopDistance.IsZero() && p.TargetDistance.IsZero(), "levels, no distances")
			var steps []string
			for _, s := range detail(t, p).Levels {
				steps = append(steps, s.Step+" "+s.Price.String())
				require.NotEmpty(t, s.Why)
			}
			require.Equal(t, c.steps, steps)
		})
	}
}

func TestThor_refuses(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		side   trade.Side
		change func(*strategy.PlanInput)
		code   string // "" for a plan
	}{
		// 50 / 100000
		"a spread of exactly the limit": {"{}", trade.Buy, quotes("99975", "100025"), ""},
		// 50.0000000001 / 100000 is the limit when rounded to 9 decimals
		"a spread of the limit but for its last digits": {"{}", trade.Buy, quotes("99975", "100025.0000000001"), ""},
		// 50.5 / 99999.75
		"a wider spread": {"{}", trade.Buy, quotes("99974.5", "100025"), "spread_too_wide"},
		// 50 / 100000 against 0.03
		"a spread for the conservative": {`{"preset":"conservative"}`, trade.Buy, quotes("99975", "100025"), "spread_too_wide"},
		"a book without bids":           {"{}", trade.Buy, quotes("0", "100000"), "no_quote"},
		"a book without asks":           {"{}", trade.Sell, quotes("100000", "0"), "no_quote"},

		"a mean that is near enough":      {`{"minTargetPercent":0.4}`, trade.Buy, func(*strategy.PlanInput) {}, ""},
		"a mean just too near":            {`{"minTargetPercent":0.4}`, trade.Buy, indicators("targetPercent", 0.399999999), "target_too_close"},
		"a mean on the losing side":       {"{}", trade.Buy, indicators("sma", 99600.0), "target_too_close"},
		"a mean above a short entry":      {"{}", trade.Sell, indicators("sma", 100400.0), "target_too_close"},
		"a mean at the close":             {`{"minTargetPercent":0}`, trade.Buy, indicators("sma", 100000.0, "targetPercent", 0.0), "target_too_close"},
		"a price that is there":           {"{}", trade.Buy, quotes("100399.5", "100400"), "target_too_close"},
		"a price that is there for short": {"{}", trade.Sell, quotes("99600", "99600.5"), "target_too_close"},
		// 100060 - 100000 = 60 against 50 and 20 of fees
		"a target that does not pay":   {"{}", trade.Buy, indicators("sma", 100060.0, "targetPercent", 0.06), "target_below_costs"},
		"too few candles":              {"{}", trade.Buy, func(in *strategy.PlanInput) { in.Analysis.Have = 29 }, "collecting"},
		"no candles at all":            {"{}", trade.Buy, func(in *strategy.PlanInput) { in.Analysis = strategy.Analysis{} }, "collecting"},
		"no steps of the exchange":     {"{}", trade.Buy, func(in *strategy.PlanInput) { in.Spec.TickSize = dec("0") }, "instrument_incomplete"},
		"no equity":                    {"{}", trade.Buy, func(in *strategy.PlanInput) { in.Equity = dec("0") }, "no_equity"},
		"an account that is too small": {"{}", trade.Buy, func(in *strategy.PlanInput) { in.Equity = dec("1") }, "insufficient_margin"},
	} {
		t.Run(name, func(t *testing.T) {
			in := thorInput(c.side, linear())
			c.change(&in)
			p, err := thor(t, c.config).Plan(in)
			require.True(t, json.Valid(p.Detail), "explained in any case")
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, c.code, trade.CodeOf(err))
		})
	}
}

// Stop 220 away at 99780, equity 10000 USDC or 0.1 BTC.
func TestThor_sizes(t *testing.T) {
	for name, c := range map[string]struct {
		config       string
		spec         trade.Spec
		amount, risk string
		steps        []string
		difference   string
	}{
		"original is capped by leverage": { // 3 % of 10000 / 220 = 1.363636...; 5 * 10000 / 100000
			`{}`, linear(), "0.5", "110", []string{"wanted 1.363636", "maxLeverage 0.5"}, "110 instead of 300 at risk: maxLeverage"},
		"percent": { // 0.5 % of 10000 / 220 = 0.227272..., down
			`{"sizing":{"mode":"percent","value":0.5}}`, linear(), "0.2272", "49.984", []string{"wanted 0.227273", "amountStep 0.2272"}, ""},
		"fixed": { // 22 / 220
			`{"sizing":{"mode":"fixed","value":"22"}}`, linear(), "0.1", "22", []string{"wanted 0.1"}, ""},
		"notional": { // 1000 / 100000
			`{"sizing":{"mode":"notional","value":"1000"}}`, linear(), "0.01", "2.2", []string{"wanted 0.01"}, ""},
		"percent, inverse": { // 0.5 % of 0.1 BTC at 99780 = 49.89; 49.89 * 100000 / 220 = 22677.27...; 5 * 0.1 * 100000
			`{"sizing":{"mode":"percent","value":0.5}}`, inverse(), "22670", "49.874", []string{"wanted 22677.272727", "amountStep 22670"}, ""},
		"fixed, inverse": { // 22 * 100000 / 220
			`{"sizing":{"mode":"fixed","value":"22"}}`, inverse(), "10000", "22", []string{"wanted 10000"}, ""},
		"conservative allows twice the equity": { // 0.5 % of 10000 / 220; 2 * 10000 / 100000
			`{"preset":"conservative"}`, linear(), "0.2", "44", []string{"wanted 0.227273", "maxLeverage 0.2"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := thor(t, c.config).Plan(thorInput(trade.Buy, c.spec))
			require.NoError(t, err)
			d := detail(t, p)
			var steps []string
			for _, s := range d.Sizing.Steps {
				steps = append(steps, s.Step+" "+s.Amount.Round(6).String())
			}
			require.Equal(t, []any{c.amount, c.risk, c.steps}, []any{p.Amount.String(), d.Sizing.RiskAtStop.String(), steps})
			if c.difference != "" {
				require.Equal(t, c.difference, d.Sizing.Difference)
			}
			require.Equal(t, "0.0005", d.SpreadPercent.Round(4).String()) // 0.5 / 99999.75 of a percent
			require.Equal(t, "100400", d.AtTarget.Price.String())
			require.Equal(t, "99780", d.AtStop.Price.String())
			require.Equal(t, trade.MustDec("100000"), d.Entry)
		})
	}
}

func TestThor_costs(t *testing.T) {
	p, err := thor(t, `{"sizing":{"mode":"notional","value":"1000"}}`).Plan(thorInput(trade.Buy, linear()))
	require.NoError(t, err)
	d := detail(t, p)
	// 0.01 * 400; 1000 * 0.0005; 1004 * 0.0002
	require.Equal(t, []string{"4", "0.5", "0.2008", "3.2992"},
		[]string{d.AtTarget.Gross.String(), d.AtTarget.EntryFee.String(), d.AtTarget.ExitFee.String(), d.AtTarget.Net.String()})
	// 0.01 * -220; 997.8 * 0.0005
	require.Equal(t, []string{"-2.2", "0.5", "0.4989", "-3.1989"},
		[]string{d.AtStop.Gross.String(), d.AtStop.EntryFee.String(), d.AtStop.ExitFee.String(), d.AtStop.Net.String()})
}

// Levels stay where they are after the fill; only a stop nearer than 0.05 % moves.
func TestThor_levels_after_the_fill(t *testing.T) {
	for name, c := range map[string]struct {
		side         trade.Side
		level, fill  string
		stop, target string
		passed       bool
	}{
		"long as planned":         {trade.Buy, "99780", "100000", "99780", "100400", false},
		"long filled higher":      {trade.Buy, "99780", "100100.3", "99780", "100400", false},
		"long exactly the least":  {trade.Buy, "99950", "100000", "99950", "100400", false},
		"long too near":           {trade.Buy, "99950", "99999", "99949", "100400", false}, // 99999 * 0.9995 = 99949.0005, down
		"long far below":          {trade.Buy, "99780", "99700", "99650", "100400", false}, // 99700 * 0.9995 = 99650.15, down
		"long just before target": {trade.Buy, "99780", "100399.9", "99780", "100400", false},
		"long at the target":      {trade.Buy, "99780", "100400", "99780", "100400", true},
		"long beyond it":          {trade.Buy, "99780", "100400.1", "99780", "100400", true},
		"short as planned":        {trade.Sell, "100220.5", "100000", "100220.5", "99600", false},
		"short too near":          {trade.Sell, "100050", "100001", "100051.5", "99600", false}, // 100001 * 1.0005 = 100051.0005, up
		"short just before":       {trade.Sell, "100220.5", "99600.1", "100220.5", "99600", false},
		"short at the target":     {trade.Sell, "100220.5", "99600", "100220.5", "99600", true},
		"short beyond it":         {trade.Sell, "100220.5", "99500", "100220.5", "99600", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := strategy.Plan{Side: c.side, StopLevel: dec(c.level), Stop: dec("1"), Target: dec("100400")}
			if c.side == trade.Sell {
				p.Target = dec("99600")
			}
			stop, target, passed := thor(t, "{}").Levels(p, dec(c.fill), linear())
			require.Equal(t, []any{c.stop, c.target, c.passed}, []any{stop.String(), target.String(), passed})
		})
	}
}
