package core

// The synthetic book: so many levels a side, denser near the price. Its first level is a third of
// a coin, its sum about 50 coins of BTC within 0.7 % of the price; it is whole again each second.
const levelsMax = 30

// ladderSide is the index of a side's levels: 0 bids, 1 asks.
func ladderSide(side int64) int {
	if side > 0 {
		return 0
	}
	return 1
}

// synthetic gives what the synthetic book still offers on a side (1 bids, -1 asks), best first. A
// book that is not open has only users' orders: nobody else would stand in it unseen.
func (m *Market) synthetic(side int64) []level {
	if !m.open() {
		return nil
	}
	if !m.laddered {
		m.build()
	}
	return m.ladder[ladderSide(side)]
}

func (m *Market) build() {
	m.ladder = [2][]level{m.levels(1), m.levels(-1)}
	for s, taken := range m.Taken {
		for i, n := range taken {
			m.ladder[s][i].amount -= n
		}
	}
	m.laddered = true
}

func (m *Market) levels(side int64) []level {
	out := make([]level, 0, levelsMax)
	step := m.Instrument.step
	unit := max(1, m.Tick.Price/step/100_000) // a thousandth of a percent of the price, in ticks
	base := m.firstLevel()
	for i := int64(0); i < levelsMax; i++ {
		price := m.Tick.Price - side*step*(m.Tick.Spread+unit*(i+i*i*i/40))
		if price <= 0 {
			break
		}
		out = append(out, level{price, base * (3 + i) * m.wobble(side, i) / 300})
	}
	return out
}

// firstLevel is about 30,000 USD, in contracts.
func (m *Market) firstLevel() int64 {
	contract := m.Instrument.Value(m.Instrument.ContractSize, m.Instrument.Price(m.Tick.Price))
	if m.Instrument.Inverse {
		contract = m.Instrument.ContractSize
	}
	n, _ := Fine(300_000_000).Div(contract).FloorTo(one).Int64()
	return max(1, n)
}

// wobble makes levels differ: 50 to 149 percent, a pure function of price, side and level.
func (m *Market) wobble(side, i int64) int64 {
	h := uint64(m.Tick.Price)*0x9e3779b97f4a7c15 + uint64(m.Tick.Index)*0xbf58476d1ce4e5b9 + uint64(side*64+i)*0x94d049bb133111eb
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	return 50 + int64(h%100)
}

// take removes contracts from a synthetic level.
func (m *Market) take(side int64, i int, n int64) {
	s := ladderSide(side)
	if m.Taken[s] == nil {
		m.Taken[s] = make([]int64, levelsMax)
	}
	m.Taken[s][i] += n
	m.ladder[s][i].amount -= n
}

// bestSynthetic gives the first level of a side that still has something.
func (m *Market) bestSynthetic(side int64) (int, level, bool) {
	for i, l := range m.synthetic(side) {
		if l.amount > 0 {
			return i, l, true
		}
	}
	return 0, level{}, false
}
