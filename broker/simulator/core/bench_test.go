package core_test

import (
	"testing"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/broker/simulator/market"
	"github.com/tradebaas/tradebaas/trade"
)

// BenchmarkEmpty is the loop alone, to set the others beside.
func BenchmarkEmpty(b *testing.B) {
	x := 0
	for b.Loop() {
		x++
	}
}

// BenchmarkOrder is a market order in and out: two trades, two positions changed, four log rows.
func BenchmarkOrder(b *testing.B) {
	x := core.New(market.NewSynthetic(1), dawn*1000)
	r, _ := x.Apply(dawn*1000, core.Command{Open: &core.OpenAccount{Name: "a", Key: "a",
		Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(1_000_000_000)}}}})
	now, side := dawn*1000, int64(1)
	for b.Loop() {
		now += 100
		x.Apply(now, place(r.Account, linear, ticket(side, "0.001", "")))
		x.Events()
		side = -side
	}
}

// BenchmarkSecond is one second of all markets with a hundred accounts in a position with a stop.
func BenchmarkSecond(b *testing.B) {
	x := core.New(market.NewSynthetic(1), dawn*1000)
	for n := range 100 {
		name := string(rune('A' + n))
		r, _ := x.Apply(dawn*1000, core.Command{Open: &core.OpenAccount{Name: name, Key: name,
			Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(1_000_000)}}}})
		x.Apply(dawn*1000, place(r.Account, linear, ticket(1, "0.001", "")))
		x.Apply(dawn*1000, place(r.Account, linear, reducing(stop(core.StopMarket, -1, "0.001", "10000", ""))))
	}
	now := dawn * 1000
	for b.Loop() {
		now += 1000
		x.Advance(now)
		x.Events()
	}
}
