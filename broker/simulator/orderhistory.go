package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func (c *call) historyByInstrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.history(core.Filter{Instrument: m.Instrument.Name}, true)
}

func (c *call) historyByCurrency() ([]byte, *wireError) {
	cur, err := c.currency()
	if err != nil {
		return nil, err
	}
	some, err := c.futures()
	if err != nil {
		return nil, err
	}
	return c.history(core.Filter{Currency: cur}, some)
}

// history lists ended orders, newest first; those that never traded only when asked for.
func (c *call) history(f core.Filter, some bool) ([]byte, *wireError) {
	p, err := c.page(20, 1_000)
	if err != nil {
		return nil, err
	}
	var which core.History
	var continued bool
	names := []string{"historical", "include_old", "include_unfilled", "with_continuation"}
	for n, to := range []*bool{&which.Historical, &which.Old, &which.Unfilled, &continued} {
		if *to, err = c.p.flag(names[n]); err != nil {
			return nil, err
		}
	}
	ended := []*core.Order{}
	if some {
		ended = slices.Clone(c.e.core.EndedOrders(c.account, f, which))
		slices.Reverse(ended)
	}
	orders, next := c.continued(p, ended)
	if !continued {
		return renderOrders(orders), nil
	}
	return newObject().raw("orders", renderOrders(orders)).raw("continuation", next).end(), nil
}

// continued gives a page of orders, behind the one that a continuation names, and the continuation
// of the next page: null when there is none.
func (c *call) continued(p page, orders []*core.Order) (part []*core.Order, next []byte) {
	if after := c.p.text("continuation"); after != "" {
		n := slices.IndexFunc(orders, func(o *core.Order) bool { return o.ID == after })
		orders = orders[n+1:]
	}
	part, more := of(p, orders)
	if !more {
		return part, []byte("null")
	}
	return part, text(part[len(part)-1].ID)
}

// triggerHistory lists conditional orders with the last that was done to each, newest first.
func (c *call) triggerHistory() ([]byte, *wireError) {
	cur, err := c.currency()
	if err != nil {
		return nil, err
	}
	p, err := c.page(20, 1_000)
	if err != nil {
		return nil, err
	}
	f := core.Filter{Currency: cur, Instrument: instrumentName(c.p.text("instrument_name"))}
	children := map[string]*core.Order{}
	triggers := []*core.Order{}
	for _, o := range append(c.e.core.ClosedOrders(c.account, f), c.e.core.OpenOrders(c.account, f)...) {
		if o.Conditional() {
			triggers = append(triggers, o)
		}
		if o.TriggeredBy != "" {
			children[o.TriggeredBy] = o
		}
	}
	newestFirst(triggers)
	part, next := c.continued(p, triggers)
	entries := list(part, func(o *core.Order) []byte { return renderTriggerEntry(o, children[o.ID]) })
	return newObject().raw("entries", entries).raw("continuation", next).end(), nil
}

// renderTriggerEntry writes a line of the trigger history; child is the order that it became.
func renderTriggerEntry(o, child *core.Order) []byte {
	i, state, request, kind := o.Instrument, entryState(o), "trigger:order", "limit"
	switch o.State {
	case core.Untriggered:
		state, request = "new", "new"
	case core.Cancelled:
		request = "cancel"
	}
	if o.AtMarket() {
		kind = core.MarketType
	}
	b := newObject().int("timestamp", o.Created).str("trigger", o.Trigger).
		str("trigger_order_id", o.ID).str("order_state", state).str("request", request).str("instrument_name", string(i.Name)).
		str("direction", direction(o.Side)).dec("amount", i.Amount(o.Amount)).str("order_type", kind).
		int("last_update_timestamp", max(o.Updated, o.Created)).bool("reduce_only", o.ReduceOnly).bool("post_only", o.PostOnly)
	renderTrigger(b, i, o)
	renderPrice(b, i, o)
	if child != nil {
		b.str("order_id", child.ID)
	} else {
		b.str("order_id", o.ID)
	}
	if o.Label != "" {
		b.str("label", o.Label)
	}
	if o.Waiting {
		b.bool("is_secondary_oto", true)
	}
	if o.OCO != "" {
		b.str("oco_ref", o.OCO)
	}
	return b.end()
}

// entryState is an order's state as the history tells it: with the reason of a refusal.
func entryState(o *core.Order) string {
	if o.State == core.Rejected {
		return o.State + ":" + o.CancelReason
	}
	return o.State
}
