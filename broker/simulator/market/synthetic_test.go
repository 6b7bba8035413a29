package market

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

const firstMinute = 29_000_000 // in February 2025

func returnsOf(s *Synthetic, i *core.Instrument, n int) (returns, ranges []float64) {
	last := 0.0
	for k := 0; k <= n; k++ {
		b := s.Bar(i, firstMinute+int64(k), math.MaxInt64)
		if k > 0 {
			returns = append(returns, 100*math.Log(float64(b.Close)/last))
			ranges = append(ranges, 100*float64(b.High-b.Low)/float64(b.Open))
		}
		last = float64(b.Close)
	}
	return returns, ranges
}

func mean(v []float64) (sum float64) {
	for _, f := range v {
		sum += f
	}
	return sum / float64(len(v))
}

func moment(v []float64, power float64) float64 {
	m, out := mean(v), make([]float64, len(v))
	for n, f := range v {
		out[n] = math.Pow(math.Abs(f-m), power)
	}
	return mean(out)
}

func autocorrelation(v []float64, lag int) float64 {
	m, sum := mean(v), 0.0
	for n := lag; n < len(v); n++ {
		sum += (v[n] - m) * (v[n-lag] - m)
	}
	return sum / float64(len(v)) / moment(v, 2)
}

// Three months, so that the slow factors average out a little.
func TestSynthetic_has_the_recorded_figures(t *testing.T) {
	s := NewSynthetic(7)
	returns, ranges := returnsOf(s, core.Perpetuals()[0], 130_000)
	size := make([]float64, len(returns))
	for n, r := range returns {
		size[n] = math.Abs(r)
	}
	deviation := math.Sqrt(moment(returns, 2))
	kurtosis := moment(returns, 4) / (deviation * deviation * deviation * deviation)
	t.Logf("deviation %.4f kurtosis %.1f range %.4f |r| at 1 5 15 60 1440: %.3f %.3f %.3f %.3f %.3f, r at 1: %.3f", deviation, kurtosis,
		mean(ranges), autocorrelation(size, 1), autocorrelation(size, 5), autocorrelation(size, 15), autocorrelation(size, 60),
		autocorrelation(size, 1440), autocorrelation(returns, 1))
	require.InDelta(t, 0.0988, deviation, 0.03)
	require.InDelta(t, 26, kurtosis, 16)
	require.InDelta(t, 0.1153, mean(ranges), 0.03)
	require.InDelta(t, 0, autocorrelation(returns, 1), 0.05)
	for lag, want := range map[int]float64{1: 0.325, 5: 0.252, 15: 0.227, 60: 0.175, 1440: 0.082} {
		require.InDelta(t, want, autocorrelation(size, lag), 0.09, "lag %d", lag)
	}
}

func TestSynthetic_volume_has_the_recorded_size(t *testing.T) {
	s, i := NewSynthetic(7), core.Perpetuals()[0]
	sum := 0.0
	for k := int64(0); k < 40_000; k++ {
		b := s.Bar(i, firstMinute+k, math.MaxInt64)
		sum += float64(b.Volume) * 0.0001 * float64(b.Close) * 0.1
	}
	require.InDelta(t, 2.66e6, sum/40_000, 1.3e6)
}

func TestSynthetic_is_a_pure_function_of_time(t *testing.T) {
	a, b := NewSynthetic(3), NewSynthetic(3)
	i := core.Perpetuals()[1]
	for k := int64(0); k < 300; k++ {
		second := firstMinute*60 + (k*7919)%200_000
		require.Equal(t, a.Tick(i, second), b.Tick(i, second))
		b.Tick(i, second+86_400*k)
	}
	require.NotEqual(t, a.Tick(i, 9e8), NewSynthetic(4).Tick(i, 9e8))
}

func TestSynthetic_bar_holds_its_seconds(t *testing.T) {
	s := NewSynthetic(3)
	for _, i := range core.Perpetuals() {
		for at := int64(firstMinute); at < firstMinute+50; at++ {
			open := s.Tick(i, at*60-1).Price
			want := core.Bar{Open: open, High: open, Low: open}
			for n := int64(0); n < 60; n++ {
				tick := s.Tick(i, at*60+n)
				want.High, want.Low, want.Close = max(want.High, tick.Price), min(want.Low, tick.Price), tick.Price
				want.Volume += tick.Volume
				if n == 30 {
					require.Equal(t, want, s.Bar(i, at, at*60+30), "growing")
				}
			}
			require.Equal(t, want, s.Bar(i, at, at*60+59))
		}
	}
}

// A future is dearer than its index by 5 % a year, and costs it when it expires.
func TestSynthetic_future_meets_its_index(t *testing.T) {
	s, f := NewSynthetic(7), core.Futures(firstMinute * 60)[1]
	last := f.Expiry / 1000
	for days, basis := range map[int64]float64{0: 0, 73: 0.01, 36: 0.05 * 36 / 365} {
		tick := s.Tick(f, last-days*86_400)
		require.InDelta(t, basis, math.Log(float64(tick.Mark)/float64(tick.Index)), 1e-8)
		require.InDelta(t, basis, math.Log(float64(f.Price(tick.Price).Float()*10_000)/float64(tick.Index)), 2e-4*min(1, float64(days))+1e-5)
	}
}

func TestSynthetic_gives_five_thousand_minutes_quickly(t *testing.T) {
	s, started := NewSynthetic(5), time.Now()
	for k := int64(0); k < 8_000; k++ {
		s.Bar(core.Perpetuals()[2], firstMinute-k, math.MaxInt64)
	}
	require.Less(t, time.Since(started), 5*time.Second)
	t.Logf("8,000 minutes in %s", time.Since(started))
}

func TestExp_agrees_with_math(t *testing.T) {
	for x := -20.0; x < 20; x += 0.037 {
		require.InEpsilon(t, math.Exp(x), exp(x), 1e-12)
	}
}
