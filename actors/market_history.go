package actors

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// load asks for the history, once at a time, for ever; again when a signal
// needs a longer one.
func (m *market) load(c *kit.Context) {
	if m.loading || m.have >= m.candles.keep || m.venue.Feed == nil || !m.venue.Up {
		return
	}
	m.loading = true
	want, now := m.candles.keep, m.exchangeNow()
	since := now.Add(-time.Duration(want) * minute).Truncate(minute)
	m.fetch(c, since, now, func(list []trade.Candle, err error) any {
		return history{candles: list, since: since, want: want, err: err}
	})
}

func (m *market) fetch(c *kit.Context, from, to time.Time, answer func([]trade.Candle, error) any) {
	feed := m.venue.Feed
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, feedCall)
		defer cancel()
		return answer(feed.Candles(ctx, m.id.Instrument, trade.OneMinute, from, to))
	})
}

func (m *market) loaded(c *kit.Context, got history) {
	m.loading = false
	if got.err != nil {
		m.loads++
		c.Log().Warn().Err(got.err).Msg("market.history.missing")
		c.After(retry.Pause(m.loads), loadHistory{})
		return
	}
	m.loads, m.have = 0, got.want
	clear(m.kept)
	m.candles.load(got.candles, got.since, m.exchangeNow())
	for _, s := range m.signals {
		m.catchUp(c, s)
		m.warm(c, s)
	}
	for _, l := range m.leases.pages {
		m.tellKept(l)
	}
	m.judge(c)
	m.ask(c)
	m.load(c) // a signal that needs more may have come meanwhile
}

func (m *market) grow(c *kit.Context, candle trade.Candle) {
	clear(m.kept)
	final, ask := m.candles.grow(candle)
	if final != nil {
		m.closed(c, *final)
		m.tellFinals()
	}
	m.grown = true
	m.flushSoon(c)
	if ask {
		m.ask(c)
	}
}

// ask asks the exchange for the minutes after the last final one.
func (m *market) ask(c *kit.Context) {
	if m.asking || !m.venue.Up || !m.candles.loaded() || time.Now().Before(m.askAt) {
		return
	}
	m.asking = true
	m.fetch(c, m.candles.next(), m.exchangeNow(), func(list []trade.Candle, err error) any {
		return minutes{candles: list, err: err}
	})
}

func (m *market) confirm(c *kit.Context, got minutes) {
	m.asking = false
	clear(m.kept)
	finals := m.candles.confirm(got.candles, m.exchangeNow())
	if len(finals) == 0 {
		m.asks++
		m.askAt = time.Now().Add(retry.Pause(m.asks))
		return
	}
	m.asks = 0
	for _, candle := range finals {
		m.closed(c, candle)
	}
	m.tellFinals()
	m.grown = true // what is final now may be more than what had grown
	m.flushSoon(c)
}

// tellFinals tells pages which candles have become final.
func (m *market) tellFinals() {
	for _, bars := range m.candles.bars {
		m.tellCandles(bars.resolution, bars.take(), true)
	}
}

// closed runs once per candle, in order.
func (m *market) closed(c *kit.Context, candle trade.Candle) {
	m.env.figures.closed(m.id.Venue, m.exchangeNow().Sub(candle.OpenTime.Add(minute)))
	for key, s := range m.signals {
		if s.ready() && candle.OpenTime.UnixMilli() > s.through {
			m.step(c, key, s, floats(candle), candle.OpenTime.Add(minute))
		}
	}
}

// ---- signals ----
