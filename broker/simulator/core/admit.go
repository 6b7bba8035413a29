package core

// admissible checks an order against the market, the account's orders and its money.
func (x *Exchange) admissible(a *Account, m *Market, o *Order) *Error {
	if o.ReduceOnly && !o.Conditional() {
		n := x.reducible(o, o.Amount)
		if n == 0 {
			return ErrReduceDirection
		}
		o.Amount = n
	}
	if o.Conditional() {
		return x.triggerable(a, m, o)
	}
	if len(a.Orders) >= liveMax {
		return refuse(10047, "matching_engine_queue_full")
	}
	if err := x.pricedIn(m, o); err != nil {
		return err
	}
	if x.overlaps(a, m, o) {
		return ErrOverlap
	}
	return x.affordable(a, m, o, o.Remaining())
}

func (x *Exchange) triggerable(a *Account, m *Market, o *Order) *Error {
	if len(m.conditional(a)) >= triggersMax {
		return ErrTooManyTriggers
	}
	if !m.hit(o) {
		return nil
	}
	if (o.Side > 0) == o.stops() {
		return ErrTriggerTooLow
	}
	return ErrTriggerTooHigh
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

// overlaps tells whether the order would trade with one of its own account.
func (x *Exchange) overlaps(a *Account, m *Market, o *Order) bool {
	limit, ahead := m.limitOf(o), int64(0)
	for _, own := range *m.side(-o.Side) {
		if !crosses(o.Side, limit, own.Price) {
			return false
		}
		if own.Account != a.ID {
			ahead += own.Remaining()
			continue
		}
		for _, l := range m.synthetic(-o.Side) {
			if crosses(o.Side, own.Price, l.price) {
				ahead += l.amount
			}
		}
		return ahead < o.Remaining()
	}
	return false
}
