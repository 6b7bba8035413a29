package strategy

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/strategy/indicator"
	"github.com/tradebaas/tradebaas/trade"
)

// SMACross is the example to copy for a strategy of your own: a form, an evaluator and a plan. It
// follows the trend: long when the fast average crosses above the slow one, short when below.
var SMACross Definition = smaCross{}

type smaCross struct{}

// The form is all that a user may set. Values are JSON literals, one for each preset; market marks
// those that the evaluator looks at.
var smaCrossForm = &form{
	name: "SMA Cross", version: "1",
	presets: []string{Original, Conservative},
	sizing: map[string]Sizing{
		Original:     {Notional, trade.NewDec(100)},
		Conservative: {Percent, trade.MustDec("0.5")},
	},
	params: slices.Concat([]parameter{
		{name: "stopLossPercent", title: "Stop loss", unit: "%", group: groupExit, kind: number, min: "0.05", max: "10", preset: same("2"),
			help: "Distance of the stop from the average fill price."},
		{name: "takeProfitPercent", title: "Take profit", unit: "%", group: groupExit, kind: number, min: "0.05", max: "20", preset: same("6"),
			help: "Distance of the target from the average fill price."},
	}, riskParameters(same("5")), []parameter{
		{name: "maxDailyTrades", title: "Trades per day", unit: "trades", group: groupLimits, kind: integer, min: "1", max: "1000", preset: each("20", "5"),
			help: "No new trade after so many on one UTC day."},
		{name: "cooldownMinutes", title: "Cooldown", unit: "minutes", group: groupLimits, kind: integer, min: "0", max: "1440", preset: each("5", "30"),
			help: "Pause after every trade, counted from its exit."},
		{name: "smaFast", title: "Fast average", unit: "candles", group: groupEntry, kind: integer, min: "2", max: "499", market: true, preset: same("10"),
			help: "Candles in the fast simple average."},
		{name: "smaSlow", title: "Slow average", unit: "candles", group: groupEntry, kind: integer, min: "3", max: "500", market: true, preset: same("30"),
			help: "Candles in the slow simple average."},
	}),
	orders: []order{{low: "smaFast", high: "smaSlow"}},
}

func (smaCross) Info() Info {
	return Info{
		Name:        smaCrossForm.name,
		Description: "Follows the trend when a fast simple average crosses a slow one. An example to build on.",
		Version:     smaCrossForm.version,
		Parameters:  smaCrossForm.schema(),
		Presets:     smaCrossForm.presetValues(),
	}
}

func (smaCross) Parse(raw json.RawMessage) (Config, error) {
	s, err := smaCrossForm.parse(raw)
	if err != nil {
		return nil, err
	}
	return smaCrossConfig{s}, nil
}

type smaCrossConfig struct{ settings }

func (c smaCrossConfig) SignalKey() string { return c.signalKey() }

func (c smaCrossConfig) Rules() Rules {
	return Rules{
		MaxDailyTrades: c.integer("maxDailyTrades"),
		Cooldown:       time.Duration(c.integer("cooldownMinutes")) * time.Minute,
		MaxDailyLoss:   c.dec("maxDailyLoss"),
	}
}

func (c smaCrossConfig) Plan(in PlanInput) (Plan, error) {
	return c.risk().follow(in, fraction(c.dec("stopLossPercent")), fraction(c.dec("takeProfitPercent")))
}

func (c smaCrossConfig) Levels(p Plan, fill trade.Dec, spec trade.Spec) (stop, target trade.Dec, passed bool) {
	stop, target = levels(p.Side, fill, p.StopDistance, p.TargetDistance, spec.TickSize)
	return stop, target, false
}

func (c smaCrossConfig) NewEvaluator() Evaluator {
	fast, slow := c.integer("smaFast"), c.integer("smaSlow")
	return &smaCrossEvaluator{
		fast: fast, slow: slow, need: slow + 1, // one more than the average: a cross needs the candle before
		closes: indicator.NewWindow(slow), opened: never,
	}
}

type smaCrossEvaluator struct {
	fast, slow int
	need, have int
	opened     int64
	closes     indicator.Window
	before     float64 // fast less slow at the candle before
	current    Analysis
}

func (e *smaCrossEvaluator) Need() int { return e.need }

func (e *smaCrossEvaluator) Close(c Candle) Analysis {
	if c.OpenTime <= e.opened || !possible(c) {
		return e.current
	}
	if e.opened != never && c.OpenTime != e.opened+minute {
		e.have = 0 // a gap: collect again
	}
	e.opened = c.OpenTime
	e.have++
	e.closes.Add(c.Close)
	e.current = e.analyse(c)
	return e.current
}

func (e *smaCrossEvaluator) analyse(c Candle) Analysis {
	a := Analysis{
		CandleTime: c.OpenTime, Have: e.have, Need: e.need, Price: indicator.Round(c.Close), Indicators: []Indicator{},
		Signal: Signal{Type: None, Reasons: []Reason{}}, Checkpoints: []Checkpoint{dataCheckpoint(e.have, e.need)},
	}
	if !e.closes.Full() {
		return a
	}
	fast, slow := indicator.Round(e.closes.Mean(e.fast)), indicator.Round(e.closes.Mean(e.slow))
	apart := indicator.Round(fast - slow)
	if a.Ready() {
		a.Indicators = []Indicator{{"smaFast", fast}, {"smaSlow", slow}, {"apart", apart}}
		e.cross(&a, apart)
	}
	e.before = apart
	return a
}

// cross turns a change of sides into a signal of full strength.
func (e *smaCrossEvaluator) cross(a *Analysis, apart float64) {
	checkpoint := Checkpoint{ID: "cross", Label: "Cross", Status: Pending, Value: plain(apart), Description: "The fast average less the slow one has just changed its sign."}
	switch {
	case e.before <= 0 && apart > 0:
		a.ScoreLong, a.Signal.Type = 100, Long
	case e.before >= 0 && apart < 0:
		a.ScoreShort, a.Signal.Type = 100, Short
	}
	if a.Signal.Type != None {
		a.Signal.Strength, a.Signal.Confidence = 100, 100
		a.Signal.Reasons = append(a.Signal.Reasons, Reason{"cross", a.Signal.Type, 100, apart})
		checkpoint.Status, checkpoint.Points = Met, 100
	}
	a.Checkpoints = append(a.Checkpoints, checkpoint)
}
