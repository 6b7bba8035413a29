package market

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

const twoCandles = `timestamp_ms,open,high,low,close,volume
1640991600000,100.0,110.0,95.0,105.0,6.0
1640991660000,105.0,106.0,90.0,91.0,0
`

func replayed(t require.TestingT, candles string, seed uint64) *Replay {
	r, err := NewReplay(strings.NewReader(candles), 1000, seed, NewSynthetic(1))
	require.NoError(t, err)
	return r
}

func TestReplay_meets_open_high_low_and_close(t *testing.T) {
	r, i := replayed(t, twoCandles, 7), core.Perpetuals()[0]
	require.Equal(t, core.Bar{Open: 1000, High: 1100, Low: 950, Close: 1050, Volume: 60_000}, r.Bar(i, 1000, 1<<40))
	require.Equal(t, int64(1000), r.Tick(i, 60_000).Price)
	require.Equal(t, int64(1050), r.Tick(i, 60_059).Price)
	require.Equal(t, core.Bar{Open: 1050, High: 1060, Low: 900, Close: 910, Volume: 60}, r.Bar(i, 1001, 1<<40))
	require.Equal(t, int64(1_050_000), r.Tick(i, 60_059).Mark)
}

func TestReplay_loops_both_ways(t *testing.T) {
	r, i := replayed(t, twoCandles, 7), core.Perpetuals()[2]
	require.Equal(t, r.Bar(i, 1000, 1<<40), r.Bar(i, 1002, 1<<40))
	require.Equal(t, r.Bar(i, 1001, 1<<40), r.Bar(i, 999, 1<<40))
	require.Equal(t, int64(200), r.Bar(i, 1000, 1<<40).Open)
}

// Whatever the candle, flat or of one tick, and whatever the seed: open, high, low and close are met
// on every grid, no second is beyond them, and the volumes add up.
func TestReplay_meets_every_candle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Int64Range(500_000, 2_000_000_000).Draw(t, "low")
		high := low + rapid.SampledFrom([]int64{0, 1, 1_000, 5_000, 40_000, low / 50, low}).Draw(t, "range")
		within := rapid.OneOf(rapid.Just(low), rapid.Just(high), rapid.Int64Range(low, high))
		c := candle{within.Draw(t, "open"), high, low, within.Draw(t, "close"), rapid.Int64Range(0, 1e9).Draw(t, "volume")}
		price := func(v int64) string { return core.Fine(v).String() }
		r := replayed(t, "0,"+strings.Join([]string{price(c.open), price(high), price(low), price(c.close), price(c.volume)}, ","), rapid.Uint64().Draw(t, "seed"))
		minute := rapid.Int64Range(0, 1e8).Draw(t, "minute")
		for _, i := range core.Perpetuals() {
			if i.Base != "BTC" {
				continue
			}
			want := core.Bar{Open: i.Nearest(c.open), High: i.Nearest(high), Low: i.Nearest(low), Close: i.Nearest(c.close), Volume: max(60, c.contracts(i))}
			require.Equal(t, want, barOf(r, i, minute, 59))
			require.Equal(t, want, r.Bar(i, minute, 1<<60))
			for n := range int64(60) {
				tick := r.Tick(i, minute*60+n)
				require.Equal(t, tick.Index, tick.Mark)
				require.True(t, tick.Index >= low && tick.Index <= high && tick.Volume >= 1, "%+v", tick)
			}
		}
	})
}

// A path looks like a market: over many candles with a range of 1 % its steps are all small against
// the range, it turns about every other second, and no two candles are alike.
func TestReplay_path_is_no_straight_line(t *testing.T) {
	c := candle{open: 1_000_000, high: 1_006_000, low: 996_000, close: 1_002_000}
	turns, longest, seen := 0, int64(0), map[[60]int64]bool{}
	const rounds = 500
	for key := range uint64(rounds) {
		p := c.path(mix(key))
		seen[p] = true
		for n := 1; n < 59; n++ {
			longest = max(longest, p[n]-p[n-1], p[n-1]-p[n])
			if (p[n]-p[n-1])*(p[n+1]-p[n]) < 0 {
				turns++
			}
		}
	}
	require.Len(t, seen, rounds)
	require.InDelta(t, 29, float64(turns)/rounds, 6)
	require.Less(t, longest, int64(5_000), "half of the range")
}

func TestReplay_future_keeps_its_basis(t *testing.T) {
	r := replayed(t, "0,100000,100000,100000,100000,1\n", 7)
	f := core.Futures(0)[0] // BTC_USDC-27MAR70
	require.Equal(t, "BTC_USDC-27MAR70", string(f.Name))
	at := f.Expiry/1000 - 365*86_400/5
	require.Equal(t, int64(1_010_000), r.Tick(f, at).Price) // 5 % a year, a fifth of a year: 1 %
	require.Equal(t, int64(1_010_000_000), r.Tick(f, at).Mark)
	require.Equal(t, int64(1_000_000_000), r.Tick(f, at).Index)
	require.Equal(t, int64(1_000_000), r.Tick(f, f.Expiry/1000).Price)
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
			_, err := NewReplay(strings.NewReader(text), 0, 7, nil)
			require.Error(t, err)
		})
	}
}

func TestOpen_names_what_it_takes(t *testing.T) {
	_, err := Open("random", 1, 0)
	require.ErrorContains(t, err, "synthetic, replay:FILE or ticks:FILE")
	_, err = Open("replay:/nowhere/at/all.csv", 1, 0)
	require.Error(t, err)
	s, err := Open("synthetic", 1, 0)
	require.NoError(t, err)
	require.NotNil(t, s)
}
