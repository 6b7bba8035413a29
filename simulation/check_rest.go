package simulation

import (
	"fmt"

	"github.com/tradebaas/tradebaas/trade"
)

// This file checks the world at rest: trouble has ended long ago and everything was closed.

// atRest are the rules that hold for every user at the end.
var atRest = []rule[*user]{
	{"I14", "exits were possible: the account is flat", flat},
	{"liveness", "everything is closed and nothing is in doubt", settled},
	{"I6", "each fill of ours is stored once, and they add up", complete},
	{"I7", "profit, fees and funding are the change of the balance", balanced},
	{"F61", "each trade keeps the version that it was decided with", versioned},
}

func (w *World) rest() {
	if w.server != nil {
		for _, n := range w.server.links {
			if !n.dead {
				n.close()
			}
		}
	}
	for _, u := range w.users {
		for _, rule := range atRest {
			if err := rule.holds(u); err != nil {
				w.violate(rule.name, fmt.Errorf("%s: %w", u.id, err))
			}
		}
	}
}

func settled(u *user) error {
	t := u.w.db.accounts[u.account]
	for _, row := range t.unending {
		return fmt.Errorf("%s order %s is still %s", row.Role, row.Label, row.State)
	}
	for _, tr := range t.trades {
		if tr.Status != trade.TradeClosed {
			return fmt.Errorf("the trade of %s is still open with %s", tr.Intent, tr.Open)
		}
	}
	for _, o := range u.w.venue.openOrders(u) {
		if _, ours := trade.ParseLabel(o.Label); ours {
			return fmt.Errorf("order %s is still live at the exchange", o.Label)
		}
	}
	return nil
}

func flat(u *user) error {
	for _, p := range u.w.venue.positions(u) {
		return fmt.Errorf("%s of %s is still open", p.Size, p.Instrument)
	}
	return nil
}

// complete compares the stored fills with those of the exchange.
func complete(u *user) error {
	t := u.w.db.accounts[u.account]
	real := map[trade.VenueTradeID]trade.Fill{}
	for _, f := range u.truth.fills {
		real[f.ID] = f
		stored, known := t.fills[f.ID]
		_, ours := trade.ParseLabel(f.Label)
		if ours && !known {
			return fmt.Errorf("fill %s of %s is not stored", f.ID, f.Label)
		}
		if ours && !stored.Amount.Equal(f.Amount) {
			return fmt.Errorf("fill %s is %s and stored as %s", f.ID, f.Amount, stored.Amount)
		}
	}
	for id := range t.fills {
		if _, known := real[id]; !known {
			return fmt.Errorf("fill %s is stored and was never made", id)
		}
	}
	return addUp(t)
}

// addUp compares each trade with its fills, by the money.
func addUp(t *tables) error {
	profit, fees := trade.Zero, trade.Zero
	for _, f := range t.fills {
		l, ours := trade.ParseLabel(f.Label)
		if row := t.labels[f.Label]; row != nil && row.Strategy == "" || ours && t.intents[l.Intent].IsZero() {
			continue // of a position of somebody else
		}
		profit, fees = profit.Add(f.ProfitLoss), fees.Add(f.Fee)
	}
	for _, tr := range t.trades {
		profit, fees = profit.Sub(tr.PnL), fees.Sub(tr.Fees)
	}
	if !profit.IsZero() || !fees.IsZero() {
		return fmt.Errorf("trades and fills differ by %s of profit and %s of fees", profit, fees)
	}
	return nil
}

// balanced compares the money, where nobody but us has traded.
func balanced(u *user) error {
	if u.hand {
		return nil
	}
	x := u.w.venue.x
	for _, wallet := range x.Account(u.number).Wallets {
		given, booked := trade.Zero, trade.Zero
		for _, row := range x.Account(u.number).Log {
			if row.Type == "deposit" && row.Currency == wallet.Currency {
				given = given.Add(row.Change)
			}
		}
		for _, tr := range u.w.db.accounts[u.account].trades {
			if tr.Currency == wallet.Currency {
				booked = booked.Add(tr.Net)
			}
		}
		worth := x.Summarize(x.Account(u.number), wallet.Currency).Equity
		if !worth.Sub(given).Equal(booked) {
			return fmt.Errorf("%s moved by %s and the trades say %s", wallet.Currency, worth.Sub(given), booked)
		}
	}
	u.w.report.Balanced++
	return nil
}

func versioned(u *user) error {
	for _, tr := range u.w.db.accounts[u.account].trades {
		if i := u.truth.intents[tr.Intent]; i != nil && tr.ConfigVersion != i.ConfigVersion {
			return fmt.Errorf("the trade of %s says version %d and was decided with %d", tr.Intent, tr.ConfigVersion, i.ConfigVersion)
		}
	}
	return nil
}
