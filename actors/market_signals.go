package actors

import (
	"context"
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/strategy"
)

const (
	stepBudget  = 100 * time.Millisecond // for one candle
	stepStrikes = 3                      // so often over the budget in a row ends the key
	warmBudget  = 30 * time.Second       // for the whole history
)

// signal is the market-only half of one strategy and parameter set, shared by
// all that run it on this market.
type signal struct {
	key       string
	config    strategy.Config
	evaluator strategy.Evaluator // nil while it is fed the history
	analysis  strategy.Analysis
	through   int64  // open time of the last candle it has seen
	strikes   int    // steps over the budget in a row
	failed    string // why it is quarantined, "" for not
}

// ready tells whether the signal follows the market.
func (s *signal) ready() bool { return s.evaluator != nil && s.failed == "" }

// warmed is the result of feeding the history to a fresh evaluator.
type warmed struct {
	key       string
	evaluator strategy.Evaluator
	analysis  strategy.Analysis
	through   int64
	failed    string
}

// warm feeds the history to a fresh evaluator of config. It runs off the
// mailbox and never panics.
func warm(ctx context.Context, config strategy.Config, history []strategy.Candle) (w warmed) {
	w.key = config.SignalKey()
	defer func() {
		if r := recover(); r != nil {
			w.failed = fmt.Sprintf("the signal failed on the history: %v", r)
		}
	}()
	began := time.Now()
	w.evaluator = config.NewEvaluator()
	for i, c := range history {
		w.analysis, w.through = w.evaluator.Close(c), c.OpenTime
		if i%256 == 0 && time.Since(began) > warmBudget {
			w.failed = "the signal took too long on the history"
			return w
		}
		if ctx.Err() != nil {
			return w
		}
	}
	return w
}

// step feeds one closed candle and tells whether the signal may go on. A panic
// ends this key only, and so does being slow three times in a row.
func (s *signal) step(c strategy.Candle) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			s.failed, ok = fmt.Sprintf("the signal failed: %v", r), false
		}
	}()
	began := time.Now()
	s.analysis, s.through = s.evaluator.Close(c), c.OpenTime
	if time.Since(began) <= stepBudget {
		s.strikes = 0
		return true
	}
	if s.strikes++; s.strikes >= stepStrikes {
		s.failed = "the signal took too long"
		return false
	}
	return true
}
