package core

// crosses tells whether an order of a side at a limit trades with a price.
func crosses(side, limit, price int64) bool {
	return (limit-price)*side >= 0
}

// offer is the best that stands against a taker: a user's order, or a synthetic level.
type offer struct {
	price int64
	order *Order // nil: synthetic
	level int
	size  int64
}

// best gives the best offer on a side of the book. At equal prices the synthetic book comes first,
// as the crowd that was there before.
func (m *Market) best(side int64) (offer, bool) {
	i, l, found := m.bestSynthetic(side)
	b := offer{price: l.price, level: i, size: l.amount}
	if q := *m.side(side); len(q) > 0 && (!found || (q[0].Price-l.price)*side > 0) {
		return offer{price: q[0].Price, order: q[0], size: q[0].Remaining()}, true
	}
	return b, found
}

// Best gives the best price and amount on a side (1 bids, -1 asks), every order at that price
// counted; zeros when the side is empty.
func (m *Market) Best(side int64) (price, amount int64) {
	b, ok := m.best(side)
	if !ok {
		return 0, 0
	}
	for _, l := range m.synthetic(side) {
		if l.price == b.price {
			amount += l.amount
		}
	}
	for _, o := range *m.side(side) {
		if o.Price == b.price {
			amount += o.Remaining()
		}
	}
	return b.price, amount
}

// match trades a taker against the book while the book crosses the limit.
func (x *Exchange) match(m *Market, o *Order, limit int64) {
	before := o.Filled
	for o.Alive() && o.takeable() > 0 {
		b, ok := m.best(-o.Side)
		if !ok || !crosses(o.Side, limit, b.price) {
			break
		}
		x.trade(m, o, b)
	}
	if o.Filled > before {
		x.emit(Event{Kind: BookChanged, Market: m.id})
	}
}

func (x *Exchange) trade(m *Market, o *Order, b offer) {
	n := min(o.takeable(), b.size)
	if b.order == nil {
		m.take(-o.Side, b.level, n)
		x.fill(m, o, x.publicTrade(m, o.Side, b.price, n, liquidationMark(o, nil)), false)
		return
	}
	maker := b.order
	if maker.Account == o.Account { // the list of reasons has none for this
		x.finish(maker, Cancelled, ByUser)
		return
	}
	if n = x.reducible(maker, n); n == 0 {
		x.finish(maker, Cancelled, ByReduceOnly)
		return
	}
	t := x.publicTrade(m, o.Side, b.price, n, liquidationMark(o, maker))
	x.fill(m, maker, t, true)
	x.fill(m, o, t, false)
}

func liquidationMark(taker, maker *Order) string {
	mark := ""
	if maker != nil && maker.Liquidation {
		mark = "M"
	}
	if taker != nil && taker.Liquidation {
		mark += "T"
	}
	return mark
}

// sweep fills users' resting orders that the synthetic book has moved to, at their own prices.
func (x *Exchange) sweep(m *Market) {
	for _, side := range [2]int64{1, -1} {
		for {
			q := *m.side(side)
			if len(q) == 0 || !crosses(side, q[0].Price, m.Tick.Price+side*m.Tick.Spread*m.Instrument.step) {
				break
			}
			i, l, ok := m.bestSynthetic(-side)
			if !ok || !crosses(side, q[0].Price, l.price) {
				break
			}
			x.lift(m, q[0], i, l)
			x.follow()
		}
	}
}

func (x *Exchange) lift(m *Market, o *Order, i int, l level) {
	n := x.reducible(o, min(o.Remaining(), l.amount))
	if n == 0 {
		x.finish(o, Cancelled, ByReduceOnly)
		return
	}
	m.take(-o.Side, i, n)
	x.fill(m, o, x.publicTrade(m, -o.Side, o.Price, n, ""), true)
	x.emit(Event{Kind: BookChanged, Market: m.id})
	if o.Alive() {
		x.changed(o)
	}
}

// fill books one execution for one side of it.
func (x *Exchange) fill(m *Market, o *Order, t PublicTrade, maker bool) {
	a, i := x.account(o.Account), m.Instrument
	p := a.position(m.id)
	p.accrue(i, m.Funding)
	interest := p.book()
	was := p.Size
	price, amount := i.Price(t.Price), i.Amount(t.Amount)
	total, session := p.fill(i, o.Side*t.Amount, price)
	value := i.Value(amount, price)
	fee := cash(value.Mul(i.rate(o, maker)))
	w := a.wallet(i.Settlement)
	w.Balance, w.Fees = w.Balance.Sub(fee), w.Fees.Add(fee)
	o.Filled += t.Amount
	o.Cost = o.Cost.Add(value)
	o.Updated = x.Now
	if o.Remaining() == 0 {
		o.State = Filled
	}
	u := Trade{ID: t.ID, Seq: t.Seq, Market: m.id, Time: t.Time, Order: o.ID, OrderType: tradeType(o), Label: o.Label, Side: o.Side,
		Price: t.Price, Amount: t.Amount, Fee: fee, ProfitLoss: total, Maker: maker, Index: t.Index, Mark: t.Mark, Direction: t.Direction,
		ReduceOnly: o.ReduceOnly, PostOnly: o.PostOnly, Reducing: abs(p.Size) < abs(was), Liquidation: o.Liquidation, Liquidated: t.Liquidation, Web: o.Web, State: o.State, Instrument: i}
	a.addTrade(u)
	a.guard = guard{}
	if !x.quiet {
		x.emit(Event{Kind: UserTraded, Account: a.ID, Market: m.id, Trade: &u})
		x.emit(Event{Kind: PositionChanged, Account: a.ID, Market: m.id})
	}
	x.log(a, LogRow{Type: logType(o), Currency: i.Settlement, Market: m.id, Side: logSide(o.Side, was), Amount: t.Amount, Price: price,
		Position: p.Size, Commission: fee, CashFlow: session, Interest: interest, Change: fee.Neg(), Mark: t.Mark, Index: t.Index, TradeID: t.ID, Order: o.ID, Maker: maker})
	x.relieve(o, t.Amount)
	x.todo = append(x.todo, consequence{afterFill, o, t.Amount})
	if o.State == Filled {
		x.finish(o, Filled, "")
	}
	x.todo = append(x.todo, consequence{afterPosition, o, 0})
}

func (a *Account) addTrade(t Trade) {
	a.Trades = append(a.Trades, t)
	if len(a.Trades) > tradesMax {
		a.Trades = append(a.Trades[:0:0], a.Trades[tradesMax/2:]...)
	}
}

func tradeType(o *Order) string {
	switch {
	case o.Liquidation:
		return "liquidation"
	case o.Type == MarketType:
		return MarketType
	}
	return Limit
}

func logType(o *Order) string {
	if o.Liquidation {
		return "liquidation"
	}
	return "trade"
}

// logSide tells whether a fill opened or closed, as the transaction log words it.
func logSide(side, was int64) string {
	verb := "open"
	if was*side < 0 {
		verb = "close"
	}
	if side > 0 {
		return verb + " buy"
	}
	return verb + " sell"
}

// finish ends an order: out of its queue, into the history, and on to what hangs on it.
func (x *Exchange) finish(o *Order, state, reason string) {
	m, a := x.Markets[o.Market], x.account(o.Account)
	m.unrest(o)
	m.unawait(o)
	a.drop(o)
	o.State, o.CancelReason = state, reason
	a.Closed = append(a.Closed, o)
	if len(a.Closed) > closedMax {
		x.forget(a)
	}
	x.changed(o)
	x.emit(Event{Kind: BookChanged, Market: m.id})
	x.todo = append(x.todo, consequence{afterClose, o, 0})
}

func (x *Exchange) forget(a *Account) {
	for _, o := range a.Closed[:closedMax/2] {
		delete(x.orders, o.ID)
	}
	a.Closed = append(a.Closed[:0:0], a.Closed[closedMax/2:]...)
}
