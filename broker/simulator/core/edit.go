package core

import "github.com/tradebaas/tradebaas/trade"

// edit changes a live order under its own id. The same or a smaller amount at the same price keeps
// its place in the queue.
func (x *Exchange) edit(c *Edit) (Result, *Error) {
	o, err := x.editable(c)
	if err != nil {
		return Result{}, err
	}
	if c.ValidUntil != 0 && x.Now > c.ValidUntil {
		return Result{}, ErrTimedOut
	}
	m, a := x.Markets[o.Market], x.account(o.Account)
	if err := m.takesOrders(); err != nil {
		return Result{}, err
	}
	next := *o
	if err := next.amend(m.Instrument, c); err != nil {
		return Result{}, err
	}
	switch err := x.amendable(a, m, o, &next); {
	case err == ErrPostOnly: // the exchange cancels an edit that would take
		x.finish(o, Cancelled, ByEditPostOnly)
		return Result{Order: o, Trades: []Trade{}}, nil
	case err != nil:
		return Result{}, err
	}
	if x.unlinked(o) {
		next.OCO = ""
	}
	x.replace(m, o, next)
	x.drain()
	return Result{Order: o, Trades: []Trade{}}, nil
}

func (x *Exchange) editable(c *Edit) (*Order, *Error) {
	a := x.account(c.Account)
	if a == nil {
		return nil, ErrUnknownAccount
	}
	if c.Order == "" {
		return x.byLabel(a, c)
	}
	return x.liveOrder(c.Account, c.Order)
}

func (x *Exchange) byLabel(a *Account, c *Edit) (found *Order, err *Error) {
	m, err := x.market(c.Instrument)
	if err != nil {
		return nil, err
	}
	for _, o := range a.Orders {
		if o.Label != c.Label || o.Market != m.id {
			continue
		}
		if found != nil {
			return nil, ErrNotUnique
		}
		found = o
	}
	if found == nil {
		return nil, ErrOrderNotFound
	}
	return found, nil
}

func (x *Exchange) liveOrder(account int64, id string) (*Order, *Error) {
	o := x.orders[id]
	switch {
	case o == nil || o.Account != account:
		return nil, ErrOrderNotFound
	case !o.Alive():
		return nil, ErrNotOpen
	}
	return o, nil
}

func (o *Order) amend(i *Instrument, c *Edit) (err *Error) {
	set(&o.PostOnly, c.PostOnly)
	set(&o.RejectPostOnly, c.RejectPostOnly)
	set(&o.ReduceOnly, c.ReduceOnly)
	if err := o.posting(); err != nil {
		return err
	}
	if c.Amount != nil || c.Contracts != nil {
		if err := o.size(i, value(c.Amount), value(c.Contracts)); err != nil {
			return err
		}
	}
	if c.Price != nil && !o.AtMarket() {
		if o.Price, err = onGrid(i, "price", *c.Price); err != nil {
			return err
		}
	}
	return o.retrigger(i, c)
}

// retrigger moves the trigger; a trailing stop keeps the best price that it has seen.
func (o *Order) retrigger(i *Instrument, c *Edit) (err *Error) {
	if c.TriggerPrice != nil {
		if !o.Conditional() || o.Type == TrailingStop {
			return Invalid("trigger_price", "the order has none of its own")
		}
		if o.TriggerPrice, err = onGrid(i, "trigger_price", *c.TriggerPrice); err != nil {
			return err
		}
	}
	if c.TriggerOffset != nil {
		if o.Type != TrailingStop {
			return Invalid("trigger_offset", "only for trailing stops")
		}
		o.Offset, err = onGrid(i, "trigger_offset", *c.TriggerOffset)
	}
	return err
}

func value(d *trade.Dec) trade.Dec {
	if d == nil {
		return trade.Zero
	}
	return *d
}

func set(to *bool, from *bool) {
	if from != nil {
		*to = *from
	}
}

// amendable checks the changed order as if it were new, with the old one out of the way.
func (x *Exchange) amendable(a *Account, m *Market, o, next *Order) *Error {
	if next.Amount <= o.Filled {
		return ErrInvalidAmount
	}
	if o.Waiting {
		return nil
	}
	if next.Conditional() {
		return m.placeable(next)
	}
	if o.ReduceOnly {
		return x.enterable(a, m, next, 0)
	}
	return x.enterable(a, m, next, o.Remaining())
}

func (x *Exchange) replace(m *Market, o *Order, next Order) {
	keeps := o.State == Open && next.Price == o.Price && next.Amount <= o.Amount
	next.Replaced, next.Updated = true, x.Now
	if o.Waiting {
		next.Whole = next.Placed + next.Amount
	}
	if keeps || o.Waiting {
		*o = next
		x.changed(o)
		x.emit(Event{Kind: BookChanged, Market: m.id})
		return
	}
	m.unrest(o)
	m.unawait(o)
	*o = next
	x.enter(o)
}
