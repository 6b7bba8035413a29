package strategy

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// paramsOf parses a config and gives its market-only half.
func paramsOf(t require.TestingT, config string) razorParams {
	c, err := Razor.Parse(json.RawMessage(config))
	require.NoError(t, err)
	return c.NewEvaluator().(*razorEvaluator).p
}

// quiet is a reading that earns nothing: every rule's value is just outside.
func quiet() reading {
	return reading{emaFast: 100, emaSlow: 100, rsi: 50, volatility: 0.05, momentum: 0, atr: 0.02, atrPercent: 0.02, compression: 1}
}

func TestRazor_score_rule_by_rule(t *testing.T) {
	for name, c := range map[string]struct {
		config      string
		change      func(*reading)
		long, short float64
	}{
		"nothing": {"{}", func(*reading) {}, 0, 0},

		"volatility on the lower edge":  {"{}", func(r *reading) { r.volatility = 0.08 }, 8, 8},
		"volatility on the upper edge":  {"{}", func(r *reading) { r.volatility = 0.6 }, 8, 8},
		"volatility below the edge":     {"{}", func(r *reading) { r.volatility = 0.079999999 }, 0, 0},
		"volatility above the edge":     {"{}", func(r *reading) { r.volatility = 0.600000001 }, 0, 0},
		"RSI exactly oversold":          {"{}", func(r *reading) { r.rsi = 40 }, 0, 0},
		"RSI exactly overbought":        {"{}", func(r *reading) { r.rsi = 60 }, 0, 0},
		"RSI oversold, averages equal":  {"{}", func(r *reading) { r.rsi = 32.5 }, 47.5, 0},                                                  // 35 + 7.5 + 5
		"RSI oversold, trend with it":   {"{}", func(r *reading) { r.rsi, r.emaFast = 32.5, 101 }, 62.5, 0},                                  // 35 + 7.5 + 20
		"RSI oversold, trend against":   {"{}", func(r *reading) { r.rsi, r.emaFast = 32.5, 99 }, 47.5, 0},                                   // 35 + 7.5 + 5
		"RSI far oversold is capped":    {"{}", func(r *reading) { r.rsi = 10 }, 53, 0},                                                      // min(35 + 30, 48) + 5
		"the cap is reached at 27":      {"{}", func(r *reading) { r.rsi = 27 }, 53, 0},                                                      // 35 + 13 = 48, + 5
		"the cap leaves the 20 alone":   {"{}", func(r *reading) { r.rsi, r.emaFast = 10, 101 }, 68, 0},                                      // 48 + 20
		"RSI overbought, trend with it": {"{}", func(r *reading) { r.rsi, r.emaFast = 71.25, 99 }, 0, 66.25},                                 // 35 + 11.25 + 20
		"RSI overbought, trend against": {"{}", func(r *reading) { r.rsi, r.emaFast = 71.25, 101 }, 0, 51.25},                                // 35 + 11.25 + 5
		"RSI 0 with wide limits":        {`{"rsiOversold":50}`, func(r *reading) { r.rsi = 0 }, 53, 0},                                       // min(35 + 50, 48) + 5
		"momentum on the edge":          {"{}", func(r *reading) { r.momentum = 0.05 }, 0, 0},                                                // must be above
		"momentum up":                   {"{}", func(r *reading) { r.momentum = 0.050000001 }, 15, 0},                                        //
		"momentum down":                 {"{}", func(r *reading) { r.momentum = -0.050000001 }, 0, 15},                                       //
		"momentum on the lower edge":    {"{}", func(r *reading) { r.momentum = -0.05 }, 0, 0},                                               //
		"ATR on the lower edge":         {"{}", func(r *reading) { r.atrPercent = 0.03 }, 6, 6},                                              //
		"ATR on the upper edge":         {"{}", func(r *reading) { r.atrPercent = 0.8 }, 6, 6},                                               //
		"ATR outside":                   {"{}", func(r *reading) { r.atrPercent = 0.800000001 }, 0, 0},                                       //
		"trend off":                     {"{}", func(r *reading) { r.trend = 3 }, 0, 0},                                                      //
		"trend +3":                      {`{"multiTimeframe":true}`, func(r *reading) { r.trend = 3 }, 10, 0},                                //
		"trend +2":                      {`{"multiTimeframe":true}`, func(r *reading) { r.trend = 2 }, 6, 0},                                 //
		"trend +1":                      {`{"multiTimeframe":true}`, func(r *reading) { r.trend = 1 }, 0, 0},                                 //
		"trend -2":                      {`{"multiTimeframe":true}`, func(r *reading) { r.trend = -2 }, 0, 6},                                //
		"trend -3":                      {`{"multiTimeframe":true}`, func(r *reading) { r.trend = -3 }, 0, 10},                               //
		"pullback ready":                {"{}", func(r *reading) { r.pullbackReady = true }, 5, 5},                                           //
		"pullback required and ready":   {`{"requirePullback":true}`, func(r *reading) { r.pullbackReady = true }, 5, 5},                     //
		"pullback required, floor":      {`{"requirePullback":true}`, func(*reading) {}, 0, 0},                                               // max(0 - 5, 0)
		"pullback required, one floor":  {`{"requirePullback":true}`, func(r *reading) { r.momentum = 0.2 }, 10, 0},                          // 15 - 5, 0 - 0
		"pullback after the ATR":        {`{"requirePullback":true}`, func(r *reading) { r.atrPercent = 0.5 }, 1, 1},                         // 6 - 5
		"compression after the floor":   {`{"requirePullback":true}`, func(r *reading) { r.compression = 0.5 }, 4, 4},                        // 0 - 0 + 4
		"compression on the edge":       {"{}", func(r *reading) { r.compression = 0.6 }, 0, 0},                                              // must be below
		"compression":                   {"{}", func(r *reading) { r.compression = 0.599999999 }, 4, 4},                                      //
		"gap on the edge":               {"{}", func(r *reading) { r.emaFast, r.emaGap = 101, 0.02 }, 0, 0},                                  // must be above
		"gap up":                        {"{}", func(r *reading) { r.emaFast, r.emaGap = 101, 0.020000001 }, 25, 0},                          //
		"gap down":                      {"{}", func(r *reading) { r.emaFast, r.emaGap = 99, 0.5 }, 0, 25},                                   //
		"gap with one side at 19":       {"{}", func(r *reading) { r.emaFast, r.emaGap, r.momentum, r.compression = 101, 1, 1, 0.1 }, 44, 4}, // 15 + 4 = 19, + 25
		"gap with one side at 20": {"{}", func(r *reading) { // 15 + 5 = 20: no gap points
			r.emaFast, r.emaGap, r.momentum, r.pullbackReady = 101, 1, 1, true
		}, 20, 5},
		"gap counts compression first, below 20": {"{}", func(r *reading) { // 8 + 6 + 4 = 18, + 25
			r.emaFast, r.emaGap, r.volatility, r.atrPercent, r.compression = 101, 1, 0.3, 0.1, 0.5
		}, 43, 18},
		"gap counts compression first, above 20": {"{}", func(r *reading) { // 8 + 6 + 5 = 19, + 4: no gap points
			r.emaFast, r.emaGap, r.volatility, r.atrPercent, r.compression, r.pullbackReady = 101, 1, 0.3, 0.1, 0.5, true
		}, 23, 23},
		"gap with the other side at 20": {"{}", func(r *reading) { // short 15 + 5: nothing for long either
			r.emaFast, r.emaGap, r.momentum, r.pullbackReady = 101, 1, -1, true
		}, 5, 20},
		"gap counts the trend first": {`{"multiTimeframe":true}`, func(r *reading) { // 10 + 15 = 25: no gap points
			r.emaFast, r.emaGap, r.momentum, r.trend = 101, 1, 1, 3
		}, 25, 0},
		"RSI far overbought is capped": {"{}", func(r *reading) { r.rsi = 90 }, 0, 53},                // 48 + 5
		"the cap of short is reached":  {"{}", func(r *reading) { r.rsi = 73 }, 0, 53},                // 35 + 13, + 5
		"the cap leaves short's 20":    {"{}", func(r *reading) { r.rsi, r.emaFast = 90, 99 }, 0, 68}, // 48 + 20
		"just before the cap":          {"{}", func(r *reading) { r.rsi = 27.5 }, 52.5, 0},            // 35 + 12.5 + 5
		"everything for long": {`{"multiTimeframe":true}`, func(r *reading) { // 8 + 48 + 20 + 15 + 6 + 10 + 5 + 4; 8 + 6 + 5 + 4
			*r = reading{emaFast: 101, emaSlow: 100, emaGap: 1, rsi: 5, volatility: 0.3, momentum: 0.2, atrPercent: 0.1, compression: 0.1, trend: 3, pullbackReady: true}
		}, 116, 23},
		"everything for short": {`{"multiTimeframe":true}`, func(r *reading) {
			*r = reading{emaFast: 99, emaSlow: 100, emaGap: 1, rsi: 95, volatility: 0.3, momentum: -0.2, atrPercent: 0.1, compression: 0.1, trend: -3, pullbackReady: true}
		}, 23, 116},
		"gap after the pullback's loss": {`{"requirePullback":true}`, func(r *reading) { // 15 + 6 - 5 = 16, + 25; 6 - 5 = 1
			r.emaFast, r.emaGap, r.momentum, r.atrPercent = 101, 1, 1, 0.1
		}, 41, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := quiet()
			c.change(&r)
			got := paramsOf(t, c.config).score(r)
			require.Equal(t, c.long, got.long, "long")
			require.Equal(t, c.short, got.short, "short")
			long, short := sums(got.reasons)
			require.Equal(t, c.long, long, "the reasons add up to the score")
			require.Equal(t, c.short, short, "the reasons add up to the score")
		})
	}
}

// sums adds up reasons by side.
func sums(reasons []Reason) (long, short float64) {
	for _, r := range reasons {
		if r.Side != Short {
			long = indicator.Round(long + r.Points)
		}
		if r.Side != Long {
			short = indicator.Round(short + r.Points)
		}
	}
	return long, short
}

func TestRazor_signal(t *testing.T) {
	for name, c := range map[string]struct {
		config      string
		volatility  float64
		long, short float64
		want        Signal
	}{
		"exactly the minimum":          {"{}", 0.3, 58, 20, Signal{Type: Long, Strength: 58, Confidence: 72.5}}, // 58 / 80 * 100
		"just below the minimum":       {"{}", 0.3, 57.999999999, 20, Signal{Type: None}},
		"short":                        {"{}", 0.3, 20, 64, Signal{Type: Short, Strength: 64, Confidence: 80}},
		"a tie":                        {"{}", 0.3, 70, 70, Signal{Type: None}},
		"a hair apart":                 {"{}", 0.3, 70, 70.000000001, Signal{Type: Short, Strength: 70.000000001, Confidence: 87.500000001}},
		"both capped":                  {"{}", 0.3, 104, 20, Signal{Type: Long, Strength: 100, Confidence: 100}},
		"confidence capped":            {"{}", 0.3, 80, 20, Signal{Type: Long, Strength: 80, Confidence: 100}},
		"volatility at the minimum":    {`{"minVolatility":0.1}`, 0.1, 60, 0, Signal{Type: Long, Strength: 60, Confidence: 75}},
		"volatility below the minimum": {`{"minVolatility":0.1}`, 0.099999999, 60, 0, Signal{Type: None}},
		"volatility at the maximum":    {"{}", 5, 60, 0, Signal{Type: Long, Strength: 60, Confidence: 75}},
		"volatility above the maximum": {"{}", 5.000000001, 60, 0, Signal{Type: None}},
		"conservative wants 64":        {`{"preset":"conservative"}`, 0.3, 63, 0, Signal{Type: None}},
		"no minimum and no score":      {`{"minScore":0}`, 0.3, 0, 0, Signal{Type: None}},
	} {
		t.Run(name, func(t *testing.T) {
			r := quiet()
			r.volatility = c.volatility
			require.Equal(t, c.want, paramsOf(t, c.config).signal(tally{long: c.long, short: c.short}, r))
		})
	}
}

func TestRazor_scores_stay_in_bounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := func(name string, low, high float64) float64 {
			return indicator.Round(rapid.Float64Range(low, high).Draw(t, name))
		}
		r := reading{
			emaFast: value("fast", 1, 1e6), emaSlow: value("slow", 1, 1e6), emaGap: value("gap", 0, 10), rsi: value("rsi", 0, 100),
			volatility: value("volatility", 0.01, 10), momentum: value("momentum", -5, 5), atrPercent: value("atr", 0, 3),
			compression: value("compression", 0, 12), trend: rapid.IntRange(-3, 3).Draw(t, "trend"),
			pullbackReady: rapid.Bool().Draw(t, "pullback"),
		}
		p := paramsOf(t, rapid.SampledFrom([]string{
			`{}`, `{"preset":"conservative"}`, `{"multiTimeframe":true}`, `{"requirePullback":true,"multiTimeframe":true}`,
		}).Draw(t, "config"))
		got := p.score(r)
		// 8 + 48 + 20 + 15 + 6 + 10 + 5 + 4 is the most that one side can earn.
		if got.long < 0 || got.short < 0 || got.long > 116 || got.short > 116 {
			t.Fatalf("scores %v and %v", got.long, got.short)
		}
		long, short := sums(got.reasons)
		if long != got.long || short != got.short {
			t.Fatalf("reasons add up to %v and %v, scores are %v and %v", long, short, got.long, got.short)
		}
		if s := p.signal(got, r); s.Strength > 100 || s.Confidence > 100 || s.Type != None && max(got.long, got.short) < p.minScore {
			t.Fatalf("signal %+v", s)
		}
	})
}
