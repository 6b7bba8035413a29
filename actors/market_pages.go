package actors

import (
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

func (m *market) flushSoon(c *kit.Context) {
	if m.flush == nil && len(m.leases.pages) > 0 {
		m.flush = c.After(tickerEvery, flushTickers{})
	}
}

func (m *market) flushPages() {
	m.flush = nil
	if m.moved {
		m.tellTicker()
	}
	if m.grown {
		for _, bars := range m.candles.bars {
			m.tellCandles(bars.resolution, bars.growing(m.candles.growing), false)
		}
	}
	m.moved, m.grown = false, false
}

// tellTicker tells those who asked for the price. What all are told alike is made and written as JSON
// once: with thousands of pages nothing else here costs as much.
func (m *market) tellTicker() {
	var moved any
	for _, l := range m.leases.pages {
		if l.Ticker {
			if moved == nil {
				moved = m.tickerMoved()
			}
			l.From.Tell(moved)
		}
	}
}

func (m *market) tickerMoved() TickerMoved {
	return TickerMoved{Market: m.id, Ticker: m.ticker, Page: PageItem{tickerPrefix + m.id.String(), "newest", encode(m.ticker)}}
}

// tellCandles tells the pages that follow a length of candle.
func (m *market) tellCandles(r trade.Resolution, candles []trade.Candle, final bool) {
	for _, candle := range candles {
		var moved any
		for _, l := range m.leases.pages {
			if !slices.Contains(l.Candles, r) {
				continue
			}
			if moved == nil {
				item := PageItem{candlesTopic(m.id, r), candle.OpenTime.Format(time.RFC3339), encode(candle)}
				moved = CandleMoved{Market: m.id, Resolution: r, Candle: candle, Final: final, Page: item}
			}
			l.From.Tell(moved)
		}
	}
}

// tellKept begins, or begins anew, the candles that a page follows. They are written once until one of
// them changes.
func (m *market) tellKept(l *lease) {
	for _, r := range l.Candles {
		if m.kept[r] == nil {
			candles := m.candles.page(r)
			m.kept[r] = CandlesKept{Market: m.id, Resolution: r, Candles: candles, Page: PageItem{Topic: candlesTopic(m.id, r), Data: encode(candles)}}
		}
		l.From.Tell(m.kept[r])
	}
}

// ---- candles ----
