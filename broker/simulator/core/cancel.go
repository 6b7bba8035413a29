package core

import "strings"

func (x *Exchange) cancelOne(c *Cancel) (Result, *Error) {
	o, err := x.liveOrder(c.Account, c.Order)
	if err != nil {
		return Result{}, err
	}
	if err := x.Markets[o.Market].takesCancels(); err != nil {
		return Result{}, err
	}
	reason := ByUser
	if c.Lost {
		reason = ByDisconnect
	}
	x.finish(o, Cancelled, reason)
	x.drain()
	return Result{Order: o}, nil
}

// cancelMany cancels what the filter finds.
func (x *Exchange) cancelMany(c *CancelMany) (Result, *Error) {
	a := x.account(c.Account)
	if a == nil {
		return Result{}, ErrUnknownAccount
	}
	r := Result{Orders: []*Order{}}
	var shut *Error // a book among them that takes no cancels
	for _, o := range append([]*Order(nil), a.Orders...) {
		if !o.Alive() || !x.matches(o, c.Filter) {
			continue
		}
		if err := x.Markets[o.Market].takesCancels(); err != nil {
			shut = err
			continue
		}
		x.finish(o, Cancelled, ByUser)
		r.Orders = append(r.Orders, x.copied(o))
	}
	x.drain()
	if shut != nil && len(r.Orders) == 0 {
		return Result{}, shut
	}
	return r, nil
}

// matches tells whether an order passes a filter.
func (x *Exchange) matches(o *Order, f Filter) bool {
	i := x.Markets[o.Market].Instrument
	switch {
	case f.Instrument != "" && i.Name != f.Instrument:
		return false
	case f.Currency != "" && f.Currency != "any" && i.Settlement != f.Currency:
		return false
	case f.Index != "" && i.PriceIndex != f.Index:
		return false
	case f.Label != nil && o.Label != *f.Label:
		return false
	}
	return ofType(o, f.Type)
}

func ofType(o *Order, kind string) bool {
	switch kind {
	case "", "all":
		return true
	case "trigger_all":
		return o.Conditional()
	case "trailing_all":
		return o.Type == TrailingStop
	case "stop", "stop_all":
		return o.Conditional() && o.stops() && o.Type != TrailingStop
	case "take", "take_all":
		return o.Conditional() && !o.stops()
	}
	return strings.EqualFold(o.Type, kind)
}

// closePosition places a reduce-only order for the whole position.
func (x *Exchange) closePosition(c *Close) (Result, *Error) {
	m, err := x.market(c.Instrument)
	if err != nil {
		return Result{}, err
	}
	a := x.account(c.Account)
	if a == nil {
		return Result{}, ErrUnknownAccount
	}
	size := a.held(m.id).Size
	if size == 0 {
		return Result{}, ErrNothingToClose
	}
	return x.place(&Place{Account: c.Account, Instrument: c.Instrument, Ticket: Ticket{Side: -sign(size), Type: c.Type,
		Price: c.Price, Amount: m.Instrument.Amount(abs(size)), ReduceOnly: true, Web: c.Web}})
}
