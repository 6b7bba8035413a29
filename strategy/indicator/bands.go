package indicator

import "math"

// Bands is a simple moving average with Bollinger bands at k population deviations.
type Bands struct {
	closes Window
	k      float64
}

// NewBands makes bands over n closes, n at least 1, k deviations wide.
func NewBands(n int, k float64) Bands { return Bands{closes: NewWindow(n), k: k} }

// Add takes the next close.
func (b *Bands) Add(close float64) { b.closes.Add(close) }

// Ready tells whether n closes have been seen.
func (b *Bands) Ready() bool { return b.closes.Full() }

// Middle is the simple moving average.
func (b *Bands) Middle() float64 { return b.closes.Mean(len(b.closes.values)) }

// Outer gives the lower and the upper band.
func (b *Bands) Outer() (lower, upper float64) {
	middle, width := b.Middle(), float64(b.k*b.deviation())
	return middle - width, middle + width
}

// deviation is taken from the mean, close by close: the shorter formula with sums of squares loses
// its digits on prices that are large against their moves.
func (b *Bands) deviation() float64 {
	var squares float64
	middle := b.Middle()
	for i := len(b.closes.values) - 1; i >= 0; i-- {
		away := b.closes.Ago(i) - middle
		squares += float64(away * away)
	}
	return math.Sqrt(squares / float64(len(b.closes.values)))
}
