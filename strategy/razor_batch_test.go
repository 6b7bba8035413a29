package strategy_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/strategy/strategytest"
)

// batch recomputes Razor's indicators from the whole history, the plain way, with default windows.
func batch(candles []strategy.Candle) map[string]float64 {
	n := len(candles)
	last := candles[n-1]
	var gains, losses, ranges, spans, sum float64
	lowest, highest := math.Inf(1), math.Inf(-1)
	for i := n - 14; i < n; i++ {
		c, before := candles[i], candles[i-1].Close
		gains += math.Max(c.Close-before, 0)
		losses += math.Max(before-c.Close, 0)
		ranges += math.Max(c.High, before) - math.Min(c.Low, before)
	}
	for _, c := range candles[n-20:] {
		sum += c.Close
		lowest, highest = math.Min(lowest, c.Close), math.Max(highest, c.Close)
	}
	for _, c := range candles[n-12:] {
		spans += c.High - c.Low
	}
	rsi, compression := 50.0, 1.0
	if gains+losses > 0 {
		rsi = 100 * gains / (gains + losses)
	}
	if spans > 0 {
		compression = (last.High - last.Low) / (spans / 12)
	}
	back := candles[n-5].Close
	return map[string]float64{
		"emaFast": average(candles, 8), "emaSlow": average(candles, 21), "rsi": rsi,
		"volatility": math.Max((highest-lowest)/(sum/20)*100, 0.01), "momentum": (last.Close - back) / back * 100,
		"atr": ranges / 14, "atrPercent": ranges / 14 / last.Close * 100, "compression": compression,
	}
}

func average(candles []strategy.Candle, n int) (value float64) {
	for _, c := range candles[:n] {
		value += c.Close / float64(n)
	}
	for _, c := range candles[n:] {
		value = c.Close*2/float64(n+1) + value*float64(n-1)/float64(n+1)
	}
	return value
}

func TestRazor_streaming_is_batch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		candles := strategytest.Candles(t, rapid.IntRange(21, 200).Draw(t, "candles"))
		e := razor(t, `{}`).NewEvaluator()
		var a strategy.Analysis
		for _, c := range candles {
			a = e.Close(c)
		}
		got := values(a)
		for name, want := range batch(candles) {
			require.InDelta(t, want, got[name], 1e-8, name)
		}
	})
}
