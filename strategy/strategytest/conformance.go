// Package strategytest is the suite that every strategy must pass.
package strategytest

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

const minute = 60_000

// Run puts a strategy through all that any strategy promises.
func Run(t *testing.T, d strategy.Definition) {
	t.Run("describes itself", func(t *testing.T) { describes(t, d) })
	t.Run("parses its own words", func(t *testing.T) { parses(t, d) })
	t.Run("refuses strange settings", func(t *testing.T) { refuses(t, d) })
	for name, preset := range d.Info().Presets {
		c, err := d.Parse(preset)
		require.NoError(t, err)
		t.Run(name+" evaluates", func(t *testing.T) { evaluates(t, c) })
		t.Run(name+" plans within its limits", func(t *testing.T) { plans(t, c) })
	}
}

func describes(t *testing.T, d strategy.Definition) {
	info := d.Info()
	require.NotEmpty(t, info.Name)
	require.NotEmpty(t, info.Description)
	require.NotEmpty(t, info.Version)
	require.Contains(t, info.Presets, strategy.Original)
	var schema struct {
		Type       string                     `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
		Additional bool                       `json:"additionalProperties"`
	}
	require.NoError(t, json.Unmarshal(info.Parameters, &schema))
	require.Equal(t, "object", schema.Type)
	require.False(t, schema.Additional)
	var preset map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(info.Presets[strategy.Original], &preset))
	for name, raw := range schema.Properties {
		var p struct{ Title, Description string }
		require.NoError(t, json.Unmarshal(raw, &p))
		require.NotEmpty(t, p.Title, name)
		require.NotEmpty(t, p.Description, name)
		require.Contains(t, preset, name, "every setting is in the preset")
	}
	require.Len(t, preset, len(schema.Properties), "every value of the preset is a setting")
	require.Equal(t, string(info.Parameters), string(d.Info().Parameters), "the same bytes each time")
}

func parses(t *testing.T, d strategy.Definition) {
	plain, err := d.Parse(nil)
	require.NoError(t, err)
	require.Equal(t, string(d.Info().Presets[strategy.Original]), string(plain.JSON()), "original when nothing is said")
	for _, preset := range d.Info().Presets {
		c, err := d.Parse(preset)
		require.NoError(t, err)
		require.Equal(t, string(preset), string(c.JSON()))
		again, err := d.Parse(c.JSON())
		require.NoError(t, err)
		require.Equal(t, c.SignalKey(), again.SignalKey())
		require.Equal(t, c.Rules(), again.Rules())
	}
}

func refuses(t *testing.T, d strategy.Definition) {
	for config, field := range map[string]string{
		`{"noSuchSetting":1}`:         "noSuchSetting",
		`{"preset":"reckless"}`:       "preset",
		`{"preset":null}`:             "preset",
		`[]`:                          "config",
		`null`:                        "config",
		`"original"`:                  "config",
		`{"preset":"original"`:        "config",
		`{"preset":"original"} {}`:    "config",
		`{"preset":"a","preset":"b"}`: "preset",
	} {
		_, err := d.Parse(json.RawMessage(config))
		var refusal *trade.Error
		require.ErrorAs(t, err, &refusal, config)
		require.Equal(t, trade.Refused, refusal.Kind, config)
		require.NotEmpty(t, refusal.Fields, config)
		require.Equal(t, field, refusal.Fields[0].Field, config)
	}
}

func evaluates(t *testing.T, c strategy.Config) {
	if c.SignalKey() == "" {
		require.Nil(t, c.NewEvaluator())
		require.True(t, c.Rules().EnterAtStart, "with no signal there is no other way in")
		return
	}
	rapid.Check(t, func(t *rapid.T) {
		one, two := c.NewEvaluator(), c.NewEvaluator()
		for i, candle := range Candles(t, rapid.IntRange(1, 3*one.Need()).Draw(t, "candles")) {
			a, b := one.Close(candle), two.Close(candle)
			if written(t, a) != written(t, b) {
				t.Fatal("the same candles gave another analysis")
			}
			sound(t, a, i+1, one.Need(), candle)
		}
	})
}

// written is the analysis as JSON, which refuses NaN and infinities.
func written(t *rapid.T, a strategy.Analysis) string {
	body, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func sound(t *rapid.T, a strategy.Analysis, have, need int, c strategy.Candle) {
	fail := func(why string, args ...any) { t.Fatalf("candle %d: %s", have, fmt.Sprintf(why, args...)) }
	if a.Have != have || a.Need != need || a.CandleTime != c.OpenTime {
		fail("counted %d of %d at %d", a.Have, a.Need, a.CandleTime)
	}
	if !a.Ready() && (a.Signal.Type != strategy.None || a.ScoreLong != 0 || a.ScoreShort != 0) {
		fail("speaks before it is ready")
	}
	for _, i := range a.Indicators {
		if i.Value != math.Round(i.Value*1e9)/1e9 {
			fail("%s is not rounded: %v", i.Name, i.Value)
		}
	}
	for _, x := range []float64{a.Signal.Strength, a.Signal.Confidence} {
		if x < 0 || x > 100 {
			fail("strength or confidence %v", x)
		}
	}
	if len(a.Checkpoints) == 0 || a.Checkpoints[0].ID != "data" {
		fail("does not say how many candles there are")
	}
}

// plans draws accounts and markets and holds every plan to the caps, the steps and the risk asked for.
func plans(t *testing.T, c strategy.Config) {
	rapid.Check(t, func(t *rapid.T) {
		in := Input(t)
		p, err := c.Plan(in)
		if !json.Valid(p.Detail) {
			t.Fatal("a plan or refusal without its explanation")
		}
		if err != nil {
			if trade.CodeOf(err) == "internal" || trade.CodeOf(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		within(t, in, p)
		risked(t, p)
		fill := p.Entry.Add(in.Spec.TickSize.Mul(trade.NewDec(rapid.Int64Range(-20, 20).Draw(t, "slip"))))
		if stop, target, passed := c.Levels(p, fill, in.Spec); !passed {
			ordered(t, in.Spec, p.Side, fill, stop, target)
		}
	})
}

func within(t *rapid.T, in strategy.PlanInput, p strategy.Plan) {
	ordered(t, in.Spec, p.Side, p.Entry, p.Stop, p.Target)
	notional := p.Amount.Mul(p.Entry)
	if in.Spec.Kind == trade.Inverse {
		notional = p.Amount.Div(p.Entry)
	}
	switch {
	case p.Side != in.Side:
		t.Fatal("other side than asked for")
	case p.Amount.Less(in.Spec.MinAmount) || !p.Amount.IsMultipleOf(in.Spec.AmountStep):
		t.Fatalf("amount %s", p.Amount)
	case in.Equity.Mul(in.Spec.MaxLeverage).Less(notional):
		t.Fatalf("notional %s above the instrument's leverage on equity %s", notional, in.Equity)
	case in.Available.Mul(in.Spec.MaxLeverage).Less(notional):
		t.Fatalf("notional %s is more than the free margin %s carries", notional, in.Available)
	}
}

func ordered(t *rapid.T, spec trade.Spec, side trade.Side, price, stop, target trade.Dec) {
	low, high := stop, target
	if side == trade.Sell {
		low, high = target, stop
	}
	if !low.Less(price) || !price.Less(high) {
		t.Fatalf("%s at %s with stop %s and target %s", side, price, stop, target)
	}
	if !stop.IsMultipleOf(spec.TickSize) || !target.IsMultipleOf(spec.TickSize) {
		t.Fatalf("stop %s or target %s is off the tick %s", stop, target, spec.TickSize)
	}
}

// risked holds the risk at the stop to half a percent of what was asked, unless the detail says why not.
func risked(t *rapid.T, p strategy.Plan) {
	var d strategy.Detail
	if err := json.Unmarshal(p.Detail, &d); err != nil {
		t.Fatal(err)
	}
	if d.Sizing == nil || d.Sizing.RiskAsked == nil {
		return
	}
	asked, got := *d.Sizing.RiskAsked, d.Sizing.RiskAtStop
	tolerance := asked.Mul(trade.MustDec("0.005"))
	if asked.Add(tolerance).Less(got) {
		t.Fatalf("risk %s is more than the %s asked for", got, asked)
	}
	if got.Less(asked.Sub(tolerance)) && d.Sizing.Difference == "" {
		t.Fatalf("risk %s is less than the %s asked for, and nothing says why", got, asked)
	}
}
