package market

import (
	"sync"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// Synthetic is a made-up market: a pure function of seed, instrument and time, with history as far
// back as anybody asks. What it keeps is only a cache. It is safe for concurrent use.
type Synthetic struct {
	seed uint64

	mu      sync.Mutex
	days    map[dayKey]*day
	order   []dayKey
	walks   map[string]*[2]walk // the last even and odd minutes asked for, by coin
	minutes map[int]*[2]minute  // the same, by instrument
	grids   map[*core.Instrument]gridOf
	bars    barCache
}

const (
	minutesPerDay = 1440
	daysCached    = 40
)

type dayKey struct {
	coin string
	day  int64
}

// day is the index of one coin over one UTC day.
type day struct {
	level      [minutesPerDay + 1]float64 // log price at the start of each minute
	volatility [minutesPerDay]float64     // standard deviation of each minute
	volume     [minutesPerDay]float64     // USD traded in each minute
}

// walk is one coin's path over one minute: 60 log prices.
type walk struct {
	at       int64
	index    [60]float64
	volume   float64 // USD a second, on average
	activity float64 // volatility against its mean
	weight   [60]uint8
}

// minute is one instrument's minute: the coin's path and the logs of its premium.
type minute struct {
	*walk
	at      int64
	premium [60]float64
	slow    [60]float64
}

// NewSynthetic makes the market of a seed.
func NewSynthetic(seed uint64) *Synthetic {
	return &Synthetic{seed: seed, days: map[dayKey]*day{}, walks: map[string]*[2]walk{}, minutes: map[int]*[2]minute{}, grids: map[*core.Instrument]gridOf{}}
}

// Tick gives one second.
func (s *Synthetic) Tick(i *core.Instrument, second int64) core.Tick {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := floorDiv(second, 60)
	m := s.minute(i, at)
	n := second - at*60
	base := coins[string(i.Base)].base
	g := s.grid(i)
	price := g.units(base * exp(m.index[n]+m.premium[n]))
	spread := int64(g.price(price) * 0.00001 * m.activity / g.tick)
	return core.Tick{
		Price: price, Index: fine(base * exp(m.index[n])), Mark: fine(base * exp(m.index[n]+m.slow[n])),
		Volume: m.contracts(g, n), Sell: m.weight[n]&1 == 1, Spread: max(1, spread),
	}
}

// Bar gives one minute. It opens at the last price before it.
func (s *Synthetic) Bar(i *core.Instrument, at, through int64) core.Bar {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bars.of(i, at, through, func(last int64) core.Bar { return s.makeBar(i, at, last) })
}

func (s *Synthetic) makeBar(i *core.Instrument, at, last int64) core.Bar {
	m := s.minute(i, at)
	g, base := s.grid(i), coins[string(i.Base)].base
	open := s.lastLog(i, at-1)
	high, low := open, open
	bar := core.Bar{Open: g.units(base * exp(open))}
	for n := int64(0); n <= last; n++ {
		v := m.index[n] + m.premium[n]
		high, low = max(high, v), min(low, v)
		bar.Volume += m.contracts(g, n)
	}
	bar.High, bar.Low = g.units(base*exp(high)), g.units(base*exp(low))
	bar.Close = g.units(base * exp(m.index[last]+m.premium[last]))
	return bar
}

// lastLog is the log price in the last second of a minute.
func (s *Synthetic) lastLog(i *core.Instrument, at int64) float64 {
	m := s.minute(i, at)
	return m.index[59] + m.premium[59]
}

// contracts is what was traded in a second: never nothing.
func (m *minute) contracts(g gridOf, n int64) int64 {
	usd := float64(m.volume * (0.5 + float64(m.weight[n])/256))
	return max(1, int64(usd/g.contract(coinPrice(m, n, g))))
}

func coinPrice(m *minute, n int64, g gridOf) float64 {
	if g.inverse {
		return 1
	}
	return float64(g.base * exp(m.index[0]))
}

// minute gives an instrument's minute. A minute and the one before it are kept at the same time.
func (s *Synthetic) minute(i *core.Instrument, at int64) *minute {
	kept := s.minutes[i.ID]
	if kept == nil {
		kept = &[2]minute{}
		s.minutes[i.ID] = kept
	}
	m := &kept[at&1]
	if m.walk == nil || m.at != at {
		m.at = at
		s.premia(i, at, m)
	}
	m.walk = s.walk(string(i.Base), at)
	return m
}

// walk gives a coin's minute: a free walk in seconds, bent so that it ends where the next one starts.
func (s *Synthetic) walk(coin string, at int64) *walk {
	kept := s.walks[coin]
	if kept == nil {
		kept = &[2]walk{{at: -1}, {at: -2}}
		s.walks[coin] = kept
	}
	w := &kept[at&1]
	if w.at == at {
		return w
	}
	d, c := s.day(coin, floorDiv(at, minutesPerDay)), coins[coin]
	n := at - floorDiv(at, minutesPerDay)*minutesPerDay
	w.at, w.volume, w.activity = at, d.volume[n]/60, clamp(d.volatility[n]/float64(minuteDeviation*c.scale), 0.5, 8)
	step := float64(d.volatility[n] * rootSixtieth)
	sum, key := 0.0, mix(s.seed, hashOf(coin), uint64(at))
	for k := 0; k < 60; k++ {
		w.index[k] = sum
		h := mix(key, uint64(k))
		sum += float64(step * coarse(h))
		w.weight[k] = uint8(h * 0x9e3779b97f4a7c15 >> 56)
	}
	bend := (d.level[n+1] - d.level[n] - sum) / 60
	for k := range w.index {
		w.index[k] += d.level[n] + float64(bend*float64(k))
	}
	return w
}

const rootSixtieth = 0.12909944487358055

// premia fills in a perpetual's premium: straight lines between hashed values. A future has its
// basis in place of the slow part, and its quick part fades in the last day.
func (s *Synthetic) premia(i *core.Instrument, at int64, m *minute) {
	if !i.Perpetual() {
		s.bases(i, at, m)
		return
	}
	id := uint64(i.ID)
	hour := floorDiv(at, 60)
	from := float64(slowPremium * normal(mix(s.seed, id, 11, uint64(hour))))
	to := float64(slowPremium * normal(mix(s.seed, id, 11, uint64(hour+1))))
	quickFrom := float64(quickPremium * normal(mix(s.seed, id, 12, uint64(at))))
	quickTo := float64(quickPremium * normal(mix(s.seed, id, 12, uint64(at+1))))
	for k := range m.slow {
		part := float64(k) / 60
		done := (float64(at-hour*60) + part) / 60
		m.slow[k] = from + float64((to-from)*done)
		m.premium[k] = m.slow[k] + quickFrom + float64((quickTo-quickFrom)*part)
	}
}

func (s *Synthetic) bases(i *core.Instrument, at int64, m *minute) {
	id := uint64(i.ID)
	from := float64(quickPremium * normal(mix(s.seed, id, 12, uint64(at))))
	to := float64(quickPremium * normal(mix(s.seed, id, 12, uint64(at+1))))
	for k := range m.slow {
		second := at*60 + int64(k)
		left := float64(min(86_400, remaining(i, second))) / 86_400
		m.slow[k] = float64(basis(i, second)) / 1e9
		m.premium[k] = m.slow[k] + float64(left*(from+float64((to-from)*(float64(k)/60))))
	}
}

func (s *Synthetic) day(name string, n int64) *day {
	key := dayKey{name, n}
	if d := s.days[key]; d != nil {
		return d
	}
	d := s.buildDay(name, n)
	s.days[key] = d
	if s.order = append(s.order, key); len(s.order) > daysCached {
		delete(s.days, s.order[0])
		s.order = s.order[1:]
	}
	return d
}

// buildDay makes a day: 1,440 moves with clustered volatility, bent to end at the next day's level.
func (s *Synthetic) buildDay(name string, n int64) *day {
	c, d := coins[name], &day{}
	start, end := s.anchor(name, n), s.anchor(name, n+1)
	walk := 0.0
	for k := int64(0); k < minutesPerDay; k++ {
		at := n*minutesPerDay + k
		log := s.logVolatility(at)
		d.volatility[k] = float64(minuteDeviation * c.scale * exp(log-logVolatilityVariance))
		d.volume[k] = float64(medianVolume * exp(float64(volumeSlope*log)+float64(volumeNoise*normal(mix(s.seed, hashOf(name), 21, uint64(at))))))
		d.level[k] = walk
		walk += float64(d.volatility[k] * s.shock(name, 22, at))
	}
	d.level[minutesPerDay] = walk
	bend := (end - start - walk) / minutesPerDay
	for k := range d.level {
		d.level[k] += start + float64(bend*float64(k))
	}
	return d
}

// logVolatility is the sum of the factors of a minute; its mean is 0.
func (s *Synthetic) logVolatility(at int64) float64 {
	sum := 0.0
	for k, f := range volatilityFactors {
		phase := int64(mix(s.seed, 31, uint64(k)) % uint64(f.minutes))
		sum += float64(f.deviation * normal(mix(s.seed, 32, uint64(k), uint64(floorDiv(at+phase, f.minutes)))))
	}
	return sum
}

// shock is a normal deviate that a coin shares in part with BTC.
func (s *Synthetic) shock(name string, kind uint64, at int64) float64 {
	c := coins[name]
	z := float64(c.common * normal(mix(s.seed, hashOf("BTC"), kind, uint64(at))))
	if c.own != 0 {
		z += float64(c.own * normal(mix(s.seed, hashOf(name), kind, uint64(at))))
	}
	return z
}

// anchor is the log price at the start of a day.
func (s *Synthetic) anchor(name string, n int64) float64 {
	sum, weight := 0.0, dayDeviation*coins[name].scale
	for k := int64(0); k < dayTerms; k++ {
		sum += float64(weight * s.shock(name, 23, n-k))
		weight = float64(weight * dayMemory)
	}
	return sum
}

func hashOf(s string) (h uint64) {
	h = 14695981039346656037
	for _, b := range []byte(s) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}

func clamp(v, low, high float64) float64 { return max(low, min(high, v)) }
