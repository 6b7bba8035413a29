package simulator

import (
	"sort"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// happening gathers what one step changed for one account in one market.
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

// dispatch turns the core's events into notifications.
func (e *engine) dispatch() {
	var all []*happening
	known := map[happeningKey]*happening{}
	find := func(v core.Event) *happening {
		key := happeningKey{v.Account, v.Market}
		h := known[key]
		if h == nil {
			h = &happening{account: v.Account, market: v.Market}
			known[key], all = h, append(all, h)
		}
		return h
	}
	for _, v := range e.core.Events() {
		switch v.Kind {
		case core.OrderChanged:
			h := find(v)
			h.orders = append(h.orders, v.Order)
		case core.UserTraded:
			h := find(v)
			h.trades = append(h.trades, *v.Trade)
		case core.PositionChanged:
			find(v).moved = true
		case core.BalanceChanged:
			find(v).money = true
		default:
			e.mark(v)
		}
	}
	for _, h := range all {
		e.tell(h)
	}
	e.flushRaw()
}

// mark notes on the public channels what they will have to say.
func (e *engine) mark(v core.Event) {
	for _, ch := range e.channels {
		if !ch.covers(e.core, v.Market) {
			continue
		}
		switch {
		case ch.topic == instrumentStateTopic:
			if v.Kind == core.InstrumentChanged {
				e.publish(ch, renderInstrumentState(e.core, v))
			}
		case ch.topic == tradesTopic:
			if v.Kind == core.PublicTraded {
				ch.trades = append(ch.trades, *v.Public)
				ch.dirty = true
			}
		case ch.topic == indexTopic || ch.topic == chartTopic || ch.topic == perpetualTopic:
			ch.dirty = ch.dirty || v.Kind == core.Ticked
		default:
			ch.dirty = true
		}
	}
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
		case changesTopic:
			if h.market >= 0 && (len(h.orders) > 0 || len(h.trades) > 0 || h.moved) {
				e.publish(ch, e.changes(h))
			}
		case ordersTopic:
			e.tellOrders(ch, h)
		case userTradesTopic:
			if len(h.trades) > 0 {
				e.publish(ch, renderTrades(h.trades))
			}
		case portfolioTopic:
			if h.money || len(h.orders) > 0 {
				e.publishBalance(ch, h)
			}
		}
	}
}

func sorted(channels map[string]*channel) []string {
	names := make([]string, 0, len(channels))
	for n := range channels {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func (e *engine) changes(h *happening) []byte {
	positions := []core.PositionView{}
	if h.moved {
		positions = append(positions, e.core.Position(e.core.Account(h.account), e.core.Markets[h.market]))
	}
	return newObject().str("instrument_name", string(e.core.Markets[h.market].Instrument.Name)).raw("trades", renderTrades(h.trades)).
		raw("positions", list(positions, renderPosition)).raw("orders", renderOrders(h.orders)).end()
}

// tellOrders sends one order a message on a raw channel, and a list on the slower ones.
func (e *engine) tellOrders(ch *channel, h *happening) {
	if ch.interval != "raw" {
		if len(h.orders) > 0 {
			e.publish(ch, renderOrders(h.orders))
		}
		return
	}
	for _, o := range h.orders {
		e.publish(ch, renderOrder(o))
	}
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

// publish sends data to every subscriber of a channel.
func (e *engine) publish(ch *channel, data []byte) {
	var plain []byte
	for _, s := range ch.subs {
		if s.label != "" {
			e.notify(ch, s.conn, notification(ch.name, data, s.label))
			continue
		}
		if plain == nil {
			plain = notification(ch.name, data, "")
		}
		e.notify(ch, s.conn, plain)
	}
}

func (e *engine) notify(ch *channel, to *conn, frame []byte) {
	if ch.private() {
		e.event(ch, to, frame)
	} else {
		e.deliver(to, frame)
	}
}

// flushRaw sends the raw channels at once.
func (e *engine) flushRaw() { e.flushThose(func(ch *channel) bool { return ch.interval == "raw" }) }

// flush sends what the 100 ms channels have gathered, and each second the slow ones too.
func (e *engine) flush(slow bool) {
	e.flushThose(func(ch *channel) bool { return ch.interval != "agg2" || slow })
}

func (e *engine) flushThose(due func(*channel) bool) {
	for _, name := range sorted(e.channels) {
		ch := e.channels[name]
		if !ch.dirty || !due(ch) || e.frozen(ch) {
			continue
		}
		ch.dirty = false
		if data := e.news(ch); data != nil {
			e.publish(ch, data)
		}
	}
}

// news is what a public channel has to say; nil for nothing.
func (e *engine) news(ch *channel) []byte {
	x := e.core
	switch ch.topic {
	case tickerTopic:
		return e.renderTicker(x.Markets[ch.market])
	case quoteTopic:
		return renderQuote(x, x.Markets[ch.market])
	case bookTopic:
		return e.bookChange(ch)
	case bookWindowTopic:
		return e.bookWindow(ch)
	case tradesTopic:
		trades := ch.trades
		ch.trades = nil
		if len(trades) == 0 {
			return nil
		}
		return list(trades, renderPublicTrade)
	case chartTopic:
		return e.chartData(ch)
	case perpetualTopic:
		m := x.Markets[ch.market]
		if !m.Instrument.Perpetual() {
			return nil
		}
		return newObject().dec("interest", fraction(m.FundingRate())).dec("index_price", m.IndexPrice()).int("timestamp", x.Now).end()
	case indexTopic:
		return e.indexData(ch)
	}
	return nil
}

func (e *engine) indexData(ch *channel) []byte {
	price, _ := indexOf(e.core, ch.index)
	return newObject().str("index_name", ch.index).dec("price", price).int("timestamp", e.core.Now).end()
}

// chartData is the candle that is growing now.
func (e *engine) chartData(ch *channel) []byte {
	x := e.core
	m := x.Markets[ch.market]
	start := x.Second / 60 / ch.minutes * ch.minutes
	b := candle(x, m, start, ch.minutes)
	volume, cost := turnover(m.Instrument, b)
	i := m.Instrument
	return newObject().int("tick", start*60_000).dec("open", i.Price(b.Open)).dec("high", i.Price(b.High)).
		dec("low", i.Price(b.Low)).dec("close", i.Price(b.Close)).dec("volume", volume).dec("cost", cost).end()
}
