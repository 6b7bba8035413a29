package market

import (
	"strconv"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// gridOf is an instrument's grid as floats: prices are made up in floats and then put on ticks.
type gridOf struct {
	tick    float64
	size    float64
	base    float64
	inverse bool
}

var grids = func() map[int]gridOf {
	out := map[int]gridOf{}
	for _, i := range core.Perpetuals() {
		out[i.ID] = gridOf{float(i.TickSize), float(i.ContractSize), coins[string(i.Base)].base, i.Inverse}
	}
	return out
}()

func grid(i *core.Instrument) gridOf { return grids[i.ID] }

func float(d trade.Dec) float64 {
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
}

func (g gridOf) ticks(price float64) int64 { return max(1, int64(price/g.tick+0.5)) }

func (g gridOf) price(ticks int64) float64 { return float64(float64(ticks) * g.tick) }

// contract is what one contract is worth in USD.
func (g gridOf) contract(price float64) float64 { return float64(g.size * price) }

func fine(price float64) int64 { return int64(float64(price*10_000) + 0.5) }
