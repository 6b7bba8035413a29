package strategy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

func detail(t *testing.T, p strategy.Plan) (d strategy.Detail) {
	require.NoError(t, json.Unmarshal(p.Detail, &d))
	return d
}

// Ask 100000, bid 99999.5, stop 0.5 %, target 0.65 %, equity 10000 USDC or 0.1 BTC.
func TestPlan_sizes(t *testing.T) {
	for name, c := range map[string]struct {
		config               string
		side                 trade.Side
		spec                 trade.Spec
		amount, stop, target string
		risk                 string
	}{
		"linear notional": { // 100 / 100000
			`{}`, trade.Buy, linear(), "0.001", "99500", "100650", "0.5"},
		"linear notional short": { // 100 / 99999.5 = 0.001000005, stop 100499.4975 up, target 99349.50325 up
			`{}`, trade.Sell, linear(), "0.001", "100499.5", "99350", "0.5"},
		"linear percent": { // 0.5 % of 10000 = 50; 50 / 500
			`{"sizing":{"mode":"percent","value":0.5}}`, trade.Buy, linear(), "0.1", "99500", "100650", "50"},
		"linear fixed": { // 33 / 500
			`{"sizing":{"mode":"fixed","value":"33"}}`, trade.Buy, linear(), "0.066", "99500", "100650", "33"},
		"linear fixed, rounded down": { // 33.33 / 500 = 0.06666
			`{"sizing":{"mode":"fixed","value":"33.33"}}`, trade.Buy, linear(), "0.0666", "99500", "100650", "33.3"},
		"inverse notional": {
			`{}`, trade.Buy, inverse(), "100", "99500", "100650", "0.5"}, // 100 * 500 / 100000
		"inverse notional, rounded down": {
			`{"sizing":{"mode":"notional","value":"109.99"}}`, trade.Buy, inverse(), "100", "99500", "100650", "0.5"},
		"inverse percent": { // risk 0.5 % of 0.1 BTC at 99500 = 49.75; 49.75 * 100000 / 500 = 9950
			`{"sizing":{"mode":"percent","value":0.5}}`, trade.Buy, inverse(), "9950", "99500", "100650", "49.75"},
		"inverse fixed": { // 20 * 100000 / 500
			`{"sizing":{"mode":"fixed","value":"20"}}`, trade.Buy, inverse(), "4000", "99500", "100650", "20"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := razor(t, c.config).Plan(input(c.side, c.spec))
			require.NoError(t, err)
			require.Equal(t, []string{c.amount, c.stop, c.target}, []string{p.Amount.String(), p.Stop.String(), p.Target.String()})
			d := detail(t, p)
			require.Equal(t, c.amount, d.Sizing.Amount.String())
			require.Equal(t, "wanted", d.Sizing.Steps[0].Step)
			got := d.Sizing.RiskAtStop
			if c.side == trade.Buy {
				require.Equal(t, c.risk, got.String())
			}
		})
	}
}

// An inverse position of 9950 USD from 100000 to 99500 loses 9950 * (1/99500 - 1/100000) = 0.0005 BTC,
// which is the half percent of 0.1 BTC that was asked for.
func TestPlan_inverse_percent_loses_what_was_asked(t *testing.T) {
	p, err := razor(t, `{"sizing":{"mode":"percent","value":0.5}}`).Plan(input(trade.Buy, inverse()))
	require.NoError(t, err)
	require.Equal(t, "-0.0005", detail(t, p).AtStop.Gross.Round(12).String())
}

func TestPlan_costs(t *testing.T) {
	p, err := razor(t, `{"sizing":{"mode":"notional","value":"1000"}}`).Plan(input(trade.Buy, linear()))
	require.NoError(t, err)
	d := detail(t, p) // 0.01 BTC at 100000, target 100650, stop 99500
	show := func(o *strategy.Outcome) []string {
		return []string{o.Gross.String(), o.EntryFee.String(), o.ExitFee.String(), o.Net.String()}
	}
	// 0.01 * 650; 1000 * 0.0005; 1006.5 * 0.0002; 6.5 - 0.5 - 0.2013
	require.Equal(t, []string{"6.5", "0.5", "0.2013", "5.7987"}, show(d.AtTarget))
	// 0.01 * -500; 1000 * 0.0005; 995 * 0.0005; -5 - 0.5 - 0.4975
	require.Equal(t, []string{"-5", "0.5", "0.4975", "-5.9975"}, show(d.AtStop))

	p, err = razor(t, `{"sizing":{"mode":"notional","value":"1000"}}`).Plan(input(trade.Sell, inverse()))
	require.NoError(t, err)
	d = detail(t, p) // 1000 USD short at 99999.5, target 99350
	// 1000 * 649.5 / (99999.5 * 99350); 1000 * 0.0005 / 99999.5; 1000 * 0.0002 / 99350
	require.Equal(t, "0.000065375264", d.AtTarget.Gross.Round(12).String())
	require.Equal(t, "0.000005000025", d.AtTarget.EntryFee.Round(12).String())
	require.Equal(t, "0.000002013085", d.AtTarget.ExitFee.Round(12).String())
}

func TestPlan_caps(t *testing.T) {
	poor := func(equity, available string, leverage string) func(*strategy.PlanInput) {
		return func(in *strategy.PlanInput) {
			in.Equity, in.Available, in.Spec.MaxLeverage = dec(equity), dec(available), dec(leverage)
		}
	}
	for name, c := range map[string]struct {
		config string
		spec   trade.Spec
		change func(*strategy.PlanInput)
		amount string
		steps  []string
	}{
		"maxLeverage": { // 20000 / 100000 = 0.2 wanted; 5 * 1000 / 100000
			`{"sizing":{"mode":"notional","value":"20000"}}`, linear(), poor("1000", "1000", "50"), "0.05", []string{"wanted 0.2", "maxLeverage 0.05"}},
		"the instrument's leverage": { // 3 * 1000 / 100000 = 0.03; margin 1000 * 3 / (100000 * 1.0015) = 0.0299550...
			`{"sizing":{"mode":"notional","value":"20000"}}`, linear(), poor("1000", "1000", "3"), "0.0299", []string{"wanted 0.2", "maxLeverage 0.03", "freeMargin 0.029955", "amountStep 0.0299"}},
		"free margin": { // 20 * 50 / (100000 * (1 + 0.0005 * 50)) = 1000 / 102500 = 0.009756...
			`{"sizing":{"mode":"notional","value":"2000"}}`, linear(), poor("1000", "20", "50"), "0.0097", []string{"wanted 0.02", "freeMargin 0.009756", "amountStep 0.0097"}},
		"maxLeverage, inverse": { // 5 * 0.01 * 100000
			`{"sizing":{"mode":"notional","value":"20000"}}`, inverse(), poor("0.01", "0.01", "50"), "5000", []string{"wanted 20000", "maxLeverage 5000"}},
		"free margin, inverse": { // 0.0002 * 50 * 100000 / 1.025 = 975.609...
			`{"sizing":{"mode":"notional","value":"2000"}}`, inverse(), poor("0.01", "0.0002", "50"), "970", []string{"wanted 2000", "freeMargin 975.609756", "amountStep 970"}},
		"risk cut by a cap": { // 2 % of 1000 = 20; 20 / 500 = 0.04; 3 * 1000 / 100000 = 0.03
			`{"sizing":{"mode":"percent","value":2},"maxLeverage":3}`, linear(), poor("1000", "1000", "50"), "0.03", []string{"wanted 0.04", "maxLeverage 0.03"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(trade.Buy, c.spec)
			c.change(&in)
			p, err := razor(t, c.config).Plan(in)
			require.NoError(t, err)
			require.Equal(t, c.amount, p.Amount.String())
			d := detail(t, p)
			var steps []string
			for _, s := range d.Sizing.Steps {
				steps = append(steps, s.Step+" "+s.Amount.Round(6).String())
			}
			require.Equal(t, c.steps, steps)
			if d.Sizing.RiskAsked != nil {
				require.Equal(t, "15 instead of 20 at risk: maxLeverage", d.Sizing.Difference)
			}
		})
	}
}

func TestPlan_refusals(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		spec   trade.Spec
		change func(*strategy.PlanInput)
		code   string
	}{
		"below the minimum":     {`{"sizing":{"mode":"notional","value":"9.99"}}`, linear(), func(*strategy.PlanInput) {}, "amount_below_minimum"},
		"below it, inverse":     {`{"sizing":{"mode":"notional","value":"9.99"}}`, inverse(), func(*strategy.PlanInput) {}, "amount_below_minimum"},
		"equity too small":      {`{}`, linear(), func(in *strategy.PlanInput) { in.Equity = dec("1") }, "insufficient_margin"},
		"no free margin":        {`{}`, linear(), func(in *strategy.PlanInput) { in.Available = dec("0") }, "insufficient_margin"},
		"margin overdrawn":      {`{}`, linear(), func(in *strategy.PlanInput) { in.Available = dec("-5") }, "insufficient_margin"},
		"no equity":             {`{}`, linear(), func(in *strategy.PlanInput) { in.Equity = dec("0") }, "no_equity"},
		"empty book":            {`{}`, linear(), func(in *strategy.PlanInput) { in.Ticker.Ask = dec("0") }, "no_quote"},
		"no steps yet":          {`{}`, linear(), func(in *strategy.PlanInput) { in.Spec.TickSize = dec("0") }, "instrument_incomplete"},
		"target eaten by fees":  {`{"takeProfitPercent":0.07}`, linear(), func(*strategy.PlanInput) {}, "target_below_costs"}, // 0.05 + 0.02 % and a little
		"target eaten, inverse": {`{"takeProfitPercent":0.07}`, inverse(), func(*strategy.PlanInput) {}, "target_below_costs"},
		"coarse price step":     {`{}`, linear(), func(in *strategy.PlanInput) { in.Spec.TickSize = dec("1000000") }, "levels_off_grid"},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(trade.Buy, c.spec)
			c.change(&in)
			p, err := razor(t, c.config).Plan(in)
			require.Equal(t, c.code, trade.CodeOf(err))
			require.True(t, json.Valid(p.Detail), "the refusal is explained")
		})
	}
}

// The smallest target that pays: 100071 - 100000 = 71 against 50 + 100071 * 0.0002 = 20.0142.
func TestPlan_costs_boundary(t *testing.T) {
	_, err := razor(t, `{"takeProfitPercent":0.071}`).Plan(input(trade.Buy, linear()))
	require.NoError(t, err)
	in := input(trade.Buy, linear())
	in.Spec.MakerFee = dec("0") // 50 against 50: a net of exactly 0 is no profit
	_, err = razor(t, `{"takeProfitPercent":0.05}`).Plan(in)
	require.Equal(t, "target_below_costs", trade.CodeOf(err))
}

func TestRazor_levels_follow_the_fill(t *testing.T) {
	c := razor(t, `{}`)
	p, err := c.Plan(input(trade.Buy, linear()))
	require.NoError(t, err)
	// 100012.3 * 0.995 = 99512.2385 down; 100012.3 * 1.0065 = 100662.37995 down
	stop, target, passed := c.Levels(p, dec("100012.3"), linear())
	require.Equal(t, []any{"99512", "100662", false}, []any{stop.String(), target.String(), passed})
	p.Side = trade.Sell
	// 100012.3 * 1.005 = 100512.3615 up; 100012.3 * 0.9935 = 99362.22005 up
	stop, target, _ = c.Levels(p, dec("100012.3"), linear())
	require.Equal(t, []string{"100512.5", "99362.5"}, []string{stop.String(), target.String()})
}

func TestRazor_adaptive_stops(t *testing.T) {
	for name, c := range map[string]struct {
		config       string
		atr          float64
		trend        []float64
		stop, target string
	}{
		"switched off":              {`{}`, 0.01, nil, "0.005", "0.0065"},
		"quiet":                     {`{"adaptiveStops":true}`, 0.049999999, nil, "0.00425", "0.0065"}, // 0.005 * 0.85
		"exactly quiet":             {`{"adaptiveStops":true}`, 0.05, nil, "0.005", "0.0065"},
		"exactly lively":            {`{"adaptiveStops":true}`, 0.4, nil, "0.005", "0.0065"},
		"lively":                    {`{"adaptiveStops":true}`, 0.400000001, nil, "0.005", "0.007475"},                           // 0.0065 * 1.15
		"lively and trending":       {`{"adaptiveStops":true,"multiTimeframe":true}`, 0.5, []float64{-2}, "0.005", "0.00784875"}, // 0.0065 * 1.15 * 1.05
		"trending":                  {`{"adaptiveStops":true,"multiTimeframe":true}`, 0.2, []float64{2}, "0.005", "0.006825"},    // 0.0065 * 1.05
		"trending on one timeframe": {`{"adaptiveStops":true}`, 0.2, []float64{3}, "0.005", "0.0065"},
		"quiet and trending":        {`{"adaptiveStops":true,"multiTimeframe":true}`, 0.01, []float64{3}, "0.00425", "0.006825"},
		"no clear trend":            {`{"adaptiveStops":true,"multiTimeframe":true}`, 0.2, []float64{1}, "0.005", "0.0065"},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(trade.Buy, linear())
			in.Analysis.Indicators = []strategy.Indicator{{Name: "atrPercent", Value: c.atr}}
			for _, x := range c.trend {
				in.Analysis.Indicators = append(in.Analysis.Indicators, strategy.Indicator{Name: "trendScore", Value: x})
			}
			p, err := razor(t, c.config).Plan(in)
			require.NoError(t, err)
			require.Equal(t, []string{c.stop, c.target}, []string{p.StopDistance.String(), p.TargetDistance.String()})
		})
	}
}

func TestPlan_explains_the_signal_and_warns(t *testing.T) {
	in := input(trade.Buy, linear())
	in.Analysis = strategy.Analysis{Have: 21, Need: 21, CandleTime: 60000, ScoreLong: 60, Indicators: []strategy.Indicator{{Name: "rsi", Value: 33}},
		Signal: strategy.Signal{Type: strategy.Long, Reasons: []strategy.Reason{{Rule: "rsi", Side: "long", Points: 42, Value: 33}}}}
	p, err := razor(t, `{"maxLeverage":11}`).Plan(in)
	require.NoError(t, err)
	d := detail(t, p)
	require.Equal(t, in.Analysis.Signal.Reasons, d.Signal.Reasons)
	require.Equal(t, in.Analysis.Indicators, d.Inputs)
	require.Equal(t, []any{int64(60000), 60.0, []string{"maxLeverage 11 is above 10"}}, []any{d.CandleTime, d.ScoreLong, d.Warnings})
}

// 2 % of 999 = 19.98, 19.98 / 500 = 0.03996; 3 * 999 / 100000 = 0.02997, down to 0.0299, which risks 14.95.
func TestPlan_names_every_step_that_changed_the_risk(t *testing.T) {
	in := input(trade.Buy, linear())
	in.Equity, in.Available = dec("999"), dec("999")
	p, err := razor(t, `{"sizing":{"mode":"percent","value":2},"maxLeverage":3}`).Plan(in)
	require.NoError(t, err)
	require.Equal(t, "14.95 instead of 19.98 at risk: maxLeverage, amountStep", detail(t, p).Sizing.Difference)
}
