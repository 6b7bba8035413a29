package strategy_test

import (
	"encoding/json"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
)

// The most that one candle may cost, and that an evaluator may grow by.
const (
	allocationsMost = 60
	growthMost      = 64 << 10 // bytes over 50,000 candles
)

// Every evaluator keeps to a bounded memory and to few allocations per candle.
func TestCatalogue_stays_small(t *testing.T) {
	for _, info := range strategy.Catalogue() {
		d, err := strategy.Find(info.Name)
		require.NoError(t, err)
		for _, settings := range append(variants[info.Name], `{}`) {
			c, err := d.Parse(json.RawMessage(settings))
			require.NoError(t, err)
			if c.SignalKey() != "" {
				t.Run(info.Name+" "+settings, func(t *testing.T) { small(t, c.NewEvaluator()) })
			}
		}
	}
}

func small(t *testing.T, e strategy.Evaluator) {
	at := int64(0)
	price := func() float64 { return 50000 + float64(at/minute*7919%997) }
	step := func() {
		open, last := price(), 0.0
		at += minute
		last = price()
		e.Close(strategy.Candle{OpenTime: at, Open: open, High: max(open, last) + 3, Low: min(open, last) - 3, Close: last, Volume: 1})
	}
	for range 10_000 {
		step()
	}
	before := heap()
	for range 50_000 {
		step()
	}
	require.Less(t, heap()-before, int64(growthMost))
	require.Less(t, testing.AllocsPerRun(1000, step), float64(allocationsMost))
	runtime.KeepAlive(e)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
