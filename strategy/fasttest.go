package strategy

import (
	"encoding/json"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// fastTestPercent is how far stop and target are from the fill, in percent of it.
const fastTestPercent = "0.3"

// fastTestHold is how long the trade may take before it is closed at market.
const fastTestHold = 20 * time.Second

// FastTest is one round trip of the minimum amount: how a new user sees the whole chain work within
// a minute. It has no warm-up and waits for no candle.
var FastTest Definition = fastTest{}

type fastTest struct{}

var fastTestForm = &form{name: "Fast Test", version: "1", presets: []string{Original}}

func (fastTest) Info() Info {
	return Info{
		Name:        fastTestForm.name,
		Description: "One simulated trade of the smallest amount, closed within 20 seconds: shows that everything works.",
		Version:     fastTestForm.version,
		Parameters:  fastTestForm.schema(),
		Presets:     fastTestForm.presetValues(),
		// Its only purpose is to show the chain; that is no reason to lose money.
		SimulatedOnly: true,
	}
}

func (fastTest) Parse(raw json.RawMessage) (Config, error) {
	s, err := fastTestForm.parse(raw)
	if err != nil {
		return nil, err
	}
	return fastTestConfig{s}, nil
}

type fastTestConfig struct{ settings }

func (fastTestConfig) SignalKey() string { return "" }

func (fastTestConfig) NewEvaluator() Evaluator { return nil }

func (fastTestConfig) Rules() Rules {
	return Rules{EnterAtStart: true, MaxHold: fastTestHold, MaxTrades: 1}
}

func (fastTestConfig) Plan(in PlanInput) (Plan, error) {
	distance := fraction(trade.MustDec(fastTestPercent))
	r := risk{sizing: Sizing{Mode: smallest}, maxLeverage: trade.NewDec(defaultLeverage)}
	return r.follow(in, distance, distance)
}

func (fastTestConfig) Levels(p Plan, fill trade.Dec, spec trade.Spec) (stop, target trade.Dec, passed bool) {
	stop, target = levels(p.Side, fill, p.StopDistance, p.TargetDistance, spec.TickSize)
	return stop, target, false
}
