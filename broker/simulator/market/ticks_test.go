package market

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func ticked(t *testing.T, text string) *Ticks {
	k, err := NewTicks(strings.NewReader(text), 1000, NewSynthetic(1))
	require.NoError(t, err)
	return k
}

// Two trades in one second, none in the next, one in the third: three seconds that go round.
const fourTicks = `1700000000100,100.0,0.5
1700000000900,101.04,0.25,sell
1700000002000,99.0,2,buy
`

func TestTicks_play_second_for_second(t *testing.T) {
	k, i := ticked(t, fourTicks), core.Perpetuals()[0]
	first := core.Tick{Price: 1010, Index: 1_010_400, Mark: 1_010_400, Volume: 7_500, Sell: true, Spread: 1}
	quiet, third := first, core.Tick{Price: 990, Index: 990_000, Mark: 990_000, Volume: 20_000, Spread: 1}
	quiet.Volume = 0
	for second, want := range map[int64]core.Tick{60_000: first, 60_001: quiet, 60_002: third, 60_003: first, 59_999: third, 59_998: quiet} {
		require.Equal(t, want, k.Tick(i, second), second)
	}
	require.Equal(t, core.Bar{Open: 1010, High: 1010, Low: 990, Close: 990, Volume: 20 * 27_500}, k.Bar(i, 1000, 1<<40))
	require.Equal(t, core.Bar{Open: 1010, High: 1010, Low: 1010, Close: 1010, Volume: 7_500}, k.Bar(i, 1000, 60_001))
	require.Equal(t, int64(7), k.Tick(core.Perpetuals()[2], 60_000).Volume) // 75.78 USD are 7 contracts of 10
}

// The mark follows the middle of the book with a half-life near half a minute: at 100 it is 101 from
// the start; when the middle falls to the index it has 30 / (30 + 10) of the distance left 10 s later.
func TestTicks_smooth_the_mark(t *testing.T) {
	k := ticked(t, `timestamp_ms,price,amount,index,bid,ask
1700000000000,1000,1,1000,1000,1002
1700000010000,1000,1,1000,999,1001
1700000011000,1000,1,1000,1900,2100
`)
	i := core.Perpetuals()[0]
	tick := k.Tick(i, 60_000)
	require.Equal(t, int64(10_010_000), tick.Mark)
	require.Equal(t, int64(10), tick.Spread) // half of 2.0
	require.Equal(t, int64(10_000_000+7_500), k.Tick(i, 60_010).Mark)
	require.Equal(t, int64(10_000_000+7_500+(50_000-7_500)/31), k.Tick(i, 60_011).Mark) // bounded at 0.5 %
}

func TestTicks_take_what_the_file_gives(t *testing.T) {
	k := ticked(t, "price,amount,timestamp_ms,mark,index,side\n100,1,1700000000000,103,102,sell\n101,1,1700000001000,,,\n")
	i := core.Perpetuals()[0]
	require.Equal(t, core.Tick{Price: 1000, Index: 1_020_000, Mark: 1_030_000, Volume: 10_000, Sell: true, Spread: 1}, k.Tick(i, 60_000))
	require.Equal(t, int64(1_010_000), k.Tick(i, 60_001).Index)
}

func TestTicks_refuse_bad_files(t *testing.T) {
	for name, text := range map[string]string{
		"empty":           "",
		"two columns":     "1700000000000,100\n",
		"unknown column":  "timestamp_ms,price,amount,colour\n1700000000000,100,1,red\n",
		"missing column":  "timestamp_ms,price\n1700000000000,100\n",
		"time falls":      "1700000001000,100,1\n1700000000000,100,1\n",
		"no price":        "1700000000000,0,1\n",
		"unknown side":    "1700000000000,100,1,hold\n",
		"bid above ask":   "timestamp_ms,price,amount,bid,ask\n1700000000000,100,1,101,100\n",
		"not a number":    "1700000000000,100,x\n",
		"not a timestamp": "17.5,100,1\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewTicks(strings.NewReader(text), 0, nil)
			require.ErrorContains(t, err, "tick file")
		})
	}
}

func TestOpen_plays_ticks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ticks.csv")
	require.NoError(t, os.WriteFile(file, []byte(fourTicks), 0o600))
	s, err := Open("ticks:"+file, 1, 1000)
	require.NoError(t, err)
	require.Equal(t, int64(1010), s.Tick(core.Perpetuals()[0], 60_000).Price)
	require.Equal(t, NewSynthetic(1).Tick(core.Perpetuals()[1], 60_000), s.Tick(core.Perpetuals()[1], 60_000))
}
