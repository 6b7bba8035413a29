package core

import "github.com/tradebaas/tradebaas/trade"

// MarketOf finds a market by its instrument's name; nil when there is none.
func (x *Exchange) MarketOf(name trade.Instrument) *Market {
	m, err := x.market(name)
	if err != nil {
		return nil
	}
	return m
}

// OrderOf finds an order of an account, live or recent; nil when there is none.
func (x *Exchange) OrderOf(account int64, id string) *Order {
	if o := x.orders[id]; o != nil && o.Account == account {
		return o
	}
	return nil
}

// OpenOrders lists the live orders that pass a filter, oldest first.
func (x *Exchange) OpenOrders(a *Account, f Filter) []*Order { return x.chosen(a.Orders, f) }

// ClosedOrders lists the ended orders that are kept and pass a filter, oldest first.
func (x *Exchange) ClosedOrders(a *Account, f Filter) []*Order { return x.chosen(a.Closed, f) }

func (x *Exchange) chosen(orders []*Order, f Filter) []*Order {
	out := []*Order{}
	for _, o := range orders {
		if x.matches(o, f) {
			out = append(out, o)
		}
	}
	return out
}

func (x *Exchange) tradesSince(o *Order, none []Trade, after int64) []Trade {
	if none == nil {
		return nil
	}
	a := x.account(o.Account)
	first := len(a.Trades)
	for first > 0 && a.Trades[first-1].ID > after {
		first--
	}
	out := []Trade{}
	for _, t := range a.Trades[first:] {
		if t.Order == o.ID {
			out = append(out, t)
		}
	}
	return out
}

// PositionView is a position with everything that prices add to it.
type PositionView struct {
	Market       *Market
	Size         trade.Dec
	Average      trade.Dec
	Floating     trade.Dec // since the session began
	Total        trade.Dec // since the entry
	Realized     trade.Dec // in this session, funding included
	Funding      trade.Dec // in this session, pending included
	Initial      trade.Dec
	Maintenance  trade.Dec
	OrderMargin  trade.Dec
	Coins        trade.Dec // size in the base coin
	Leverage     int64
	Liquidation  trade.Dec // estimated, 0 when none
	SettledPrice trade.Dec
}

// Position gives an account's position in a market.
func (x *Exchange) Position(a *Account, m *Market) PositionView {
	p, i := a.held(m.id), m.Instrument
	total, session := p.floating(i, m.MarkPrice())
	r := x.require(a, m, 0, 0)
	v := PositionView{Market: m, Size: i.Amount(p.Size), Average: averagePrice(i, abs(p.Size), p.Cost).Round(8),
		Floating: session, Total: total, Realized: p.Realized.Add(p.Funding), Funding: p.Funding.Add(cash(x.pending(&p, m))),
		Initial: r.initial.Sub(r.orders), Maintenance: r.maintenance, OrderMargin: r.orders,
		Coins: i.Coins(i.Amount(p.Size), m.MarkPrice()).Round(8), Leverage: i.MaxLeverage, SettledPrice: p.Settled}
	if p.Size != 0 {
		v.Liquidation = x.liquidationPrice(a, m, &p)
	}
	return v
}

// liquidationPrice estimates where equity meets the maintenance margin if only this market moves.
func (x *Exchange) liquidationPrice(a *Account, m *Market, p *Position) trade.Dec {
	i, mark := m.Instrument, m.MarkPrice()
	spare := x.equity(a, i.Settlement).Sub(x.margins(a, i.Settlement).maintenance)
	worth := i.Value(i.Amount(abs(p.Size)), mark)
	move := mark.Mul(spare).Div(worth)
	if i.Inverse && p.Size < 0 && worth.Cmp(spare) <= 0 {
		return trade.Zero
	}
	if i.Inverse {
		// worth in coins grows as the price falls: worth' = worth + spare (long), worth - spare (short)
		return mark.Mul(worth).Div(worth.Add(spare.Mul(trade.NewDec(sign(p.Size))))).Round(4)
	}
	price := mark.Sub(move.Mul(trade.NewDec(sign(p.Size))))
	return trade.MaxDec(price, trade.Zero).Round(4)
}

// Summary is one currency of an account.
type Summary struct {
	Currency    trade.Currency
	Balance     trade.Dec
	Equity      trade.Dec
	Initial     trade.Dec
	Maintenance trade.Dec
	Available   trade.Dec
	Realized    trade.Dec
	Open        trade.Dec
	Fees        trade.Dec
	Delta       trade.Dec // coins of exposure
}

// Summarize gives an account's figures in a currency.
func (x *Exchange) Summarize(a *Account, c trade.Currency) Summary {
	w := a.cash(c)
	realized, open := x.session(a, c)
	equity := w.Balance.Add(realized).Add(open)
	r := x.margins(a, c)
	s := Summary{Currency: c, Balance: w.Balance, Equity: equity, Initial: r.initial, Maintenance: r.maintenance,
		Available: equity.Sub(r.initial), Realized: realized, Open: open, Fees: w.Fees}
	for n, p := range a.Positions {
		m := x.Markets[n]
		if p.Size != 0 && m.Instrument.Settlement == c {
			s.Delta = s.Delta.Add(m.Instrument.Coins(m.Instrument.Amount(p.Size), m.MarkPrice())).Round(8)
		}
	}
	return s
}

// Level is one price of the book.
type Level struct{ Price, Amount int64 }

// Book gives the levels of a side (1 bids, -1 asks), best first, at most depth of them.
func (m *Market) Book(side int64, depth int) []Level {
	sum := []Level{}
	l, q := m.synthetic(side), *m.side(side)
	for (len(l) > 0 || len(q) > 0) && len(sum) <= depth {
		var next Level
		if len(q) == 0 || (len(l) > 0 && (l[0].price-q[0].Price)*side >= 0) {
			next, l = Level{l[0].price, l[0].amount}, l[1:]
		} else {
			next, q = Level{q[0].Price, q[0].Remaining()}, q[1:]
		}
		switch last := len(sum) - 1; {
		case next.Amount <= 0:
		case last >= 0 && sum[last].Price == next.Price:
			sum[last].Amount += next.Amount
		default:
			sum = append(sum, next)
		}
	}
	return sum[:min(depth, len(sum))]
}

// RecentTrades gives the market's public trades, oldest first.
func (m *Market) RecentTrades() []PublicTrade {
	return m.Trades[max(0, len(m.Trades)-recentTrades):]
}

// Source tells where prices come from.
func (x *Exchange) Source() Source { return x.source }

// OpenInterest is the sum of all long positions of a market, in contracts.
func (x *Exchange) OpenInterest(m *Market) (sum int64) {
	for _, a := range x.Accounts {
		if size := a.held(m.id).Size; size > 0 {
			sum += size
		}
	}
	return sum
}
