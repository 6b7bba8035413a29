package actors

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// accountFake is one account at an exchange with one price and endless depth. It survives the
// sessions that speak to it, so that a connection can be killed and started again.
type accountFake struct {
	mu     sync.Mutex
	log    []string // commits and sends, in the order in which they happened
	price  trade.Dec
	orders []*trade.VenueOrder
	fills  []trade.Fill
	size   trade.Dec
	ids    int

	sink     func(broker.SessionEvent)
	up       bool
	refused  error         // the key is
	swallow  bool          // act, but do not answer and tell nothing
	lose     bool          // neither act nor answer
	deaf     bool          // tell nothing
	noStops  bool          // refuse single stops
	skew     time.Duration // exchange time minus ours
	no       *broker.Error // the answer to entries, when it is there
	hold     chan struct{} // questions wait for it when it is there
	sessions int
}

func newAccountFake() *accountFake { return &accountFake{price: trade.NewDec(50000)} }

func (x *accountFake) note(what string) { x.log = append(x.log, what) }

func (x *accountFake) logged() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.log)
}

func (x *accountFake) change(f func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f()
}

// login brings the newest session up, or refuses its key.
func (x *accountFake) login() {
	x.mu.Lock()
	sink, refused := x.sink, x.refused
	x.up = refused == nil
	x.mu.Unlock()
	if refused != nil {
		sink(broker.KeyRefused{Err: refused})
		return
	}
	sink(broker.SessionUp{Grant: trade.Grant{ExchangeAccount: "77", CanTrade: true}})
}

// lost breaks the link.
func (x *accountFake) lost() {
	x.mu.Lock()
	x.up = false
	sink := x.sink
	x.mu.Unlock()
	sink(broker.SessionDown{Next: time.Now().Add(time.Second)})
}

func (x *accountFake) tell(e broker.SessionEvent) {
	if x.up && !x.deaf && !x.swallow {
		x.sink(e)
	}
}

func (x *accountFake) add(v trade.VenueOrder) *trade.VenueOrder {
	x.ids++
	v.ID = trade.VenueOrderID(fmt.Sprintf("%s-%d", v.Type, x.ids))
	if v.Secondary {
		v.ID = trade.VenueOrderID(fmt.Sprintf("OTO-%d", x.ids))
	}
	v.Time = time.Now()
	x.orders = append(x.orders, &v)
	x.tell(broker.OrderChanged{Order: v})
	return &v
}

func (x *accountFake) take(v *trade.VenueOrder, price trade.Dec) []trade.Fill {
	f := trade.Fill{ID: trade.VenueTradeID(fmt.Sprint("f", len(x.fills)+1)), Seq: int64(len(x.fills) + 1), Order: v.ID, Label: v.Label,
		Instrument: v.Instrument, Side: v.Side, Price: price, Amount: v.Amount, Fee: trade.MustDec("0.1"), FeeCurrency: "USDC", Time: time.Now()}
	if v.ReduceOnly {
		f.ProfitLoss = trade.MustDec("1")
	}
	change := v.Amount
	if v.Side == trade.Sell {
		change = change.Neg()
	}
	x.size = x.size.Add(change)
	v.State, v.Filled, v.AveragePrice = "filled", v.Amount, price
	x.fills = append(x.fills, f)
	x.tell(broker.Filled{Fill: f})
	x.tell(broker.OrderChanged{Order: *v})
	x.tell(broker.PositionChanged{Position: x.position()})
	return []trade.Fill{f}
}

func (x *accountFake) position() trade.VenuePosition {
	return trade.VenuePosition{Instrument: btcPaper.Instrument, Size: x.size, AveragePrice: x.price, MarkPrice: x.price}
}

// live lists the orders that stand, without those that wait for an entry.
func (x *accountFake) live() []trade.VenueOrder {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.standing()
}

func (x *accountFake) standing() (list []trade.VenueOrder) {
	for _, v := range x.orders {
		if v.Live() {
			list = append(list, *v)
		}
	}
	return list
}

func (x *accountFake) held() trade.Dec {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.size
}

// hit fills the live leg of a role at its own price, as the market would.
func (x *accountFake) hit(kind string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, v := range x.orders {
		if v.Live() && v.Type == kind {
			price := v.Price
			if kind == "stop_market" {
				price = v.TriggerPrice
			}
			x.take(v, price)
			x.closePair(v)
			return
		}
	}
}

// remove cancels the live leg of a role by hand.
func (x *accountFake) remove(kind string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, v := range x.orders {
		if v.Live() && v.Type == kind {
			v.State, v.CancelReason = "cancelled", "user_request"
			x.tell(broker.OrderChanged{Order: *v})
			return
		}
	}
}

func (x *accountFake) closePair(v *trade.VenueOrder) {
	for _, o := range x.orders {
		if o.Live() && o.OCORef != "" && o.OCORef == v.OCORef && o != v {
			o.State, o.CancelReason = "cancelled", "oco_other_closed"
			x.tell(broker.OrderChanged{Order: *o})
		}
	}
}

// ---- the port ----

// delivered is a contract that the exchange does not know any more.
const delivered trade.Instrument = "BTC-27MAR26"

// sessionFake is one session with an accountFake.
type sessionFake struct{ x *accountFake }

var (
	errNoAnswer = &broker.Error{Outcome: broker.Unknown, Reason: "no answer"}
	errOffline  = &broker.Error{Outcome: broker.NotSent, Reason: "offline"}
)

func (s sessionFake) ready(ctx context.Context) error {
	s.x.mu.Lock()
	hold, up := s.x.hold, s.x.up
	s.x.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return errNoAnswer
		}
	}
	if !up {
		return errOffline
	}
	return nil
}

func (s sessionFake) PlaceBracket(ctx context.Context, b trade.Bracket) (broker.Placed, error) {
	if err := s.ready(ctx); err != nil {
		return broker.Placed{}, err
	}
	x := s.x
	x.mu.Lock()
	defer x.mu.Unlock()
	x.note("send entry")
	if x.lose {
		return broker.Placed{}, errNoAnswer
	}
	if x.no != nil {
		return broker.Placed{}, x.no
	}
	entry := x.add(trade.VenueOrder{Label: b.EntryLabel, Instrument: b.Instrument, Side: b.Side, Type: "market", State: "open", Amount: b.Amount})
	leg := trade.VenueOrder{Instrument: b.Instrument, Side: b.Side.Opposite(), Amount: b.Amount, ReduceOnly: true, OCORef: fmt.Sprint("oco", x.ids)}
	fills := x.take(entry, x.price)
	stop, target := leg, leg
	stop.Label, stop.Type, stop.State, stop.TriggerPrice = b.StopLabel, "stop_market", "untriggered", b.Stop
	target.Label, target.Type, target.State, target.Price = b.TargetLabel, "limit", "open", b.Target
	x.add(stop)
	x.add(target)
	if x.swallow {
		x.swallow = false
		return broker.Placed{}, errNoAnswer
	}
	return broker.Placed{Order: *entry, Legs: []trade.VenueOrderID{"OTO-a", "OTO-b"}, Fills: fills}, nil
}

func (s sessionFake) Place(ctx context.Context, o trade.Order) (broker.Placed, error) {
	if err := s.ready(ctx); err != nil {
		return broker.Placed{}, err
	}
	x := s.x
	x.mu.Lock()
	defer x.mu.Unlock()
	x.note("send " + string(o.Role))
	if x.noStops && o.Role == trade.Stop {
		return broker.Placed{}, &broker.Error{Outcome: broker.Refused, Reason: "trigger_price_too_high"}
	}
	v := trade.VenueOrder{Label: o.Label, Instrument: o.Instrument, Side: o.Side, Type: string(o.Type), State: "open", Amount: o.Amount,
		Price: o.Price, TriggerPrice: o.TriggerPrice, ReduceOnly: o.ReduceOnly}
	if o.Type == trade.StopMarketOrder {
		v.State = "untriggered"
	}
	placed := x.add(v)
	if o.Type != trade.MarketOrder {
		return broker.Placed{Order: *placed}, nil
	}
	fills := x.take(placed, x.price)
	return broker.Placed{Order: *placed, Fills: fills}, nil
}

func (s sessionFake) with(id trade.VenueOrderID, f func(*trade.VenueOrder)) (trade.VenueOrder, error) {
	s.x.mu.Lock()
	defer s.x.mu.Unlock()
	for _, v := range s.x.orders {
		if v.ID == id {
			f(v)
			return *v, nil
		}
	}
	return trade.VenueOrder{}, &broker.Error{Outcome: broker.Refused, Gone: true, Reason: "order_not_found"}
}

func (s sessionFake) Amend(_ context.Context, a broker.Amendment) (trade.VenueOrder, error) {
	return s.with(a.Order, func(v *trade.VenueOrder) {
		s.x.note("amend " + v.Type)
		v.Amount = a.Amount
		if !a.Price.IsZero() {
			v.Price = a.Price
		}
		if !a.TriggerPrice.IsZero() {
			v.TriggerPrice = a.TriggerPrice
		}
	})
}

func (s sessionFake) Cancel(_ context.Context, id trade.VenueOrderID) (trade.VenueOrder, error) {
	return s.with(id, func(v *trade.VenueOrder) {
		s.x.note("cancel " + v.Type)
		v.State, v.CancelReason = "cancelled", "user_request"
		s.x.closePair(v)
	})
}

func (s sessionFake) Order(_ context.Context, id trade.VenueOrderID) (trade.VenueOrder, error) {
	return s.with(id, func(*trade.VenueOrder) {})
}

func (s sessionFake) OrdersByLabel(ctx context.Context, _ trade.Currency, label string) (list []trade.VenueOrder, err error) {
	err = s.ready(ctx)
	s.x.mu.Lock()
	defer s.x.mu.Unlock()
	s.x.note("ask label")
	for _, v := range s.x.orders {
		if v.Label == label {
			list = append(list, *v)
		}
	}
	return list, err
}

func (s sessionFake) OpenOrders(ctx context.Context) ([]trade.VenueOrder, error) {
	return s.x.live(), s.ready(ctx)
}

func (s sessionFake) Positions(ctx context.Context) ([]trade.VenuePosition, error) {
	err := s.ready(ctx)
	s.x.mu.Lock()
	defer s.x.mu.Unlock()
	if s.x.size.IsZero() {
		return nil, err
	}
	return []trade.VenuePosition{s.x.position()}, err
}

func (s sessionFake) Balances(ctx context.Context) ([]trade.Balance, error) {
	ten := trade.NewDec(10000)
	return []trade.Balance{{Currency: "USDC", Balance: ten, Equity: ten, Available: ten}}, s.ready(ctx)
}

func (s sessionFake) Fills(ctx context.Context, i trade.Instrument, after int64, since time.Time) (list []trade.Fill, err error) {
	if i == delivered {
		return nil, &broker.Error{Outcome: broker.Refused, Code: 10020, Reason: "invalid_instrument"}
	}
	err = s.ready(ctx)
	s.x.mu.Lock()
	defer s.x.mu.Unlock()
	for _, f := range s.x.fills {
		if f.Seq > after && (after > 0 || !f.Time.Before(since)) {
			list = append(list, f)
		}
	}
	return list, err
}

func (s sessionFake) Funding(context.Context, trade.Spec, time.Time, time.Time) (trade.Dec, error) {
	return trade.Zero, nil
}

func (s sessionFake) Delivery(context.Context, trade.Spec, time.Time, time.Time) (trade.Delivery, error) {
	return trade.Delivery{}, nil
}

func (s sessionFake) Now() time.Time { return time.Now().Add(s.Clock().Offset) }

func (s sessionFake) Clock() (c trade.Clock) {
	s.x.change(func() { c = trade.Clock{Offset: s.x.skew, Measured: time.Now()} })
	return c
}

func (s sessionFake) Close() { s.x.change(func() { s.x.up = false; s.x.sessions-- }) }

// ---- a database that keeps accounts ----

// ledgerFake stores one account; a test may hold it or switch it off.
type ledgerFake struct {
	*storageFake
	x        *accountFake
	hold     chan struct{} // commits wait for it when it is there
	fenced   bool
	refuse   func(trade.Change) bool // for good
	foreign  bool                    // the exchange account belongs to somebody else
	orders   map[trade.OrderID]trade.Order
	rounds   map[trade.TradeID]trade.Trade
	fills    map[trade.VenueTradeID]trade.Fill
	counters map[trade.StrategyID]trade.Counters
	cursors  map[trade.Instrument]trade.Cursor
	repairs  []trade.Repair
	decided  []trade.Decision
	equity   int
	risk     trade.Risk
}

func newLedgerFake(x *accountFake) *ledgerFake {
	return &ledgerFake{storageFake: newStorageFake(), x: x, orders: map[trade.OrderID]trade.Order{}, rounds: map[trade.TradeID]trade.Trade{},
		fills: map[trade.VenueTradeID]trade.Fill{}, counters: map[trade.StrategyID]trade.Counters{}, cursors: map[trade.Instrument]trade.Cursor{}}
}

func (l *ledgerFake) Commit(ctx context.Context, _ trade.AccountID, c trade.Change) error {
	l.mu.Lock()
	hold := l.hold
	l.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	leave, err := l.enter()
	defer leave()
	if err != nil {
		return err
	}
	if l.fenced && c.HasEntry() {
		return trade.ErrFenced
	}
	if l.refuse != nil && l.refuse(c) {
		return trade.ErrUnstorable
	}
	if c.HasEntry() {
		l.x.change(func() { l.x.note("commit entry") })
	}
	for _, o := range c.Orders {
		l.orders[o.ID] = o
		if o.Role == trade.Exit && o.State == trade.OrderSent {
			l.x.change(func() { l.x.note("commit exit") })
		}
	}
	for _, t := range c.Trades {
		l.rounds[t.ID] = t
	}
	for _, f := range c.Fills {
		l.fills[f.ID] = f
	}
	for s, k := range c.Counters {
		l.counters[s] = k
	}
	for i, k := range c.Cursors {
		l.cursors[i] = k
	}
	l.repairs = append(l.repairs, c.Repairs...)
	l.decided = append(l.decided, c.Decisions...)
	return nil
}

func (l *ledgerFake) LoadAccount(context.Context, trade.AccountID) (trade.AccountRecord, error) {
	leave, err := l.enter()
	defer leave()
	r := trade.AccountRecord{Risk: l.risk, Cursors: map[trade.Instrument]trade.Cursor{}, Counters: map[trade.StrategyID]trade.Counters{}}
	open := map[trade.IntentID]bool{}
	for _, t := range l.rounds {
		if t.Status == trade.TradeOpen {
			open[t.Intent] = true
			r.Trades = append(r.Trades, t)
		}
	}
	for _, o := range l.orders {
		if !o.State.Terminal() || open[o.Intent] {
			r.Orders = append(r.Orders, o)
		}
	}
	for _, f := range l.fills {
		r.Fills = append(r.Fills, f)
	}
	for i, c := range l.cursors {
		r.Cursors[i] = c
	}
	for s, c := range l.counters {
		r.Counters[s] = c
	}
	return r, err
}

func (l *ledgerFake) AccountRisk(context.Context, trade.AccountID) (trade.Risk, error) {
	leave, err := l.enter()
	defer leave()
	return l.risk, err
}

func (l *ledgerFake) AddEquity(context.Context, trade.AccountID, time.Time, []trade.Balance) error {
	leave, err := l.enter()
	defer leave()
	l.equity++
	return err
}

func (l *ledgerFake) NoteConnection(_ context.Context, _ trade.AccountID, up bool, _, _ string) error {
	leave, err := l.enter()
	defer leave()
	if l.foreign && up {
		return trade.ErrAccountInUse
	}
	return err
}

func (l *ledgerFake) NoteKey(context.Context, trade.AccountID, trade.Grant) error { return nil }

func (l *ledgerFake) BeatInstance(context.Context, trade.UserID, trade.StrategyID, time.Time) error {
	return nil
}

func (l *ledgerFake) Owner() bool          { return true }
func (l *ledgerFake) Installation() string { return "home" }
func (l *ledgerFake) Epoch() int64         { return 3 }

// trades lists what is stored, in no order.
func (l *ledgerFake) trades() (list []trade.Trade) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.rounds {
		list = append(list, t)
	}
	return list
}

func (l *ledgerFake) repaired() (kinds []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.repairs {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

func (l *ledgerFake) unfinished() (list []trade.Order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.orders {
		if !o.State.Terminal() {
			list = append(list, o)
		}
	}
	return list
}

// sessionVenue is a venue whose sessions speak to an accountFake.
type sessionVenue struct {
	*venueFake
	x *accountFake
}

func (v sessionVenue) OpenSession(_ trade.Key, sink func(broker.SessionEvent)) broker.Session {
	v.x.change(func() { v.x.sink = sink; v.x.sessions++ })
	return sessionFake{v.x}
}
