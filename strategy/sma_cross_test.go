package strategy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/strategy"
)

// Averages of 2 and 3 closes:
//
//	close  10   10   10    13     13      4     4
//	fast    -   10   10    11.5   13      8.5   4
//	slow    -    -   10    11     12     10     7
//	apart   -    -    0     0.5    1     -1.5  -3
func TestSMACross_by_hand(t *testing.T) {
	c, err := strategy.SMACross.Parse(json.RawMessage(`{"smaFast":2,"smaSlow":3}`))
	require.NoError(t, err)
	e := c.NewEvaluator()
	require.Equal(t, 4, e.Need())
	want := []string{"none", "none", "none", "long", "none", "short", "none"}
	for i, x := range []float64{10, 10, 10, 13, 13, 4, 4} {
		a := e.Close(strategy.Candle{OpenTime: int64(i) * minute, Open: x, High: x, Low: x, Close: x})
		require.Equal(t, want[i], a.Signal.Type, i)
		require.Equal(t, i >= 3, a.Ready(), i)
	}
	last := e.Close(strategy.Candle{OpenTime: 9 * minute, Open: 50, High: 50, Low: 50, Close: 50})
	require.Equal(t, []any{1, "none"}, []any{last.Have, last.Signal.Type}, "a gap collects again")
}

func TestSMACross_plan(t *testing.T) {
	c, err := strategy.SMACross.Parse(nil)
	require.NoError(t, err)
	p, err := c.Plan(input("buy", linear()))
	require.NoError(t, err)
	// 100 / 100000; 100000 * 0.98; 100000 * 1.06
	require.Equal(t, []string{"0.001", "98000", "106000"}, []string{p.Amount.String(), p.Stop.String(), p.Target.String()})
}
