package trade

import (
	"slices"
	"time"
)

// The figures of an entry.
const (
	entryLife   = 5 * time.Second  // how long after the decision matching may start it
	tickerLife  = 10 * time.Second // an older quote is no basis for an order
	entrySkew   = 2 * time.Second  // how much later than its time limit an order may still show up
	historyPast = time.Minute      // how long the exchange's history may lag behind
)

// EnterCommand asks for a bracket. Its prices are measured from the quote in Ticker; Levels gives
// those that follow the fill.
type EnterCommand struct {
	Intent        IntentID
	Strategy      StrategyID
	StrategyName  string
	ConfigVersion int
	Instrument    Instrument
	Side          Side
	Amount        Dec
	Stop, Target  Dec
	GoodUntil     time.Time // zero: no limit
	Spec          Spec
	Ticker        Ticker
	Levels        func(average Dec) Levels
	MaxDailyLoss  Dec // the strategy's own, in the settlement currency; 0: off
	Decision      Decision
	Counters      Counters
}

// Enter decides about an entry. A refusal changes nothing. Otherwise the intent is reserved: it
// counts against every limit from now on, and is sent by Release once it is stored, or taken back
// by Withdraw.
func (a *Account) Enter(cmd EnterCommand, now time.Time) (Outcome, error) {
	a.specs[cmd.Instrument] = cmd.Spec
	a.marked(cmd.Instrument, cmd.Ticker.Mark, cmd.Ticker.Time)
	checks := []func(EnterCommand, time.Time) *Error{
		a.checkReady, a.checkFresh, a.checkFree, a.checkShape, a.checkPrices, a.checkMargin, a.checkLimits,
	}
	for _, check := range checks {
		if refusal := check(cmd, now); refusal != nil {
			return Outcome{}, refusal
		}
	}
	a.reserve(cmd, now)
	return a.flush(now), nil
}

func (a *Account) checkReady(cmd EnterCommand, _ time.Time) *Error {
	if refusal := a.killed(cmd.Strategy); refusal != nil {
		return refusal
	}
	if a.refusal == nil && !a.online {
		return ErrNotConnected
	}
	return a.refusal
}

func (a *Account) checkFresh(cmd EnterCommand, now time.Time) *Error {
	switch {
	case !cmd.Spec.Active:
		return Errorf(Refused, "instrument_closed", "The exchange does not trade %s right now.", cmd.Instrument)
	case now.Sub(cmd.Ticker.Time) > tickerLife:
		return Errorf(Unavailable, "stale_price", "The price of %s is too old to trade on.", cmd.Instrument)
	case !cmd.GoodUntil.IsZero() && now.After(cmd.GoodUntil):
		return Errorf(Refused, "signal_expired", "The signal came too late to act on.")
	}
	return nil
}

func (a *Account) checkFree(cmd EnterCommand, _ time.Time) *Error {
	if slices.ContainsFunc(a.orders, func(t *tracked) bool { return t.Intent == cmd.Intent }) {
		return Errorf(Conflict, "duplicate_intent", "This decision has been acted on already.")
	}
	if a.inFlight(cmd.Instrument) || !a.ledger(cmd.Instrument).IsZero() {
		return ErrPositionOpen
	}
	if a.legsLeft(cmd.Instrument) {
		return Errorf(Conflict, "position_closing", "The orders of the last trade in %s are still being removed.", cmd.Instrument)
	}
	if a.Foreign(cmd.Instrument) {
		return Errorf(Conflict, "foreign_position", "There is a position in %s that no strategy here opened. Close it first.", cmd.Instrument)
	}
	return nil
}

// legsLeft tells whether a leg of an earlier trade may still be live: it would take from the next position.
func (a *Account) legsLeft(i Instrument) bool {
	if slices.ContainsFunc(a.orders, func(t *tracked) bool { return t.Instrument == i && !t.State.Terminal() }) {
		return true
	}
	for _, s := range a.live {
		if s.ours && s.Instrument == i && !a.placed(s.VenueOrder) {
			return true
		}
	}
	return false
}

// placed tells whether an order is the stand-in of a leg whose entry is over: the exchange has put live
// legs in its place, or nothing, and does not always say so.
func (a *Account) placed(v VenueOrder) bool {
	if !v.Secondary && !a.isWaiting(v) {
		return false
	}
	t := a.byLabel(v.Label)
	if t == nil {
		return false
	}
	entry := a.entryOf(t.Intent)
	return entry == nil || entry.State.Terminal()
}

func (a *Account) checkShape(cmd EnterCommand, _ time.Time) *Error {
	s := cmd.Spec
	switch {
	case cmd.Amount.Less(s.MinAmount) || cmd.Amount.Sign() <= 0:
		return Errorf(Refused, "below_minimum", "The amount %s is below the smallest that %s allows (%s).", cmd.Amount, s.Instrument, s.MinAmount)
	case s.AmountStep.Sign() > 0 && !cmd.Amount.IsMultipleOf(s.AmountStep):
		return Errorf(Refused, "amount_step", "The amount %s is not a multiple of %s.", cmd.Amount, s.AmountStep)
	case s.TickSize.Sign() > 0 && !(cmd.Stop.IsMultipleOf(s.TickSize) && cmd.Target.IsMultipleOf(s.TickSize)):
		return Errorf(Refused, "price_step", "Stop %s and target %s must be multiples of %s.", cmd.Stop, cmd.Target, s.TickSize)
	}
	return nil
}

// checkPrices wants a quote to trade against, inside the exchange's price band, with the stop on the
// losing side of the mark price and the target on the winning side of the quote.
func (a *Account) checkPrices(cmd EnterCommand, _ time.Time) *Error {
	t := cmd.Ticker
	quote, long := quoteFor(t, cmd.Side), cmd.Side == Buy
	switch {
	case quote.Sign() <= 0:
		return Errorf(Unavailable, "no_quote", "Nobody offers a price for %s right now.", cmd.Instrument)
	case long && t.MaxPrice.Sign() > 0 && t.MaxPrice.Less(quote), !long && quote.Less(t.MinPrice):
		return Errorf(Refused, "price_band", "The price %s is outside of what the exchange allows.", quote)
	case cmd.Stop.Sign() <= 0 || (long && !cmd.Stop.Less(quote)) || (!long && !quote.Less(cmd.Stop)):
		return Errorf(Refused, "stop_side", "The stop %s is on the wrong side of the price %s.", cmd.Stop, quote)
	case t.Mark.Sign() > 0 && ((long && !cmd.Stop.Less(t.Mark)) || (!long && !t.Mark.Less(cmd.Stop))):
		return Errorf(Refused, "stop_through_mark", "The stop %s would be hit at once: the mark price is %s.", cmd.Stop, t.Mark)
	case (long && !quote.Less(cmd.Target)) || (!long && !cmd.Target.Less(quote)) || cmd.Target.Sign() <= 0:
		return Errorf(Refused, "target_side", "The target %s is on the wrong side of the price %s.", cmd.Target, quote)
	}
	return nil
}

// quoteFor is the price that a market order of this side meets first.
func quoteFor(t Ticker, side Side) Dec {
	if side == Buy {
		return t.Ask
	}
	return t.Bid
}

func (a *Account) checkMargin(cmd EnterCommand, _ time.Time) *Error {
	quote := quoteFor(cmd.Ticker, cmd.Side)
	need := InitialMargin(cmd.Spec, cmd.Amount, quote).Add(Fee(cmd.Spec.Kind, cmd.Amount, quote, cmd.Spec.TakerFee))
	free := a.balances[cmd.Spec.Settlement].Available.Sub(a.reservedMargin(cmd.Spec.Settlement))
	if free.Less(need) {
		return Errorf(Refused, "insufficient_margin", "This entry needs %s %s of free margin; there is %s.",
			need.Round(8), cmd.Spec.Settlement, MaxDec(free, Zero).Round(8))
	}
	return nil
}

// reservedMargin is what entries in flight will tie up that the exchange may not have counted yet.
func (a *Account) reservedMargin(c Currency) Dec {
	total := Zero
	for _, t := range a.orders {
		if spec := a.spec(t.Instrument); a.entering(t) && spec.Settlement == c && t.quote.Sign() > 0 {
			total = total.Add(InitialMargin(spec, t.Amount, t.quote))
		}
	}
	return total
}

// reserve makes the three orders of a bracket.
func (a *Account) reserve(cmd EnterCommand, now time.Time) {
	entry := a.newOrder(cmd.Intent, cmd.Strategy, Entry, 0, now)
	entry.Instrument, entry.Side, entry.Type, entry.Amount = cmd.Instrument, cmd.Side, MarketOrder, cmd.Amount
	entry.ValidUntil, entry.levels, entry.reserved = now.Add(entryLife), cmd.Levels, true
	entry.quote, entry.name, entry.Version = quoteFor(cmd.Ticker, cmd.Side), cmd.StrategyName, cmd.ConfigVersion
	stop := a.newOrder(cmd.Intent, cmd.Strategy, Stop, 0, now)
	stop.Type, stop.TriggerPrice = StopMarketOrder, cmd.Stop
	target := a.newOrder(cmd.Intent, cmd.Strategy, Target, 0, now)
	target.Type, target.Price = LimitOrder, cmd.Target
	for _, leg := range []*tracked{stop, target} {
		leg.Instrument, leg.Side, leg.Amount, leg.ReduceOnly, leg.reserved = cmd.Instrument, cmd.Side.Opposite(), cmd.Amount, true, true
	}
	for _, t := range []*tracked{entry, stop, target} {
		t.linked = !a.unlinked
	}
	a.noteCandle(cmd)
	a.noteEntry(cmd.Strategy, now)
	a.readFrom(cmd.Instrument, now)
	cmd.Decision.Intent, cmd.Decision.Strategy = cmd.Intent, cmd.Strategy
	a.out.decisions = append(a.out.decisions, cmd.Decision)
}

// countersOf gives a strategy's counters; the account's own are the newest.
func (a *Account) countersOf(cmd EnterCommand) Counters {
	if c, known := a.counters[cmd.Strategy]; known {
		return c
	}
	return cmd.Counters
}

// noteCandle stores with the intent that its candle has been decided on.
func (a *Account) noteCandle(cmd EnterCommand) {
	c := a.countersOf(cmd)
	if c.LastCandle.Before(cmd.Counters.LastCandle) {
		c.LastCandle = cmd.Counters.LastCandle
	}
	a.setCounters(cmd.Strategy, c)
}

// newOrder makes an order of ours that is about to be stored.
func (a *Account) newOrder(intent IntentID, s StrategyID, role Role, number int, now time.Time) *tracked {
	label := a.origin.label(intent, role, number)
	t := &tracked{number: number, Order: Order{
		ID: OrderID(derive("order", label)), Account: a.id, Strategy: s, Intent: intent, Role: role, Label: label,
		State: OrderIntended, CreatedAt: now, UpdatedAt: now,
	}, dirty: true}
	a.orders = append(a.orders, t)
	return t
}

// Release is called when an intent is stored: it is sent now, or never. A decision that waited too
// long for its storage, or whose account was closed meanwhile, expires unsent.
func (a *Account) Release(intent IntentID, now time.Time) Outcome {
	entry := a.entryOf(intent)
	if entry == nil || !entry.reserved {
		return Outcome{}
	}
	for _, t := range a.orders {
		if t.Intent == intent {
			t.reserved = false
		}
	}
	if reason := a.tooLate(entry, now); reason != "" {
		a.endEntry(entry, OrderExpired, reason)
		return a.settle(now)
	}
	entry.Advance(OrderSent)
	entry.pending = true
	if !entry.linked {
		a.want(SendOrder{entry.Order})
		return a.settle(now)
	}
	stop, target := a.order(intent, Stop, 0), a.order(intent, Target, 0)
	a.want(SendBracket{entry.ID, Bracket{
		Instrument: entry.Instrument, Side: entry.Side, Amount: entry.Amount, Stop: stop.TriggerPrice, Target: target.Price,
		ValidUntil: entry.ValidUntil, EntryLabel: entry.Label, StopLabel: stop.Label, TargetLabel: target.Label,
	}})
	return a.settle(now)
}

// margin before the time limit: an order that needs longer than that on its way is not worth sending.
const sendMargin = 500 * time.Millisecond

func (a *Account) tooLate(entry *tracked, now time.Time) string {
	switch {
	case entry.exit != "":
		return "the strategy was stopped before it was sent"
	case now.Add(sendMargin).After(entry.ValidUntil):
		return "it took too long to store the decision"
	case !a.online:
		return "the link to the exchange was lost before it was sent"
	case a.refusal != nil:
		return a.refusal.Message
	}
	if refusal := a.killed(entry.Strategy); refusal != nil {
		return refusal.Message
	}
	return ""
}

// Withdraw takes back an intent that storage refused; nothing was sent or stored.
func (a *Account) Withdraw(intent IntentID) {
	a.orders = slices.DeleteFunc(a.orders, func(t *tracked) bool { return t.Intent == intent && t.reserved })
}

// endEntry ends an entry without a fill, and the legs that waited for it.
func (a *Account) endEntry(entry *tracked, state OrderState, reason string) {
	if !entry.Advance(state) {
		return
	}
	entry.Reason, entry.pending = reason, false
	a.touch(entry)
	a.entryOver(entry)
}

// entryOver ends the legs of an entry that got nothing, and says so once.
func (a *Account) entryOver(entry *tracked) {
	if !entry.State.Terminal() || entry.told || entry.Filled.Sign() > 0 || a.holding(entry.Intent) != nil {
		return
	}
	entry.told = true
	for _, t := range a.orders {
		if t.Intent == entry.Intent && t != entry && t.Advance(OrderCancelled) {
			t.Reason = "the entry got no fill"
			a.touch(t)
		}
	}
	a.out.ended = append(a.out.ended, EntryEnd{entry.Strategy, entry.Intent, entry.State, entry.Reason})
}
