package trade

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// exchange is a market with one price and endless depth: it does what effects ask for and tells
// events, as an exchange would, so that an Account can be driven through whole lives.
type exchange struct {
	now       time.Time
	price     Dec
	orders    []*VenueOrder
	fills     []Fill
	size, avg Dec
	ids       int
	events    []any // VenueOrder, Fill and VenuePosition, as they would be sent
	accepted  map[string]int
	hold      bool    // legs never come alive by themselves
	refuse    *string // roles whose single orders are refused
}

var (
	testMarket  = Market{Venue{Deribit, Paper}, "BTC_USDC-PERPETUAL"}
	testAccount = AccountID{"u1", testMarket.Venue}
	testOrigin  = Origin{"home", 3}
	testStart   = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	testSpec    = Spec{
		Instrument: testMarket.Instrument, Kind: Linear, Base: "BTC", Quote: "USDC", Settlement: "USDC",
		TickSize: MustDec("0.5"), AmountStep: MustDec("0.0001"), MinAmount: MustDec("0.0001"), MaxLeverage: NewDec(50),
		MakerFee: MustDec("0.00015"), TakerFee: MustDec("0.00035"), Active: true,
	}
)

func newExchange(price int64) *exchange {
	return &exchange{now: testStart, price: NewDec(price), accepted: map[string]int{}}
}

func (x *exchange) id(prefix string) VenueOrderID {
	x.ids++
	return VenueOrderID(fmt.Sprintf("%s%d", prefix, x.ids))
}

func (x *exchange) add(v VenueOrder) *VenueOrder {
	v.Time = x.now
	x.orders = append(x.orders, &v)
	x.events = append(x.events, v)
	return &v
}

func (x *exchange) tell(v *VenueOrder) {
	v.Time = x.now
	x.events = append(x.events, *v)
}

// take fills an order at a price and tells fill, order and position.
func (x *exchange) take(v *VenueOrder, price Dec) []Fill {
	f := Fill{
		ID: VenueTradeID(fmt.Sprint("f", len(x.fills)+1)), Seq: int64(len(x.fills) + 1), Order: v.ID, Label: v.Label, Instrument: v.Instrument,
		Side: v.Side, Price: price, Amount: v.Amount, Fee: Fee(Linear, v.Amount, price, testSpec.TakerFee), FeeCurrency: "USDC", Time: x.now,
	}
	signed := v.Amount.Mul(sign(v.Side))
	if x.size.Sign()*signed.Sign() < 0 {
		f.ProfitLoss = PnL(Linear, v.Side.Opposite(), MinDec(v.Amount, x.size.Abs()), x.avg, price)
	} else {
		x.avg = price
	}
	x.size = x.size.Add(signed)
	v.State, v.Filled, v.AveragePrice = "filled", v.Amount, price
	x.fills = append(x.fills, f)
	x.events = append(x.events, f)
	x.tell(v)
	x.events = append(x.events, x.position())
	return []Fill{f}
}

func (x *exchange) position() VenuePosition {
	return VenuePosition{Instrument: testMarket.Instrument, Size: x.size, AveragePrice: x.avg, MarkPrice: x.price}
}

func (x *exchange) bracket(b Bracket) (VenueOrder, []VenueOrderID, []Fill) {
	x.accepted[b.EntryLabel]++
	entry := x.add(VenueOrder{ID: x.id("e"), Label: b.EntryLabel, Instrument: b.Instrument, Side: b.Side, Type: "market", State: "open", Amount: b.Amount})
	leg := VenueOrder{Instrument: b.Instrument, Side: b.Side.Opposite(), Amount: b.Amount, ReduceOnly: true, State: "untriggered", Secondary: true}
	stop, target := leg, leg
	stop.ID, stop.Label, stop.Type, stop.TriggerPrice = x.id("OTO-"), b.StopLabel, "stop_market", b.Stop
	target.ID, target.Label, target.Type, target.Price = x.id("OTO-"), b.TargetLabel, "limit", b.Target
	x.add(stop)
	x.add(target)
	fills := x.take(entry, x.price)
	if !x.hold {
		x.drop(func(v *VenueOrder) bool { return v.Secondary })
		pair := string(x.id("oco"))
		stop.ID, stop.Secondary, stop.OCORef = x.id("s"), false, pair
		target.ID, target.Secondary, target.OCORef, target.State = x.id("t"), false, pair, "open"
		x.add(stop)
		x.add(target)
	}
	return *entry, []VenueOrderID{"OTO-2", "OTO-3"}, fills
}

func (x *exchange) drop(gone func(*VenueOrder) bool) { x.orders = slices.DeleteFunc(x.orders, gone) }

func (x *exchange) live() []VenueOrder {
	var list []VenueOrder
	for _, v := range x.orders {
		if v.Live() {
			list = append(list, *v)
		}
	}
	return list
}

func (x *exchange) find(id VenueOrderID) *VenueOrder {
	for _, v := range x.orders {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (x *exchange) cancel(v *VenueOrder, reason string) {
	v.State, v.CancelReason = "cancelled", reason
	x.tell(v)
}

// move sets the price and fires what it reaches.
func (x *exchange) move(price Dec) {
	x.price = price
	for _, v := range slices.Clone(x.orders) {
		if !v.Live() || v.Secondary || x.size.IsZero() {
			continue
		}
		up := v.Side == Buy
		switch {
		case v.Type == "stop_market" && (up && v.TriggerPrice.Cmp(price) <= 0 || !up && price.Cmp(v.TriggerPrice) <= 0):
			v.State = "triggered"
			x.tell(v)
			child := x.add(VenueOrder{ID: x.id("m"), Label: v.Label, Instrument: v.Instrument, Side: v.Side, Type: "market", State: "open",
				Amount: MinDec(v.Amount, x.size.Abs()), ReduceOnly: true, TriggeredBy: v.ID})
			x.take(child, price)
			x.closePair(v)
		case v.Type == "limit" && (up && price.Cmp(v.Price) <= 0 || !up && v.Price.Cmp(price) <= 0):
			v.Amount = MinDec(v.Amount, x.size.Abs())
			x.take(v, v.Price)
			x.closePair(v)
		}
	}
}

func (x *exchange) closePair(v *VenueOrder) {
	for _, o := range x.orders {
		if o.OCORef != "" && o.OCORef == v.OCORef && o.ID != v.ID && o.Live() {
			x.cancel(o, "oco_other_closed")
		}
	}
}

func (x *exchange) single(o Order) (VenueOrder, []Fill, *Failure) {
	if x.refuse != nil && strings.Contains(*x.refuse, string(o.Role)) {
		return VenueOrder{}, nil, &Failure{Reason: "refused"}
	}
	if o.ReduceOnly && x.size.Mul(sign(o.Side)).Sign() >= 0 {
		return VenueOrder{}, nil, &Failure{Reason: "reduce_direction"}
	}
	x.accepted[o.Label]++
	v := VenueOrder{ID: x.id("x"), Label: o.Label, Instrument: o.Instrument, Side: o.Side, Type: string(o.Type), State: "open",
		Amount: o.Amount, Price: o.Price, TriggerPrice: o.TriggerPrice, ReduceOnly: o.ReduceOnly}
	if o.Type == StopMarketOrder {
		v.State = "untriggered"
	}
	placed := x.add(v)
	if o.Type != MarketOrder {
		return *placed, nil, nil
	}
	if o.ReduceOnly {
		placed.Amount = MinDec(placed.Amount, x.size.Abs())
	}
	fills := x.take(placed, x.price)
	return *placed, fills, nil
}

func (x *exchange) byLabel(label string) []VenueOrder {
	var list []VenueOrder
	for _, v := range x.orders {
		if v.Label == label {
			list = append(list, *v)
		}
	}
	return list
}

func (x *exchange) after(c Cursor) []Fill {
	var list []Fill
	for _, f := range x.fills {
		if f.Seq > c.Seq && (c.Seq > 0 || !f.Time.Before(c.Time)) {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b Fill) int { return cmp.Compare(a.Seq, b.Seq) })
	return list
}

// desk joins an account, a ledger and an exchange.
type desk struct {
	*Account
	x      *exchange
	ledger ledger
	ended  []EntryEnd
	asked  int
	// swallow makes the answer to the next send unknown; lost sends never reach the exchange.
	swallow, lost bool
	dead          bool // the server was killed: what it wanted is not done any more
}

// ledger stores changes as the database would.
type ledger struct {
	orders    map[OrderID]Order
	trades    map[TradeID]Trade
	fills     map[VenueTradeID]Fill
	cursors   map[Instrument]Cursor
	counters  map[StrategyID]Counters
	days      map[Currency]Day
	repairs   map[string]Repair
	risk      Risk
	closing   []StrategyID
	decisions int
}

func (l *ledger) commit(c Change) {
	if l.orders == nil {
		*l = ledger{map[OrderID]Order{}, map[TradeID]Trade{}, map[VenueTradeID]Fill{}, map[Instrument]Cursor{}, map[StrategyID]Counters{}, map[Currency]Day{}, map[string]Repair{}, Risk{}, nil, 0}
	}
	for _, o := range c.Orders {
		if before, ok := l.orders[o.ID]; ok && before.State != o.State && !CanAdvance(before.State, o.State) {
			panic(fmt.Sprintf("%s %s moved from %s to %s", o.Role, o.ID, before.State, o.State))
		}
		l.orders[o.ID] = o
	}
	for _, t := range c.Trades {
		l.trades[t.ID] = t
	}
	for _, f := range c.Fills {
		if _, twice := l.fills[f.ID]; twice {
			panic("fill " + string(f.ID) + " was applied twice")
		}
		l.fills[f.ID] = f
	}
	for i, cursor := range c.Cursors {
		l.cursors[i] = cursor
	}
	for s, counters := range c.Counters {
		l.counters[s] = counters
	}
	for currency, day := range c.Days {
		l.days[currency] = day
	}
	for _, r := range c.Repairs {
		l.repairs[r.ID] = r
	}
	l.decisions += len(c.Decisions)
}

func (l *ledger) record() AccountRecord {
	r := AccountRecord{Cursors: l.cursors, Counters: l.counters, Days: l.days, Risk: l.risk, Closing: l.closing}
	open := map[IntentID]bool{}
	for _, id := range sortedKeys(l.trades) {
		t := l.trades[id]
		open[t.Intent] = t.Status == TradeOpen
		if open[t.Intent] || !t.Funded {
			r.Trades = append(r.Trades, t)
		}
	}
	for _, id := range sortedKeys(l.orders) {
		if o := l.orders[id]; o.Role == Entry {
			r.Entries = append(r.Entries, EntryMade{o.Strategy, o.CreatedAt})
		}
		if o := l.orders[id]; !o.State.Terminal() || open[o.Intent] {
			r.Orders = append(r.Orders, o)
		}
	}
	for _, id := range sortedKeys(l.fills) {
		r.Fills = append(r.Fills, l.fills[id])
	}
	return r
}

func newDesk(price int64) *desk {
	d := &desk{x: newExchange(price)}
	d.ledger.commit(Change{})
	d.restart()
	return d
}

// restart is what a killed server does: everything from the ledger and the exchange.
func (d *desk) restart() {
	d.x.events, d.dead = nil, false
	d.Account = NewAccount(testAccount, testOrigin, d.ledger.record())
	d.SetSpecs([]Spec{testSpec})
	d.Online(true)
	d.Judge(Gate{Owner: true, Key: true, Up: true, Compared: true, Clock: Clock{Measured: d.x.now}})
	d.reconcile()
}

func (d *desk) reconcile() {
	s := Snapshot{Asked: d.x.now, Orders: d.x.live(), Fills: map[Instrument][]Fill{},
		Balances: []Balance{{Currency: "USDC", Balance: NewDec(10000), Equity: NewDec(10000), Available: NewDec(10000)}}}
	if !d.x.size.IsZero() {
		s.Positions = []VenuePosition{d.x.position()}
	}
	for _, i := range d.Instruments() {
		s.Fills[i] = d.x.after(d.Cursor(i))
	}
	d.do(d.Reconcile(s, d.x.now))
}

// do stores an outcome and carries it out.
func (d *desk) do(out Outcome) {
	d.ledger.commit(out.Change)
	d.ended = append(d.ended, out.Ended...)
	for _, e := range out.Effects {
		if !d.dead {
			d.carryOut(e)
		}
	}
}

func (d *desk) carryOut(e Effect) {
	now := d.x.now
	switch e := e.(type) {
	case SendBracket:
		if d.lost {
			d.lost = false
			d.do(d.OnSendFailed(e.Order, Failure{Unknown: true, Reason: "no answer"}, now))
			return
		}
		entry, legs, fills := d.x.bracket(e.Bracket)
		if d.swallow {
			d.swallow = false
			d.do(d.OnSendFailed(e.Order, Failure{Unknown: true, Reason: "no answer"}, now))
			return
		}
		d.do(d.OnPlaced(e.Order, entry, legs, fills, now))
	case SendOrder:
		v, fills, failure := d.x.single(e.Order)
		if failure != nil {
			d.do(d.OnSendFailed(e.Order.ID, *failure, now))
			return
		}
		d.do(d.OnPlaced(e.Order.ID, v, nil, fills, now))
	case AmendOrder:
		v := d.x.find(e.Order)
		if v == nil || !v.Live() {
			d.do(d.OnAmendFailed(e.Order, Failure{Gone: true}, now))
			return
		}
		v.Amount, v.Price, v.TriggerPrice = e.Amount, orElse(e.Price, v.Price), orElse(e.TriggerPrice, v.TriggerPrice)
		d.x.tell(v)
		d.do(d.OnAmended(*v, now))
	case CancelOrder:
		v := d.x.find(e.Order)
		if v == nil || !v.Live() {
			d.do(d.OnCancelFailed(e.Order, Failure{Gone: true}, now))
			return
		}
		d.x.cancel(v, "user_request")
		d.x.closePair(v)
		d.do(d.OnOrder(*v, now))
	case AskLabel:
		d.asked++
		d.do(d.OnLabel(e.Label, d.x.byLabel(e.Label), now, now))
	case AskFills:
		d.do(d.OnFills(e.Instrument, d.x.after(e.After), now, now))
	case AskFunding:
		d.do(d.OnFunding(e.Trade, MustDec("-0.01"), now))
	}
}

func orElse(a, b Dec) Dec {
	if a.IsZero() {
		return b
	}
	return a
}

// hear delivers what the exchange has told.
func (d *desk) hear() {
	for len(d.x.events) > 0 {
		e := d.x.events[0]
		d.x.events = d.x.events[1:]
		d.hearOne(e)
	}
}

func (d *desk) hearOne(e any) {
	switch e := e.(type) {
	case VenueOrder:
		d.do(d.OnOrder(e, d.x.now))
	case Fill:
		d.do(d.OnFill(e, d.x.now))
	case VenuePosition:
		d.do(d.OnPosition(e, d.x.now))
	}
}

// wait lets time pass in small steps, as the connection's tick does.
func (d *desk) wait(t time.Duration) {
	for ; t > 0; t -= 250 * time.Millisecond {
		d.x.now = d.x.now.Add(250 * time.Millisecond)
		d.hear()
		d.do(d.Tick(d.x.now))
	}
	d.hear()
}

const testStrategy = StrategyID("u1:Fast Test:BTC_USDC-PERPETUAL:deribit:paper")

// command asks for an entry with levels of 1 percent.
func (d *desk) command(n int, side Side) EnterCommand {
	levels := func(at Dec) Levels {
		off := at.Percent(NewDec(1)).NearestTo(testSpec.TickSize)
		if side == Buy {
			return Levels{Stop: at.Sub(off), Target: at.Add(off)}
		}
		return Levels{Stop: at.Add(off), Target: at.Sub(off)}
	}
	l := levels(d.x.price)
	return EnterCommand{
		Intent: IntentID(fmt.Sprintf("%032x", n)), Strategy: testStrategy, StrategyName: "Fast Test", ConfigVersion: 1,
		Instrument: testMarket.Instrument, Side: side, Amount: MustDec("0.01"), Stop: l.Stop, Target: l.Target, Spec: testSpec,
		Ticker: Ticker{Instrument: testMarket.Instrument, Time: d.x.now, Bid: d.x.price, Ask: d.x.price, Mark: d.x.price}, Levels: levels,
		Decision: Decision{ID: fmt.Sprint("d", n), Time: d.x.now, Side: side, Outcome: "taken"},
	}
}

// enter takes an entry through commit and send.
func (d *desk) enter(n int, side Side) error {
	cmd := d.command(n, side)
	out, err := d.Enter(cmd, d.x.now)
	if err != nil {
		return err
	}
	d.do(out)
	d.do(d.Release(cmd.Intent, d.x.now))
	return nil
}
