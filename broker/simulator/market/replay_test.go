package market

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

const twoCandles = `timestamp_ms,open,high,low,close,volume
1640991600000,100.0,110.0,95.0,105.0,6.0
1640991660000,105.0,106.0,90.0,91.0,0
`

func TestReplay_meets_open_high_low_and_close(t *testing.T) {
	r, err := NewReplay(strings.NewReader(twoCandles), 1000, NewSynthetic(1))
	require.NoError(t, err)
	i := core.Perpetuals()[0]
	require.Equal(t, core.Bar{Open: 1000, High: 1100, Low: 950, Close: 1050, Volume: 60_000}, r.Bar(i, 1000, 1<<40))
	require.Equal(t, int64(1000), r.Tick(i, 60_000).Price)
	require.Equal(t, int64(950), r.Tick(i, 60_020).Price)
	require.Equal(t, int64(1100), r.Tick(i, 60_040).Price)
	require.Equal(t, int64(1050), r.Tick(i, 60_059).Price)
	require.Equal(t, core.Bar{Open: 1050, High: 1060, Low: 900, Close: 910, Volume: 60}, r.Bar(i, 1001, 1<<40))
	require.Equal(t, int64(1_050_000), r.Tick(i, 60_059).Mark)
}

func TestReplay_loops_both_ways(t *testing.T) {
	r, err := NewReplay(strings.NewReader(twoCandles), 1000, NewSynthetic(1))
	require.NoError(t, err)
	i := core.Perpetuals()[2]
	require.Equal(t, r.Bar(i, 1000, 1<<40), r.Bar(i, 1002, 1<<40))
	require.Equal(t, r.Bar(i, 1001, 1<<40), r.Bar(i, 999, 1<<40))
	require.Equal(t, int64(200), r.Bar(i, 1000, 1<<40).Open)
}

func TestReplay_refuses_bad_files(t *testing.T) {
	for name, text := range map[string]string{
		"empty":              "",
		"five columns":       "1640991600000,1,2,3,4\n",
		"not a number":       "1640991600000,x,110,95,105,6\n",
		"low above open":     "1640991600000,100,110,101,105,6\n",
		"time falls":         "1640991660000,100,110,95,105,6\n1640991600000,100,110,95,105,6\n",
		"not a whole minute": "1640991600001,100,110,95,105,6\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewReplay(strings.NewReader(text), 0, nil)
			require.Error(t, err)
		})
	}
}

func TestOpen_names_what_it_takes(t *testing.T) {
	_, err := Open("random", 1, 0)
	require.ErrorContains(t, err, "synthetic or replay:FILE")
	_, err = Open("replay:/nowhere/at/all.csv", 1, 0)
	require.Error(t, err)
	s, err := Open("synthetic", 1, 0)
	require.NoError(t, err)
	require.NotNil(t, s)
}
