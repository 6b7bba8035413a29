package core

import "github.com/tradebaas/tradebaas/trade"

// guard remembers that an account was far from liquidation: while the marks of its positions stay
// within bounds, for a while, it need not be looked at again.
type guard struct {
	until  int64 // seconds; 0: look
	bounds []bound
}

// bound is how far a market's mark may go.
type bound struct {
	market    *Market
	low, high int64
}

// liquidate closes positions of accounts whose equity no longer covers the maintenance margin.
func (x *Exchange) liquidate() {
	for _, a := range x.Accounts {
		if x.guarded(a) || !a.exposed() {
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
	if x.Second >= a.guard.until {
		return false
	}
	for _, b := range a.guard.bounds {
		if mark := b.market.Tick.Mark; mark < b.low || mark > b.high {
			return false
		}
	}
	return true
}

// The widest bounds of a guard, in millionths of price, and its longest life, in seconds.
const (
	slackMax = 100_000
	guardMax = 3_600
)

// setGuard lets marks move by less than half of what equity has above maintenance over the whole
// exposure. The other half is for funding, which takes less than two millionths a second.
func (x *Exchange) setGuard(a *Account) {
	slack := int64(slackMax)
	for _, w := range a.Wallets {
		if exposure := x.exposure(a, w.Currency); !exposure.IsZero() {
			spare := x.equity(a, w.Currency).Sub(x.margins(a, w.Currency).maintenance)
			n, _ := trade.MinDec(spare.Div(exposure), one).Mul(trade.NewDec(400_000)).FloorTo(one).Int64()
			slack = min(slack, n)
		}
	}
	a.guard = guard{bounds: a.guard.bounds[:0]}
	if slack <= 0 {
		return
	}
	a.guard.until = x.Second + min(slack/2, guardMax)
	for n, p := range a.Positions {
		if m := x.Markets[n]; p.Size != 0 {
			room := m.Tick.Mark / 1_000_000 * slack
			a.guard.bounds = append(a.guard.bounds, bound{m, m.Tick.Mark - room, m.Tick.Mark + room})
		}
	}
}

// exposure is the worth of all positions of a currency.
func (x *Exchange) exposure(a *Account, c trade.Currency) (sum trade.Dec) {
	for n, p := range a.Positions {
		if m := x.Markets[n]; p.Size != 0 && m.Instrument.Settlement == c {
			sum = sum.Add(m.Instrument.Value(m.Instrument.Amount(abs(p.Size)), m.MarkPrice()))
		}
	}
	return sum
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
		if m := x.Markets[o.Market]; o.Alive() && m.Instrument.Settlement == c && m.takesCancels() == nil {
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
		if p.Size == 0 || i.Settlement != c || !x.Markets[n].open() {
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
