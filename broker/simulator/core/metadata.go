package core

import "github.com/tradebaas/tradebaas/trade"

// SetInstrument changes terms or state of a contract, as an exchange does now and then. Nil and
// empty fields stay. Prices are counted in a unit that divides every tick size that there was, so
// whatever exists keeps its price: a resting order off the new grid stays where it is, and only new
// prices must be on it. A contract can only become a part of what it was, for the same reason.
type SetInstrument struct {
	Instrument   trade.Instrument
	TickSize     *trade.Dec `json:",omitempty"` // a multiple of 0.0001
	ContractSize *trade.Dec `json:",omitempty"` // divides the present one
	MinAmount    *trade.Dec `json:",omitempty"` // a multiple of the contract size
	State        string     `json:",omitempty"` // open, locked, halted, inactive or settlement
}

func (x *Exchange) setInstrument(c *SetInstrument) (Result, *Error) {
	m, err := x.market(c.Instrument)
	if err != nil {
		return Result{}, err
	}
	if m.State == BookDelivered {
		return Result{}, ErrDelivered
	}
	next := *m.Instrument
	prices, amounts, err := next.change(c)
	if err != nil {
		return Result{}, err
	}
	if !next.same(m.Instrument) {
		x.respecify(m, &next, prices, amounts)
	}
	if c.State != "" {
		x.become(m, c.State)
	}
	return Result{}, nil
}

// same compares what change may change; decimals that are equal may be written in several ways.
func (i *Instrument) same(as *Instrument) bool {
	return i.TickSize.Equal(as.TickSize) && i.Unit.Equal(as.Unit) && i.ContractSize.Equal(as.ContractSize) && i.MinAmount.Equal(as.MinAmount)
}

// change takes the new terms over; it gives how many new units and contracts make an old one.
func (i *Instrument) change(c *SetInstrument) (prices, amounts int64, err *Error) {
	prices, amounts = 1, 1
	if c.TickSize != nil {
		if prices, err = i.retick(*c.TickSize); err != nil {
			return 0, 0, err
		}
	}
	if c.ContractSize != nil {
		if amounts, err = i.divide(*c.ContractSize); err != nil {
			return 0, 0, err
		}
	}
	if c.MinAmount != nil {
		if n, ok := i.Contracts(*c.MinAmount); !ok || n <= 0 {
			return 0, 0, Invalid("min_trade_amount", "must be a multiple of contract size")
		}
		i.MinAmount = *c.MinAmount
	}
	switch c.State {
	case "", BookOpen, BookLocked, BookHalted, BookInactive, BookSettlement:
		return prices, amounts, nil
	}
	return 0, 0, Invalid("state", "unknown value")
}

func (i *Instrument) retick(tick trade.Dec) (prices int64, err *Error) {
	fine, ok := units(tick.Mul(tenThousand), one)
	if !ok || fine <= 0 {
		return 0, Invalid("tick_size", "must be a multiple of 0.0001")
	}
	unit := divisor(fine, i.fine)
	prices = i.fine / unit
	i.TickSize, i.Unit = tick, Fine(unit)
	i.ready()
	return prices, nil
}

// divisor is the greatest that two numbers have in common.
func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (i *Instrument) divide(contract trade.Dec) (amounts int64, err *Error) {
	if contract.Sign() > 0 {
		if n, ok := units(i.ContractSize, contract); ok {
			if i.MinAmount.Equal(i.ContractSize) {
				i.MinAmount = contract
			}
			i.ContractSize = contract
			return n, nil
		}
	}
	return 0, Invalid("contract_size", "must divide the present contract size")
}

// respecify gives a market its new terms and counts everything in the new units.
func (x *Exchange) respecify(m *Market, next *Instrument, prices, amounts int64) {
	m.Instrument = next
	m.rescale(prices, amounts)
	for _, a := range x.Accounts {
		a.rescale(m.id, prices, amounts)
		x.wireAccount(a)
		a.guard = guard{}
	}
	taken := m.Taken
	m.price(x.quote(m))
	m.Taken = taken
	x.Changes++
	x.emit(Event{Kind: InstrumentChanged, Market: m.id, State: InstrumentStarted})
	x.emit(Event{Kind: BookChanged, Market: m.id})
}

func (m *Market) rescale(prices, amounts int64) {
	m.Last *= prices
	for n := range m.Trades {
		m.Trades[n].Price *= prices
		m.Trades[n].Amount *= amounts
	}
	for _, side := range m.Taken {
		for n := range side {
			side[n] *= amounts
		}
	}
	for n := range m.Settlements {
		m.Settlements[n].Position *= amounts
	}
	m.wire()
}

func (a *Account) rescale(market int, prices, amounts int64) {
	for _, o := range a.Orders {
		o.rescale(market, prices, amounts)
	}
	for _, o := range a.Closed {
		o.rescale(market, prices, amounts)
	}
	for n := range a.Trades {
		if t := &a.Trades[n]; t.Market == market {
			t.Price, t.Amount = t.Price*prices, t.Amount*amounts
		}
	}
	for n := range a.Log {
		if r := &a.Log[n]; r.Market == market {
			r.Amount, r.Position = r.Amount*amounts, r.Position*amounts
		}
	}
	if market < len(a.Positions) {
		a.Positions[market].Size *= amounts
	}
}

func (o *Order) rescale(market int, prices, amounts int64) {
	if o.Market != market {
		return
	}
	o.Price, o.TriggerPrice, o.Offset = o.Price*prices, o.TriggerPrice*prices, o.Offset*prices
	o.Amount, o.Filled, o.Whole, o.Placed = o.Amount*amounts, o.Filled*amounts, o.Whole*amounts, o.Placed*amounts
}
