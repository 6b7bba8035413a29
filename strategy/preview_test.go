package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// Ask 100000, bid 99999.5, stop 0.5 %, target 0.65 %, equity 10000 USDC or 0.1 BTC.
func TestPreview(t *testing.T) {
	for name, c := range map[string]struct {
		config, notional, leverage, atStop, atTarget, code string
		spec                                               trade.Spec
		side                                               int
	}{
		// 0.01 * 100000; 1000 / 10000; -5 - 0.5 - 0.4975; 6.5 - 0.5 - 0.2013
		"linear long": {`{"sizing":{"mode":"notional","value":"1000"}}`, "1000", "0.1", "-5.9975", "5.7987", "", linear(), 0},
		// 0.01 * 99999.5; stop 100499.5: -5 - 0.4999975 - 0.50249750; target 99350: 6.495 - 0.4999975 - 0.1987
		"linear short": {`{"sizing":{"mode":"notional","value":"1000"}}`, "999.995", "0.1", "-6.002495", "5.7963025", "", linear(), 1},
		// 1000 USD = 0.01 BTC of 0.1; 1000/100000 - 1000/99500 = -0.00005025, fees 0.000005 and 0.00000503;
		// 1000/100000 - 1000/100650 = 0.00006458, fees 0.000005 and 0.00000199
		"inverse long": {`{"sizing":{"mode":"notional","value":"1000"}}`, "1000", "0.1", "-0.00006028", "0.00005759", "", inverse(), 0},
		"too small":    {`{"sizing":{"mode":"notional","value":"1"}}`, "0", "0", "", "", "amount_below_minimum", linear(), 0},
		// target 0.05 % of 100000 = 50 * 0.001 = 0.05 gross, fees 0.05 + 0.02
		"costs more than it brings": {`{"takeProfitPercent":0.05}`, "100", "0.01", "-0.59975", "-0.02001", "target_below_costs", linear(), 0},
	} {
		t.Run(name, func(t *testing.T) {
			sides := strategy.Preview(razor(t, c.config), input("", c.spec))
			require.Equal(t, []trade.Side{trade.Buy, trade.Sell}, []trade.Side{sides[0].Side, sides[1].Side})
			got := sides[c.side]
			require.Equal(t, []string{c.notional, c.leverage, c.code}, []string{got.Notional.String(), got.Leverage.String(), got.Code})
			require.Equal(t, c.code == "", got.Reason == "")
			require.Contains(t, string(got.Detail), `"sizing"`)
			if c.atStop == "" {
				require.Nil(t, got.AtStop)
				return
			}
			require.Equal(t, []string{c.atStop, c.atTarget}, []string{got.AtStop.Net.String(), got.AtTarget.Net.String()})
		})
	}
}

func TestPreview_of_what_enters_at_start_has_one_side(t *testing.T) {
	c, err := strategy.FastTest.Parse(nil)
	require.NoError(t, err)
	require.Zero(t, strategy.PreviewHistory(c))
	sides := strategy.Preview(c, input("", linear()))
	require.Len(t, sides, 1)
	require.Equal(t, "0.0001", sides[0].Amount.String())
}

// Quiet candles pull the stop in by 0.85 with adaptive stops: 0.425 % of 100000.
func TestPreview_sees_the_market(t *testing.T) {
	c := razor(t, `{"adaptiveStops":true}`)
	require.Equal(t, 500, strategy.PreviewHistory(c))
	var quiet []strategy.Candle
	for i := range 500 {
		quiet = append(quiet, strategy.Candle{OpenTime: int64(i) * minute, Open: 100000, High: 100001, Low: 99999, Close: 100000, Volume: 1})
	}
	in := input("", linear())
	in.Analysis = strategy.Analyse(c, quiet)
	require.True(t, in.Analysis.Ready())
	require.Equal(t, "99575", strategy.Preview(c, in)[0].Stop.String())
}
