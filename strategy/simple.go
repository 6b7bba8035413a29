package strategy

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/strategy/indicator"
	"github.com/tradebaas/tradebaas/trade"
)

// blueprint is all that a simple strategy has to say: one rule on closed candles, and an entry with
// stop and target at fixed distances from the fill. Whatever else a strategy needs it has from here:
// the settings for size, stop, target and limits, the catalogue entry, warm-up, plan and costs.
type blueprint struct {
	name, version, about string
	sizing               map[string]Sizing // by preset
	stop, target         map[string]string // percent of the fill
	maxDailyTrades       map[string]string
	cooldownMinutes      map[string]string
	entry                []parameter // of the rule; their group is given
	orders               []order     // what must hold between them
	checkpoint           Checkpoint  // id, label and description of the rule
	rule                 func(s settings) rule
}

// rule looks at candles and tells when to enter. It is fed every candle once, in order.
type rule interface {
	// need is the longest window of add and judge, in candles.
	need() int
	add(c Candle)
	// judge is asked after add, once there are enough candles.
	judge() verdict
}

// verdict is what a rule thinks after a candle.
type verdict struct {
	side       string  // None, Long or Short
	score      float64 // of that side, 0 to 100
	value      float64 // what decided
	indicators []Indicator
}

// simpleStrategy is a blueprint in the catalogue.
type simpleStrategy struct {
	blueprint
	form *form
}

func simple(b blueprint) Definition {
	for i := range b.entry {
		b.entry[i].group, b.entry[i].market = groupEntry, true
	}
	return simpleStrategy{b, &form{
		name: b.name, version: b.version, presets: []string{Original, Conservative}, sizing: b.sizing, orders: b.orders,
		params: slices.Concat([]parameter{
			{name: "stopLossPercent", title: "Stop loss", unit: "%", group: groupExit, kind: number, min: "0.05", max: "10", preset: b.stop,
				help: "Distance of the stop from the average fill price."},
			{name: "takeProfitPercent", title: "Take profit", unit: "%", group: groupExit, kind: number, min: "0.05", max: "20", preset: b.target,
				help: "Distance of the target from the average fill price."},
		}, riskParameters(same("5")), []parameter{
			{name: "maxDailyTrades", title: "Trades per day", unit: "trades", group: groupLimits, kind: integer, min: "1", max: "1000", preset: b.maxDailyTrades,
				help: "No new trade after so many on one UTC day."},
			{name: "cooldownMinutes", title: "Cooldown", unit: "minutes", group: groupLimits, kind: integer, min: "0", max: "1440", preset: b.cooldownMinutes,
				help: "Pause after every trade, counted from its exit."},
		}, b.entry),
	}}
}

func (d simpleStrategy) Info() Info {
	return Info{Name: d.name, Description: d.about, Version: d.version, Parameters: d.form.schema(), Presets: d.form.presetValues()}
}

func (d simpleStrategy) Parse(raw json.RawMessage) (Config, error) {
	s, err := d.form.parse(raw)
	if err != nil {
		return nil, err
	}
	return simpleConfig{s, d.blueprint}, nil
}

type simpleConfig struct {
	settings
	blueprint blueprint
}

func (c simpleConfig) SignalKey() string { return c.signalKey() }

func (c simpleConfig) Rules() Rules {
	return Rules{
		MaxDailyTrades: c.integer("maxDailyTrades"),
		Cooldown:       time.Duration(c.integer("cooldownMinutes")) * time.Minute,
		MaxDailyLoss:   c.dec("maxDailyLoss"),
	}
}

func (c simpleConfig) Plan(in PlanInput) (Plan, error) {
	return c.risk().follow(in, fraction(c.dec("stopLossPercent")), fraction(c.dec("takeProfitPercent")))
}

func (c simpleConfig) Levels(p Plan, fill trade.Dec, spec trade.Spec) (stop, target trade.Dec, passed bool) {
	stop, target = levels(p.Side, fill, p.StopDistance, p.TargetDistance, spec.TickSize)
	return stop, target, false
}

func (c simpleConfig) NewEvaluator() Evaluator {
	r := c.blueprint.rule(c.settings)
	return &simpleEvaluator{sequence: newSequence(r.need()), rule: r, checkpoint: c.blueprint.checkpoint}
}

type simpleEvaluator struct {
	sequence
	rule       rule
	checkpoint Checkpoint
	current    Analysis
}

func (e *simpleEvaluator) Close(c Candle) Analysis {
	if !e.next(c) {
		return e.current
	}
	e.rule.add(c)
	e.current = e.analysis(c)
	if e.current.Ready() {
		e.fill(&e.current, e.rule.judge())
	}
	return e.current
}

// fill turns a verdict into the analysis; a rule needs not round.
func (e *simpleEvaluator) fill(a *Analysis, v verdict) {
	for _, i := range v.indicators {
		a.Indicators = append(a.Indicators, Indicator{i.Name, indicator.Round(i.Value)})
	}
	point := e.checkpoint
	point.Status, point.Value = Pending, plain(v.value)
	if v.side == Long || v.side == Short {
		score := indicator.Round(v.score)
		point.Status, point.Points = Met, score
		a.Signal = Signal{Type: v.side, Strength: score, Confidence: score, Reasons: []Reason{{point.ID, v.side, score, indicator.Round(v.value)}}}
		if v.side == Long {
			a.ScoreLong = score
		} else {
			a.ScoreShort = score
		}
	}
	a.Checkpoints = append(a.Checkpoints, point)
}
