package core

import (
	"strconv"
	"unicode/utf8"

	"github.com/tradebaas/tradebaas/trade"
)

// Bounds of an account's live orders.
const (
	liveMax     = 1_000
	labelMax    = 64
	triggersMax = 300
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
	o, err := x.draft(a, m, c.Ticket)
	if err != nil {
		return Result{}, err
	}
	legs, err := x.draftLegs(a, m, c, o)
	if err != nil {
		return Result{}, err
	}
	if err := x.admissible(a, m, o); err != nil {
		return Result{}, err
	}
	if c.Link == OneCancelsOther {
		if err := x.admissible(a, m, legs[0]); err != nil {
			return Result{}, err
		}
	}
	o.Link, o.Condition = c.Link, c.Condition
	return x.accept(o, legs), nil
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

func (x *Exchange) acceptPair(o, other *Order) {
	ref := x.nextOCO()
	o.OCO, other.OCO, other.Condition = ref, ref, o.Condition
	x.enter(o)
	x.follow()
	if o.Alive() && (o.Filled == 0 || o.Condition == Incremental || o.Condition == CompleteFill) {
		x.admit(other)
		x.enter(other)
	}
}

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

func (x *Exchange) nextOCO() string {
	x.LastOCO++
	return strconv.FormatInt(x.LastOCO, 10)
}

// admit gives an order its id and makes it known.
func (x *Exchange) admit(o *Order) string {
	prefix := x.Markets[o.Market].Instrument.IDPrefix
	if o.Conditional() {
		x.LastStop++
		o.ID = prefix + triggerCode(o) + "-" + strconv.FormatInt(x.LastStop, 10)
	} else {
		x.LastID += 1 + x.LastID*7919%13 // increasing, not consecutive
		o.ID = prefix + strconv.FormatInt(x.LastID, 10)
	}
	x.register(o)
	return o.ID
}

func (x *Exchange) register(o *Order) {
	o.Created = x.Now
	x.orders[o.ID] = o
	a := x.account(o.Account)
	a.Orders = append(a.Orders, o)
}

// triggerCode is the middle of a conditional order's id: stop or take, trigger, side.
func triggerCode(o *Order) string {
	code := "SL"
	if o.Type == TakeMarket || o.Type == TakeLimit {
		code = "TP"
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
		m.await(o)
		x.changed(o)
		return
	}
	o.State = Open
	x.enterBook(m, o)
}

func (x *Exchange) enterBook(m *Market, o *Order) {
	limit := m.limitOf(o)
	if o.TIF == FillOrKill && x.available(m, o.Side, limit, o.Remaining()) < o.Remaining() {
		x.finish(o, Cancelled, "")
		return
	}
	x.match(m, o, limit)
	switch {
	case !o.Alive():
	case o.AtMarket() || o.TIF == ImmediateOrKill || o.TIF == FillOrKill:
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

// available counts what a taker finds up to a limit; it stops counting at enough.
func (x *Exchange) available(m *Market, side, limit, enough int64) (n int64) {
	for _, l := range m.synthetic(-side) {
		if crosses(side, limit, l.price) && n < enough {
			n += l.amount
		}
	}
	for _, o := range *m.side(-side) {
		if crosses(side, limit, o.Price) && n < enough {
			n += o.Remaining()
		}
	}
	return n
}

// draft checks a ticket on its own and makes an order of it.
func (x *Exchange) draft(a *Account, m *Market, t Ticket) (*Order, *Error) {
	o := &Order{Account: a.ID, Market: m.id, Label: t.Label, Side: t.Side, Type: t.Type, TIF: t.TIF, State: Open,
		PostOnly: t.PostOnly, RejectPostOnly: t.RejectPostOnly, ReduceOnly: t.ReduceOnly}
	if utf8.RuneCountInString(t.Label) > labelMax {
		return nil, Invalid("label", "must be at most 64 characters")
	}
	if o.TIF == "" {
		o.TIF = GoodTilCancelled
	}
	if err := o.size(m.Instrument, t.Amount, t.Contracts); err != nil {
		return nil, err
	}
	if err := o.timing(t); err != nil {
		return nil, err
	}
	if err := o.pricing(m.Instrument, t); err != nil {
		return nil, err
	}
	return o, nil
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
	}
	o.Amount = n
	return nil
}

func (o *Order) timing(t Ticket) *Error {
	switch o.TIF {
	case GoodTilCancelled, GoodTilDay, ImmediateOrKill, FillOrKill:
	default:
		return Invalid("time_in_force", "unknown value")
	}
	switch {
	case o.AtMarket() && t.TIF != "" && t.TIF != GoodTilCancelled:
		return Invalid("time_in_force", "not applicable to market orders")
	case o.PostOnly && (o.AtMarket() || o.TIF != GoodTilCancelled):
		return refuse(11055, "post_only_not_allowed")
	}
	return nil
}

func (o *Order) pricing(i *Instrument, t Ticket) (err *Error) {
	switch o.Type {
	case MarketType:
	case Limit:
		o.Price, err = onGrid(i, "price", t.Price)
	case StopMarket, TakeMarket:
		o.Trigger = t.Trigger
		o.TriggerPrice, err = onGrid(i, "trigger_price", t.TriggerPrice)
	case StopLimit, TakeLimit:
		o.Trigger = t.Trigger
		if o.Price, err = onGrid(i, "price", t.Price); err == nil {
			o.TriggerPrice, err = onGrid(i, "trigger_price", t.TriggerPrice)
		}
	default:
		return Invalid("type", "unsupported value")
	}
	if err == nil && o.TriggerPrice != 0 && o.Trigger != "mark_price" && o.Trigger != "index_price" && o.Trigger != "last_price" {
		return Invalid("trigger", "must be mark_price, index_price or last_price")
	}
	return err
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

// admissible checks an order against the market, the account's orders and its money.
func (x *Exchange) admissible(a *Account, m *Market, o *Order) *Error {
	if o.ReduceOnly && !o.Conditional() {
		n := x.reducible(o, o.Amount)
		if n == 0 {
			return ErrReduceDirection
		}
		o.Amount = n
	}
	if o.Conditional() {
		return x.triggerable(a, m, o)
	}
	if len(a.Orders) >= liveMax {
		return refuse(10047, "matching_engine_queue_full")
	}
	if err := x.pricedIn(m, o); err != nil {
		return err
	}
	if x.overlaps(a, m, o) {
		return ErrOverlap
	}
	return x.affordable(a, m, o, o.Remaining())
}

func (x *Exchange) triggerable(a *Account, m *Market, o *Order) *Error {
	if len(m.conditional(a)) >= triggersMax {
		return ErrTooManyTriggers
	}
	if !m.hit(o) {
		return nil
	}
	if (o.Side > 0) == o.stops() {
		return ErrTriggerTooLow
	}
	return ErrTriggerTooHigh
}

// pricedIn refuses a limit outside the price band and keeps a post-only order out of the spread.
func (x *Exchange) pricedIn(m *Market, o *Order) *Error {
	if o.AtMarket() {
		return nil
	}
	low, high := m.Band()
	switch {
	case o.Side > 0 && o.Price > high:
		return overLimit(10007, "price_too_high", m.Instrument.Price(high))
	case o.Side < 0 && o.Price < low:
		return overLimit(10005, "price_too_low", m.Instrument.Price(low))
	case !o.PostOnly:
		return nil
	}
	best, ok := m.best(-o.Side)
	if !ok || !crosses(o.Side, o.Price, best.price) {
		return nil
	}
	if o.RejectPostOnly {
		return ErrPostOnly
	}
	o.Price = best.price - o.Side
	return nil
}

// overlaps tells whether the order would trade with one of its own account.
func (x *Exchange) overlaps(a *Account, m *Market, o *Order) bool {
	limit, ahead := m.limitOf(o), int64(0)
	for _, own := range *m.side(-o.Side) {
		if !crosses(o.Side, limit, own.Price) {
			return false
		}
		if own.Account != a.ID {
			ahead += own.Remaining()
			continue
		}
		for _, l := range m.synthetic(-o.Side) {
			if crosses(o.Side, own.Price, l.price) {
				ahead += l.amount
			}
		}
		return ahead < o.Remaining()
	}
	return false
}
