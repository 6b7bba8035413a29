package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

const wholeBook = 10_000

// shownBook is a state of a market's book and the number that it goes by. The number is the same on
// every channel and in every answer; it is never given to another state.
type shownBook struct {
	terms      *core.Instrument // in whose units the levels are
	bids, asks []core.Level     // best first; never changed, only replaced
	change     int64
	at         int64 // when it became so, in milliseconds
}

// book looks at a market's book; when it differs from what it was at the last look, it has a new number.
func (e *engine) book(m *core.Market) shownBook {
	was := e.books[m]
	now := shownBook{m.Instrument, m.Book(1, wholeBook), m.Book(-1, wholeBook), was.change, was.at}
	if was.change == 0 || !now.equals(was) {
		e.core.Changes++
		now.change, now.at = e.core.Changes, e.core.Now
		e.books[m] = now
	}
	return now
}

func (b shownBook) equals(other shownBook) bool {
	other = other.in(b.terms)
	return slices.Equal(b.bids, other.bids) && slices.Equal(b.asks, other.asks)
}

// in counts the levels in the units of later terms.
func (b shownBook) in(terms *core.Instrument) shownBook {
	if b.terms == terms || b.terms == nil {
		return b
	}
	prices, _ := b.terms.Unit.Div(terms.Unit).Int64()
	amounts, _ := b.terms.ContractSize.Div(terms.ContractSize).Int64()
	recount := func(levels []core.Level) []core.Level {
		out := make([]core.Level, len(levels))
		for n, l := range levels {
			out[n] = core.Level{Price: l.Price * prices, Amount: l.Amount * amounts}
		}
		return out
	}
	b.terms, b.bids, b.asks = terms, recount(b.bids), recount(b.asks)
	return b
}

// bookSnapshot is the whole book as the channel's other subscribers know it; the first subscriber
// gets it as it is now.
func (e *engine) bookSnapshot(ch *channel) []byte {
	if len(ch.subs) == 1 {
		ch.book = e.book(e.core.Markets[ch.market])
	}
	b := ch.book
	return b.head("snapshot").int("change_id", b.change).raw("bids", renderSteps(b.terms, nil, b.bids, 1)).
		raw("asks", renderSteps(b.terms, nil, b.asks, -1)).end()
}

func (b shownBook) head(kind string) *object {
	return newObject().str("type", kind).int("timestamp", b.at).str("instrument_name", string(b.terms.Name))
}

// bookChange is what has changed since the last message; nil when nothing has.
func (e *engine) bookChange(ch *channel) []byte {
	now := e.book(e.core.Markets[ch.market])
	was := ch.book.in(now.terms)
	if now.equals(was) {
		return nil // back to what it was: the subscribers know that state by its first number
	}
	ch.book = now
	follows, goes := e.tornBook(ch, was.change)
	if !goes {
		return nil
	}
	return now.head("change").int("prev_change_id", follows).int("change_id", now.change).
		raw("bids", renderSteps(now.terms, was.bids, now.bids, 1)).raw("asks", renderSteps(now.terms, was.asks, now.asks, -1)).end()
}

// renderSteps writes the steps from one side of a book to another, best price first.
func renderSteps(i *core.Instrument, was, is []core.Level, side int64) []byte {
	b := []byte{'['}
	step := func(word string, l core.Level) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendFloat(append(append(append(b, `["`...), word...), `",`...), i.Price(l.Price))
		b = append(appendFloat(append(b, ','), i.Amount(l.Amount)), ']')
	}
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(is) == 0 || len(was) > 0 && (was[0].Price-is[0].Price)*side > 0:
			step("delete", core.Level{Price: was[0].Price})
			was = was[1:]
		case len(was) == 0 || was[0].Price != is[0].Price:
			step("new", is[0])
			is = is[1:]
		default:
			if was[0].Amount != is[0].Amount {
				step("change", is[0])
			}
			was, is = was[1:], is[1:]
		}
	}
	return append(b, ']')
}

// wholeWindow is a book window for a new subscriber.
func (e *engine) wholeWindow(ch *channel) []byte {
	b := e.book(e.core.Markets[ch.market])
	if len(ch.subs) == 1 {
		ch.book = b
	}
	return b.window(ch)
}

// bookWindow is the top of the book; nil when nothing in the book has changed.
func (e *engine) bookWindow(ch *channel) []byte {
	b := e.book(e.core.Markets[ch.market])
	if b.change == ch.book.change {
		return nil
	}
	ch.book = b
	return b.window(ch)
}

func (b shownBook) window(ch *channel) []byte {
	top := func(levels []core.Level, side int64) []byte {
		levels = inSteps(b.terms, levels, ch.group, side)
		return renderLevels(b.terms, levels[:min(ch.depth, len(levels))])
	}
	return newObject().int("timestamp", b.at).str("instrument_name", string(b.terms.Name)).int("change_id", b.change).
		raw("bids", top(b.bids, 1)).raw("asks", top(b.asks, -1)).end()
}

// inSteps adds levels up in steps: bids to the step below, asks to the one above, so that no price
// looks better than it is.
func inSteps(i *core.Instrument, levels []core.Level, step trade.Dec, side int64) []core.Level {
	width, _ := step.Div(i.Unit).Int64()
	if width <= 1 {
		return levels
	}
	out := []core.Level{}
	for _, l := range levels {
		price := l.Price / width * width
		if side < 0 && price != l.Price {
			price += width
		}
		if last := len(out) - 1; last >= 0 && out[last].Price == price {
			out[last].Amount += l.Amount
		} else {
			out = append(out, core.Level{Price: price, Amount: l.Amount})
		}
	}
	return out
}
