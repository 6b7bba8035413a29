package trade

import (
	"slices"
	"strings"
	"time"
)

// stakes are what an entry would lead to, in US dollars, everything in flight counted as filled.
type stakes struct {
	order     Dec // this entry
	position  Dec // in its instrument, with it
	exposure  Dec // everything, with it
	leveraged Dec // everything in its settlement currency, with it
	equity    Dec // of its settlement currency
	loss      Dec // of the day, 0 or more
	perMinute int // entries in the last minute, with it
	trades    int // open, with it
	priced    bool
}

// orderMinute is the span that MaxOrdersPerMinute counts over.
const orderMinute = time.Minute

// checkLimits holds an entry against every limit that concerns it. The first that it breaks is told.
func (a *Account) checkLimits(cmd EnterCommand, now time.Time) *Error {
	if cmd.MaxDailyLoss.Sign() > 0 && !a.countersOf(cmd).On(now).LossToday.Less(cmd.MaxDailyLoss) {
		return Errorf(Refused, "max_daily_loss", "Today's loss has reached this strategy's limit of %s %s.", cmd.MaxDailyLoss, cmd.Spec.Settlement)
	}
	for _, l := range a.risk.Limits {
		only := StrategyID("")
		if l.Scope == StrategyLimits {
			if only = cmd.Strategy; !strings.EqualFold(string(l.Strategy), string(only)) {
				continue
			}
		}
		if refusal := l.check(cmd, a.stakes(cmd, only, now)); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (l ScopedLimits) check(cmd EnterCommand, s stakes) *Error {
	limits := l.Limits
	if len(limits.Instruments) > 0 && !slices.Contains(limits.Instruments, cmd.Instrument) {
		return Errorf(Refused, "instrument_not_allowed", "%s does not allow %s.", l.whose(), cmd.Instrument)
	}
	if refusal := l.checkBand(cmd); refusal != nil {
		return refusal
	}
	if most := limits.MaxOrdersPerMinute; most > 0 && s.perMinute > most {
		return Errorf(Refused, "max_orders_per_minute", "%s is %d entries a minute. Wait a moment.", l.whose(), most)
	}
	if most := limits.MaxOpenTrades; most > 0 && s.trades > most {
		return Errorf(Refused, "max_open_trades", "%s is %d open trades.", l.whose(), most)
	}
	return l.checkMoney(s)
}

func (l ScopedLimits) checkMoney(s stakes) *Error {
	limits := l.Limits
	money := []struct {
		code, sentence string
		value, most    Dec
	}{
		{"max_order_size", "This entry is worth %s USD. %s is %s USD.", s.order, limits.MaxOrderSize},
		{"max_position", "The position would be worth %s USD. %s is %s USD.", s.position, limits.MaxPosition},
		{"max_exposure", "Everything held would be worth %s USD. %s is %s USD.", s.exposure, limits.MaxExposure},
		{"max_leverage", "Everything held would be worth %s USD. %s is %s USD, its number of times the account.", s.leveraged, s.equity.Mul(limits.MaxLeverage)},
	}
	limited := false
	for _, m := range money {
		on := m.most.Sign() > 0 || m.code == "max_leverage" && limits.MaxLeverage.Sign() > 0
		limited = limited || on
		if on && m.most.Less(m.value) {
			return Errorf(Refused, m.code, m.sentence, m.value.Round(2), l.whose(), m.most.Round(2))
		}
	}
	loss := limits.MaxDailyLoss.Sign() > 0
	switch {
	case loss && !s.loss.Less(limits.MaxDailyLoss):
		return Errorf(Refused, "max_daily_loss", "Today's loss is %s USD. %s is %s USD.", s.loss.Round(2), l.whose(), limits.MaxDailyLoss)
	case (limited || loss) && !s.priced:
		return Errorf(Unavailable, "limits_unknown", "What the account holds can not be priced right now, so its limits can not be checked. Try again in a moment.")
	}
	return nil
}

// checkBand holds the quote near the index price; without an index nobody can tell how near it is.
func (l ScopedLimits) checkBand(cmd EnterCommand) *Error {
	band, index := l.Limits.PriceBand, cmd.Ticker.Index
	switch {
	case band.Sign() <= 0:
		return nil
	case index.Sign() <= 0:
		return Errorf(Unavailable, "limits_unknown", "The index price of %s is not known right now, so the price band can not be checked. Try again in a moment.", cmd.Instrument)
	}
	away := quoteFor(cmd.Ticker, cmd.Side).Sub(index).Abs().Mul(NewDec(100)).Div(index)
	if band.Less(away) {
		return Errorf(Refused, "index_band", "The price is %s %% away from the index. %s is %s %%.", away.Round(2), l.whose(), band)
	}
	return nil
}

// stakes adds up what there would be with an entry: of one strategy, or with "" of the whole account,
// what the user's own hand holds included.
func (a *Account) stakes(cmd EnterCommand, only StrategyID, now time.Time) stakes {
	order := Dollars(cmd.Spec, cmd.Amount, quoteFor(cmd.Ticker, cmd.Side))
	s := stakes{order: order, position: order, exposure: order, leveraged: order, perMinute: 1 + a.recentEntries(only, now), trades: 1 + a.openTrades(only), priced: true}
	for _, i := range a.held() {
		held, priced := a.heldWorth(i, only)
		s.priced = s.priced && priced
		s.exposure = s.exposure.Add(held)
		if i == cmd.Instrument {
			s.position = s.position.Add(held)
		}
		if a.spec(i).Settlement == cmd.Spec.Settlement {
			s.leveraged = s.leveraged.Add(held)
		}
	}
	rate, known := a.dollarRate(cmd.Spec.Settlement)
	s.equity = a.balances[cmd.Spec.Settlement].Equity.Mul(rate)
	loss, lossKnown := a.lossOfDay(cmd, only, now)
	s.loss, s.priced = loss, s.priced && known && lossKnown
	return s
}

// held lists the instruments with a position or something on its way.
func (a *Account) held() []Instrument {
	set := map[Instrument]bool{}
	for i, p := range a.positions {
		set[i] = !p.Size.IsZero()
	}
	for _, t := range a.orders {
		set[t.Instrument] = set[t.Instrument] || a.entering(t)
	}
	for _, h := range a.holdings {
		set[h.Instrument] = set[h.Instrument] || h.ExitTime == nil
	}
	var list []Instrument
	for _, i := range sortedKeys(set) {
		if set[i] {
			list = append(list, i)
		}
	}
	return list
}

// heldWorth is what an instrument's position and entries in flight are worth; false when a price is missing.
func (a *Account) heldWorth(i Instrument, only StrategyID) (Dec, bool) {
	amount, price := Zero, a.marks[i].price
	for _, h := range a.holdings {
		if h.Instrument == i && h.ExitTime == nil && (only == "" || h.Strategy == only) {
			amount = amount.Add(h.Open)
			price = firstPrice(price, h.EntryPrice)
		}
	}
	for _, t := range a.orders {
		if t.Instrument == i && a.entering(t) && (only == "" || t.Strategy == only) {
			amount = amount.Add(t.Amount.Sub(t.booked))
			price = firstPrice(price, t.quote)
		}
	}
	if p := a.positions[i]; only == "" && amount.Less(p.Size.Abs()) {
		amount, price = p.Size.Abs(), firstPrice(price, p.AveragePrice)
	}
	spec := a.spec(i)
	return Dollars(spec, amount, price), amount.IsZero() || spec.Kind == Inverse || price.Sign() > 0
}

func firstPrice(price, other Dec) Dec {
	if price.Sign() > 0 {
		return price
	}
	return other
}

// openTrades counts what is open or on its way.
func (a *Account) openTrades(only StrategyID) int {
	n := 0
	for _, t := range a.orders {
		h := a.holding(t.Intent)
		if t.Role == Entry && (only == "" || t.Strategy == only) && (a.entering(t) || h != nil && h.ExitTime == nil) {
			n++
		}
	}
	return n
}

// recentEntries counts the entries of the last minute, whatever became of them.
func (a *Account) recentEntries(only StrategyID, now time.Time) int {
	n := 0
	for _, e := range a.entries {
		if now.Sub(e.At) < orderMinute && (only == "" || e.Strategy == only) {
			n++
		}
	}
	return n
}

// EntryMade is when an entry was decided on.
type EntryMade struct {
	Strategy StrategyID
	At       time.Time
}

// noteEntry keeps when an entry was decided on, for as long as it counts.
func (a *Account) noteEntry(s StrategyID, now time.Time) {
	a.entries = slices.DeleteFunc(a.entries, func(e EntryMade) bool { return now.Sub(e.At) >= orderMinute })
	a.entries = append(a.entries, EntryMade{s, now})
}

// Dollars is what an amount is worth in US dollars: a linear contract's quote currency counts as one,
// and an inverse contract is sized in dollars.
func Dollars(spec Spec, amount, price Dec) Dec {
	if spec.Kind == Inverse {
		return amount
	}
	return amount.Mul(price)
}
