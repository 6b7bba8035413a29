package strategy

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func thorParamsOf(t require.TestingT, config string) thorParams {
	c, err := Thor.Parse(json.RawMessage(config))
	require.NoError(t, err)
	return c.NewEvaluator().(*thorEvaluator).p
}

func TestThor_signal_rule_by_rule(t *testing.T) {
	for name, c := range map[string]struct {
		config                  string
		rsi, price, sma, atr    float64
		side                    string
		long, short, confidence float64
	}{
		"long":                           {"{}", 15, 99, 100, 0.3, Long, 50, 0, 50},           // (30 - 15) / 30
		"RSI exactly 30":                 {"{}", 30, 99, 100, 0.3, Long, 0, 0, 0},             // a signal without strength
		"RSI a hair above":               {"{}", 30.000000001, 99, 100, 0.3, None, 0, 0, 0},   //
		"RSI 0":                          {"{}", 0, 99, 100, 0.3, Long, 100, 0, 100},          //
		"long not below the mean":        {"{}", 15, 100, 100, 0.3, None, 0, 0, 0},            // must be below
		"long above the mean":            {"{}", 15, 101, 100, 0.3, None, 0, 0, 0},            //
		"long a hair below the mean":     {"{}", 15, 99.999999999, 100, 0.3, Long, 50, 0, 50}, //
		"short":                          {"{}", 79, 101, 100, 0.3, Short, 0, 30, 30},         // (79 - 70) / (100 - 70)
		"RSI exactly 70":                 {"{}", 70, 101, 100, 0.3, Short, 0, 0, 0},           //
		"RSI a hair below":               {"{}", 69.999999999, 101, 100, 0.3, None, 0, 0, 0},  //
		"RSI 100":                        {"{}", 100, 101, 100, 0.3, Short, 0, 100, 100},      //
		"short not above the mean":       {"{}", 79, 100, 100, 0.3, None, 0, 0, 0},            //
		"range at its minimum":           {"{}", 15, 99, 100, 0.05, Long, 50, 0, 50},          // inclusive
		"range below its minimum":        {"{}", 15, 99, 100, 0.049999999, None, 0, 0, 0},     //
		"range at its maximum":           {"{}", 79, 101, 100, 0.8, Short, 0, 30, 30},         // inclusive
		"range above its maximum":        {"{}", 79, 101, 100, 0.800000001, None, 0, 0, 0},    //
		"conservative wants 20":          {`{"preset":"conservative"}`, 21, 99, 100, 0.3, None, 0, 0, 0},
		"conservative long":              {`{"preset":"conservative"}`, 20, 99, 100, 0.3, Long, 0, 0, 0},
		"conservative wants 80":          {`{"preset":"conservative"}`, 79, 101, 100, 0.3, None, 0, 0, 0},
		"conservative short":             {`{"preset":"conservative"}`, 85, 101, 100, 0.3, Short, 0, 25, 25},        // 5 / 20
		"the score is rounded":           {`{"rsiLong":29}`, 20, 99, 100, 0.3, Long, 31.034482759, 0, 31.034482759}, // 9 / 29
		"the narrowest short":            {`{"rsiShort":99}`, 99.5, 101, 100, 0.3, Short, 0, 50, 50},                // 0.5 / 1
		"a thirsty long below the limit": {`{"rsiLong":1}`, 0.25, 99, 100, 0.3, Long, 75, 0, 75},                    // 0.75 / 1
	} {
		t.Run(name, func(t *testing.T) {
			var a Analysis
			thorParamsOf(t, c.config).judge(&a, thorReading{rsi: c.rsi, price: c.price, sma: c.sma, atrPercent: c.atr})
			require.Equal(t, c.side, a.Signal.Type)
			require.Equal(t, []float64{c.long, c.short, c.confidence, c.confidence},
				[]float64{a.ScoreLong, a.ScoreShort, a.Signal.Confidence, a.Signal.Strength})
			total := 0.0
			for _, r := range a.Signal.Reasons {
				require.Equal(t, c.side, r.Side)
				total += r.Points
			}
			require.Equal(t, a.Signal.Strength, total, "the reasons add up to the score")
		})
	}
}

func TestThor_checkpoints(t *testing.T) {
	for name, c := range map[string]struct {
		rsi, price, atr float64
		want            []string // atr, rsi, mean
	}{
		"all met":                {25, 99, 0.3, []string{Met, Met, Met}},
		"nothing exhausted":      {50, 99, 0.3, []string{Met, Pending, Pending}},
		"on the wrong side":      {25, 101, 0.3, []string{Met, Met, Pending}},
		"a range too small":      {25, 99, 0.01, []string{Failed, Met, Met}},
		"short on the high side": {80, 101, 0.3, []string{Met, Met, Met}},
	} {
		t.Run(name, func(t *testing.T) {
			var a Analysis
			thorParamsOf(t, "{}").judge(&a, thorReading{rsi: c.rsi, price: c.price, sma: 100, atrPercent: c.atr})
			var got []string
			for _, p := range a.Checkpoints {
				got = append(got, p.Status)
				require.NotEmpty(t, p.Description)
			}
			require.Equal(t, c.want, got)
		})
	}
}
