package indicator

// EMA is an exponential moving average, seeded by the simple mean of its first n values and from
// then on moved by 2/(n+1) of the way to each new value. It is never seeded again.
type EMA struct {
	n     int
	seen  int
	value float64 // the sum of the seed until n values are there
}

// NewEMA makes an average over n values, n at least 1.
func NewEMA(n int) EMA { return EMA{n: n} }

// Add takes the next value.
func (e *EMA) Add(x float64) {
	if e.Ready() {
		e.value += float64((x - e.value) * (2 / float64(e.n+1)))
		return
	}
	e.seen++
	e.value += x
	if e.Ready() {
		e.value /= float64(e.n)
	}
}

// Ready tells whether n values have been seen.
func (e *EMA) Ready() bool { return e.seen == e.n }

// Value is the average; it means nothing before Ready.
func (e *EMA) Value() float64 { return e.value }
