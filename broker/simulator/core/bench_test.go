package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/broker/simulator/market"
	"github.com/tradebaas/tradebaas/trade"
)

// BenchmarkOrder is a market order in and out: two trades, two positions changed, four log rows.
func BenchmarkOrder(b *testing.B) {
	x := core.New(market.NewSynthetic(1), dawn*1000)
	r, _ := x.Apply(dawn*1000, core.Command{Open: &core.OpenAccount{Name: "a", Key: "a",
		Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(1_000_000_000)}}}})
	now, side, events := dawn*1000, int64(1), 0
	for b.Loop() {
		now += 100
		x.Apply(now, place(r.Account, linear, ticket(side, "0.001", "")))
		events += len(x.Events())
		side = -side
	}
	report(b, events, float64(now/1000-dawn))
}

// BenchmarkSecond is one second of all markets with a hundred accounts, each with a position, a stop
// and a target.
func BenchmarkSecond(b *testing.B) {
	x := crowd(b)
	now, events := dawn*1000, 0
	for b.Loop() {
		now += 1000
		x.Advance(now)
		events += len(x.Events())
	}
	report(b, events, float64(b.N))
}

// BenchmarkQuiet is the same without events, as a catch-up or a simulation of many days runs it.
func BenchmarkQuiet(b *testing.B) {
	x := crowd(b)
	x.Quiet(true)
	now := dawn * 1000
	for b.Loop() {
		now += 1000
		x.Advance(now)
	}
	report(b, 0, float64(b.N))
}

func crowd(b *testing.B) *core.Exchange {
	x := core.New(market.NewSynthetic(1), dawn*1000)
	names := []trade.Instrument{linear, "ETH_USDC-PERPETUAL", inverse, dated}
	for n := range 100 {
		name := names[n%len(names)]
		amount, stopAt, target := "0.001", "60000", "200000"
		switch {
		case name == "ETH_USDC-PERPETUAL":
			amount, stopAt, target = "0.01", "1000", "9000"
		case name != linear:
			amount = "100"
		}
		r, _ := x.Apply(dawn*1000, core.Command{Open: &core.OpenAccount{Name: fmt.Sprint(n), Key: fmt.Sprint(n),
			Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(100_000)}, {Currency: "BTC", Amount: trade.NewDec(1)}}}})
		for _, t := range []core.Ticket{ticket(1, amount, ""), reducing(stop(core.StopMarket, -1, amount, stopAt, "")),
			reducing(stop(core.TakeMarket, -1, amount, target, ""))} {
			if _, err := x.Apply(dawn*1000, place(r.Account, name, t)); err != nil {
				b.Fatal(name, err)
			}
		}
	}
	x.Events()
	return x
}

// report tells how many core events a second were made, how many times slower that is than a loop
// that does nothing with as many, measured here, and how many seconds were simulated in one.
func report(b *testing.B, events int, simulated float64) {
	took := b.Elapsed()
	b.ReportMetric(simulated/took.Seconds(), "x_realtime")
	if events == 0 {
		return
	}
	started := time.Now()
	for range events {
		sink(core.Event{Kind: core.Ticked})
	}
	b.ReportMetric(float64(events)/took.Seconds(), "events/s")
	b.ReportMetric(float64(took)/float64(time.Since(started)), "ratio")
}

//go:noinline
func sink(core.Event) {}
