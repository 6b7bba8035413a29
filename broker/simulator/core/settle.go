package core

import "github.com/tradebaas/tradebaas/trade"

// settlementSecond is when the day's profit becomes cash: 08:00 UTC.
const settlementSecond = 8 * 3600

// settlementsMax is how many settlements a market remembers.
const settlementsMax = 800

// Settlement is a market's daily settlement or its delivery, summed over the accounts.
type Settlement struct {
	Time       int64
	Delivery   bool      `json:",omitempty"`
	Price      trade.Dec // mean index of the half hour before
	Mark       int64
	Index      int64
	Position   int64     // all long positions, in contracts
	Funding    trade.Dec // of the session
	ProfitLoss trade.Dec // that became cash with this settlement
	Session    trade.Dec // the whole session's profit, without funding
}

// settle pays every session's profit and funding into cash and starts the next session.
func (x *Exchange) settle() {
	for _, m := range x.running {
		if m.State == BookHalted {
			continue
		}
		x.settleMarket(m, false)
		x.cancelIn(m, func(o *Order) bool { return o.TIF == GoodTilDay })
		x.emit(Event{Kind: InstrumentChanged, Market: m.id, State: InstrumentSettled})
		if x.Pause > 0 && m.open() {
			x.become(m, BookSettlement)
			m.Resume = x.Second + x.Pause
		}
	}
}

// settleMarket settles every position of a market, or delivers and so closes them.
func (x *Exchange) settleMarket(m *Market, delivery bool) {
	m.Settled = m.settlementPrice(x.Second)
	sum := Settlement{Time: x.Now, Delivery: delivery, Price: m.Settled, Mark: m.Tick.Mark, Index: m.Tick.Index, Position: x.OpenInterest(m)}
	for _, a := range x.Accounts {
		if m.id < len(a.Positions) {
			x.settlePosition(a, m, a.Positions[m.id], &sum)
		}
		a.guard = guard{}
	}
	if m.Settlements = append(m.Settlements, sum); len(m.Settlements) > settlementsMax {
		m.Settlements = append(m.Settlements[:0:0], m.Settlements[settlementsMax/2:]...)
	}
}

func (x *Exchange) settlePosition(a *Account, m *Market, p *Position, sum *Settlement) {
	if p.idle() {
		return
	}
	i := m.Instrument
	p.accrue(i, m.Funding)
	row := LogRow{Type: "settlement", Currency: i.Settlement, Market: m.id, Price: m.Settled, Position: p.Size,
		Interest: p.book(), Mark: m.Tick.Mark, Index: m.Tick.Index}
	before := p.Realized
	if sum.Delivery {
		row.deliver(p, i, m.Settled)
	} else {
		row.ProfitLoss = p.settle(i, m.Settled)
	}
	row.CashFlow, row.Change = p.Realized, p.Realized.Add(p.Funding)
	sum.ProfitLoss, sum.Session = sum.ProfitLoss.Add(p.Realized).Sub(before), sum.Session.Add(p.Realized)
	sum.Funding = sum.Funding.Add(p.Funding)
	p.Realized, p.Funding = trade.Zero, trade.Zero
	w := a.wallet(i.Settlement)
	w.Balance = w.Balance.Add(row.Change)
	x.log(a, row)
	x.emit(Event{Kind: PositionChanged, Account: a.ID, Market: m.id})
	x.emit(Event{Kind: BalanceChanged, Account: a.ID, Market: m.id})
}

// deliver closes a position at the delivery price. It is no trade: no fee, and nobody's other side.
func (r *LogRow) deliver(p *Position, i *Instrument, price trade.Dec) {
	r.Type, r.Amount, r.Position = "delivery", abs(p.Size), 0
	if p.Size != 0 {
		r.Side = logSide(-p.Size, p.Size)
		r.ProfitLoss, _ = p.fill(i, -p.Size, price)
	}
}

// expire delivers the futures whose time has come, and lists those that follow them.
func (x *Exchange) expire() {
	for _, m := range append([]*Market(nil), x.running...) {
		if e := m.Instrument.Expiry; e != 0 && x.Now >= e {
			x.become(m, BookDelivered)
			x.settleMarket(m, true)
			x.running = without(x.running, m)
			x.listFutures()
		}
	}
}

func without(markets []*Market, gone *Market) (rest []*Market) {
	for _, m := range markets {
		if m != gone {
			rest = append(rest, m)
		}
	}
	return rest
}

// SetPause makes each settlement take so many seconds (0 to 600), in which books are shut.
type SetPause struct{ Seconds int64 }

func (x *Exchange) setPause(c *SetPause) (Result, *Error) {
	if c.Seconds < 0 || c.Seconds > 600 {
		return Result{}, Invalid("seconds", "must be between 0 and 600")
	}
	x.Pause = c.Seconds
	return Result{}, nil
}

// resume opens the books whose pause is over.
func (x *Exchange) resume() {
	for _, m := range x.running {
		if m.Resume != 0 && x.Second >= m.Resume {
			x.become(m, BookOpen)
		}
	}
}
