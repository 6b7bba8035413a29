// Package strategytest is the suite that every strategy must pass.
package strategytest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

const minute = 60_000

// Run puts a strategy through all that any strategy promises, with its presets and with further
// settings that make it another one.
func Run(t *testing.T, d strategy.Definition, settings ...string) {
	t.Run("describes itself", func(t *testing.T) { describes(t, d) })
	t.Run("parses its own words", func(t *testing.T) { parses(t, d) })
	t.Run("refuses strange settings", func(t *testing.T) { refuses(t, d) })
	t.Run("refuses what is out of range", func(t *testing.T) { bounds(t, d) })
	for _, name := range slices.Sorted(maps.Keys(d.Info().Presets)) {
		settings = append(settings, fmt.Sprintf(`{"preset":%q}`, name))
	}
	for _, name := range settings {
		c, err := d.Parse(json.RawMessage(name))
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) {
			t.Run("evaluates", func(t *testing.T) { evaluates(t, c) })
			t.Run("restarts", func(t *testing.T) { restarts(t, c) })
			t.Run("collects after a gap", func(t *testing.T) { gaps(t, c) })
			t.Run("plans within its limits", func(t *testing.T) { plans(t, d, c) })
			t.Run("acts on a lively market", func(t *testing.T) { acts(t, c) })
		})
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
		var p property
		require.NoError(t, json.Unmarshal(raw, &p))
		require.NotEmpty(t, p.Title, name)
		require.NotEmpty(t, p.Description, name)
		require.JSONEq(t, string(preset[name]), string(p.Default), "%s: the default is that of the first preset", name)
		switch p.Type {
		case "integer", "number":
			require.True(t, p.Minimum != nil && p.Maximum != nil, "%s has a range", name)
		case "string":
			require.True(t, p.Pattern != "" || len(p.Enum) > 0, "%s says what it may be", name)
		default:
			require.Contains(t, []any{"boolean", "object"}, p.Type, name)
		}
		require.Contains(t, preset, name, "every setting is in the preset")
	}
	require.Len(t, preset, len(schema.Properties), "every value of the preset is a setting")
	require.Equal(t, string(info.Parameters), string(d.Info().Parameters), "the same bytes each time")
}

// property is one setting in the schema.
type property struct {
	Type             any
	Title            string
	Description      string
	Enum             []string
	Pattern          string
	Default          json.RawMessage
	Minimum, Maximum *float64
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

// bounds holds every number of the schema to its range: the edges may not be refused for being out of
// it, and beyond them the refusal names the setting and the range.
func bounds(t *testing.T, d strategy.Definition) {
	var schema struct{ Properties map[string]property }
	require.NoError(t, json.Unmarshal(d.Info().Parameters, &schema))
	for name, p := range schema.Properties {
		if p.Minimum == nil {
			continue
		}
		allowed := fmt.Sprintf("from %v to %v", *p.Minimum, *p.Maximum)
		for _, beyond := range []float64{*p.Minimum - 1, *p.Maximum + 1} {
			require.Contains(t, complaint(d, name, beyond), allowed)
		}
		for _, edge := range []float64{*p.Minimum, *p.Maximum} {
			require.NotContains(t, complaint(d, name, edge), allowed)
		}
		if p.Type == "integer" {
			require.Contains(t, complaint(d, name, *p.Minimum+0.5), "must be a whole number "+allowed)
		}
	}
}

// complaint is what is wrong with a setting when it has a value.
func complaint(d strategy.Definition, name string, value float64) string {
	_, err := d.Parse(json.RawMessage(fmt.Sprintf(`{%q:%v}`, name, value)))
	var refusal *trade.Error
	if !errors.As(err, &refusal) {
		return ""
	}
	for _, f := range refusal.Fields {
		if f.Field == name {
			return f.Error
		}
	}
	return ""
}

func evaluates(t *testing.T, c strategy.Config) {
	if c.SignalKey() == "" {
		require.Nil(t, c.NewEvaluator())
		require.True(t, c.Rules().EnterAtStart, "with no signal there is no other way in")
		return
	}
	rapid.Check(t, func(t *rapid.T) {
		one, two := c.NewEvaluator(), c.NewEvaluator()
		candles := Candles(t, rapid.IntRange(1, 3*one.Need()).Draw(t, "candles"))
		told, texts := make([]strategy.Analysis, len(candles)), make([]string, len(candles))
		for i, candle := range candles {
			told[i] = one.Close(candle)
			texts[i] = written(t, told[i])
			if texts[i] != written(t, two.Close(candle)) {
				t.Fatal("the same candles gave another analysis")
			}
			sound(t, told[i], i+1, one.Need(), candle)
		}
		for i := range told { // what was said is not touched by what came later
			if written(t, told[i]) != texts[i] {
				t.Fatalf("the analysis of candle %d changed afterwards", i)
			}
		}
	})
}

// restarts holds an evaluator that begins with the long history of live trading to one that ran on.
func restarts(t *testing.T, c strategy.Config) {
	if c.SignalKey() == "" {
		return
	}
	rapid.Check(t, func(t *rapid.T) {
		if rapid.IntRange(0, 19).Draw(t, "one in twenty") > 0 {
			return // the histories are long
		}
		history := strategy.History(c)
		candles := Candles(t, history+700)
		running, restarted := c.NewEvaluator(), c.NewEvaluator()
		for i, candle := range candles {
			a := running.Close(candle)
			if i < 600 {
				continue
			}
			b := restarted.Close(candle)
			if i >= 600+history {
				a.Have, b.Have = 0, 0 // only that tells them apart
				if written(t, a) != written(t, b) {
					t.Fatalf("candle %d: %+v\nafter a restart: %+v", i, a, b)
				}
			}
		}
	})
}

// gaps sends an evaluator back to collecting, until as many candles as it needs have come, and shows it
// candles that are none.
func gaps(t *testing.T, c strategy.Config) {
	if c.SignalKey() == "" {
		return
	}
	rapid.Check(t, func(t *rapid.T) {
		e := c.NewEvaluator()
		candles := Candles(t, 2*e.Need()+5)
		for i, candle := range candles {
			if i == e.Need()+3 {
				continue // missing
			}
			a := e.Close(candle)
			if after := i - e.Need() - 3; after > 0 && (a.Have != after || a.Ready() != (after >= e.Need())) {
				t.Fatalf("%d candles after the gap it has %d", after, a.Have)
			}
			impossible := candle
			impossible.OpenTime, impossible.High = candle.OpenTime+minute, candle.Low/2
			if written(t, e.Close(candle)) != written(t, a) || written(t, e.Close(impossible)) != written(t, a) {
				t.Fatal("a candle that came before, or can not be, was taken")
			}
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

// plans draws accounts and markets and holds every plan to the caps, the steps and the risk asked for,
// with every way to size it.
func plans(t *testing.T, d strategy.Definition, c strategy.Config) {
	rapid.Check(t, func(t *rapid.T) {
		c := sized(t, d, c)
		in := Input(t, c)
		p, err := c.Plan(in)
		if again, _ := c.Plan(in); !reflect.DeepEqual(p, again) {
			t.Fatal("the same market gave another plan")
		}
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

// acts looks for a signal whose plan a rich account without fees would enter: a strategy that passes
// all the rest by never doing anything is none.
func acts(t *testing.T, c strategy.Config) {
	in := strategy.PlanInput{Side: trade.Buy, Equity: trade.NewDec(1_000_000), Available: trade.NewDec(1_000_000), Spec: contract()}
	in.Ticker = trade.Ticker{Instrument: in.Spec.Instrument, Bid: trade.NewDec(49_999), Ask: trade.NewDec(50_000)}
	e := c.NewEvaluator()
	if e == nil {
		_, err := c.Plan(in)
		require.NoError(t, err)
		return
	}
	entered := 0
	for _, candle := range lively(20_000) {
		if in.Analysis = e.Close(candle); in.Analysis.Signal.Type == strategy.None {
			continue
		}
		in.Side = in.Analysis.Signal.Side()
		in.Ticker.Bid = trade.NewDec(int64(candle.Close))
		in.Ticker.Ask = in.Ticker.Bid.Add(in.Spec.TickSize)
		if _, err := c.Plan(in); err == nil {
			entered++
		}
	}
	require.Positive(t, entered)
}

// sized gives the config one of the sizings that it knows.
func sized(t *rapid.T, d strategy.Definition, c strategy.Config) strategy.Config {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(c.JSON(), &all); err != nil {
		t.Fatal(err)
	}
	if all["sizing"] == nil {
		return c
	}
	all["sizing"] = json.RawMessage(rapid.SampledFrom([]string{`{"mode":"notional","value":"250"}`,
		`{"mode":"percent","value":0.7}`, `{"mode":"fixed","value":"12.5"}`, string(all["sizing"])}).Draw(t, "sizing"))
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	other, err := d.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return other
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
