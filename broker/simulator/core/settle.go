package core

import "github.com/tradebaas/tradebaas/trade"

// settlementSecond is when the day's profit becomes cash: 08:00 UTC.
const settlementSecond = 8 * 3600

// settle pays every session's profit and funding into cash and starts the next session.
func (x *Exchange) settle() {
	for _, m := range x.Markets {
		m.Settled = x.settlementPrice(m)
	}
	for _, a := range x.Accounts {
		for n, p := range a.Positions {
			x.settlePosition(a, x.Markets[n], p)
		}
		a.guard = guard{}
		x.expireDay(a)
	}
}

// settlementPrice is the mean index of the half hour before, one sample a minute.
func (x *Exchange) settlementPrice(m *Market) trade.Dec {
	sum := int64(0)
	for n := int64(0); n < 30; n++ {
		sum += x.source.Tick(m.Instrument, x.Second-60*n).Index
	}
	return Fine(sum / 30)
}

func (x *Exchange) settlePosition(a *Account, m *Market, p *Position) {
	if p.idle() {
		return
	}
	i := m.Instrument
	p.accrue(i, m.Funding)
	interest := p.book()
	_, open := p.floating(i, m.Settled)
	change := p.Realized.Add(p.Funding).Add(open)
	p.SessionCost = i.Value(i.Amount(abs(p.Size)), m.Settled)
	flow := p.Realized.Add(open)
	p.Realized, p.Funding, p.Settled = trade.Zero, trade.Zero, trade.Zero
	if p.Size != 0 {
		p.Settled = m.Settled
	}
	w := a.wallet(i.Settlement)
	w.Balance = w.Balance.Add(change)
	x.log(a, LogRow{Type: "settlement", Currency: i.Settlement, Market: m.id, Price: m.Settled, Position: p.Size,
		CashFlow: flow, Interest: interest, Change: change, Mark: m.Tick.Mark, Index: m.Tick.Index})
	x.emit(Event{Kind: PositionChanged, Account: a.ID, Market: m.id})
	x.emit(Event{Kind: BalanceChanged, Account: a.ID, Market: m.id})
}

func (x *Exchange) expireDay(a *Account) {
	for _, o := range append([]*Order(nil), a.Orders...) {
		if o.TIF == GoodTilDay && o.Alive() {
			x.finish(o, Cancelled, BySettlement)
		}
	}
}
