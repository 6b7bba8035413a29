package strategy

import (
	"encoding/json"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// Thor is fast mean reversion to the mean band: it enters against a short exhausted move, in a market
// that is neither dead nor wild, and leaves at the average of the last candles.
var Thor Definition = thor{}

type thor struct{}

func (thor) Info() Info {
	return Info{
		Name:        thorForm.name,
		Description: "Fast mean reversion on one-minute candles: enters against a short move away from the average and leaves at the average.",
		Version:     thorForm.version,
		Parameters:  thorForm.schema(),
		Presets:     thorForm.presetValues(),
	}
}

func (thor) Parse(raw json.RawMessage) (Config, error) {
	s, err := thorForm.parse(raw)
	if err != nil {
		return nil, err
	}
	return thorConfig{s}, nil
}

type thorConfig struct{ settings }

func (c thorConfig) SignalKey() string { return c.signalKey() }

func (c thorConfig) NewEvaluator() Evaluator { return newThorEvaluator(c.settings) }

func (c thorConfig) Rules() Rules {
	return Rules{
		MaxDailyTrades: c.integer("maxDailyTrades"),
		Cooldown:       time.Duration(c.integer("cooldownCandles")) * candleLength,
		MaxDailyLoss:   c.dec("maxDailyLoss"),
	}
}

// Levels keeps stop and target where they are: they are prices of the market, not distances from the
// fill. Only a stop that is too near to the fill moves away from it.
func (c thorConfig) Levels(p Plan, fill trade.Dec, spec trade.Spec) (stop, target trade.Dec, passed bool) {
	passed = !fill.Less(p.Target)
	if p.Side == trade.Sell {
		passed = !p.Target.Less(fill)
	}
	return c.stop(p, fill, spec.TickSize), p.Target, passed
}

// stop is the stop level, or minStopPercent from a price that is nearer to it.
func (c thorConfig) stop(p Plan, price, tick trade.Dec) trade.Dec {
	return farther(p.Side, p.StopLevel, stopAt(p.Side, price, fraction(c.dec("minStopPercent")), tick))
}
