package core

import "strconv"

// Bounds of an account's live orders.
const (
	liveMax     = 1_000
	labelMax    = 64
	triggersMax = 300
	waitingMax  = 100 // secondaries that wait for their primaries
)

// place carries out a new order.
func (x *Exchange) place(c *Place) (Result, *Error) {
	a := x.account(c.Account)
	if a == nil {
		return Result{}, ErrUnknownAccount
	}
	m, err := x.market(c.Instrument)
	if err != nil {
		return Result{}, err
	}
	if c.ValidUntil != 0 && x.Now > c.ValidUntil {
		return Result{}, ErrTimedOut
	}
	if err := m.takesOrders(); err != nil {
		return Result{}, err
	}
	o, err := x.draft(a, m, c.Ticket)
	if err != nil {
		return Result{}, err
	}
	legs, err := x.draftLegs(a, m, c, o)
	if err != nil {
		return Result{}, err
	}
	if c.Link != OneCancelsOther && a.waiting()+len(legs) > waitingMax {
		return Result{}, ErrTooManyOTO
	}
	if err := x.admissible(a, m, o); err != nil {
		return Result{}, err
	}
	if c.Link == OneCancelsOther {
		if err := x.admissible(a, m, legs[0]); err != nil {
			return Result{}, err
		}
	}
	if err := x.rejectsPair(o, legs, c.Link); err != nil {
		return Result{Refused: err}, nil
	}
	o.Link, o.Condition = c.Link, c.Condition
	fault := x.part(o)
	r := x.accept(o, legs)
	r.Struck = fault
	return r, nil
}

// accept enters a checked order and what is linked to it.
func (x *Exchange) accept(o *Order, legs []*Order) Result {
	x.admit(o)
	switch o.Link {
	case OneCancelsOther:
		x.acceptPair(o, legs[0])
	default:
		x.acceptLegs(o, legs)
		x.enter(o)
	}
	x.drain()
	return Result{Order: o, Trades: []Trade{}}
}

// acceptPair enters two orders that cancel each other; what the first does at once tells on the second.
func (x *Exchange) acceptPair(o, other *Order) {
	ref := x.nextOCO()
	o.OCO, other.OCO, other.Condition = ref, ref, o.Condition
	x.admit(other)
	x.enter(o)
	x.follow()
	if other.Alive() {
		x.enter(other)
	}
}

func (x *Exchange) nextOCO() string {
	x.LastOCO++
	return strconv.FormatInt(x.LastOCO, 10)
}

// admit gives an order its id and makes it known.
func (x *Exchange) admit(o *Order) {
	prefix := x.Markets[o.Market].Instrument.IDPrefix
	if o.Conditional() {
		x.LastStop++
		o.ID = prefix + triggerCode(o) + "-" + strconv.FormatInt(x.LastStop, 10)
	} else {
		x.LastID += 1 + x.LastID*7919%13 // increasing, not consecutive
		o.ID = prefix + strconv.FormatInt(x.LastID, 10)
	}
	x.register(o)
}

func (x *Exchange) register(o *Order) {
	o.Created, o.Instrument = x.Now, x.Markets[o.Market].Instrument
	x.orders[o.ID] = o
	a := x.account(o.Account)
	a.Orders = append(a.Orders, o)
}

// triggerCode is the middle of a conditional order's id: stop, take or trailing stop, trigger, side.
func triggerCode(o *Order) string {
	code := "SL"
	switch o.Type {
	case TakeMarket, TakeLimit:
		code = "TP"
	case TrailingStop:
		code = "TS"
	}
	code += map[string]string{"mark_price": "M", "index_price": "I", "last_price": "T"}[o.Trigger]
	if o.Side > 0 {
		return code + "B"
	}
	return code + "S"
}

// enter lets an order wait for its trigger, or trade and then rest, at the end of its queue.
func (x *Exchange) enter(o *Order) {
	m := x.Markets[o.Market]
	x.Seq++
	o.Seq = x.Seq
	if o.Conditional() {
		o.State = Untriggered
		m.refer(o)
		m.await(o)
		x.changed(o)
		return
	}
	o.State = Open
	x.enterBook(m, o)
}

func (x *Exchange) enterBook(m *Market, o *Order) {
	limit := m.limitOf(o)
	if o.TIF == FillOrKill && x.available(m, o, limit) < o.Remaining() {
		x.finish(o, Cancelled, "")
		return
	}
	x.match(m, o, limit)
	if o.Original == MarketLimit && o.Type == MarketType && o.Filled > 0 && o.Alive() {
		o.Type, o.Price = Limit, m.Last // of the last fill
	}
	switch {
	case !o.Alive():
	case o.Held:
		x.changed(o)
	case o.AtMarket() || o.TIF == ImmediateOrCancel || o.TIF == FillOrKill:
		x.finish(o, Cancelled, "")
	default:
		m.rest(o)
		x.changed(o)
		x.emit(Event{Kind: BookChanged, Market: m.id})
	}
}

// limitOf is the worst price an order may trade at: market orders stop at the price band.
func (m *Market) limitOf(o *Order) int64 {
	if !o.AtMarket() {
		return o.Price
	}
	low, high := m.Band()
	if o.Side > 0 {
		return high
	}
	return low
}

// available counts what a taker finds up to a limit. Of users' orders only what is sure counts: not
// its own, of reduce-only ones not more than they reduce, and one of several that cancel each other.
func (x *Exchange) available(m *Market, taker *Order, limit int64) (sum int64) {
	for _, l := range m.synthetic(-taker.Side) {
		if crosses(taker.Side, limit, l.price) {
			sum += l.amount
		}
	}
	taken, linked := map[int64]int64{}, map[string]bool{}
	for _, o := range *m.side(-taker.Side) {
		if !crosses(taker.Side, limit, o.Price) {
			break
		}
		if o.Account == taker.Account || linked[o.OCO] {
			continue
		}
		n := o.Remaining()
		if o.ReduceOnly {
			n = max(0, min(n, x.reducible(o, maxUnits)-taken[o.Account]))
		}
		taken[o.Account] += n
		linked[o.OCO] = o.OCO != ""
		sum += n
	}
	return sum
}
