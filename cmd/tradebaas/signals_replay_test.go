package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

// minutes is a made month of candles on a price grid of 0.5, as columns: quiet and lively by turns,
// with minutes missing, and beginning inside of five minutes.
type minutes struct{ at, high, low, last []float64 }

func madeSeries(n int) (s minutes, file string) {
	var b strings.Builder
	b.WriteString(candleHeader)
	seed, price, minute := uint64(7), 42000.0, 28_000_002
	draw := func(most int) float64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return float64(int(seed>>33)%(most+1)) / 2
	}
	for i := range n {
		wild := []int{1, 6, 60, 400}[i/300%4]
		open := price
		price += draw(2*wild) - float64(wild)/2
		high, low := math.Max(open, price)+draw(wild), math.Min(open, price)-draw(wild)
		s.at, s.high, s.low, s.last = append(s.at, float64(minute)*60_000), append(s.high, high), append(s.low, low), append(s.last, price)
		fmt.Fprintf(&b, "%d,%v,%v,%v,%v,1\n", minute*60_000, open, high, low, price)
		minute++
		if i%1709 == 1500 { // sometimes a minute is missing, sometimes many
			minute += 1 + i%40
		}
	}
	return s, b.String()
}

// nine rounds to 9 decimals, half away from zero.
func nine(x float64) float64 { return math.Round(x*1e9) / 1e9 }

func sumOf(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

func span(xs []float64) (low, high float64) {
	low, high = xs[0], xs[0]
	for _, x := range xs {
		low, high = math.Min(low, x), math.Max(high, x)
	}
	return low, high
}

// emas are the averages after each value, NaN while there are too few.
func emas(xs []float64, n int) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		switch {
		case i+1 < n:
			out[i] = math.NaN()
		case i+1 == n:
			out[i] = sumOf(xs[:n]) / float64(n)
		default:
			k := 2 / float64(n+1)
			out[i] = x*k + out[i-1]*(1-k)
		}
	}
	return out
}

func (s minutes) rsi(i, n int) float64 {
	var gains, losses float64
	for j := i - n + 1; j <= i; j++ {
		gains += math.Max(s.last[j]-s.last[j-1], 0) / float64(n)
		losses += math.Max(s.last[j-1]-s.last[j], 0) / float64(n)
	}
	switch {
	case gains == 0 && losses == 0:
		return 50
	case losses == 0:
		return 100
	}
	return nine(100 - 100/(1+gains/losses))
}

func (s minutes) atrPercent(i, n int) float64 {
	var sum float64
	for j := i - n + 1; j <= i; j++ {
		before := s.last[j-1]
		sum += math.Max(s.high[j]-s.low[j], math.Max(math.Abs(s.high[j]-before), math.Abs(s.low[j]-before)))
	}
	return nine(sum / float64(n) / s.last[i] * 100)
}

// trend is -1, 0 or 1 for each minute, by the closes of longer candles that have ended by then.
func (s minutes) trend(count float64) []int {
	var closes []float64
	ends := make([]int, len(s.at)) // how many longer candles have ended by each minute
	length := count * 60_000
	first := math.Ceil(s.at[0]/length) * length
	for i, at := range s.at {
		bucket := math.Floor(at / length)
		if i > 0 && s.at[i-1] >= first && math.Floor(s.at[i-1]/length) != bucket && s.at[i-1]+60_000 != (math.Floor(s.at[i-1]/length)+1)*length {
			closes = append(closes, s.last[i-1]) // it lacked its last minute
		}
		if at >= first && at+60_000 == (bucket+1)*length {
			closes = append(closes, s.last[i])
		}
		ends[i] = len(closes)
	}
	fast, slow := emas(closes, 8), emas(closes, 21)
	out := make([]int, len(s.at))
	for i, n := range ends {
		if n > 0 {
			out[i] = compare(nine(fast[n-1]), nine(slow[n-1]))
		}
	}
	return out
}

func compare(a, b float64) int {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	}
	return 0 // one of them may be not there yet
}

// whole tells for each minute whether so many candles have followed each other without a gap.
func (s minutes) whole(need int) []bool {
	out := make([]bool, len(s.at))
	run := 0
	for i, at := range s.at {
		if i > 0 && at != s.at[i-1]+60_000 {
			run = 0
		}
		run++
		out[i] = run >= need
	}
	return out
}

type razorCase struct {
	minVolatility, maxVolatility, oversold, overbought, minScore float64
	frames, pullback                                             bool
}

// razorRows is Razor straight from its rules; nil while collecting.
func (s minutes) razorRows(p razorCase) [][]float64 {
	fasts, slows, five, fifteen, whole := emas(s.last, 8), emas(s.last, 21), s.trend(5), s.trend(15), s.whole(21)
	rows := make([][]float64, len(s.at))
	for i := range s.at {
		if !whole[i] {
			continue
		}
		last := s.last[i]
		fast, slow, rsi, atr := nine(fasts[i]), nine(slows[i]), s.rsi(i, 14), s.atrPercent(i, 14)
		low, high := span(s.last[i-19 : i+1])
		volatility := math.Max(nine((high-low)/(sumOf(s.last[i-19:i+1])/20)*100), 0.01)
		momentum := nine((last - s.last[i-4]) / s.last[i-4] * 100)
		ranges := 0.0
		for j := i - 11; j <= i; j++ {
			ranges += s.high[j] - s.low[j]
		}
		compressed := ranges > 0 && nine((s.high[i]-s.low[i])/(ranges/12)) < 0.6
		first := s.last[i-9]
		trough, peak := span(s.last[i-9 : i+1])
		ready := false
		if net := nine((last - first) / first * 100); net >= 0.1 {
			ready = nine((peak-last)/(peak-first)) >= 0.15
		} else if net <= -0.1 {
			ready = nine((last-trough)/(first-trough)) >= 0.15
		}
		side := compare(fast, slow)
		trend := side + five[i] + fifteen[i]

		var long, short float64
		both := func(points float64) { long, short = math.Max(long+points, 0), math.Max(short+points, 0) }
		if volatility >= 0.08 && volatility <= 0.6 {
			both(8)
		}
		if rsi < p.oversold {
			long += math.Min(35+p.oversold-rsi, 48) + map[bool]float64{true: 20, false: 5}[side > 0]
		}
		if rsi > p.overbought {
			short += math.Min(35+rsi-p.overbought, 48) + map[bool]float64{true: 20, false: 5}[side < 0]
		}
		if momentum > 0.05 {
			long += 15
		}
		if momentum < -0.05 {
			short += 15
		}
		if atr >= 0.03 && atr <= 0.8 {
			both(6)
		}
		if p.frames {
			points := map[int]float64{2: 6, 3: 10, -2: 6, -3: 10}[trend]
			if trend > 0 {
				long += points
			} else {
				short += points
			}
		}
		if ready {
			both(5)
		} else if p.pullback {
			both(-5)
		}
		if compressed {
			both(4)
		}
		long, short = nine(long), nine(short)
		if long < 20 && short < 20 && nine(math.Abs(fast-slow)/fast*100) > 0.02 {
			if side > 0 {
				long += 25
			} else {
				short += 25
			}
		}
		signal := 0.0
		if volatility >= p.minVolatility && volatility <= p.maxVolatility && math.Max(long, short) >= p.minScore {
			signal = float64(compare(long, short))
		}
		rows[i] = []float64{fast, slow, rsi, volatility, atr, momentum, oneIf(compressed), oneIf(ready), float64(trend), long, short, signal}
	}
	return rows
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// thorRows is Thor straight from its rules; nil while collecting.
func (s minutes) thorRows(rsiLong, rsiShort float64) [][]float64 {
	whole := s.whole(30)
	rows := make([][]float64, len(s.at))
	for i := range s.at {
		if !whole[i] {
			continue
		}
		mean := sumOf(s.last[i-19:i+1]) / 20
		rsi, atr, sma := s.rsi(i, 4), s.atrPercent(i, 14), nine(mean)
		var long, short, signal float64
		if atr >= 0.05 && atr <= 0.8 {
			if rsi <= rsiLong && s.last[i] < sma {
				long, signal = nine((rsiLong-rsi)/rsiLong*100), 1
			}
			if rsi >= rsiShort && s.last[i] > sma {
				short, signal = nine((rsi-rsiShort)/(100-rsiShort)*100), -1
			}
		}
		rows[i] = []float64{rsi, atr, sma, nine(math.Abs(mean-s.last[i]) / s.last[i] * 100), long, short, signal}
	}
	return rows
}

// The streamed table is what a plain calculation over the whole series gives. Averages of many steps
// may differ in their last decimal, for their steps are not added up in the same order.
func TestSignals_replay_agrees_with_a_plain_calculation(t *testing.T) {
	s, file := madeSeries(20_000)
	original := razorCase{0.01, 5, 40, 60, 58, false, false}
	conservative := razorCase{0.08, 2, 30, 70, 64, false, false}
	wide, picky := original, conservative
	wide.frames, wide.pullback, picky.frames = true, true, true
	for name, c := range map[string]struct {
		strategy, preset, config string
		want                     [][]float64
	}{
		"razor":                            {"razor", "original", "", s.razorRows(original)},
		"razor, conservative":              {"razor", "conservative", "", s.razorRows(conservative)},
		"razor with frames and pullback":   {"razor", "original", `{"multiTimeframe":true,"requirePullback":true}`, s.razorRows(wide)},
		"razor, conservative, with frames": {"razor", "conservative", `{"multiTimeframe":true}`, s.razorRows(picky)},
		"thor":                             {"thor", "original", "", s.thorRows(30, 70)},
		"thor, conservative":               {"thor", "conservative", "", s.thorRows(20, 80)},
	} {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split(strings.TrimSpace(tableOf(t, c.strategy, c.preset, c.config, file)), "\n")[1:]
			require.Len(t, lines, len(c.want))
			signals := map[float64]int{}
			for i, line := range lines {
				got := strings.Split(line, ",")
				if got[0] != strconv.FormatFloat(s.at[i], 'f', -1, 64) || got[1] != strconv.FormatFloat(s.last[i], 'f', -1, 64) {
					t.Fatalf("line %d: %s", i, line)
				}
				if c.want[i] == nil {
					require.Equal(t, strings.Repeat(",", len(got)-3), strings.Join(got[2:], ","), line)
					continue
				}
				signals[c.want[i][len(c.want[i])-1]]++
				for k, want := range c.want[i] {
					if !agrees(got[k+2], want) {
						t.Fatalf("line %d, field %d: %s instead of %v\n%s", i, k+2, got[k+2], want, line)
					}
				}
			}
			require.Greater(t, min(signals[1], signals[-1], signals[0]), 20, "every verdict is there: %v", signals)
		})
	}
}

func agrees(got string, want float64) bool {
	if side, found := map[string]float64{"none": 0, "long": 1, "short": -1}[got]; found {
		return side == want
	}
	x, err := strconv.ParseFloat(got, 64)
	return err == nil && math.Abs(x-want) < 1.5e-9
}

func BenchmarkSignals_month(b *testing.B) {
	_, file := madeSeries(44_640)
	for b.Loop() {
		table, err := newSignalTable("razor", "original", "")
		require.NoError(b, err)
		require.NoError(b, table.write(strings.NewReader(file), &strings.Builder{}))
	}
}
