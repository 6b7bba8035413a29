package core

import "strconv"

// acceptLegs lets the secondaries of a primary wait for its fills, under ids of their own.
func (x *Exchange) acceptLegs(o *Order, legs []*Order) {
	ref := ""
	if o.Link == OneTriggersOneCancelsOther {
		ref = x.nextOCO()
	}
	for _, l := range legs {
		x.LastOTO++
		l.ID = x.Markets[o.Market].Instrument.IDPrefix + "OTO-" + strconv.FormatInt(x.LastOTO, 10)
		l.State, l.Waiting, l.Whole = Untriggered, true, l.Amount
		l.Primary, l.Condition, l.OCO = o.ID, o.Condition, ref
		o.Legs = append(o.Legs, l.ID)
		x.register(l)
		x.changed(l)
	}
}

// waiting counts the account's secondaries that are not placed yet.
func (a *Account) waiting() (n int) {
	for _, o := range a.Orders {
		if o.Waiting {
			n++
		}
	}
	return n
}

// activate places as much of a primary's secondaries as a fill of so many contracts allows. All are
// known before the first one enters: what that does at once may end the others.
func (x *Exchange) activate(primary *Order, n int64) {
	var out []*Order
	for _, leg := range x.legs(primary) {
		if n := due(primary, leg, n); n > 0 {
			out = append(out, x.placeLeg(leg, n))
		}
	}
	for _, o := range out {
		x.enterLeg(o)
	}
}

// legs gives the secondaries of a primary that are still waiting, wholly or in part.
func (x *Exchange) legs(primary *Order) (out []*Order) {
	for _, id := range primary.Legs {
		if leg := x.orders[id]; leg != nil && leg.Waiting && leg.Alive() {
			out = append(out, leg)
		}
	}
	return out
}

// due is how much of a waiting leg a fill of its primary brings out. Each part is rounded down; the
// remainder comes with the fill that completes the primary.
func due(primary, leg *Order, n int64) int64 {
	switch {
	case primary.Remaining() == 0:
		return leg.Amount
	case primary.Condition == Incremental:
		return min(leg.Amount, share(leg.Whole, n, primary.Amount))
	case primary.Condition == CompleteFill:
		return 0
	}
	return leg.Amount
}

// placeLeg makes n more contracts of a waiting leg an order: a new one, or more of the one that is
// live already. A leg that is wholly placed waits no more and is gone.
func (x *Exchange) placeLeg(leg *Order, n int64) *Order {
	leg.Placed += n
	leg.Amount = leg.Whole - leg.Placed
	if leg.Amount == 0 {
		x.account(leg.Account).drop(leg)
		delete(x.orders, leg.ID)
	}
	live := x.orders[leg.Live]
	if live == nil || !live.Alive() {
		live = x.bringOut(leg, n)
		leg.Live = live.ID
		return live
	}
	if !live.Conditional() && x.affordable(x.account(live.Account), x.Markets[live.Market], live, n) != nil {
		return x.bringOut(leg, n) // to be rejected
	}
	x.Markets[live.Market].unrest(live)
	x.Markets[live.Market].unawait(live)
	live.Amount += n
	return live
}

// bringOut makes an order of a part of a leg.
func (x *Exchange) bringOut(leg *Order, n int64) *Order {
	o := *leg
	o.ID, o.Amount, o.Waiting, o.Whole, o.Placed, o.Live = "", n, false, 0, 0, ""
	x.admit(&o)
	return &o
}

// enterLeg enters an order of a leg, or one that has grown, at the end of its queue. One that may not
// be placed as it is, is rejected.
func (x *Exchange) enterLeg(o *Order) {
	left := x.reducible(o, o.Remaining())
	switch {
	case !o.Alive():
	case x.rejectsLeg(o):
	case o.Conditional():
		x.enter(o)
	case o.State == Open && left == 0:
		x.finish(o, Cancelled, ByReduceOnly)
	case o.State == Open:
		o.Amount = o.Filled + left
		x.enter(o)
	default:
		if err := x.enterable(x.account(o.Account), x.Markets[o.Market], o, 0); err != nil {
			x.finish(o, Rejected, err.cause())
			return
		}
		x.enter(o)
	}
}

// closeLegs cancels what still waits for a primary that ended without filling. One that fired has
// handed its legs on.
func (x *Exchange) closeLegs(primary *Order) {
	if primary.State == Filled || primary.State == Triggered {
		return
	}
	for _, leg := range x.legs(primary) {
		x.finish(leg, Cancelled, ByPrimary)
	}
}
