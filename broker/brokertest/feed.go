package brokertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func (s *suite) feedInstruments() {
	spec, _ := s.market()
	require.Equal(s, trade.Linear, spec.Kind)
	require.True(s, spec.Active)
	for name, d := range map[string]trade.Dec{"tick": spec.TickSize, "step": spec.AmountStep, "minimum": spec.MinAmount, "leverage": spec.MaxLeverage} {
		require.Positive(s, d.Sign(), name)
	}
	require.NotEmpty(s, spec.Base)
	require.NotEmpty(s, spec.Quote)
	require.NotEmpty(s, spec.Settlement)
	require.True(s, spec.MinAmount.IsMultipleOf(spec.AmountStep))
}

// More candles than any exchange gives at once, each minute once, in order.
func (s *suite) feedCandles() {
	feed, _ := s.feed()
	to := s.exchangeTime(feed).Truncate(time.Minute).Add(-2 * time.Minute)
	from := to.Add(-6999 * time.Minute)
	candles, err := feed.Candles(s.ctx(), s.Instrument, trade.OneMinute, from, to)
	require.NoError(s, err)
	require.Len(s, candles, 7000)
	for i, c := range candles {
		require.True(s, c.OpenTime.Equal(from.Add(time.Duration(i)*time.Minute)), "candle %d opens at %s", i, c.OpenTime)
		requireCandle(s, c)
	}
	candles, err = feed.Candles(s.ctx(), s.Instrument, trade.OneMinute, from.Add(time.Second), from.Add(90*time.Second))
	require.NoError(s, err)
	require.Len(s, candles, 1, "only open times inside the range")
}

// Longer candles are the minutes joined, on the multiples of their length since 1970.
func (s *suite) feedLongerCandles() {
	feed, _ := s.feed()
	to := s.exchangeTime(feed).Truncate(time.Hour).Add(-time.Hour)
	from := to.Add(-3 * time.Hour)
	minutes, err := feed.Candles(s.ctx(), s.Instrument, trade.OneMinute, from, to.Add(-time.Minute))
	require.NoError(s, err)
	require.Len(s, minutes, 180)
	for _, r := range trade.Resolutions {
		longer, err := feed.Candles(s.ctx(), s.Instrument, r, from.Add(-time.Second), to.Add(-time.Second))
		require.NoError(s, err)
		each := int(r.Length() / time.Minute)
		require.Len(s, longer, 180/each, r)
		for i, c := range longer {
			part := minutes[i*each : (i+1)*each]
			require.True(s, c.OpenTime.Equal(part[0].OpenTime), "%s candle %d opens at %s", r, i, c.OpenTime)
			require.True(s, c.Open.Equal(part[0].Open) && c.Close.Equal(part[each-1].Close), "%s %+v", r, c)
			high, low := part[0].High, part[0].Low
			for _, m := range part {
				high, low = trade.MaxDec(high, m.High), trade.MinDec(low, m.Low)
			}
			require.True(s, c.High.Equal(high) && c.Low.Equal(low), "%s %+v", r, c)
		}
	}
}

func requireCandle(s *suite, c trade.Candle) {
	s.Helper()
	require.Positive(s, c.Low.Sign())
	require.False(s, c.Volume.Less(trade.Zero))
	for _, d := range []trade.Dec{c.Open, c.Close} {
		require.False(s, c.High.Less(d), "%+v", c)
		require.False(s, d.Less(c.Low), "%+v", c)
	}
}

func (s *suite) exchangeTime(feed broker.Feed) time.Time {
	clock := feed.Clock()
	require.False(s, clock.Measured.IsZero(), "measured before FeedUp")
	return time.Now().Add(clock.Offset)
}

func (s *suite) feedTicker() {
	feed, _ := s.feed()
	ticker, err := feed.Ticker(s.ctx(), s.Instrument)
	require.NoError(s, err)
	s.requireTicker(ticker)
	require.WithinDuration(s, s.exchangeTime(feed), ticker.Time, time.Minute)
	_, err = feed.Ticker(s.ctx(), "NO_SUCH-PERPETUAL")
	s.outcome(broker.Refused, err)
}

func (s *suite) requireTicker(t trade.Ticker) {
	s.Helper()
	require.Equal(s, s.Instrument, t.Instrument)
	for name, d := range map[string]trade.Dec{"bid": t.Bid, "ask": t.Ask, "last": t.Last, "mark": t.Mark, "index": t.Index, "min": t.MinPrice, "max": t.MaxPrice} {
		require.Positive(s, d.Sign(), name)
	}
	require.True(s, t.Bid.Less(t.Ask))
}

func (s *suite) feedWatch() {
	feed, events := s.feed()
	feed.Watch(s.Instrument)
	feed.Watch(s.Instrument)
	s.requireTicker(await[broker.TickerChanged](events).Ticker)
	candle := await[broker.CandleChanged](events)
	require.Equal(s, s.Instrument, candle.Instrument)
	require.True(s, candle.Candle.OpenTime.Equal(candle.Candle.OpenTime.Truncate(time.Minute)))
	requireCandle(s, candle.Candle)

	feed.Unwatch(s.Instrument)
	await[broker.TickerChanged](events) // one of two still watches
	feed.Unwatch(s.Instrument)
	feed.Watch(s.Other)
	ofOther := func(e broker.TickerChanged) bool { return e.Ticker.Instrument == s.Other }
	awaitThat(events, ofOther)
	for range 5 {
		next := await[broker.TickerChanged](events)
		require.Equal(s, s.Other, next.Ticker.Instrument, "nobody watches the first any more")
	}
}

func (s *suite) feedReconnect() {
	feed, events := s.feed()
	feed.Watch(s.Instrument)
	await[broker.TickerChanged](events)
	s.Wire.Drop()
	down := await[broker.FeedDown](events)
	require.Error(s, down.Err)
	await[broker.FeedUp](events)
	s.requireTicker(await[broker.TickerChanged](events).Ticker)
}

// A book is watched by two, followed through its changes, and built anew over a lost link.
func (s *suite) feedBook() {
	feed, events := s.feed()
	_, known := feed.Book(s.Instrument, 5)
	require.False(s, known, "nobody watches it")
	feed.WatchBook(s.Instrument)
	feed.WatchBook(s.Instrument)
	first := s.awaitBook(feed, time.Time{})
	feed.UnwatchBook(s.Instrument)
	s.awaitBook(feed, first.Time)
	s.Wire.Drop()
	await[broker.FeedDown](events)
	await[broker.FeedUp](events)
	s.awaitBook(feed, first.Time)
	feed.UnwatchBook(s.Instrument)
	_, known = feed.Book(s.Instrument, 5)
	require.False(s, known)
}

// awaitBook waits for a book that is known and newer.
func (s *suite) awaitBook(feed broker.Feed, than time.Time) (b trade.Book) {
	s.Helper()
	require.Eventually(s, func() (known bool) {
		b, known = feed.Book(s.Instrument, 5)
		return known && b.Time.After(than)
	}, patience, 10*time.Millisecond)
	require.Equal(s, s.Instrument, b.Instrument)
	require.NotEmpty(s, b.Bids)
	require.NotEmpty(s, b.Asks)
	require.LessOrEqual(s, len(b.Bids), 5)
	require.True(s, b.Bids[0].Price.Less(b.Asks[0].Price))
	for i := 1; i < len(b.Bids); i++ {
		require.True(s, b.Bids[i].Price.Less(b.Bids[i-1].Price), "best first")
	}
	for i := 1; i < len(b.Asks); i++ {
		require.True(s, b.Asks[i-1].Price.Less(b.Asks[i].Price), "best first")
	}
	return b
}
