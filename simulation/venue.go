package simulation

import (
	"fmt"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// venue is the exchange: the real core, with the troubles of an exchange in front of it.
type venue struct {
	w     *World
	x     *core.Exchange
	state uint64 // counts what may have changed it
}

// apply carries out a command and sends out what it caused.
func (v *venue) apply(c core.Command) (core.Result, error) {
	v.state++
	r, err := v.x.Apply(v.w.now.UnixMilli(), c)
	v.flush()
	if err != nil {
		return r, refused(err)
	}
	return r, nil
}

// advance lets the exchange's time pass.
func (v *venue) advance() {
	v.state++
	v.x.Advance(v.w.now.UnixMilli())
	v.flush()
}

// message is one notification: orders, fills and positions of one happening.
type message struct {
	orders    []trade.VenueOrder
	fills     []trade.Fill
	positions []trade.VenuePosition
	balances  []trade.Balance
}

// flush notes what happened in the books of the checkers and notifies the users.
func (v *venue) flush() {
	told := map[int64]*message{}
	for _, e := range v.x.Events() {
		u := v.w.byAccount[e.Account]
		if u == nil {
			continue
		}
		m := told[e.Account]
		if m == nil {
			m = &message{}
			told[e.Account] = m
		}
		switch e.Kind {
		case core.OrderChanged:
			m.orders = append(m.orders, venueOrder(e.Order))
		case core.UserTraded:
			f := fillOf(*e.Trade)
			u.truth.fill(f)
			m.fills = append(m.fills, f)
		case core.PositionChanged:
			v.position(m, u, e.Market)
		case core.BalanceChanged:
			m.balances = v.balances(u)
		}
	}
	for _, u := range v.w.users {
		if m := told[u.number]; m != nil {
			u.notify(*m)
		}
	}
}

// position puts the present position into a message, in place of an older one.
func (v *venue) position(m *message, u *user, market int) {
	p := positionOf(v.x.Position(v.x.Account(u.number), v.x.Markets[market]))
	m.positions = slices.DeleteFunc(m.positions, func(o trade.VenuePosition) bool { return o.Instrument == p.Instrument })
	m.positions = append(m.positions, p)
}

func (v *venue) balances(u *user) []trade.Balance {
	var list []trade.Balance
	for _, wallet := range v.x.Account(u.number).Wallets {
		list = append(list, balanceOf(v.x.Summarize(v.x.Account(u.number), wallet.Currency)))
	}
	return list
}

func (v *venue) positions(u *user) []trade.VenuePosition {
	var list []trade.VenuePosition
	for _, m := range v.x.Markets {
		if p := v.x.Position(v.x.Account(u.number), m); !p.Size.IsZero() {
			list = append(list, positionOf(p))
		}
	}
	return list
}

// troubles are what the exchange may answer instead of acting.
var troubles = []struct {
	kind Fault
	err  *core.Error
}{
	{Maintenance, &core.Error{Code: 11051, Message: "system_maintenance"}},
	{Busy, &core.Error{Code: 10028, Message: "too_many_requests"}},
	{TimedOut, core.ErrTimedOut},
}

// serve carries out a request. It may refuse, and it may answer with an error after it has acted.
func (v *venue) serve(u *user, e trade.Effect) (a trade.Answer, err error) {
	for _, t := range troubles {
		orders := t.kind != TimedOut || isOrder(e)
		if orders && v.w.weather[t.kind].now(v.w.now) {
			u.trouble(t.kind)
			return a, refused(t.err)
		}
	}
	if err := v.rejected(u, e); err != nil {
		return a, err
	}
	a, err = v.act(u, e)
	if v.w.weather[ServerError].now(v.w.now) {
		u.trouble(ServerError)
		return trade.Answer{}, refused(&core.Error{Code: 10001, Message: "error"})
	}
	return a, err
}

func isOrder(e trade.Effect) bool {
	switch e.(type) {
	case trade.SendBracket, trade.SendOrder:
		return true
	}
	return false
}

// rejected is the exchange's considered no to one kind of order.
func (v *venue) rejected(u *user, e trade.Effect) error {
	switch e := e.(type) {
	case trade.SendBracket:
		if v.w.weather[Unlinked].now(v.w.now) {
			return refused(core.ErrMarketOTOCO)
		}
	case trade.SendOrder:
		if e.Order.Role == trade.Stop && v.w.weather[RejectStop].now(v.w.now) {
			return refused(core.ErrTooManyTriggers)
		}
		if e.Order.Role == trade.Target && v.w.weather[RejectLimit].now(v.w.now) {
			return refused(&core.Error{Code: 10007, Message: "price_too_high"})
		}
	case trade.AmendOrder:
		if v.w.weather[RejectEdit].now(v.w.now) {
			u.refused = v.w.now
			return refused(&core.Error{Code: 11036, Message: "invalid_trigger_price"})
		}
	}
	return nil
}

func (v *venue) act(u *user, e trade.Effect) (a trade.Answer, err error) {
	switch e := e.(type) {
	case trade.SendBracket:
		return v.bracket(u, e.Bracket)
	case trade.SendOrder:
		return v.single(u, e.Order)
	case trade.AmendOrder:
		return v.amend(u, e)
	case trade.CancelOrder:
		r, err := v.apply(core.Command{Cancel: &core.Cancel{Account: u.number, Order: string(e.Order)}})
		if err == nil {
			a.Order = venueOrder(r.Order)
		}
		return a, err
	case trade.AskLabel:
		a.Orders = v.labelled(u, e.Label)
	case trade.AskFills:
		a.Fills = v.fills(u, e.Instrument, e.After)
	case trade.AskFunding:
		a.Funding = v.funding(u, e)
	}
	return a, nil
}

func (v *venue) placed(u *user, c core.Place) (a trade.Answer, err error) {
	r, err := v.apply(core.Command{Place: &c})
	if err != nil {
		return a, err
	}
	u.truth.accepted(c.Label, c.Instrument, len(c.Legs) > 0)
	a.Order, a.Fills = venueOrder(r.Order), fillsOf(r.Trades)
	for _, id := range r.Order.Legs {
		a.Legs = append(a.Legs, trade.VenueOrderID(id))
	}
	return a, nil
}

func (v *venue) bracket(u *user, b trade.Bracket) (trade.Answer, error) {
	leg := core.Ticket{Side: -signOf(b.Side), Amount: b.Amount, ReduceOnly: true}
	stop, target := leg, leg
	stop.Type, stop.Trigger, stop.TriggerPrice, stop.Label = core.StopMarket, "mark_price", b.Stop, b.StopLabel
	target.Type, target.Price, target.Label = core.Limit, b.Target, b.TargetLabel
	return v.placed(u, core.Place{Account: u.number, Instrument: b.Instrument, ValidUntil: b.ValidUntil.UnixMilli(),
		Ticket: core.Ticket{Side: signOf(b.Side), Amount: b.Amount, Type: core.MarketType, Label: b.EntryLabel},
		Link:   core.OneTriggersOneCancelsOther, Condition: core.Incremental, Legs: []core.Ticket{target, stop}})
}

func (v *venue) single(u *user, o trade.Order) (trade.Answer, error) {
	t := core.Ticket{Side: signOf(o.Side), Amount: o.Amount, Type: string(o.Type), Price: o.Price, Label: o.Label, ReduceOnly: o.ReduceOnly}
	if o.Type == trade.StopMarketOrder {
		t.Trigger, t.TriggerPrice = "mark_price", o.TriggerPrice
	}
	c := core.Place{Account: u.number, Instrument: o.Instrument, Ticket: t}
	if !o.ValidUntil.IsZero() {
		c.ValidUntil = o.ValidUntil.UnixMilli()
	}
	return v.placed(u, c)
}

// amend changes an order and reads it back.
func (v *venue) amend(u *user, e trade.AmendOrder) (a trade.Answer, err error) {
	reduce := true
	c := core.Edit{Account: u.number, Order: string(e.Order), Amount: &e.Amount, ReduceOnly: &reduce}
	if !e.Price.IsZero() {
		c.Price = &e.Price
	}
	if !e.TriggerPrice.IsZero() {
		c.TriggerPrice = &e.TriggerPrice
	}
	r, err := v.apply(core.Command{Edit: &c})
	if err == nil {
		a.Order = venueOrder(r.Order)
	}
	return a, err
}

// lag is how far behind the exchange's look-ups are, and young tells what they do not show yet.
const lag = 4 * time.Second

func (v *venue) young(u *user, ms int64) bool {
	if !v.w.weather[LookupLag].on(v.w.now) {
		return false
	}
	u.trouble(LookupLag)
	return v.w.now.Sub(moment(ms)) < lag
}

func (v *venue) labelled(u *user, label string) []trade.VenueOrder {
	a := v.x.Account(u.number)
	all := append(v.x.OpenOrders(a, core.Filter{Label: &label}), v.x.ClosedOrders(a, core.Filter{Label: &label})...)
	all = slices.DeleteFunc(all, func(o *core.Order) bool { return v.young(u, o.Created) })
	return venueOrders(all)
}

func (v *venue) fills(u *user, i trade.Instrument, after trade.Cursor) []trade.Fill {
	var list []trade.Fill
	for _, t := range v.x.Account(u.number).Trades {
		f := fillOf(t)
		if f.Instrument == i && (f.Seq > after.Seq && after.Seq > 0 || after.Seq == 0 && !f.Time.Before(after.Time)) && !v.young(u, t.Time) {
			list = append(list, f)
		}
	}
	return list
}

func (v *venue) funding(u *user, e trade.AskFunding) trade.Dec {
	sum := trade.Zero
	for _, row := range v.x.Account(u.number).Log {
		if at := moment(row.Time); row.Instrument != nil && row.Instrument.Name == e.Spec.Instrument && !at.Before(e.From) && !at.After(e.To) {
			sum = sum.Add(row.Interest)
		}
	}
	return sum
}

// byHand places an order that no program of ours knows of.
func (v *venue) byHand(u *user, i trade.Instrument, side trade.Side, amount trade.Dec, reduce bool) {
	_, _ = v.apply(core.Command{Place: &core.Place{Account: u.number, Instrument: i,
		Ticket: core.Ticket{Side: signOf(side), Amount: amount, Type: core.MarketType, ReduceOnly: reduce}}})
}

func reasonOf(err error) string {
	if e := broker.As(err); e != nil {
		return e.Reason
	}
	return fmt.Sprint(err)
}

func (v *venue) openOrders(u *user) []trade.VenueOrder {
	return venueOrders(v.x.OpenOrders(v.x.Account(u.number), core.Filter{}))
}

// read lets a question be asked, unless the exchange has other troubles.
func (v *venue) read(u *user, ask func()) (trade.Answer, error) {
	for _, kind := range []Fault{Maintenance, Busy} {
		if v.w.weather[kind].now(v.w.now) {
			u.trouble(kind)
			return trade.Answer{}, refused(&core.Error{Code: 11051, Message: string(kind)})
		}
	}
	ask()
	return trade.Answer{}, nil
}
