package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
)

// repeated gives n closes of one price.
func repeated(n int, price float64) (closes []float64) {
	for range n {
		closes = append(closes, price)
	}
	return closes
}

// Prices that move in tenths are no exact floats: what they meet exactly on paper is met exactly here,
// because every value is rounded before it is compared.
func TestRazor_values_exactly_on_a_threshold(t *testing.T) {
	alternating := func(a, b float64) (closes []float64) {
		for range 15 {
			closes = append(closes, a, b)
		}
		return closes
	}
	for name, c := range map[string]struct {
		closes  []float64
		value   string
		want    float64
		rule    string // that must, or must not, give points
		granted bool
	}{
		// +0.1 +0.1 -0.1 -0.1 -0.1 within 14 changes: 100 * 0.2 / 0.5
		"RSI of 40 is not oversold": {append(repeated(30, 1000.1), 1000.2, 1000.3, 1000.2, 1000.1, 1000.0), "rsi", 40, "rsi", false},
		// +0.3 -0.2
		"RSI of 60 is not overbought": {append(repeated(30, 1000.1), 1000.2, 1000.3, 1000.4, 1000.3, 1000.2), "rsi", 60, "rsi", false},
		// 0.5 / 1000.0
		"momentum of 0.05 is none":    {append(repeated(30, 1000.0), 1000.5), "momentum", 0.05, "momentum", false},
		"momentum of -0.05 is none":   {append(repeated(30, 1000.0), 999.5), "momentum", -0.05, "momentum", false},
		"momentum of 0.06 counts":     {append(repeated(30, 1000.0), 1000.6), "momentum", 0.06, "momentum", true},
		"volatility of 0.08 counts":   {alternating(999.6, 1000.4), "volatility", 0.08, "volatility", true}, // 0.8 / 1000
		"volatility of 0.06 does not": {alternating(999.7, 1000.3), "volatility", 0.06, "volatility", false},
		// first 1000.0, peak 1002.0, last 1001.7: 0.3 / 2.0
		"a pullback of 0.15 is ready":      {append(repeated(30, 1000.0), 1001.0, 1002.0, 1001.9, 1001.7), "pullback", 0.15, "pullback", true},
		"a move of 0.1 is one":             {append(repeated(30, 1000.0), 1002.0, 1001.0), "netMove", 0.1, "pullback", true},
		"a pullback of 0.1 is not enough":  {append(repeated(30, 1000.0), 1001.0, 1002.0, 1001.9, 1001.8), "pullback", 0.1, "pullback", false},
		"a fall of 0.1 may be pulled back": {append(repeated(30, 1000.0), 998.0, 999.0), "netMove", -0.1, "pullback", true},
	} {
		t.Run(name, func(t *testing.T) {
			var candles []strategy.Candle
			for _, x := range c.closes {
				candles = append(candles, strategy.Candle{Open: x, High: x + 2, Low: x - 2, Close: x})
			}
			a := feed(razor(t, "{}").NewEvaluator(), candles...)
			require.Equal(t, c.want, values(a)[c.value])
			granted := false
			for _, r := range a.Signal.Reasons {
				granted = granted || r.Rule == c.rule
			}
			require.Equal(t, c.granted, granted)
		})
	}
}

// Ten ranges of 1.0, one of 1.4 and the last of 0.6 have a mean of 1.0.
func TestRazor_compression_exactly_on_its_threshold(t *testing.T) {
	for _, c := range []struct {
		half, ratio float64
		compressed  bool
	}{{0.3, 0.6, false}, {0.25, 0.504201681, true}} { // 0.5 / (11.9 / 12)
		candles := append(flat(30), strategy.Candle{Open: 1000, High: 1000.7, Low: 999.3, Close: 1000},
			strategy.Candle{Open: 1000, High: 1000 + c.half, Low: 1000 - c.half, Close: 1000})
		a := feed(razor(t, "{}").NewEvaluator(), candles...)
		require.Equal(t, c.ratio, values(a)["compression"])
		last := a.Checkpoints[len(a.Checkpoints)-1]
		require.Equal(t, []any{"compression", c.compressed}, []any{last.ID, last.Status == strategy.Met})
	}
}
