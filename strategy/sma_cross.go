package strategy

import (
	"github.com/tradebaas/tradebaas/strategy/indicator"
	"github.com/tradebaas/tradebaas/trade"
)

// SMACross follows the trend: long when a fast simple average crosses above a slow one, short when it
// crosses below. It is the example to copy for a strategy of your own.
var SMACross = simple(blueprint{
	name: "SMA Cross", version: "1",
	about:  "Follows the trend when a fast simple average crosses a slow one. An example to build on.",
	sizing: map[string]Sizing{Original: {Notional, trade.NewDec(100)}, Conservative: {Percent, trade.MustDec("0.5")}},
	stop:   same("2"), target: same("6"), maxDailyTrades: each("20", "5"), cooldownMinutes: each("5", "30"),
	entry: []parameter{
		{name: "smaFast", title: "Fast average", unit: "candles", kind: integer, min: "2", max: "499", preset: same("10"),
			help: "Candles in the fast simple average."},
		{name: "smaSlow", title: "Slow average", unit: "candles", kind: integer, min: "3", max: "500", preset: same("30"),
			help: "Candles in the slow simple average."},
	},
	orders:     []order{{low: "smaFast", high: "smaSlow"}},
	checkpoint: Checkpoint{ID: "cross", Label: "Cross", Description: "The fast average less the slow one has just changed its sign."},
	rule: func(s settings) rule {
		return &smaCross{fast: s.integer("smaFast"), slow: s.integer("smaSlow"), closes: indicator.NewWindow(s.integer("smaSlow"))}
	},
})

type smaCross struct {
	fast, slow int
	closes     indicator.Window
	before     float64 // fast less slow at the candle before
}

// need is one more than the slow average: a cross wants the candle before.
func (x *smaCross) need() int { return x.slow + 1 }

func (x *smaCross) add(c Candle) {
	x.before = x.apart()
	x.closes.Add(c.Close)
}

func (x *smaCross) apart() float64 {
	return indicator.Round(x.closes.Mean(x.fast) - x.closes.Mean(x.slow))
}

func (x *smaCross) judge() verdict {
	apart := x.apart()
	v := verdict{side: None, score: 100, value: apart, indicators: []Indicator{
		{"smaFast", x.closes.Mean(x.fast)}, {"smaSlow", x.closes.Mean(x.slow)}, {"apart", apart}}}
	switch {
	case x.before <= 0 && apart > 0:
		v.side = Long
	case x.before >= 0 && apart < 0:
		v.side = Short
	}
	return v
}
