package core

import "github.com/tradebaas/tradebaas/trade"

// guard remembers that an account was far from liquidation: while no price has moved further than
// half of the distance it need not be looked at again.
type guard struct {
	set   bool
	slack int64   // half of the distance, in millionths of price
	marks []int64 // of every market
}

// liquidate closes positions of accounts whose equity no longer covers the maintenance margin.
func (x *Exchange) liquidate() {
	for _, a := range x.Accounts {
		if !a.exposed() || x.guarded(a) {
			continue
		}
		for _, w := range a.Wallets {
			x.liquidateCurrency(a, w)
		}
		x.setGuard(a)
	}
}

func (a *Account) exposed() bool {
	for _, p := range a.Positions {
		if p.Size != 0 {
			return true
		}
	}
	return false
}

func (x *Exchange) guarded(a *Account) bool {
	if !a.guard.set {
		return false
	}
	for n, m := range x.Markets {
		was := a.guard.marks[n]
		if abs(m.Tick.Mark-was)*1000/max(1, was/1000) > a.guard.slack {
			return false
		}
	}
	return true
}

// setGuard measures how far prices may move: equity above maintenance over the whole exposure.
func (x *Exchange) setGuard(a *Account) {
	g := guard{set: true, slack: 100_000, marks: make([]int64, len(x.Markets))}
	for _, w := range a.Wallets {
		exposure := trade.Zero
		for n, m := range x.Markets {
			g.marks[n] = m.Tick.Mark
			if m.Instrument.Settlement == w.Currency && n < len(a.Positions) && a.Positions[n].Size != 0 {
				exposure = exposure.Add(m.Instrument.Value(m.Instrument.Amount(abs(a.Positions[n].Size)), m.MarkPrice()))
			}
		}
		if exposure.IsZero() {
			continue
		}
		spare := x.equity(a, w.Currency).Sub(x.margins(a, w.Currency).maintenance)
		n, _ := units(trade.MinDec(spare.Div(exposure), one).Mul(trade.NewDec(400_000)).FloorTo(one), one)
		g.slack = min(g.slack, max(0, n))
	}
	a.guard = g
}

// roundsMax bounds one second's liquidation of one account; a quarter goes in each round.
const roundsMax = 60

func (x *Exchange) liquidateCurrency(a *Account, w *Wallet) {
	for round := 0; round < roundsMax && x.equity(a, w.Currency).Less(x.margins(a, w.Currency).maintenance); round++ {
		x.cancelFor(a, w.Currency)
		if !x.closePart(a, w.Currency) {
			break
		}
	}
	if x.equity(a, w.Currency).Sign() < 0 && !x.holds(a, w.Currency) {
		x.writeOff(a, w)
	}
}

func (x *Exchange) cancelFor(a *Account, c trade.Currency) {
	for _, o := range append([]*Order(nil), a.Orders...) {
		if o.Alive() && x.Markets[o.Market].Instrument.Settlement == c {
			x.finish(o, Cancelled, ByLiquidation)
		}
	}
	x.follow()
}

// closePart sells a quarter of the largest exposure, at least one contract, at market.
func (x *Exchange) closePart(a *Account, c trade.Currency) bool {
	var worst *Market
	most := trade.Zero
	for n, p := range a.Positions {
		i := x.Markets[n].Instrument
		if p.Size == 0 || i.Settlement != c {
			continue
		}
		if v := i.Value(i.Amount(abs(p.Size)), x.Markets[n].MarkPrice()); most.Less(v) {
			worst, most = x.Markets[n], v
		}
	}
	if worst == nil {
		return false
	}
	size := a.position(worst.id).Size
	o := &Order{Account: a.ID, Market: worst.id, Side: -sign(size), Type: MarketType, TIF: GoodTilCancelled,
		Amount: max(1, abs(size)/4), ReduceOnly: true, Liquidation: true}
	if abs(size) < 100 {
		o.Amount = abs(size)
	}
	x.admit(o)
	x.enter(o)
	x.follow()
	return o.Filled > 0
}

func (x *Exchange) holds(a *Account, c trade.Currency) bool {
	for n, p := range a.Positions {
		if p.Size != 0 && x.Markets[n].Instrument.Settlement == c {
			return true
		}
	}
	return false
}

// writeOff resets a negative equity to zero; the insurance fund has no limit here.
func (x *Exchange) writeOff(a *Account, w *Wallet) {
	missing := x.equity(a, w.Currency).Neg()
	w.Balance = w.Balance.Add(missing)
	x.log(a, LogRow{Type: "correction", Currency: w.Currency, Market: -1, Change: missing})
	x.emit(Event{Kind: BalanceChanged, Account: a.ID, Market: -1})
}

// rate is the fee of a fill as a fraction of its value.
func (i *Instrument) rate(o *Order, maker bool) trade.Dec {
	switch {
	case o.Liquidation:
		return i.LiquidationFee
	case maker:
		return i.MakerFee
	}
	return i.TakerFee
}
