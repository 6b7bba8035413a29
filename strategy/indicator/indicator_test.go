package indicator_test

import (
	"math"
	"testing"

	"github.com/markcheno/go-talib"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// walk is a fixed, wavy series of highs, lows and closes.
func walk(n int) (high, low, close []float64) {
	price := 50000.0
	for i := range n {
		x := float64(i)
		price += 40*math.Sin(x*0.7) + 25*math.Cos(x*1.9) + 3*math.Sin(x*x)
		high, low, close = append(high, price+7+math.Abs(9*math.Sin(x))), append(low, price-5-math.Abs(6*math.Cos(x))), append(close, price)
	}
	return high, low, close
}

func TestRound(t *testing.T) {
	for _, c := range []struct{ in, want float64 }{
		{0.6000000000000001, 0.6}, {0.5999999999999, 0.6}, {39.9999999999999, 40},
		{0.0000000005, 0.000000001}, {-0.0000000005, -0.000000001}, {0.0000000004, 0},
	} {
		require.Equal(t, c.want, indicator.Round(c.in), c.in)
	}
	require.False(t, math.Signbit(indicator.Round(-1e-12)), "no negative zero")
}

func TestEMA_by_hand(t *testing.T) {
	// Seed (10 + 11 + 12) / 3 = 11, multiplier 2 / 4: 11 + (15 - 11) / 2 = 13, 13 + (9 - 13) / 2 = 11.
	e := indicator.NewEMA(3)
	for i, step := range []struct {
		in, want float64
		ready    bool
	}{{10, 0, false}, {11, 0, false}, {12, 11, true}, {15, 13, true}, {9, 11, true}} {
		e.Add(step.in)
		require.Equal(t, step.ready, e.Ready(), i)
		if step.ready {
			require.Equal(t, step.want, e.Value(), i)
		}
	}
}

func TestRSI_by_hand(t *testing.T) {
	for name, c := range map[string]struct {
		closes []float64
		want   float64
	}{
		"gains 2, losses 3":          {[]float64{10, 12, 9, 9, 9}, 40}, // 100 * 2 / 5
		"only gains":                 {[]float64{1, 2, 3, 3, 4}, 100},
		"only losses":                {[]float64{4, 3, 2, 2, 1}, 0},
		"nothing moved":              {[]float64{5, 5, 5, 5, 5}, 50},
		"an old gain has left":       {[]float64{1, 9, 8, 9, 8, 7}, 25},      // -1 +1 -1 -1: 100 * 1 / 4
		"plain sums, no smoothing":   {[]float64{0, 90, 0, 1, 2, 3, 4}, 100}, // +1 +1 +1 +1
		"one gain against one fall":  {[]float64{7, 8, 7, 7, 7}, 50},
		"gains of 1 and losses of 9": {[]float64{20, 21, 18, 15, 12}, 10},
	} {
		r := indicator.NewRSI(4)
		for i, x := range c.closes {
			require.Equal(t, i >= 5, r.Ready(), name)
			r.Add(x)
		}
		require.True(t, r.Ready(), name)
		require.Equal(t, c.want, indicator.Round(r.Value()), name)
	}
}

func TestATR_by_hand(t *testing.T) {
	a := indicator.NewATR(3)
	a.Add(12, 8, 10) // no close before: no true range yet
	a.Add(11, 9, 9)  // max(2, |11-10|, |9-10|) = 2
	a.Add(15, 13, 14)
	require.False(t, a.Ready())
	a.Add(14, 7, 8) // max(7, |14-14|, |7-14|) = 7
	require.True(t, a.Ready())
	require.Equal(t, 5.0, a.Value()) // the second: max(2, |15-9|, |13-9|) = 6; (2 + 6 + 7) / 3
}

func TestBands_by_hand(t *testing.T) {
	b := indicator.NewBands(4, 2)
	for _, x := range []float64{100, 2, 4, 4, 6} {
		b.Add(x)
	}
	require.Equal(t, 4.0, b.Middle()) // 2 4 4 6
	lower, upper := b.Outer()         // deviation sqrt((4 + 0 + 0 + 4) / 4) = sqrt 2
	require.InDelta(t, 4-2*math.Sqrt2, lower, 1e-12)
	require.InDelta(t, 4+2*math.Sqrt2, upper, 1e-12)
}

func TestWindow_extremes_and_mean(t *testing.T) {
	w := indicator.NewWindow(3)
	for _, x := range []float64{9, 1, 5, 3} {
		w.Add(x)
	}
	require.True(t, w.Full())
	lowest, highest := w.Extremes(2) // 5 3
	require.Equal(t, []float64{3, 5, 3, 4}, []float64{lowest, highest, w.Mean(3), w.Mean(2)})
	require.Equal(t, []float64{3, 5, 1}, []float64{w.Ago(0), w.Ago(1), w.Ago(2)})
}

func TestIndicators_agree_with_talib(t *testing.T) {
	const n, period, tolerance = 600, 14, 1e-6
	high, low, close := walk(n)
	gains, losses := make([]float64, n), make([]float64, n)
	for i := 1; i < n; i++ {
		gains[i], losses[i] = max(close[i]-close[i-1], 0), max(close[i-1]-close[i], 0)
	}
	ema := talib.Ema(close, period)
	ranges := talib.Sma(talib.TRange(high, low, close), period)
	gain, loss := talib.Sma(gains, period), talib.Sma(losses, period)
	upper, middle, lower := talib.BBands(close, 20, 2, 2, talib.SMA)

	e, a, r, b := indicator.NewEMA(period), indicator.NewATR(period), indicator.NewRSI(period), indicator.NewBands(20, 2)
	for i := range n {
		e.Add(close[i])
		a.Add(high[i], low[i], close[i])
		r.Add(close[i])
		b.Add(close[i])
		if i < 20 {
			continue
		}
		down, up := b.Outer()
		require.InDelta(t, ema[i], e.Value(), tolerance)
		require.InDelta(t, ranges[i], a.Value(), tolerance)
		require.InDelta(t, 100-100/(1+gain[i]/loss[i]), r.Value(), tolerance)
		require.InDelta(t, middle[i], b.Middle(), tolerance)
		require.InDelta(t, lower[i], down, tolerance)
		require.InDelta(t, upper[i], up, tolerance)
	}
}

// A windowed indicator must give the same bits after a long run as one that saw only its window.
func TestIndicators_forget_completely(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "period")
		closes := rapid.SliceOfN(rapid.Float64Range(1, 200000), n+1, 300).Draw(t, "closes")
		long, recent := indicator.NewRSI(n), indicator.NewRSI(n)
		longATR, recentATR := indicator.NewATR(n), indicator.NewATR(n)
		for i, x := range closes {
			long.Add(x)
			longATR.Add(x+1, x-1, x)
			if i >= len(closes)-n-1 {
				recent.Add(x)
				recentATR.Add(x+1, x-1, x)
			}
		}
		if long.Value() != recent.Value() || longATR.Value() != recentATR.Value() {
			t.Fatal("what left the window still matters")
		}
		if v := long.Value(); math.IsNaN(v) || v < 0 || v > 100 {
			t.Fatalf("RSI %v", v)
		}
	})
}
