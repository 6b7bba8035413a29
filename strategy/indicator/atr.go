package indicator

import "math"

// ATR is the plain mean of the last n true ranges. The true range is the largest of high - low and
// the distances of high and low from the close before.
type ATR struct {
	ranges  Window
	last    float64
	started bool
}

// NewATR makes an average over n true ranges, n at least 1; it needs n + 1 candles.
func NewATR(n int) ATR { return ATR{ranges: NewWindow(n)} }

// Add takes the next candle.
func (a *ATR) Add(high, low, close float64) {
	if a.started {
		a.ranges.Add(max(high-low, math.Abs(high-a.last), math.Abs(low-a.last)))
	}
	a.last, a.started = close, true
}

// Ready tells whether n true ranges have been seen.
func (a *ATR) Ready() bool { return a.ranges.Full() }

// Value is the mean, in the price's own unit.
func (a *ATR) Value() float64 { return a.ranges.Mean(len(a.ranges.values)) }
