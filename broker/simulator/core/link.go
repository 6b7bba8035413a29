package core

// When what hangs on an order is looked at.
type moment uint8

const (
	afterFill     moment = iota + 1 // some of the order was executed
	afterClose                      // the order ended
	afterTrigger                    // the conditional order fired
	afterPosition                   // the position in the order's market changed
)

// consequence is something to do once the running match is over.
type consequence struct {
	when  moment
	order *Order
	n     int64 // contracts of a fill
}

// drain carries out everything that the last step caused, until nothing more happens.
func (x *Exchange) drain() {
	for again := true; again; {
		x.follow()
		again = false
		for _, m := range x.running {
			if m.recheck && m.open() {
				m.recheck = false
				again = x.fire(m) || again
			}
		}
	}
}

// follow carries out the waiting consequences in order.
func (x *Exchange) follow() {
	for len(x.todo) > 0 {
		c := x.todo[0]
		x.todo = x.todo[1:]
		switch c.when {
		case afterFill:
			x.activate(c.order)
			x.shrinkSiblings(c.order, c.n)
		case afterClose:
			x.closeLegs(c.order)
			x.cancelSiblings(c.order)
		case afterTrigger:
			x.cancelSiblings(c.order)
		case afterPosition:
			x.trim(c.order)
			x.emit(Event{Kind: BalanceChanged, Account: c.order.Account, Market: c.order.Market})
		}
	}
	x.todo = nil
}

// activate places as much of a primary's secondaries as its fill allows.
func (x *Exchange) activate(primary *Order) {
	for _, id := range primary.Legs {
		ph := x.orders[id]
		if ph == nil || !ph.Waiting || !ph.Alive() {
			continue
		}
		if n := due(primary, ph) - ph.Placed; n > 0 {
			x.placeLeg(ph, n)
		}
	}
}

// due is how much of a placeholder should be live after what the primary has filled.
func due(primary, ph *Order) int64 {
	switch {
	case primary.Filled == 0:
		return 0
	case primary.Remaining() == 0:
		return ph.Whole
	case primary.Condition == Incremental:
		return ph.Whole * primary.Filled / primary.Amount
	case primary.Condition == CompleteFill:
		return 0
	}
	return ph.Whole
}

// placeLeg makes n more contracts of a placeholder live: a new order, or more of the one that is
// live already. A placeholder that is wholly placed is gone.
func (x *Exchange) placeLeg(ph *Order, n int64) {
	ph.Placed += n
	ph.Amount = ph.Whole - ph.Placed
	if live := x.orders[ph.Live]; live != nil && live.Alive() {
		x.grow(live, n)
	} else if n = x.placeable(ph, n); n > 0 {
		o := *ph
		o.ID, o.Amount, o.Created = "", n, x.Now
		o.Waiting, o.Whole, o.Placed, o.Live = false, 0, 0, ""
		ph.Live = x.admit(&o)
		x.enter(&o)
	}
	if ph.Amount == 0 {
		x.account(ph.Account).drop(ph)
		delete(x.orders, ph.ID)
	}
}

// placeable caps a resting leg to what it can reduce; a conditional one is capped when it fires.
func (x *Exchange) placeable(o *Order, n int64) int64 {
	if o.Conditional() {
		return n
	}
	return x.reducible(o, n)
}

// grow adds contracts to a live secondary; it goes to the end of its queue.
func (x *Exchange) grow(o *Order, n int64) {
	m := x.Markets[o.Market]
	m.unrest(o)
	m.unawait(o)
	o.Amount += n
	if o.ReduceOnly && !o.Conditional() {
		o.Amount = o.Filled + x.reducible(o, o.Remaining())
	}
	x.enter(o)
}

// shrinkSiblings takes a fill of one linked order off the others.
func (x *Exchange) shrinkSiblings(o *Order, n int64) {
	if o.OCO == "" || o.State == Filled || o.Condition == CompleteFill {
		return
	}
	if o.Condition != Incremental {
		x.cancelSiblings(o)
		return
	}
	for _, s := range x.siblings(o) {
		s.Amount -= n * s.Remaining() / (o.Remaining() + n)
		if s.Remaining() == 0 {
			x.finish(s, Cancelled, ByOCO)
		} else {
			x.changed(s)
		}
	}
}

func (x *Exchange) cancelSiblings(o *Order) {
	for _, s := range x.siblings(o) {
		x.finish(s, Cancelled, ByOCO)
	}
}

// siblings gives the live orders that share o's link; placeholders and placed orders are apart.
func (x *Exchange) siblings(o *Order) []*Order {
	if o.OCO == "" {
		return nil
	}
	var out []*Order
	for _, s := range x.account(o.Account).Orders {
		if s != o && s.OCO == o.OCO && s.Waiting == o.Waiting {
			out = append(out, s)
		}
	}
	return out
}

// closeLegs cancels the placeholders of a primary that ended without filling.
func (x *Exchange) closeLegs(primary *Order) {
	for _, id := range primary.Legs {
		if ph := x.orders[id]; ph != nil && ph.Alive() && primary.State != Filled {
			x.finish(ph, Cancelled, ByPrimary)
		}
	}
}

// reducible caps n contracts of a reduce-only order to what it can still reduce.
func (x *Exchange) reducible(o *Order, n int64) int64 {
	if !o.ReduceOnly {
		return n
	}
	size := x.account(o.Account).held(o.Market).Size
	if size*o.Side >= 0 {
		return 0
	}
	return min(n, abs(size))
}

// trim shortens or cancels the account's resting reduce-only orders after its position changed.
func (x *Exchange) trim(of *Order) {
	a := x.account(of.Account)
	for _, o := range append([]*Order(nil), a.Orders...) {
		if o.Market != of.Market || !o.ReduceOnly || o.State != Open {
			continue
		}
		switch left := x.reducible(o, o.Remaining()); {
		case left == 0:
			x.finish(o, Cancelled, ByReduceOnly)
		case left < o.Remaining():
			o.Amount = o.Filled + left
			x.changed(o)
		}
	}
}
