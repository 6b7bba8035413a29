package market

import (
	"strconv"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// gridOf is an instrument's grid as floats: prices are made up in floats and then put on ticks.
type gridOf struct {
	tick    float64
	step    int64 // units in a tick
	size    float64
	base    float64
	inverse bool
}

// grid gives an instrument's grid; it is worked out once for each.
func (s *Synthetic) grid(i *core.Instrument) gridOf {
	g, known := s.grids[i]
	if !known {
		g = gridOf{float(i.TickSize), i.Step(), float(i.ContractSize), coins[string(i.Base)].base, i.Inverse}
		s.grids[i] = g
	}
	return g
}

func float(d trade.Dec) float64 {
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
}

// units gives a price on the nearest tick.
func (g gridOf) units(price float64) int64 { return max(1, int64(price/g.tick+0.5)) * g.step }

func (g gridOf) price(units int64) float64 { return float64(float64(units/g.step) * g.tick) }

// contract is what one contract is worth in USD.
func (g gridOf) contract(price float64) float64 { return float64(g.size * price) }

func fine(price float64) int64 { return int64(float64(price*10_000) + 0.5) }
