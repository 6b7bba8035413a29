package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// happening gathers what one step, or several, changed for one account in one market.
type happening struct {
	account int64
	market  int
	orders  []*core.Order
	trades  []core.Trade
	moved   bool // the position changed
	money   bool // the balance changed
}

type happeningKey struct {
	account int64
	market  int
}

// empty tells whether nothing happened but to the balance.
func (h *happening) empty() bool { return len(h.orders) == 0 && len(h.trades) == 0 && !h.moved }

// join adds what happened next. Of an order only its last state is kept.
func (h *happening) join(next *happening) {
	for _, o := range next.orders {
		h.orders = slices.DeleteFunc(h.orders, func(was *core.Order) bool { return was.ID == o.ID })
		h.orders = append(h.orders, o)
	}
	h.trades = append(h.trades, next.trades...)
	h.moved = h.moved || next.moved
}

// tell sends an account what happened to it, on the channels that it has.
func (e *engine) tell(h *happening) {
	d := e.desks[h.account]
	if d == nil {
		return
	}
	for _, name := range sorted(d.channels) {
		ch := d.channels[name]
		if !ch.covers(e.core, h.market) {
			continue
		}
		switch ch.topic {
		case portfolioTopic:
			if h.money || len(h.orders) > 0 {
				e.publishBalance(ch, h)
			}
		case changesTopic, ordersTopic, userTradesTopic:
			if ch.raw {
				e.tellRaw(ch, h)
			} else {
				e.remember(ch, h)
			}
		}
	}
}

// tellRaw tells what happened at once; orders go one a message.
func (e *engine) tellRaw(ch *channel, h *happening) {
	if ch.topic == ordersTopic {
		for _, o := range h.orders {
			e.publish(ch, renderOrder(o))
		}
	} else if data := e.happened(ch, h); data != nil {
		e.publish(ch, data)
	}
}

// happened is what a channel tells of a happening; nil for nothing.
func (e *engine) happened(ch *channel, h *happening) []byte {
	switch {
	case ch.topic == changesTopic && !h.empty() && h.market >= 0:
		return e.changes(h)
	case ch.topic == ordersTopic && len(h.orders) > 0:
		return renderOrders(h.orders)
	case ch.topic == userTradesTopic && len(h.trades) > 0:
		return renderTrades(h.trades)
	}
	return nil
}

// remember keeps what happened until the channel speaks: apart for each market, as changes are told.
func (e *engine) remember(ch *channel, h *happening) {
	if h.empty() {
		return
	}
	e.touch(ch)
	for _, g := range ch.gathered {
		if g.market == h.market {
			g.join(h)
			return
		}
	}
	g := &happening{account: h.account, market: h.market}
	g.join(h)
	ch.gathered = append(ch.gathered, g)
}

// gatheredNews is a message for each market on channels of changes, and one list on the others.
func (e *engine) gatheredNews(ch *channel) (out [][]byte) {
	gathered := ch.gathered
	ch.gathered = nil
	if ch.topic != changesTopic {
		all := &happening{}
		for _, h := range gathered {
			all.join(h)
		}
		gathered = []*happening{all}
	}
	for _, h := range gathered {
		if data := e.happened(ch, h); data != nil {
			out = append(out, data)
		}
	}
	return out
}

func (e *engine) changes(h *happening) []byte {
	positions := []core.PositionView{}
	if h.moved {
		positions = append(positions, e.core.Position(e.core.Account(h.account), e.core.Markets[h.market]))
	}
	return newObject().str("instrument_name", string(e.core.Markets[h.market].Instrument.Name)).raw("trades", renderTrades(h.trades)).
		raw("positions", list(positions, renderPosition)).raw("orders", renderOrders(h.orders)).end()
}

func (e *engine) publishBalance(ch *channel, h *happening) {
	a := e.core.Account(h.account)
	for _, cur := range currencies {
		concerned := h.market < 0 || e.core.Markets[h.market].Instrument.Settlement == cur
		if concerned && (ch.currency == "" || ch.currency == cur) {
			e.publish(ch, renderSummary(e.core.Summarize(a, cur)).end())
		}
	}
}

// balances are the currencies of a portfolio channel.
func (e *engine) balances(ch *channel) (out [][]byte) {
	a := e.core.Account(ch.account)
	for _, cur := range currencies {
		if ch.currency == cur || (ch.currency == "" && cur != "ETH") {
			out = append(out, renderSummary(e.core.Summarize(a, cur)).end())
		}
	}
	return out
}

// portfolios tells accounts with a position how its profit stands, each second.
func (e *engine) portfolios() {
	for _, a := range e.core.Accounts {
		d := e.desks[a.ID]
		if d == nil || len(d.channels) == 0 {
			continue
		}
		for n, p := range a.Positions {
			if p.Size != 0 {
				h := &happening{account: a.ID, market: n}
				for _, name := range sorted(d.channels) {
					if ch := d.channels[name]; ch.topic == portfolioTopic && ch.covers(e.core, n) {
						e.publishBalance(ch, h)
					}
				}
			}
		}
	}
}
