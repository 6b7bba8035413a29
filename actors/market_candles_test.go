package actors

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// at is noon and so many seconds.
func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// candle is the candle that opens n minutes after noon.
func candleAt(n int, last int64) trade.Candle {
	price := trade.NewDec(last)
	return trade.Candle{OpenTime: noon.Add(time.Duration(n) * minute), Open: price, High: price, Low: price, Close: price, Volume: trade.NewDec(1)}
}

// opens gives the minutes after noon at which candles open.
func opens(candles []trade.Candle) []int {
	var list []int
	for _, c := range candles {
		list = append(list, int(c.OpenTime.Sub(noon)/minute))
	}
	return list
}

func loadedBook(t *testing.T) *candleBook {
	t.Helper()
	b := &candleBook{keep: 100}
	b.load([]trade.Candle{candleAt(-2, 1), candleAt(-1, 2), candleAt(0, 3)}, candleAt(-2, 0).OpenTime, at(30))
	require.Equal(t, candleAt(-1, 0).OpenTime, b.last)
	require.Equal(t, []int{-2, -1, 0}, opens(b.page(trade.OneMinute)))
	return b
}

func TestCandles_final_when_the_feed_shows_a_later_one(t *testing.T) {
	b := loadedBook(t)
	final, ask := b.grow(candleAt(0, 7))
	require.Nil(t, final)
	require.False(t, ask)
	final, ask = b.grow(candleAt(1, 8))
	require.False(t, ask)
	require.Equal(t, candleAt(0, 7), *final, "its last update counts")
	final, _ = b.grow(candleAt(0, 9))
	require.Nil(t, final, "what is final is never changed")
	require.EqualValues(t, 7, b.closed[len(b.closed)-1].Close)
}

func TestCandles_final_two_seconds_after_the_end_once_confirmed(t *testing.T) {
	b := loadedBook(t)
	b.grow(candleAt(0, 7))
	require.False(t, b.due(at(61)))
	require.True(t, b.due(at(62)))
	require.Equal(t, []int{0}, opens(b.confirm([]trade.Candle{candleAt(0, 7), candleAt(1, 8)}, at(62))))
	require.False(t, b.due(at(63)))
	require.Equal(t, []int{-2, -1, 0, 1}, opens(b.page(trade.OneMinute)))
}

func TestCandles_a_gap_is_asked_for_and_filled_in_order(t *testing.T) {
	b := loadedBook(t)
	b.grow(candleAt(0, 7))
	final, ask := b.grow(candleAt(3, 8))
	require.Equal(t, []int{0}, opens([]trade.Candle{*final}))
	require.True(t, ask, "minutes 1 and 2 are missing")
	final, _ = b.grow(candleAt(4, 9))
	require.Nil(t, final, "nothing is final out of order")
	got := b.confirm([]trade.Candle{candleAt(1, 1), candleAt(2, 2), candleAt(3, 3), candleAt(4, 4)}, at(4*60+1))
	require.Equal(t, []int{1, 2, 3}, opens(got))
	final, ask = b.grow(candleAt(5, 1))
	require.Equal(t, []int{4}, opens([]trade.Candle{*final}))
	require.False(t, ask)
}

func TestCandles_a_minute_that_the_exchange_leaves_out(t *testing.T) {
	b := loadedBook(t)
	got := b.confirm([]trade.Candle{candleAt(0, 1), candleAt(3, 1)}, at(5*60))
	require.Equal(t, []int{0, 3}, opens(got))
}

func TestCandles_after_an_outage_the_growing_one_must_be_confirmed(t *testing.T) {
	b := loadedBook(t)
	b.grow(candleAt(0, 7))
	b.missed()
	final, ask := b.grow(candleAt(1, 8))
	require.Nil(t, final)
	require.True(t, ask)
	got := b.confirm([]trade.Candle{candleAt(0, 99), candleAt(1, 8)}, at(61))
	require.Equal(t, []trade.Candle{candleAt(0, 99)}, got, "the whole one counts, not what was seen of it")

	b.missed()
	b.grow(candleAt(1, 9)) // seen again after the outage, whole
	final, ask = b.grow(candleAt(2, 1))
	require.NotNil(t, final)
	require.False(t, ask)
}

func TestCandles_an_answer_with_nothing_new(t *testing.T) {
	b := loadedBook(t)
	require.Empty(t, b.confirm(nil, at(90)))
	require.Empty(t, b.confirm([]trade.Candle{candleAt(-1, 1)}, at(90)))
	require.Empty(t, (&candleBook{}).confirm([]trade.Candle{candleAt(-1, 1)}, at(90)), "before the history nothing is final")
}

func TestCandles_feed_before_the_history(t *testing.T) {
	b := &candleBook{keep: 100}
	b.grow(candleAt(0, 1))
	final, ask := b.grow(candleAt(1, 5))
	require.Nil(t, final)
	require.False(t, ask)
	b.load([]trade.Candle{candleAt(-1, 1), candleAt(0, 1)}, candleAt(-1, 0).OpenTime, at(62))
	require.Equal(t, []int{-1, 0, 1}, opens(b.page(trade.OneMinute)))
}

func TestCandles_a_longer_history_takes_nothing_back(t *testing.T) {
	b := loadedBook(t)
	b.grow(candleAt(0, 7))
	b.grow(candleAt(1, 8)) // 0 is final before two seconds have passed
	b.load([]trade.Candle{candleAt(-4, 1), candleAt(-3, 1), candleAt(-2, 1), candleAt(-1, 1), candleAt(0, 7)}, candleAt(-4, 0).OpenTime, at(61))
	require.Equal(t, []int{-4, -3, -2, -1, 0, 1}, opens(b.page(trade.OneMinute)))
	require.Equal(t, candleAt(0, 0).OpenTime, b.last)
}

func TestCandles_an_empty_market(t *testing.T) {
	b := &candleBook{keep: 100}
	b.load(nil, at(0), at(30))
	require.True(t, b.loaded())
	final, _ := b.grow(candleAt(0, 1))
	require.Nil(t, final)
	final, _ = b.grow(candleAt(1, 1))
	require.Equal(t, []int{0}, opens([]trade.Candle{*final}))
}

func TestCandles_keep_a_bounded_number(t *testing.T) {
	b := &candleBook{keep: 10}
	b.load(nil, at(0), at(30))
	for i := range 1000 {
		b.grow(candleAt(i, int64(i)))
	}
	require.LessOrEqual(t, len(b.closed), 13)
	require.LessOrEqual(t, len(b.page(trade.OneMinute)), barsKept*5/4+2)
	require.EqualValues(t, 998, b.closed[len(b.closed)-1].Close)
	require.Len(t, b.after(b.closed[len(b.closed)-3].OpenTime), 2)
}
