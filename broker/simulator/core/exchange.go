package core

import "github.com/tradebaas/tradebaas/trade"

// Exchange is the whole simulated exchange. It is not safe for concurrent use.
type Exchange struct {
	State
	source   Source
	orders   map[string]*Order
	byClient map[string]*Key
	byName   map[trade.Instrument]int
	running  []*Market // those that are not delivered
	todo     []consequence
	events   []Event
	given    []Event // what Events gave last, to be used again
	quiet    bool
}

// State is everything that a snapshot keeps.
type State struct {
	Now      int64 // milliseconds of the last command or advance
	Second   int64 // the last second that was run
	LastID   int64 // of orders
	LastOTO  int64
	LastStop int64
	LastOCO  int64
	TradeID  int64
	Seq      int64
	Changes  int64    // change_id, shared by all books
	Pause    int64    `json:",omitempty"` // how long a settlement takes, in seconds
	Dated    bool     `json:",omitempty"` // dated futures are listed
	Shocks   []Shock  `json:",omitempty"` // oldest first
	Faults   []*Fault `json:",omitempty"` // oldest first
	Markets  []*Market
	Accounts []*Account
}

// New starts an exchange at a time in milliseconds since 1970.
func New(source Source, now int64) *Exchange {
	x := &Exchange{State: State{Now: now, Second: now / 1000, LastID: 104_000_000_000,
		LastOTO: 10_838_000, LastStop: 19_000, TradeID: 240_000_000, Changes: 63_000_000_000}}
	for _, i := range Perpetuals() {
		x.Markets = append(x.Markets, &Market{Instrument: i, State: BookOpen, TradeSeq: x.Second - 1_500_000_000})
	}
	x.source = shocked{source, &x.Shocks}
	x.wire()
	for _, m := range x.Markets {
		m.rebase()
	}
	_, _ = x.listFutures() // listing refuses nothing
	x.events = nil
	return x
}

// wire makes what is derived from the state.
func (x *Exchange) wire() {
	x.orders, x.byClient, x.byName = map[string]*Order{}, map[string]*Key{}, map[trade.Instrument]int{}
	for n, m := range x.Markets {
		m.id = n
		if m.State != BookDelivered {
			x.running = append(x.running, m)
		}
		x.byName[m.Instrument.Name] = n
		m.price(x.quote(m))
		m.wire()
	}
	for _, a := range x.Accounts {
		x.index(a)
		x.wireAccount(a)
	}
	x.rebook()
}

// wire lets the market's records know their instrument.
func (m *Market) wire() {
	for n := range m.Trades {
		m.Trades[n].Instrument = m.Instrument
	}
}

// wireAccount lets the account's records know their instruments.
func (x *Exchange) wireAccount(a *Account) {
	for _, o := range a.Orders {
		o.Instrument = x.Markets[o.Market].Instrument
	}
	for _, o := range a.Closed {
		o.Instrument = x.Markets[o.Market].Instrument
	}
	for n := range a.Trades {
		a.Trades[n].Instrument = x.Markets[a.Trades[n].Market].Instrument
	}
	for n := range a.Log {
		if market := a.Log[n].Market; market >= 0 {
			a.Log[n].Instrument = x.Markets[market].Instrument
		}
	}
}

func (x *Exchange) index(a *Account) {
	for _, k := range a.Keys {
		x.byClient[k.Client] = k
	}
	for _, o := range a.Closed {
		x.orders[o.ID] = o
	}
	for _, o := range a.Orders {
		x.orders[o.ID] = o
	}
}

// rebook puts every live order back in its queue, in the order of places.
func (x *Exchange) rebook() {
	for _, a := range x.Accounts {
		for _, o := range a.Orders {
			switch {
			case o.State == Open && !o.Held:
				x.Markets[o.Market].rest(o)
			case o.State == Untriggered && !o.Waiting:
				x.Markets[o.Market].await(o)
			}
		}
	}
}

// Apply runs the exchange up to a time and then carries out one command. A refused command leaves
// nothing behind.
func (x *Exchange) Apply(now int64, c Command) (Result, *Error) {
	x.Advance(now)
	last := x.TradeID
	r, err := x.apply(c)
	x.drain()
	if err == nil && r.Order != nil {
		r.Order = x.copied(r.Order)
		r.Trades = x.tradesSince(r.Order, r.Trades, last)
	}
	return r, err
}

func (x *Exchange) apply(c Command) (Result, *Error) {
	switch {
	case c.Place != nil:
		return x.place(c.Place)
	case c.Edit != nil:
		return x.edit(c.Edit)
	case c.Cancel != nil:
		return x.cancelOne(c.Cancel)
	case c.CancelMany != nil:
		return x.cancelMany(c.CancelMany)
	case c.Close != nil:
		return x.closePosition(c.Close)
	case c.Open != nil:
		return x.openAccount(c.Open)
	case c.Scope != nil:
		return x.setKey(&SetKey{Account: c.Scope.Account, Scope: &c.Scope.Scope})
	case c.MakeKey != nil:
		return x.makeKey(c.MakeKey)
	case c.SetKey != nil:
		return x.setKey(c.SetKey)
	case c.SetInstrument != nil:
		return x.setInstrument(c.SetInstrument)
	case c.SetPause != nil:
		return x.setPause(c.SetPause)
	case c.ListFutures != nil:
		return x.listFutures()
	case c.Disconnect != nil:
		return x.setDisconnect(c.Disconnect)
	case c.ShockPrices != nil:
		return x.shockPrices(c.ShockPrices)
	case c.EndShocks != nil:
		return x.endShocks()
	case c.SetFault != nil:
		return x.setFault(c.SetFault)
	case c.ClearFaults != nil:
		return x.clearFaults(c.ClearFaults)
	case c.PauseBooks != nil:
		return x.pauseBooks(c.PauseBooks)
	case c.Liquidate != nil:
		return x.liquidateAccount(c.Liquidate)
	case c.SelfTrading != nil:
		return x.setSelfTrading(c.SelfTrading)
	case c.Skip != nil:
		return x.skip(c.Skip)
	}
	return Result{}, refuse(10033, "not_implemented")
}

// Advance runs every second up to a time: prices, fills, triggers, funding, settlement, liquidation.
// Advancing in one step or in many gives the same state.
func (x *Exchange) Advance(now int64) {
	for x.Second < now/1000 {
		x.Second++
		x.Now = x.Second * 1000
		x.second()
	}
	if now > x.Now {
		x.Now = now
	}
}

func (x *Exchange) second() {
	for _, m := range x.running {
		m.accrue(x.Second)
	}
	x.resume()
	x.expire()
	if x.Second%86_400 == settlementSecond {
		x.settle()
	}
	for _, m := range x.running {
		x.tick(m)
	}
	x.drain()
	x.liquidate()
	x.drain()
}

// quote is what the source says of a market in the second that the exchange is in.
func (x *Exchange) quote(m *Market) Tick { return x.source.Tick(m.Instrument, x.Second) }

// skip jumps over time: the state stays, only the prices are those of the new second.
func (x *Exchange) skip(c *Skip) (Result, *Error) {
	if second := c.To / 1000; second > x.Second {
		x.Second, x.Now = second, c.To
		for _, m := range x.running {
			m.Seconds, m.Rates = 0, [8]int64{}
			m.price(x.quote(m))
			m.rebase()
		}
	}
	return Result{}, nil
}

// Quiet stops or starts the recording of events; a catch-up needs none.
func (x *Exchange) Quiet(on bool) { x.quiet = on }

// Events gives what happened since the last call. The slice is good until the next one.
func (x *Exchange) Events() []Event {
	clear(x.given)
	x.given, x.events = x.events, x.given[:0]
	return x.given
}

func (x *Exchange) emit(e Event) {
	if !x.quiet {
		x.events = append(x.events, e)
	}
}

func (x *Exchange) changed(o *Order) {
	o.Updated = x.Now
	if !x.quiet {
		x.emit(Event{Kind: OrderChanged, Account: o.Account, Market: o.Market, Order: x.copied(o)})
	}
}

func (x *Exchange) copied(o *Order) *Order {
	c := *o
	return &c
}

// Market finds an instrument's market by name.
func (x *Exchange) market(name trade.Instrument) (*Market, *Error) {
	n, ok := x.byName[name]
	if !ok {
		return nil, ErrUnknownInstrument
	}
	return x.Markets[n], nil
}
