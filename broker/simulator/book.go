package simulator

import (
	"sort"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

const wholeBook = 10_000

func sideMap(levels []core.Level) map[int64]int64 {
	out := make(map[int64]int64, len(levels))
	for _, l := range levels {
		out[l.Price] = l.Amount
	}
	return out
}

// bookSnapshot is the whole book as the channel's other subscribers know it; the first subscriber
// gets it as it is now.
func (e *engine) bookSnapshot(ch *channel) []byte {
	m := e.core.Markets[ch.market]
	if ch.bids == nil || len(ch.subs) == 1 {
		e.remember(ch, m)
	}
	o := newObject().str("type", "snapshot").int("timestamp", e.core.Now).str("instrument_name", string(m.Instrument.Name)).
		int("change_id", ch.change)
	none := map[int64]int64{}
	return o.raw("bids", renderDiff(m.Instrument, none, ch.bids, 1)).raw("asks", renderDiff(m.Instrument, none, ch.asks, -1)).end()
}

func (e *engine) remember(ch *channel, m *core.Market) {
	ch.bids, ch.asks = sideMap(m.Book(1, wholeBook)), sideMap(m.Book(-1, wholeBook))
	e.core.Changes++
	ch.change = e.core.Changes
}

// bookChange is what has changed since the last message; nil when nothing has.
func (e *engine) bookChange(ch *channel) []byte {
	m := e.core.Markets[ch.market]
	bids, asks, before := ch.bids, ch.asks, ch.change
	e.remember(ch, m)
	bidDiff, askDiff := renderDiff(m.Instrument, bids, ch.bids, 1), renderDiff(m.Instrument, asks, ch.asks, -1)
	if len(bidDiff) == 2 && len(askDiff) == 2 {
		ch.change = before
		return nil
	}
	follows, goes := e.tornBook(ch, before)
	if !goes {
		return nil
	}
	return newObject().str("type", "change").int("timestamp", e.core.Now).str("instrument_name", string(m.Instrument.Name)).
		int("prev_change_id", follows).int("change_id", ch.change).raw("bids", bidDiff).raw("asks", askDiff).end()
}

// renderDiff writes the steps from one side of a book to another, best price first.
func renderDiff(i *core.Instrument, was, is map[int64]int64, side int64) []byte {
	prices := make([]int64, 0, len(is))
	for p, n := range is {
		if was[p] != n {
			prices = append(prices, p)
		}
	}
	for p := range was {
		if _, there := is[p]; !there {
			prices = append(prices, p)
		}
	}
	sort.Slice(prices, func(a, b int) bool { return (prices[a]-prices[b])*side > 0 })
	return list(prices, func(p int64) []byte {
		word, amount := "change", i.Amount(is[p])
		if _, known := was[p]; !known {
			word = "new"
		} else if is[p] == 0 {
			word, amount = "delete", trade.Zero
		}
		return append(appendFloat(append(appendFloat([]byte(`["`+word+`",`), i.Price(p)), ','), amount), ']')
	})
}

// bookWindow is the top of the book as it is.
func (e *engine) bookWindow(ch *channel) []byte {
	m := e.core.Markets[ch.market]
	return newObject().int("timestamp", e.core.Now).str("instrument_name", string(m.Instrument.Name)).
		int("change_id", e.core.Changes).raw("bids", renderLevels(m.Instrument, m.Book(1, ch.depth))).
		raw("asks", renderLevels(m.Instrument, m.Book(-1, ch.depth))).end()
}
