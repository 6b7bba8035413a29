package strategy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
)

const minute = 60_000

func razor(t require.TestingT, config string) strategy.Config {
	c, err := strategy.Razor.Parse(json.RawMessage(config))
	require.NoError(t, err)
	return c
}

// feed gives the analysis after the last candle; candles follow each other minute by minute.
func feed(e strategy.Evaluator, candles ...strategy.Candle) (a strategy.Analysis) {
	for i, c := range candles {
		c.OpenTime = int64(i) * minute
		a = e.Close(c)
	}
	return a
}

// flat is n candles at 1000 with a range of 1.
func flat(n int) (all []strategy.Candle) {
	for range n {
		all = append(all, strategy.Candle{Open: 1000, High: 1000.5, Low: 999.5, Close: 1000, Volume: 1})
	}
	return all
}

func values(a strategy.Analysis) map[string]float64 {
	all := map[string]float64{}
	for _, i := range a.Indicators {
		all[i.Name] = i.Value
	}
	return all
}

// Seventeen flat candles, then closes of 1002, 1001 and 998, with small windows so that every figure
// can be computed by hand.
func TestRazor_reads_and_scores_candles(t *testing.T) {
	candles := append(flat(17),
		strategy.Candle{Open: 1000, High: 1002, Low: 1000, Close: 1002, Volume: 2},
		strategy.Candle{Open: 1002, High: 1003, Low: 1000, Close: 1001, Volume: 3},
		strategy.Candle{Open: 1001, High: 1001, Low: 997, Close: 998, Volume: 4})
	e := razor(t, `{"emaFast":2,"emaSlow":3,"rsiPeriod":4,"atrPeriod":2}`).NewEvaluator()
	require.Equal(t, 20, e.Need())
	a := feed(e, candles...)

	require.Equal(t, map[string]float64{
		// multiplier 2/3: 1000 -> 1001.333333333 -> 1001.111111111 -> 999.037037037
		"emaFast": 999.037037037,
		// multiplier 1/2: 1000 -> 1001 -> 1001 -> 999.5
		"emaSlow": 999.5,
		// (25 / 54) / (26974 / 27) * 100 = 2500 / 53948
		"emaGap": 0.046340921,
		// changes 0, +2, -1, -3: 100 * 2 / 6
		"rsi": 33.333333333,
		// (1002 - 998) / (20001 / 20) * 100
		"volatility": 0.399980001,
		// (998 - 1000) / 1000 * 100
		"momentum": -0.2,
		// true ranges max(3, 1, 2) = 3 and max(4, 0, 4) = 4
		"atr": 3.5,
		// 3.5 / 998 * 100
		"atrPercent": 0.350701403,
		// 4 / ((9 * 1 + 2 + 3 + 4) / 12) = 4 / 1.5
		"compression": 2.666666667,
		// the last ten closes go from 1000 to 998, which is their trough: nothing given back
		"netMove": -0.2, "pullback": 0, "pullbackReady": 0,
		// down on minutes, and on five minutes with closes 1000 1000 1000 998: 998.667 below 999; no 15 minutes yet
		"trendScore": -2,
		"volume":     4,
	}, values(a))

	// long: 8 volatility + 35 + (40 - 33.333333333) RSI + 5 against the averages + 6 ATR
	require.Equal(t, 60.666666667, a.ScoreLong)
	// short: 8 volatility + 15 momentum + 6 ATR
	require.Equal(t, 29.0, a.ScoreShort)
	require.Equal(t, strategy.Signal{
		Type: strategy.Long, Strength: 60.666666667, Confidence: 75.833333334, // 60.666666667 / 80 * 100
		Reasons: []strategy.Reason{
			{Rule: "volatility", Side: "both", Points: 8, Value: 0.399980001},
			{Rule: "rsi", Side: "long", Points: 41.666666667, Value: 33.333333333},
			{Rule: "ema", Side: "long", Points: 5, Value: 0.046340921},
			{Rule: "momentum", Side: "short", Points: 15, Value: -0.2},
			{Rule: "atr", Side: "both", Points: 6, Value: 0.350701403},
		},
	}, a.Signal)
	require.Equal(t, int64(19*minute), a.CandleTime)
	require.Equal(t, 998.0, a.Price)

	type line struct {
		id, status, value string
		points            float64
	}
	var lines []line
	for _, c := range a.Checkpoints {
		lines = append(lines, line{c.ID, c.Status, c.Value, c.Points})
		require.NotEmpty(t, c.Label)
		require.NotEmpty(t, c.Description)
	}
	require.Equal(t, []line{
		{"data", "met", "20/20", 0}, {"volatility", "met", "0.4", 8}, {"rsi", "met", "33.3333", 41.666666667},
		{"ema", "met", "short 0.0463", 5}, {"momentum", "met", "-0.2", 15}, {"atr", "met", "0.3507", 6},
		{"pullback", "pending", "0", 0}, {"compression", "pending", "2.6667", 0},
	}, lines)
}

func TestRazor_pullback(t *testing.T) {
	for name, c := range map[string]struct {
		last          []float64 // closes after fifteen flat candles at 1000
		move, share   float64
		ready         float64
		pullbackParam string
	}{
		// The ten closes are 1000 six times, then the four below... first 1000.
		"up and a quarter back":      {[]float64{1001, 1002, 1004, 1003, 1003}, 0.3, 0.25, 1, "0.15"}, // (1004 - 1003) / (1004 - 1000)
		"exactly the share":          {[]float64{1001, 1002, 1004, 1003, 1003}, 0.3, 0.25, 1, "0.25"},
		"just less than the share":   {[]float64{1001, 1002, 1004, 1003, 1003}, 0.3, 0.25, 0, "0.250000001"},
		"down and a fifth back":      {[]float64{999, 997, 996, 995, 996}, -0.4, 0.2, 1, "0.15"},      // (996 - 995) / (1000 - 995)
		"a move of exactly 0.1 %":    {[]float64{1000, 1000, 1004, 1002, 1001}, 0.1, 0.75, 1, "0.15"}, // (1004 - 1001) / 4
		"a move of less than 0.1 %":  {[]float64{1000, 1000, 1004, 1002, 1000.5}, 0.05, 0, 0, "0.15"},
		"nothing back, none wanted":  {[]float64{1001, 1002, 1003, 1003, 1004}, 0.4, 0, 1, "0"},
		"no move and no share asked": {[]float64{1000, 1000, 1000, 1000, 1000}, 0, 0, 0, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			candles := flat(15)
			for _, x := range c.last {
				candles = append(candles, strategy.Candle{Open: x, High: x + 5, Low: x - 5, Close: x})
			}
			a := feed(razor(t, `{"emaSlow":20,"pullback":`+c.pullbackParam+`}`).NewEvaluator(), candles...)
			got := values(a)
			require.Equal(t, []float64{c.move, c.share, c.ready}, []float64{got["netMove"], got["pullback"], got["pullbackReady"]})
		})
	}
}

func TestRazor_volatility_has_a_floor(t *testing.T) {
	got := values(feed(razor(t, "{}").NewEvaluator(), flat(21)...))
	require.Equal(t, 0.01, got["volatility"])
	require.Equal(t, 50.0, got["rsi"], "nothing moved")
	require.Equal(t, 1.0, got["compression"], "a range equal to the mean")
}

func TestRazor_says_nothing_before_its_longest_window(t *testing.T) {
	for config, need := range map[string]int{
		`{}`:               21, // the slow average
		`{"emaSlow":9}`:    20, // the volatility's closes
		`{"rsiPeriod":30}`: 31, // 30 changes
		`{"atrPeriod":40}`: 41, // 40 true ranges
		`{"emaSlow":200}`:  200,
	} {
		e := razor(t, config).NewEvaluator()
		require.Equal(t, need, e.Need(), config)
		candles := flat(need)
		a := feed(e, candles[:need-1]...)
		require.False(t, a.Ready(), config)
		require.Equal(t, strategy.None, a.Signal.Type)
		require.Len(t, a.Checkpoints, 1)
		require.Equal(t, strategy.Pending, a.Checkpoints[0].Status)
		candles[need-1].OpenTime = int64(need-1) * minute
		require.True(t, e.Close(candles[need-1]).Ready(), config)
	}
}

func TestRazor_collects_again_after_a_gap(t *testing.T) {
	e := razor(t, "{}").NewEvaluator()
	require.True(t, feed(e, flat(30)...).Ready())
	next := flat(1)[0]
	next.OpenTime = 31 * minute // minute 30 is missing
	a := e.Close(next)
	require.Equal(t, 1, a.Have)
	require.Equal(t, "1/21", a.Checkpoints[0].Value)
	for i := 32; i < 51; i++ {
		next.OpenTime = int64(i) * minute
		require.False(t, e.Close(next).Ready())
	}
	next.OpenTime = 51 * minute
	require.True(t, e.Close(next).Ready(), "21 candles after the gap")
}

func TestRazor_ignores_repeated_and_impossible_candles(t *testing.T) {
	e := razor(t, "{}").NewEvaluator()
	before := feed(e, flat(25)...)
	again := flat(1)[0]
	again.OpenTime = 24 * minute
	require.Equal(t, before, e.Close(again))
	again.OpenTime, again.High = 25*minute, 1 // below its own low
	require.Equal(t, before, e.Close(again))
}

// Averages of the longer candles begin with the first whole one and count the one that ends with
// the minute.
func TestRazor_trend_of_longer_candles(t *testing.T) {
	e := razor(t, `{"multiTimeframe":true,"emaFast":2,"emaSlow":3}`).NewEvaluator()
	var a strategy.Analysis
	seen := map[int]float64{}
	for i := 2; i < 62; i++ { // starts within a five-minute candle, which is dropped
		x := 1000 + float64(i)
		a = e.Close(strategy.Candle{OpenTime: int64(i) * minute, Open: x, High: x, Low: x, Close: x})
		if trend, found := a.Value("trendScore"); found {
			seen[i] = trend
		}
		_, five := a.Value("emaSlow5m")
		_, fifteen := a.Value("emaSlow15m")
		require.Equal(t, i >= 21 && a.Ready(), five, i) // whole ones end at 9, 14, 19
		require.Equal(t, i >= 59, fifteen, i)           // whole ones end at 29, 44, 59
	}
	require.Equal(t, []float64{2, 2, 3, 3}, []float64{seen[21], seen[58], seen[59], seen[61]})
	// Closes of the five-minute candles are 1009, 1014, ... 1059: the average of 3 lags one candle.
	five, _ := a.Value("emaSlow5m")
	require.Equal(t, 1054.0, five)
	last := a.Checkpoints[len(a.Checkpoints)-1]
	require.Equal(t, strategy.Checkpoint{ID: "trend", Label: "Trend", Status: "met", Value: "3", Points: 10, Description: last.Description}, last)
}

func TestRazor_required_pullback_fails_its_checkpoint(t *testing.T) {
	a := feed(razor(t, `{"requirePullback":true}`).NewEvaluator(), flat(25)...)
	require.Equal(t, []string{"pullback", strategy.Failed}, []string{a.Checkpoints[6].ID, a.Checkpoints[6].Status})
	a = feed(razor(t, `{"minVolatility":0.5}`).NewEvaluator(), flat(25)...)
	require.Equal(t, []string{"volatility", strategy.Failed}, []string{a.Checkpoints[1].ID, a.Checkpoints[1].Status})
}

func TestRazor_history(t *testing.T) {
	require.Equal(t, 5000, strategy.History(razor(t, `{}`)))                                      // 40 * 21 = 840
	require.Equal(t, 12600, strategy.History(razor(t, `{"multiTimeframe":true}`)))                // 40 * 21 * 15
	require.Equal(t, 120000, strategy.History(razor(t, `{"multiTimeframe":true,"emaSlow":200}`))) // 40 * 200 * 15
}

func BenchmarkRazor_Close(b *testing.B) {
	candles := flat(1)
	for _, config := range []string{`{}`, `{"multiTimeframe":true}`} {
		b.Run(config, func(b *testing.B) {
			e := razor(b, config).NewEvaluator()
			b.ReportAllocs()
			for i := range b.N {
				candles[0].OpenTime = int64(i) * minute
				e.Close(candles[0])
			}
		})
	}
}
