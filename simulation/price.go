package simulation

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// path is the price of every instrument in every second, drawn before the world begins.
type path struct {
	start int64                  // second of the first price
	ticks map[string][]core.Tick // by index
}

var firstPrice = map[string]float64{"BTC": 50_000, "ETH": 2_500}

// newPath draws walks with jumps: those that a shock brings go through stops.
func newPath(w *World, seconds int) *path {
	p := &path{start: w.start.Unix(), ticks: map[string][]core.Tick{}}
	for _, i := range core.Perpetuals() {
		r := stream(w.seed, "price "+string(i.Name))
		price, premium := firstPrice[string(i.Base)], 0.0
		for second := range seconds {
			at := w.start.Add(time.Duration(second) * time.Second)
			price *= 1 + 0.0002*gauss(r) + w.jump(at)
			if w.weather[Premium].on(at) {
				premium = math.Max(-0.004, math.Min(0.004, premium+0.0002*gauss(r)))
			} else {
				premium = 0
			}
			p.ticks[i.PriceIndex] = append(p.ticks[i.PriceIndex], tick(i, price, premium, r))
		}
	}
	return p
}

func gauss(r *rand.Rand) float64 { return r.NormFloat64() }

// jump is how far a price leaps in this second.
func (w *World) jump(at time.Time) float64 {
	if shock := w.weather[Shock]; shock.on(at) && shock.rand.IntN(15) == 0 {
		shock.struck++
		return (shock.rand.Float64() - 0.5) * 0.03
	}
	if crash := w.weather[Crash]; crash.on(at) && crash.rand.IntN(20) == 0 {
		crash.struck++
		return (crash.rand.Float64() - 0.6) * 0.2
	}
	return 0
}

func tick(i *core.Instrument, price, premium float64, r *rand.Rand) core.Tick {
	return core.Tick{Price: i.Nearest(int64(price * 10_000)), Index: int64(price * 10_000), Mark: int64(price * (1 + premium) * 10_000),
		Volume: 1 + r.Int64N(50), Sell: r.IntN(2) == 0, Spread: 1 + r.Int64N(3)}
}

// Tick fulfils core.Source; before the world and after it the price stands still. Futures have the
// price of their index.
func (p *path) Tick(i *core.Instrument, second int64) core.Tick {
	list := p.ticks[i.PriceIndex]
	t := list[max(0, min(second-p.start, int64(len(list))-1))]
	if !i.Perpetual() {
		t.Price = i.Nearest(t.Index)
	}
	return t
}

// Bar fulfils core.Source; nobody here looks at candles of the past.
func (p *path) Bar(*core.Instrument, int64, int64) core.Bar { return core.Bar{} }
