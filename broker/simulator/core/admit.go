package core

// admissible checks an order against the market, the account's orders and its money.
func (x *Exchange) admissible(a *Account, m *Market, o *Order) *Error {
	switch {
	case o.Conditional() && len(m.conditional(a)) >= triggersMax:
		return ErrTooManyTriggers
	case o.Conditional():
		return m.placeable(o)
	case len(a.Orders) >= liveMax:
		return refuse(10047, "matching_engine_queue_full")
	}
	return x.enterable(a, m, o, 0)
}

// enterable checks an order that may trade at once, whoever sends it: the user, a trigger that fired
// or a primary that filled. A reduce-only order is cut to what it can reduce. So many of its
// contracts are margined already.
func (x *Exchange) enterable(a *Account, m *Market, o *Order, margined int64) *Error {
	left := x.reducible(o, o.Remaining())
	if left == 0 {
		return ErrReduceDirection
	}
	o.Amount = o.Filled + left
	if err := x.pricedIn(m, o); err != nil {
		return err
	}
	if x.overlaps(a, m, o) {
		return ErrOverlap
	}
	return x.affordable(a, m, o, left-margined)
}

// pricedIn refuses a limit outside the price band and keeps a post-only order out of the spread.
func (x *Exchange) pricedIn(m *Market, o *Order) *Error {
	if o.AtMarket() {
		return nil
	}
	low, high := m.Band()
	switch {
	case o.Side > 0 && o.Price > high:
		return overLimit(10007, "price_too_high", m.Instrument.Price(high))
	case o.Side < 0 && o.Price < low:
		return overLimit(10005, "price_too_low", m.Instrument.Price(low))
	case !o.PostOnly:
		return nil
	}
	best, ok := m.best(-o.Side)
	if !ok || !crosses(o.Side, o.Price, best.price) {
		return nil
	}
	if o.RejectPostOnly {
		return ErrPostOnly
	}
	o.Price = m.Instrument.inside(o.Side, best.price)
	return nil
}
