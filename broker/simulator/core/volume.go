package core

import "github.com/tradebaas/tradebaas/trade"

// Volume is what an account has traded since a time in milliseconds, in USD.
func (x *Exchange) Volume(a *Account, since int64) trade.Dec {
	sum := trade.Zero
	for n := len(a.Trades) - 1; n >= 0 && a.Trades[n].Time >= since; n-- {
		t := a.Trades[n]
		i := t.Instrument
		usd := i.Amount(t.Amount)
		if !i.Inverse {
			usd = usd.Mul(i.Price(t.Price))
		}
		sum = sum.Add(usd)
	}
	return sum
}
