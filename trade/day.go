package trade

import "time"

// Day is what an account gained and lost on one UTC day in one settlement currency. What is open
// counts from its first sight on the day.
type Day struct {
	Day      string `json:"day"`      // 2026-11-24
	Realised Dec    `json:"realised"` // closed profit less fees, with funding
	Began    Dec    `json:"began"`    // open profit when the day was first looked at
	// CountedUntil is the time of the newest fill in Realised that is not of an order of ours. Those are
	// not stored, so that this alone tells after a restart which are counted already.
	CountedUntil time.Time `json:"countedUntil"`
}

// today gives a currency's day as it stands now; a new one begins with what is open. A clock that
// runs back starts no day again.
func (a *Account) today(c Currency, now time.Time) Day {
	d := a.days[c]
	if day := now.UTC().Format(dayFormat); day > d.Day {
		return Day{Day: day, Began: a.openProfit(c)}
	}
	return d
}

// rollDays begins the day of every currency that the account holds.
func (a *Account) rollDays(now time.Time) {
	for _, c := range sortedKeys(a.balances) {
		if d := a.today(c, now); d.Day != a.days[c].Day && !a.balances[c].Equity.IsZero() {
			a.setDay(c, d)
		}
	}
}

func (a *Account) setDay(c Currency, d Day) {
	a.days[c] = d
	if a.out.days == nil {
		a.out.days = map[Currency]Day{}
	}
	a.out.days[c] = d
}

// realise counts money that a fill or funding brought at a time, unless that day has passed.
func (a *Account) realise(c Currency, amount Dec, at, now time.Time) {
	d := a.today(c, now)
	if d.Day == at.UTC().Format(dayFormat) {
		d.Realised = d.Realised.Add(amount)
		a.setDay(c, d)
	}
}

// realiseFill counts what a fill brought, once: one of somebody else's order that an earlier run has
// counted is told again.
func (a *Account) realiseFill(f Fill, t *tracked, now time.Time) {
	c := a.spec(f.Instrument).Settlement
	_, ours := a.origin.owns(f.Label)
	ours = ours || t != nil
	if !ours && !f.Time.After(a.counted[c]) {
		return
	}
	a.realise(c, f.ProfitLoss.Sub(f.Fee), f.Time, now)
	if d := a.days[c]; !ours && f.Time.After(d.CountedUntil) && d.Day == f.Time.UTC().Format(dayFormat) {
		d.CountedUntil = f.Time
		a.setDay(c, d)
	}
}

// openProfit is the open profit of every position in a settlement currency, the user's own included.
func (a *Account) openProfit(c Currency) Dec {
	total := Zero
	for i, p := range a.positions {
		if a.spec(i).Settlement == c {
			total = total.Add(a.unrealised(i, p.VenuePosition))
		}
	}
	return total
}

// unrealised is a position's open profit at the newest mark price.
func (a *Account) unrealised(i Instrument, p VenuePosition) Dec {
	mark := a.marks[i]
	if p.Size.IsZero() || p.AveragePrice.Sign() <= 0 || mark.price.Sign() <= 0 || !mark.at.After(a.positions[i].at) {
		return p.UnrealizedPnL
	}
	side := Buy
	if p.Size.Sign() < 0 {
		side = Sell
	}
	return PnL(a.spec(i).Kind, side, p.Size.Abs(), p.AveragePrice, mark.price)
}

// lossOfDay is today's loss in US dollars, 0 after a gain: of one strategy what it has realised, of the
// whole account what is open as well. False when a currency can not be priced.
func (a *Account) lossOfDay(cmd EnterCommand, only StrategyID, now time.Time) (loss Dec, known bool) {
	if only != "" {
		rate, known := a.dollarRate(cmd.Spec.Settlement)
		return MaxDec(a.countersOf(cmd).On(now).LossToday.Mul(rate), Zero), known
	}
	total := Zero
	for _, c := range sortedKeys(a.balances) {
		d := a.today(c, now)
		result := d.Realised.Add(a.openProfit(c)).Sub(d.Began)
		rate, known := a.dollarRate(c)
		if !known && !result.IsZero() {
			return Zero, false
		}
		total = total.Add(result.Mul(rate))
	}
	return MaxDec(total.Neg(), Zero), true
}

// dollarRate is what one unit of a currency is worth in US dollars: a stable coin counts as one, a
// coin by the newest mark price of a contract on it.
func (a *Account) dollarRate(c Currency) (Dec, bool) {
	if c == "USD" || c == "USDC" || c == "USDT" {
		return NewDec(1), true
	}
	for _, i := range sortedKeys(a.marks) {
		if a.spec(i).Base == c {
			return a.marks[i].price, true
		}
	}
	return Zero, false
}
