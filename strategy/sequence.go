package strategy

import (
	"math"

	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// never stands for the open time of no candle at all.
const never = math.MinInt64

// sequence counts the candles that an evaluator has seen since the start or the last gap.
type sequence struct {
	need   int
	have   int
	opened int64 // open time of the last candle; never before the first
}

// newSequence begins to count; need is the longest window of the evaluator, so that after so many
// candles a gap has left them all.
func newSequence(need int) sequence { return sequence{need: need, opened: never} }

func (s *sequence) Need() int { return s.need }

// next tells whether a candle is the next one to take. One that came before and one that cannot be
// are not: the next good one then counts as coming after a gap, and collecting begins again.
func (s *sequence) next(c Candle) bool {
	if c.OpenTime <= s.opened || !possible(c) {
		return false
	}
	if s.opened != never && c.OpenTime != s.opened+minute {
		s.have = 0
	}
	s.opened = c.OpenTime
	s.have++
	return true
}

// possible tells whether a candle can be computed with.
func possible(c Candle) bool {
	prices := c.Low > 0 && c.High >= max(c.Open, c.Close, c.Low) && c.Low <= min(c.Open, c.Close) && !math.IsInf(c.High, 0)
	return prices && c.Volume >= 0 && !math.IsInf(c.Volume, 0)
}

// analysis is what there is to say while candles are being collected.
func (s *sequence) analysis(c Candle) Analysis {
	return Analysis{
		CandleTime: c.OpenTime, Have: s.have, Need: s.need, Price: indicator.Round(c.Close), Indicators: []Indicator{},
		Signal: Signal{Type: None, Reasons: []Reason{}}, Checkpoints: []Checkpoint{dataCheckpoint(s.have, s.need)},
	}
}
