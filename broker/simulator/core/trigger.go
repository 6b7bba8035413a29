package core

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

// stops tells whether the order protects against a move; take orders wait for a better price.
func (o *Order) stops() bool {
	return o.Type == StopMarket || o.Type == StopLimit || o.Type == TrailingStop
}

// watched is the price that a trigger looks at, in ten-thousandths.
func (m *Market) watched(trigger string) int64 {
	switch trigger {
	case "index_price":
		return m.Tick.Index
	case "last_price":
		return m.Last * m.Instrument.fine
	}
	return m.Tick.Mark
}

// threshold is where an order fires, in ten-thousandths. A trailing stop's is its offset from the
// best price that it has seen, against the order's side: below it for a sale.
func (o *Order) threshold(i *Instrument) int64 {
	if o.Type == TrailingStop {
		return o.Reference + o.Side*o.Offset*i.fine
	}
	return o.TriggerPrice * i.fine
}

// TriggerAt is the price at which a conditional order fires. That of a trailing stop follows its
// trigger; while it waits for its primary it has none.
func (o *Order) TriggerAt() trade.Dec {
	if o.Type == TrailingStop && o.Reference == 0 {
		return trade.Zero
	}
	return Fine(o.threshold(o.Instrument))
}

// hit tells whether a conditional order's trigger price is reached.
func (m *Market) hit(o *Order) bool {
	distance := m.watched(o.Trigger) - o.threshold(m.Instrument)
	if o.stops() {
		return distance*o.Side >= 0
	}
	return distance*o.Side <= 0
}

// placeable refuses a conditional order that would fire at once, or could never.
func (m *Market) placeable(o *Order) *Error {
	m.refer(o)
	switch {
	case o.threshold(m.Instrument) <= 0:
		return ErrTriggerPrice
	case !m.hit(o):
		return nil
	case (o.Side > 0) == o.stops():
		return ErrTriggerTooLow
	}
	return ErrTriggerTooHigh
}

// refer starts a trailing stop at the price that it now sees.
func (m *Market) refer(o *Order) {
	if o.Type == TrailingStop && o.Reference == 0 {
		o.Reference = m.watched(o.Trigger)
	}
}

// trail lets the trailing stops follow a price that got better: higher for a sale, lower for a purchase.
func (m *Market) trail() {
	for _, o := range m.waiting {
		if o.Type != TrailingStop {
			continue
		}
		if price := m.watched(o.Trigger); (price-o.Reference)*o.Side < 0 {
			o.Reference = price
		}
	}
}

func (m *Market) conditional(a *Account) (out []*Order) {
	for _, o := range a.Orders {
		if o.Market == m.id && o.Conditional() {
			out = append(out, o)
		}
	}
	return out
}

// fire turns every conditional order that is reached into a market or limit order.
func (x *Exchange) fire(m *Market) (fired bool) {
	m.trail()
	if !slices.ContainsFunc(m.waiting, m.hit) {
		return false
	}
	for _, o := range append([]*Order(nil), m.waiting...) {
		if o.State == Untriggered && m.hit(o) {
			x.triggered(m, o)
			x.follow()
			fired = true
		}
	}
	return fired
}

// triggered ends a conditional order and what is linked to it, and enters the order that it asks
// for. What that order may not do is found out only now.
func (x *Exchange) triggered(m *Market, o *Order) {
	if !x.races(o) {
		x.cancelSiblings(o)
	}
	child := o.fired()
	if err := x.enterable(x.account(o.Account), m, child, 0); err != nil {
		x.finish(o, Rejected, err.cause())
		return
	}
	x.admit(child)
	for _, leg := range x.legs(o) {
		leg.Primary = child.ID
	}
	x.finish(o, Triggered, "")
	x.enter(child)
}

// fired is the order that a conditional order becomes; what hangs on it comes along, but its link
// to a sibling does not: that one is gone.
func (o *Order) fired() *Order {
	child := *o
	child.Trigger, child.TriggerPrice, child.Offset, child.Reference = "", 0, 0, 0
	child.State, child.TriggeredBy, child.OCO, child.Replaced = Open, o.ID, "", false
	child.Type = Limit
	if o.AtMarket() {
		child.Type = MarketType
	}
	return &child
}
