package core

import "github.com/tradebaas/tradebaas/trade"

// PauseBooks shuts open books as a settlement does, for so many seconds (1 to 3600).
type PauseBooks struct {
	Instrument trade.Instrument `json:",omitempty"` // "": all
	Seconds    int64
}

func (x *Exchange) pauseBooks(c *PauseBooks) (Result, *Error) {
	if c.Seconds < 1 || c.Seconds > 3_600 {
		return Result{}, Invalid("seconds", "must be between 1 and 3600")
	}
	for _, m := range x.running {
		if m.open() && (c.Instrument == "" || c.Instrument == m.Instrument.Name) {
			x.become(m, BookSettlement)
			m.Resume = x.Second + c.Seconds
		}
	}
	return Result{}, nil
}

// Liquidate takes an account's orders and positions away as if its margin had run out.
type Liquidate struct{ Account int64 }

func (x *Exchange) liquidateAccount(c *Liquidate) (Result, *Error) {
	a := x.account(c.Account)
	switch {
	case a == nil:
		return Result{}, ErrUnknownAccount
	case !a.exposed():
		return Result{}, ErrNothingToClose
	}
	for _, w := range a.Wallets {
		x.cancelFor(a, w.Currency)
		for round := 0; round < roundsMax && x.closePart(a, w.Currency); round++ {
		}
		if x.equity(a, w.Currency).Sign() < 0 && !x.holds(a, w.Currency) {
			x.writeOff(a, w)
		}
	}
	return Result{}, nil
}
