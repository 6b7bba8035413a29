package trade

import "slices"

// edges is the one table of allowed moves of an order. What is not listed may not happen; a message
// that asks for it is late or doubled, and changes nothing.
var edges = map[OrderState][]OrderState{
	OrderIntended: {OrderSent, OrderUnknown, OrderDormant, OrderOpen, OrderFilled, OrderCancelled, OrderRejected, OrderExpired},
	OrderSent:     {OrderUnknown, OrderDormant, OrderOpen, OrderFilled, OrderCancelled, OrderRejected, OrderExpired},
	OrderUnknown:  {OrderDormant, OrderOpen, OrderFilled, OrderCancelled, OrderRejected, OrderExpired},
	OrderDormant:  {OrderOpen, OrderFilled, OrderCancelled, OrderRejected, OrderExpired},
	OrderOpen:     {OrderFilled, OrderCancelled, OrderRejected},
}

// CanAdvance tells whether an order may move from one state to another. It never moves back, so any
// order of events ends in the same state.
func CanAdvance(from, to OrderState) bool { return slices.Contains(edges[from], to) }

// Advance moves an order to a state, if that is allowed, and tells whether it moved.
func (o *Order) Advance(to OrderState) bool {
	if !CanAdvance(o.State, to) {
		return false
	}
	o.State = to
	return true
}

// stateOf translates the exchange's word for an order. A triggered stop is still open: the market
// order that it became decides.
func stateOf(o VenueOrder) OrderState {
	switch o.State {
	case "filled":
		return OrderFilled
	case "cancelled":
		return OrderCancelled
	case "rejected":
		return OrderRejected
	}
	if o.Secondary && o.State == "untriggered" {
		return OrderDormant
	}
	return OrderOpen
}

// absorb takes what the exchange says of an order: state, id and filled amount only ever grow.
func (o *Order) absorb(v VenueOrder) (changed bool) {
	if o.VenueOrder == "" && !v.Secondary {
		o.VenueOrder, changed = v.ID, true
	}
	if v.Filled.Cmp(o.Filled) > 0 {
		o.Filled, o.AveragePrice, changed = v.Filled, v.AveragePrice, true
	}
	if v.CancelReason != "" && o.Reason == "" {
		o.Reason, changed = v.CancelReason, true
	}
	return o.Advance(stateOf(v)) || changed
}
