package actors

import (
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	minute       = time.Minute
	confirmAfter = 2 * time.Second // a minute's end by the exchange's clock, and then this
)

// candleBook puts one market's minutes in order, each exactly once and final
// once (ruling R26). A candle is final when the feed shows a later one, or when
// a query made 2 s after its end shows it; whatever may have been missed is
// asked for. It knows no clock: exchange time comes in.
type candleBook struct {
	keep    int               // closed candles to keep for evaluators
	closed  []strategy.Candle // oldest first; never changed in place
	bars    []*bars           // for pages, of every length; none before load
	last    time.Time         // open time of the newest final candle; zero before load
	growing *trade.Candle
	suspect bool // the growing candle's end may have been missed
}

// loaded tells whether the history is there.
func (b *candleBook) loaded() bool { return !b.last.IsZero() }

// load starts from the exchange's history since a moment, oldest first, once or
// again with a longer one. What was final stays final and what has grown
// meanwhile stays.
func (b *candleBook) load(history []trade.Candle, since, now time.Time) {
	kept, final := b.growing, b.last
	b.closed, b.bars, b.last, b.growing = nil, newBars(since), time.Time{}, nil
	for i, c := range history {
		switch {
		case !c.OpenTime.After(b.last):
		case ended(c, now) || i+1 < len(history) || !c.OpenTime.After(final):
			b.append(c)
		default:
			b.growing = &c
		}
	}
	if b.last.IsZero() { // a market without any trade yet
		b.last = now.Truncate(minute).Add(-minute)
	}
	if kept != nil && kept.OpenTime.After(b.last) {
		b.growing = kept
	}
	for _, bars := range b.bars {
		bars.take() // a page that follows begins anew
	}
}

// grow takes a candle from the feed. It gives the candle that is final by it,
// if any, and tells whether the exchange must be asked for what is missing.
func (b *candleBook) grow(c trade.Candle) (final *trade.Candle, ask bool) {
	switch {
	case b.loaded() && !c.OpenTime.After(b.last):
		return nil, false // final already
	case b.growing == nil:
		b.growing = &c
		return nil, b.loaded() && !c.OpenTime.Equal(b.next())
	case c.OpenTime.Before(b.growing.OpenTime):
		return nil, false
	case c.OpenTime.Equal(b.growing.OpenTime):
		b.growing, b.suspect = &c, false
		return nil, false
	}
	former, sure := *b.growing, !b.suspect
	b.growing, b.suspect = &c, false
	if !b.loaded() {
		return nil, false
	}
	if !sure || !former.OpenTime.Equal(b.next()) {
		return nil, true
	}
	b.append(former)
	return &former, !c.OpenTime.Equal(b.next())
}

// missed notes that the feed was away: what was growing may not be whole.
func (b *candleBook) missed() { b.suspect = b.growing != nil }

// due tells whether a minute has ended by now that is not final yet.
func (b *candleBook) due(now time.Time) bool {
	return b.loaded() && !now.Before(b.next().Add(minute+confirmAfter))
}

// next is the open time of the candle that is to become final next.
func (b *candleBook) next() time.Time { return b.last.Add(minute) }

// confirm takes the exchange's answer about the minutes after the last final
// one and gives those that are final now, oldest first. A minute that the
// exchange leaves out between others has no candle.
func (b *candleBook) confirm(answer []trade.Candle, now time.Time) []trade.Candle {
	if !b.loaded() {
		return nil
	}
	newest := b.last
	for _, c := range answer {
		newest = later(newest, c.OpenTime)
	}
	if b.growing != nil {
		newest = later(newest, b.growing.OpenTime)
	}
	var finals []trade.Candle
	for _, c := range answer {
		switch {
		case !c.OpenTime.After(b.last):
		case ended(c, now) || newest.After(c.OpenTime):
			b.append(c)
			finals = append(finals, c)
		case b.growing == nil || c.OpenTime.After(b.growing.OpenTime):
			b.growing = &c
		}
	}
	if b.growing != nil && !b.growing.OpenTime.After(b.last) {
		b.growing = nil
	}
	return finals
}

// page lists the newest candles of a length for a page, oldest first, the
// growing one last.
func (b *candleBook) page(r trade.Resolution) []trade.Candle {
	for _, bars := range b.bars {
		if bars.resolution == r {
			return bars.page(b.growing)
		}
	}
	return nil
}

// after lists the closed candles that opened later than t.
func (b *candleBook) after(t int64) []strategy.Candle {
	i, _ := slices.BinarySearchFunc(b.closed, t+1, func(c strategy.Candle, t int64) int {
		return int(c.OpenTime - t)
	})
	return b.closed[i:]
}

func (b *candleBook) append(c trade.Candle) {
	b.last = c.OpenTime
	b.closed = trimmed(append(b.closed, floats(c)), b.keep)
	for _, bars := range b.bars {
		bars.add(c)
	}
}

// trimmed keeps the newest n of list, moving to a fresh array now and then so
// that the old one can go and readers of it are left alone.
func trimmed[T any](list []T, n int) []T {
	if len(list) <= n+n/4+1 {
		return list
	}
	return slices.Clone(list[len(list)-n:])
}

func ended(c trade.Candle, now time.Time) bool {
	return !now.Before(c.OpenTime.Add(minute + confirmAfter))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// floats is a candle as indicators take it.
func floats(c trade.Candle) strategy.Candle {
	return strategy.Candle{
		OpenTime: c.OpenTime.UnixMilli(), Open: c.Open.Float(), High: c.High.Float(),
		Low: c.Low.Float(), Close: c.Close.Float(), Volume: c.Volume.Float(),
	}
}
