package simulator

import (
	"slices"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

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
	e.flush(atOnce)
}

// mark notes on the public channels what they will have to say.
func (e *engine) mark(v core.Event) {
	if v.Kind == core.InstrumentChanged {
		e.tellLocks()
	}
	for _, ch := range e.channels {
		if ch.covers(e.core, v.Market) {
			e.markOne(ch, v)
		}
	}
}

func (e *engine) markOne(ch *channel, v core.Event) {
	switch ch.topic {
	case instrumentStateTopic:
		if v.Kind == core.InstrumentChanged {
			e.queue(ch, renderInstrumentState(e.core, v))
		}
	case platformTopic, silentTopic:
	case tradesTopic:
		if v.Kind == core.PublicTraded {
			ch.trades = append(ch.trades, *v.Public)
			e.touch(ch)
		}
	case bookTopic, bookWindowTopic, tickerTopic, incrementalTopic, quoteTopic:
		e.touch(ch)
	default:
		if v.Kind == core.Ticked {
			e.touch(ch)
		}
	}
}

// touch notes that a channel has something to say.
func (e *engine) touch(ch *channel) {
	if !ch.dirty {
		ch.dirty = true
		e.dirty = append(e.dirty, ch)
	}
}

// queue adds messages to what a channel has to say.
func (e *engine) queue(ch *channel, data ...[]byte) {
	if len(data) > 0 {
		ch.queue = append(ch.queue, data...)
		e.touch(ch)
	}
}

// flush sends what the channels of these paces have gathered.
func (e *engine) flush(paces ...pace) {
	slices.SortStableFunc(e.dirty, func(a, b *channel) int { return strings.Compare(a.name, b.name) })
	waiting := e.dirty[:0]
	for _, ch := range e.dirty {
		if !slices.Contains(paces, ch.pace) || !ch.private() && e.frozen(ch) {
			waiting = append(waiting, ch)
			continue
		}
		ch.dirty = false
		if len(ch.subs) == 0 {
			continue // nobody listens any more
		}
		for _, data := range e.news(ch) {
			e.publish(ch, data)
		}
	}
	clear(e.dirty[len(waiting):])
	e.dirty = waiting
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
