package simulator_test

import (
	"testing"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// BenchmarkEcho is a call that touches nothing, over the same socket: the bare way there and back.
func BenchmarkEcho(b *testing.B) {
	c := newStage(b, unlimited).login(alice)
	for b.Loop() {
		c.call("public/test", nil)
	}
}

// BenchmarkOrder is a market order until its answer, in memory and with the journal's sync.
func BenchmarkOrder(b *testing.B) {
	for name, dir := range map[string]string{"memory": "", "journal": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			c := newStage(b, unlimited, func(o *simulator.Options) { o.DataDir = dir }).login(alice)
			methods := []string{"private/buy", "private/sell"}
			for n := 0; b.Loop(); n++ {
				c.call(methods[n%2], object{"instrument_name": btc, "amount": 0.001, "type": "market"})
			}
		})
	}
}

func unlimited(o *simulator.Options) { o.NoRateLimits = true }
