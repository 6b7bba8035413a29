package core

// The price band: trades happen within 1.5 % of the index plus its basis, and within 7.5 % of the
// index. The basis is how far the middle of the book is from the index, as an exponential average
// over a minute of seconds.
const (
	bandAround = 15 // thousandths
	bandIndex  = 75
	basisSpan  = 60
	basisUnit  = 1_000 // of a ten-thousandth
)

// drift takes a second's distance into the basis.
func (m *Market) drift() { m.Basis += (m.distance() - m.Basis) * 2 / (basisSpan + 1) }

// rebase starts the average anew, where there was nothing before.
func (m *Market) rebase() { m.Basis = m.distance() }

// distance is from the index to the middle of the book, which is the price of the second.
func (m *Market) distance() int64 {
	return (m.Tick.Price*m.Instrument.fine - m.Tick.Index) * basisUnit
}

// Band gives the lowest sell and the highest buy price, in units.
func (m *Market) Band() (low, high int64) {
	index := m.Tick.Index
	around := index + m.Basis/basisUnit
	low = max(around*(1_000-bandAround), index*(1_000-bandIndex)) / 1_000
	high = min(around*(1_000+bandAround), index*(1_000+bandIndex)) / 1_000
	return m.Instrument.Nearest(low), m.Instrument.Nearest(high)
}
