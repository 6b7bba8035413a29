package actors

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/actors/kit/kittest"
	"github.com/tradebaas/tradebaas/trade"
)

// shape is a minute whose four prices and volume differ.
func shape(n int, open, high, low, last, volume int64) trade.Candle {
	return trade.Candle{OpenTime: noon.Add(time.Duration(n) * minute), Open: trade.NewDec(open), High: trade.NewDec(high),
		Low: trade.NewDec(low), Close: trade.NewDec(last), Volume: trade.NewDec(volume)}
}

func TestBars_join_minutes_on_the_multiples_of_their_length(t *testing.T) {
	b := &bars{resolution: trade.FiveMinutes, since: candleAt(-2, 0).OpenTime}
	for n, c := range []trade.Candle{
		shape(-2, 1, 99, 1, 1, 1), shape(-1, 1, 1, 1, 1, 1), // of the one that opened at -5: not known whole
		shape(0, 10, 12, 9, 11, 1), shape(1, 11, 15, 11, 14, 2), shape(2, 14, 14, 7, 8, 3), shape(3, 8, 9, 8, 9, 4),
	} {
		b.add(c)
		require.Empty(t, b.take(), n)
	}
	growing := shape(4, 9, 16, 9, 13, 5)
	require.Equal(t, []trade.Candle{shape(0, 10, 15, 7, 9, 10)}, b.growing(nil))
	require.Equal(t, []trade.Candle{shape(0, 10, 16, 7, 13, 15)}, b.growing(&growing))
	require.Equal(t, b.growing(&growing), b.page(&growing))

	b.add(shape(4, 9, 17, 9, 12, 6))
	require.Equal(t, []trade.Candle{shape(0, 10, 17, 7, 12, 16)}, b.take())
	require.Empty(t, b.take(), "final once")
	require.Empty(t, b.growing(nil))
	next := shape(5, 12, 13, 12, 13, 1)
	require.Equal(t, []trade.Candle{shape(0, 10, 17, 7, 12, 16), next}, b.page(&next))
}

func TestBars_a_last_minute_that_the_exchange_leaves_out(t *testing.T) {
	b := &bars{resolution: trade.FiveMinutes, since: noon}
	b.add(shape(1, 10, 12, 9, 11, 1)) // the first is missing too
	next := shape(6, 20, 21, 19, 20, 1)
	bar := shape(0, 10, 12, 9, 11, 1)
	require.Equal(t, []trade.Candle{bar, shape(5, 20, 21, 19, 20, 1)}, b.growing(&next), "not final before a later one is")
	require.Empty(t, b.take())
	b.add(next)
	require.Equal(t, []trade.Candle{bar}, b.take())
	require.Equal(t, []trade.Candle{shape(5, 20, 21, 19, 20, 1)}, b.growing(nil))
}

func TestBars_of_a_minute_are_the_minutes(t *testing.T) {
	b := newBars(noon)[0]
	require.Equal(t, trade.OneMinute, b.resolution)
	b.add(candleAt(0, 5))
	growing := candleAt(1, 6)
	require.Equal(t, []trade.Candle{candleAt(0, 5)}, b.take())
	require.Equal(t, []trade.Candle{candleAt(0, 5), candleAt(1, 6)}, b.page(&growing))
}

// Whatever minutes are missing, each bar is final once, in order, and holds exactly its own minutes.
func TestBars_hold_exactly_their_minutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(trade.Resolutions).Draw(t, "resolution")
		b := &bars{resolution: r, since: candleAt(rapid.IntRange(-90, 90).Draw(t, "since"), 0).OpenTime}
		want := map[time.Time]int64{} // volume by open time, each minute one
		var got []trade.Candle
		n := rapid.IntRange(-100, 0).Draw(t, "start")
		for range rapid.IntRange(1, 200).Draw(t, "minutes") {
			n += rapid.SampledFrom([]int{1, 1, 1, 1, 2, 7}).Draw(t, "step")
			c := candleAt(n, 1)
			b.add(c)
			got = append(got, b.take()...)
			if opening := time.Unix(c.OpenTime.Unix()/int64(r.Length().Seconds())*int64(r.Length().Seconds()), 0).UTC(); !opening.Before(b.since) {
				want[opening]++
			}
		}
		got = append(got, b.growing(nil)...)
		require.Len(t, got, len(want))
		for i, c := range got {
			require.True(t, i == 0 || c.OpenTime.After(got[i-1].OpenTime))
			require.True(t, c.Volume.Equal(trade.NewDec(want[c.OpenTime])), "%s %s", c.OpenTime, c.Volume)
		}
	})
}

// A page that follows five minutes hears each growing and final one; nobody else does.
func TestMarket_longer_candles(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		five := x.follow("five", FollowMarket{Candles: []trade.Resolution{trade.FiveMinutes}})
		one := x.follow("one", FollowMarket{Candles: []trade.Resolution{trade.OneMinute}})
		x.up()
		x.lively(time.Second)
		kept := kittest.Await[CandlesKept](five)
		require.Equal(t, trade.FiveMinutes, kept.Resolution)
		require.InDelta(t, barsKept, len(kept.Candles), barsKept/4+2)
		for i, c := range kept.Candles {
			require.Zero(t, c.OpenTime.Unix()%300)
			require.True(t, i == 0 || c.OpenTime.Sub(kept.Candles[i-1].OpenTime) == 5*minute)
		}
		x.lively(11 * time.Minute)
		finals := map[string]int{}
		for range 3 {
			moved := kittest.Await[CandleMoved](five)
			for ; !moved.Final; moved = kittest.Await[CandleMoved](five) {
				require.Equal(t, trade.FiveMinutes, moved.Resolution)
			}
			finals[fmt.Sprint(moved.Candle.OpenTime.Unix()%300, moved.Candle.Volume)]++
			if len(finals) == 1 && finals["0 5"] == 2 {
				break
			}
		}
		require.Equal(t, map[string]int{"0 5": 2}, finals, "two of five minutes each")
		require.Equal(t, trade.OneMinute, kittest.Await[CandlesKept](one).Resolution)
		require.Equal(t, trade.OneMinute, kittest.Await[CandleMoved](one).Resolution)

		now := time.Now()
		asked := x.venue.asked
		bars, err := x.Candles(t.Context(), btcPaper, trade.FiveMinutes, now.Add(-time.Hour), now)
		require.NoError(t, err)
		require.Len(t, bars, 12)
		require.Equal(t, asked, x.venue.asked, "from memory")
		bars, err = x.Candles(t.Context(), btcPaper, trade.OneHour, now.Add(-500*time.Hour), now)
		require.NoError(t, err)
		require.Len(t, bars, 500)
		require.Equal(t, asked+1, x.venue.asked, "what is not kept is asked for")
	})
}
