package core

import "github.com/tradebaas/tradebaas/trade"

// requirement is what an account must hold in one market.
type requirement struct {
	initial, maintenance, orders trade.Dec
}

// require computes the margins of a market with so many more contracts bid and offered.
func (x *Exchange) require(a *Account, m *Market, bid, offered int64) (r requirement) {
	size := a.held(m.id).Size
	for _, o := range a.Orders {
		if o.Market != m.id || o.State != Open || o.ReduceOnly {
			continue
		}
		if o.Side > 0 {
			bid += o.Remaining()
		} else {
			offered += o.Remaining()
		}
	}
	i, price := m.Instrument, m.IndexPrice()
	position, maintenance := i.Margins(i.Amount(abs(size)), price)
	worst := max(abs(size), abs(size+bid), abs(size-offered))
	r.initial, r.maintenance = position, maintenance
	if worst > abs(size) {
		r.initial, _ = i.Margins(i.Amount(worst), price)
	}
	r.orders = r.initial.Sub(position)
	return r
}

// affordable checks that the account can carry n more contracts of an order. What lowers the
// requirement is always allowed.
func (x *Exchange) affordable(a *Account, m *Market, o *Order, n int64) *Error {
	if o.ReduceOnly || n <= 0 {
		return nil
	}
	bid, offered := n, int64(0)
	if o.Side < 0 {
		bid, offered = 0, n
	}
	before, after := x.require(a, m, 0, 0), x.require(a, m, bid, offered)
	if after.initial.Cmp(before.initial) <= 0 {
		return nil
	}
	i := m.Instrument
	fee := i.Value(i.Amount(n), m.MarkPrice()).Mul(i.TakerFee)
	need := after.initial.Sub(before.initial).Add(fee)
	if x.Available(a, i.Settlement).Less(need) {
		return ErrNotEnoughFunds
	}
	return nil
}

// OrderMargin is the initial margin that a live order needs by itself: nothing when it only
// reduces, or waits for its trigger.
func (x *Exchange) OrderMargin(o *Order) trade.Dec {
	if o.State != Open || o.ReduceOnly {
		return trade.Zero
	}
	m := x.Markets[o.Market]
	margin, _ := m.Instrument.Margins(m.Instrument.Amount(o.Remaining()), m.IndexPrice())
	return margin
}

// session gives the profit of a currency since the last settlement: realised (funding included),
// and open (funding that is not booked yet included).
func (x *Exchange) session(a *Account, c trade.Currency) (realized, open trade.Dec) {
	for n, p := range a.Positions {
		m := x.Markets[n]
		if m.Instrument.Settlement != c || p.idle() {
			continue
		}
		_, floating := p.floating(m.Instrument, m.MarkPrice())
		realized = realized.Add(p.Realized).Add(p.Funding)
		open = open.Add(floating).Add(cash(x.pending(p, m)))
	}
	return realized, open
}

// pending is the funding of a position that is not booked yet.
func (x *Exchange) pending(p *Position, m *Market) trade.Dec {
	if p.Size == 0 || m.Funding.Equal(p.FundingMark) {
		return p.Pending
	}
	return p.Pending.Sub(m.Funding.Sub(p.FundingMark).Mul(m.Instrument.Amount(p.Size)))
}

// equity is cash and the profit of this session.
func (x *Exchange) equity(a *Account, c trade.Currency) trade.Dec {
	realized, open := x.session(a, c)
	return a.cash(c).Balance.Add(realized).Add(open)
}

// margins sums the requirements of a currency.
func (x *Exchange) margins(a *Account, c trade.Currency) (sum requirement) {
	for _, m := range x.running {
		if m.Instrument.Settlement != c {
			continue
		}
		r := x.require(a, m, 0, 0)
		sum.initial, sum.maintenance = sum.initial.Add(r.initial), sum.maintenance.Add(r.maintenance)
		sum.orders = sum.orders.Add(r.orders)
	}
	return sum
}

// Available is what an account can still put up as margin; it may be negative.
func (x *Exchange) Available(a *Account, c trade.Currency) trade.Dec {
	return x.equity(a, c).Sub(x.margins(a, c).initial)
}
