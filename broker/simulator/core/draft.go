package core

import (
	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/tradebaas/tradebaas/trade"
)

// draft checks a ticket on its own and makes an order of it.
func (x *Exchange) draft(a *Account, m *Market, t Ticket) (*Order, *Error) {
	o := &Order{Account: a.ID, Market: m.id, Label: t.Label, Side: t.Side, Type: t.Type, TIF: t.TIF, State: Open,
		PostOnly: t.PostOnly, RejectPostOnly: t.RejectPostOnly, ReduceOnly: t.ReduceOnly, Web: t.Web}
	if o.Type == MarketLimit {
		o.Type, o.Original = MarketType, MarketLimit
	}
	if characters(t.Label) > labelMax {
		return nil, Invalid("label", "must be at most 64 characters")
	}
	if o.TIF == "" {
		o.TIF = GoodTilCancelled
	}
	if err := o.size(m.Instrument, t.Amount, t.Contracts); err != nil {
		return nil, err
	}
	if err := o.timing(); err != nil {
		return nil, err
	}
	if err := o.pricing(m.Instrument, t); err != nil {
		return nil, err
	}
	return o, nil
}

// characters counts what a reader sees as one, whatever it is made of.
func characters(s string) (n int) {
	for g := graphemes.FromString(s); g.Next(); {
		n++
	}
	return n
}

func (o *Order) size(i *Instrument, amount, contracts trade.Dec) *Error {
	if amount.IsZero() {
		amount = contracts.Mul(i.ContractSize)
	} else if !contracts.IsZero() && !contracts.Mul(i.ContractSize).Equal(amount) {
		return Invalid("contracts", "must agree with amount")
	}
	n, ok := i.Contracts(amount)
	switch {
	case amount.Sign() <= 0:
		return Invalid("amount", "must be greater than zero")
	case !ok:
		return Invalid("amount", "must be a multiple of contract size")
	case amount.Less(i.MinAmount) && !o.ReduceOnly:
		return ErrTooLittle
	}
	o.Amount = n
	return nil
}

func (o *Order) timing() *Error {
	switch o.TIF {
	case GoodTilCancelled, GoodTilDay, ImmediateOrCancel, FillOrKill:
	default:
		return Invalid("time_in_force", "unknown value")
	}
	if o.AtMarket() && o.TIF != GoodTilCancelled && (o.Original != MarketLimit || o.TIF != GoodTilDay) {
		return Invalid("time_in_force", "not applicable to market orders")
	}
	return o.posting()
}

// posting refuses post-only orders of kinds that do not rest for good.
func (o *Order) posting() *Error {
	if o.PostOnly && (o.AtMarket() || o.TIF != GoodTilCancelled) {
		return refuse(11055, "post_only_not_allowed")
	}
	return nil
}

func (o *Order) pricing(i *Instrument, t Ticket) (err *Error) {
	switch o.Type {
	case Limit, StopLimit, TakeLimit:
		if o.Price, err = onGrid(i, "price", t.Price); err != nil {
			return err
		}
	case MarketType, StopMarket, TakeMarket, TrailingStop:
	default:
		return Invalid("type", "unsupported value")
	}
	switch o.Type {
	case StopMarket, StopLimit, TakeMarket, TakeLimit:
		o.TriggerPrice, err = onGrid(i, "trigger_price", t.TriggerPrice)
	case TrailingStop:
		o.Offset, err = onGrid(i, "trigger_offset", t.TriggerOffset)
	default:
		return t.untriggered()
	}
	switch o.Trigger = t.Trigger; {
	case err != nil:
		return err
	case o.Trigger != "mark_price" && o.Trigger != "index_price" && o.Trigger != "last_price":
		return Invalid("trigger", "must be mark_price, index_price or last_price")
	}
	return t.oneTrigger(o.Type)
}

// untriggered refuses what would let an order without a trigger look as if it had one.
func (t *Ticket) untriggered() *Error {
	switch {
	case t.Trigger != "":
		return Invalid("trigger", "only for trigger orders")
	case !t.TriggerPrice.IsZero():
		return Invalid("trigger_price", "only for trigger orders")
	}
	return t.oneTrigger(t.Type)
}

// oneTrigger refuses a trigger price and a trigger offset where the other one decides.
func (t *Ticket) oneTrigger(kind string) *Error {
	switch {
	case kind == TrailingStop && !t.TriggerPrice.IsZero():
		return Invalid("trigger_price", "follows from trigger_offset")
	case kind != TrailingStop && !t.TriggerOffset.IsZero():
		return Invalid("trigger_offset", "only for trailing stops")
	}
	return nil
}

func onGrid(i *Instrument, param string, price trade.Dec) (int64, *Error) {
	n, ok := i.Ticks(price)
	switch {
	case price.Sign() <= 0:
		return 0, Invalid(param, "must be greater than zero")
	case !ok:
		return 0, Invalid(param, "must conform to tick size")
	}
	return n, nil
}

func (x *Exchange) draftLegs(a *Account, m *Market, c *Place, primary *Order) ([]*Order, *Error) {
	want := map[string][2]int{"": {0, 0}, OneTriggersOther: {1, 10}, OneCancelsOther: {1, 1}, OneTriggersOneCancelsOther: {2, 2}}
	bounds, known := want[c.Link]
	switch {
	case !known:
		return nil, Invalid("linked_order_type", "unknown value")
	case len(c.Legs) < bounds[0] || len(c.Legs) > bounds[1]:
		return nil, Invalid("otoco_config", "wrong number of linked orders")
	}
	switch c.Condition {
	case "", FirstHit, CompleteFill, Incremental:
	default:
		return nil, Invalid("trigger_fill_condition", "unknown value")
	}
	legs := make([]*Order, len(c.Legs))
	for n, t := range c.Legs {
		if t.Amount.IsZero() && t.Contracts.IsZero() {
			t.Amount = m.Instrument.Amount(primary.Amount)
		}
		leg, err := x.draft(a, m, t)
		if err != nil {
			return nil, err
		}
		legs[n] = leg
	}
	return legs, nil
}
