package core

import "math/bits"

// When what hangs on an order is looked at.
type moment uint8

const (
	afterFill     moment = iota + 1 // some of the order was executed
	afterClose                      // the order ended
	afterPosition                   // the position in the order's market changed
	afterRace                       // a fault: the order is filled though its sibling was
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
			x.activate(c.order, c.n)
		case afterClose:
			x.closeLegs(c.order)
			if c.order.endsPair() {
				x.cancelSiblings(c.order)
			}
		case afterPosition:
			x.trim(c.order)
			x.emit(Event{Kind: BalanceChanged, Account: c.order.Account, Market: c.order.Market})
		case afterRace:
			x.finishRace(c.order)
		}
	}
	x.todo = nil
}

// relieve takes a fill of one linked order off the others. It does so at once, before the match goes
// on: both may be in its way.
func (x *Exchange) relieve(o *Order, n int64) {
	switch {
	case x.races(o):
	case o.State == Filled || o.Condition != Incremental && o.Condition != CompleteFill:
		x.cancelSiblings(o)
	case o.Condition == Incremental:
		x.shrinkSiblings(o, n)
	}
}

// shrinkSiblings takes the same share off the others as was filled of what o had left.
func (x *Exchange) shrinkSiblings(o *Order, n int64) {
	for _, s := range x.siblings(o) {
		s.Amount -= share(s.Remaining(), n, o.Remaining()+n)
		if s.Remaining() == 0 {
			x.finish(s, Cancelled, ByOCO)
		} else {
			x.changed(s)
		}
	}
}

// share is the part of a whole that n is of a total, which is not less, rounded down.
func share(whole, n, total int64) int64 {
	hi, lo := bits.Mul64(uint64(whole), uint64(n))
	q, _ := bits.Div64(hi, lo, uint64(total))
	return int64(q)
}

// endsPair tells whether the order's end is the end of those linked to it: not when one of these
// ended it, nor when it was a leg that was never placed.
func (o *Order) endsPair() bool { return o.CancelReason != ByOCO && o.State != Rejected }

func (x *Exchange) cancelSiblings(o *Order) {
	for _, s := range x.siblings(o) {
		x.finish(s, Cancelled, ByOCO)
	}
}

// siblings gives the live orders that share o's link; waiting and placed ones are apart.
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
