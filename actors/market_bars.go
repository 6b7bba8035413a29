package actors

import (
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

const barsKept = 500 // final bars kept for pages, of each length

// bars joins a market's final minutes into the candles of one length for pages.
// A bar is final once: with its last minute, or with the first minute of a
// later one where the exchange has no last minute.
type bars struct {
	resolution trade.Resolution
	since      time.Time      // a bar that opens before is not known whole and left out
	closed     []trade.Candle // the newest final ones, oldest first
	open       *trade.Candle  // what is final of the next one
	fresh      []trade.Candle // final since they were last taken
}

// newBars gives the bars of every length for minutes known from since on.
func newBars(since time.Time) []*bars {
	var all []*bars
	for _, r := range trade.Resolutions {
		all = append(all, &bars{resolution: r, since: since})
	}
	return all
}

// opening is the open time of the bar that a minute belongs to.
func (b *bars) opening(minute trade.Candle) time.Time {
	return minute.OpenTime.Truncate(b.resolution.Length())
}

// add takes the next final minute.
func (b *bars) add(c trade.Candle) {
	opening := b.opening(c)
	if opening.Before(b.since) {
		return
	}
	if b.open != nil && !opening.Equal(b.open.OpenTime) {
		b.end()
	}
	b.open = b.with(c)
	if ends := opening.Add(b.resolution.Length()); c.OpenTime.Add(minute).Equal(ends) {
		b.end()
	}
}

func (b *bars) end() {
	b.closed = trimmed(append(b.closed, *b.open), barsKept)
	b.fresh = append(b.fresh, *b.open)
	b.open = nil
}

// with is the bar of a minute: the open one and the minute, or the minute alone.
func (b *bars) with(c trade.Candle) *trade.Candle {
	opening := b.opening(c)
	if b.open == nil || !opening.Equal(b.open.OpenTime) {
		c.OpenTime = opening
		return &c
	}
	whole := *b.open
	whole.High, whole.Low = trade.MaxDec(whole.High, c.High), trade.MinDec(whole.Low, c.Low)
	whole.Close, whole.Volume = c.Close, whole.Volume.Add(c.Volume)
	return &whole
}

// growing lists what is not final: the open bar, with the minute that grows in
// it or beside it. There is none of nil.
func (b *bars) growing(minute *trade.Candle) (list []trade.Candle) {
	if b.open != nil && (minute == nil || !b.opening(*minute).Equal(b.open.OpenTime)) {
		list = append(list, *b.open)
	}
	if minute != nil && !b.opening(*minute).Before(b.since) {
		list = append(list, *b.with(*minute))
	}
	return list
}

// page lists the newest bars, oldest first, those that grow last.
func (b *bars) page(minute *trade.Candle) []trade.Candle {
	return append(slices.Clone(b.closed), b.growing(minute)...)
}

// take gives the bars that became final since it was last called.
func (b *bars) take() []trade.Candle {
	fresh := b.fresh
	b.fresh = nil
	return fresh
}
