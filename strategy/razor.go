package strategy

import (
	"encoding/json"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// Razor is scored mean reversion on one-minute candles: it adds up what speaks for a long and for a
// short trade and enters the stronger side once its score is high enough.
var Razor Definition = razor{}

type razor struct{}

func (razor) Info() Info {
	return Info{
		Name:        razorForm.name,
		Description: "Scored mean reversion on one-minute candles: enters against an exhausted move and leaves at a fixed stop or target.",
		Version:     razorForm.version,
		Parameters:  razorForm.schema(),
		Presets:     razorForm.presetValues(),
	}
}

func (razor) Parse(raw json.RawMessage) (Config, error) {
	s, err := razorForm.parse(raw)
	if err != nil {
		return nil, err
	}
	return razorConfig{s}, nil
}

type razorConfig struct{ settings }

func (c razorConfig) SignalKey() string { return c.signalKey() }

func (c razorConfig) NewEvaluator() Evaluator { return newRazorEvaluator(c.settings) }

func (c razorConfig) Rules() Rules {
	return Rules{
		MaxDailyTrades: c.integer("maxDailyTrades"),
		Cooldown:       time.Duration(c.integer("cooldownMinutes")) * time.Minute,
		MaxDailyLoss:   c.dec("maxDailyLoss"),
		BreakEven: BreakEven{
			Enabled:     c.flag("breakEvenEnabled"),
			Trigger:     c.dec("breakEvenTrigger"),
			OffsetTicks: c.integer("breakEvenOffsetTicks"),
			CoversFees:  c.flag("breakEvenCoversFees"),
		},
	}
}

// History is how many one-minute candles its averages want before the first live decision. Where the
// longer timeframes decide nothing, theirs need no more than what is always loaded.
func (c razorConfig) History() int {
	longest := 1
	if c.flag("multiTimeframe") {
		longest = razorFrames[len(razorFrames)-1].minutes
	}
	return 40 * c.integer("emaSlow") * longest
}

func (c razorConfig) Plan(in PlanInput) (Plan, error) {
	stop, target := c.distances(in.Analysis)
	return c.risk().follow(in, stop, target)
}

// The quiet and the lively market of adaptiveStops, in ATR percent, and what they do.
const (
	quietATR, livelyATR = 0.05, 0.4
	trendAgreement      = 2
)

// distances gives stop and target as fractions of the price; adaptiveStops pulls the stop closer in
// a quiet market and lets the target run in a lively or trending one.
func (c razorConfig) distances(a Analysis) (stop, target trade.Dec) {
	stop, target = fraction(c.dec("stopLossPercent")), fraction(c.dec("takeProfitPercent"))
	if !c.flag("adaptiveStops") {
		return stop, target
	}
	if atr, found := a.Value("atrPercent"); found && atr < quietATR {
		stop = stop.Mul(trade.MustDec("0.85"))
	} else if found && atr > livelyATR {
		target = target.Mul(trade.MustDec("1.15"))
	}
	if trend, found := a.Value("trendScore"); found && c.flag("multiTimeframe") && (trend >= trendAgreement || trend <= -trendAgreement) {
		target = target.Mul(trade.MustDec("1.05"))
	}
	return stop, target
}

func (c razorConfig) Levels(p Plan, fill trade.Dec, spec trade.Spec) (stop, target trade.Dec, passed bool) {
	stop, target = levels(p.Side, fill, p.StopDistance, p.TargetDistance, spec.TickSize)
	return stop, target, false
}
