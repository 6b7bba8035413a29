package core

import "slices"

// stops tells whether the order protects against a move; take orders wait for a better price.
func (o *Order) stops() bool { return o.Type == StopMarket || o.Type == StopLimit }

// hit tells whether a conditional order's trigger price is reached.
func (m *Market) hit(o *Order) bool {
	value := m.Tick.Mark
	switch o.Trigger {
	case "index_price":
		value = m.Tick.Index
	case "last_price":
		value = m.Last * m.Instrument.fine
	}
	distance := value - o.TriggerPrice*m.Instrument.fine
	if o.stops() {
		return distance*o.Side >= 0
	}
	return distance*o.Side <= 0
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

func (x *Exchange) triggered(m *Market, o *Order) {
	child := *o
	child.Trigger, child.TriggerPrice, child.TriggeredBy = "", 0, o.ID
	child.OCO, child.Replaced, child.Amount = "", false, x.reducible(o, o.Amount)
	child.Type = Limit
	if o.AtMarket() {
		child.Type = MarketType
	}
	if child.Amount == 0 {
		x.finish(o, Rejected, "reduce_direction")
		return
	}
	if x.affordable(x.account(o.Account), m, &child, child.Amount) != nil {
		x.finish(o, Rejected, "not_enough_funds")
		return
	}
	x.finish(o, Triggered, "")
	x.admit(&child)
	x.enter(&child)
}
