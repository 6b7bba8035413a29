package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *call) buy() ([]byte, *wireError)  { return c.place(1) }
func (c *call) sell() ([]byte, *wireError) { return c.place(-1) }

func (c *call) place(side int64) ([]byte, *wireError) {
	t, err := ticket(c.p)
	if err != nil {
		return nil, err
	}
	t.Side, t.Web = side, c.web
	p := &core.Place{Account: c.account.ID, Instrument: instrumentName(c.p.text("instrument_name")), Ticket: t,
		Link: c.p.text("linked_order_type"), Condition: c.p.text("trigger_fill_condition")}
	if p.ValidUntil, err = c.p.int("valid_until", 0); err != nil {
		return nil, err
	}
	if p.Legs, err = legs(c.p); err != nil {
		return nil, err
	}
	for n := range p.Legs {
		p.Legs[n].Web = c.web
	}
	if c.refusesLinked(p) {
		return nil, core.ErrMarketOTOCO
	}
	r, err := c.e.apply(core.Command{Place: p})
	if err != nil {
		return nil, err
	}
	c.fallSilent(r.Struck)
	c.conn.own(c.e.core, r.Order)
	return renderPlaced(r), nil
}

// The parameters of orders and edits, in the order in which their errors are told.
var (
	numberNames = []string{"amount", "contracts", "price", "trigger_price", "trigger_offset"}
	flagNames   = []string{"post_only", "reject_post_only", "reduce_only"}
)

// ticket reads what an order asks for.
func ticket(p params) (t core.Ticket, err *wireError) {
	t = core.Ticket{Type: p.text("type"), Label: p.text("label"), TIF: p.text("time_in_force"), Trigger: p.text("trigger")}
	if t.Type == "" {
		t.Type = core.Limit
	}
	if err := unsupported(p); err != nil {
		return t, err
	}
	for n, to := range []*trade.Dec{&t.Amount, &t.Contracts, &t.Price, &t.TriggerPrice, &t.TriggerOffset} {
		if *to, err = p.dec(numberNames[n]); err != nil {
			return t, err
		}
	}
	for n, to := range []*bool{&t.PostOnly, &t.RejectPostOnly, &t.ReduceOnly} {
		if *to, err = p.flag(flagNames[n]); err != nil {
			return t, err
		}
	}
	return t, nil
}

// unsupported refuses what would make another order of it, and is not simulated.
func unsupported(p params) *wireError {
	for _, name := range []string{"display_amount", "refresh_amount", "advanced"} {
		if p.has(name) {
			return core.Invalid(name, "not supported")
		}
	}
	mmp, err := p.flag("mmp")
	if err == nil && mmp {
		return core.Invalid("mmp", "not supported")
	}
	return err
}

func legs(p params) (out []core.Ticket, err *wireError) {
	configs, err := p.objects("otoco_config")
	if err != nil {
		return nil, err
	}
	for _, config := range configs {
		t, err := ticket(config)
		if err != nil {
			return nil, err
		}
		switch config.text("direction") {
		case "buy":
			t.Side = 1
		case "sell":
			t.Side = -1
		default:
			return nil, core.Invalid("direction", "must be buy or sell")
		}
		out = append(out, t)
	}
	return out, nil
}

func (c *call) edit() ([]byte, *wireError) {
	id := c.p.text("order_id")
	if id == "" {
		return nil, core.Invalid("order_id", "value required")
	}
	return c.amend(&core.Edit{Order: id})
}

func (c *call) editByLabel() ([]byte, *wireError) {
	if _, err := c.market(); err != nil {
		return nil, err
	}
	return c.amend(&core.Edit{Label: c.p.text("label"), Instrument: instrumentName(c.p.text("instrument_name"))})
}

func (c *call) amend(e *core.Edit) ([]byte, *wireError) {
	e.Account = c.account.ID
	err := unsupported(c.p)
	if err != nil {
		return nil, err
	}
	for n, to := range []**trade.Dec{&e.Amount, &e.Contracts, &e.Price, &e.TriggerPrice, &e.TriggerOffset} {
		if *to, err = c.p.maybeDec(numberNames[n]); err != nil {
			return nil, err
		}
	}
	for n, to := range []**bool{&e.PostOnly, &e.RejectPostOnly, &e.ReduceOnly} {
		if *to, err = c.p.maybeFlag(flagNames[n]); err != nil {
			return nil, err
		}
	}
	if e.ValidUntil, err = c.p.int("valid_until", 0); err != nil {
		return nil, err
	}
	r, err := c.e.apply(core.Command{Edit: e})
	if err != nil {
		return nil, err
	}
	return renderPlaced(r), nil
}

func (c *call) cancel() ([]byte, *wireError) {
	r, err := c.e.apply(core.Command{Cancel: &core.Cancel{Account: c.account.ID, Order: c.p.text("order_id")}})
	if err != nil {
		return nil, err
	}
	return renderOrder(r.Order), nil
}

func (c *call) closePosition() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	price, err := c.p.dec("price")
	if err != nil {
		return nil, err
	}
	kind := strings.ToLower(c.p.text("type"))
	if kind != core.Limit && kind != core.MarketType {
		return nil, core.Invalid("type", "must be limit or market")
	}
	r, err := c.e.apply(core.Command{Close: &core.Close{Account: c.account.ID, Instrument: m.Instrument.Name, Type: kind, Price: price, Web: c.web}})
	if err != nil {
		return nil, err
	}
	c.conn.own(c.e.core, r.Order)
	return renderPlaced(r), nil
}
