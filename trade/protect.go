package trade

import (
	"strings"
	"time"
)

// ProtectCommand asks for a stop under a position. With a Price it stands there, with a Percent so far
// from the mark price; with neither (ensure) it is put back where it was, or left where it is.
type ProtectCommand struct {
	Instrument Instrument
	Price      Dec
	Percent    Dec
	Spec       Spec
	Ticker     Ticker
}

// Protection is the stop that stands under a position. Order is the id of the order of ours that is on
// its way; "" when one stands already.
type Protection struct {
	Stop       Dec
	Order      OrderID
	VenueOrder VenueOrderID
}

// standalone tells whether a stop protects a position that no trade of ours explains: its user asked for it.
func (t *tracked) standalone() bool { return t.Role == Stop && t.Strategy == "" }

// foreign tells whether an order is for a position that no trade of ours explains.
func (t *tracked) foreign() bool { return t.Strategy == "" && (t.Role == Exit || t.Role == Stop) }

// Protect puts a stop under a whole position, ours or not. What stands already is amended, never
// cancelled first.
func (a *Account) Protect(cmd ProtectCommand, now time.Time) (Outcome, Protection, error) {
	size := a.positions[cmd.Instrument].Size
	if size.IsZero() {
		return Outcome{}, Protection{}, Errorf(NotFound, "position_not_found", "There is no position in %s.", cmd.Instrument)
	}
	a.specs[cmd.Instrument] = cmd.Spec
	a.marked(cmd.Instrument, cmd.Ticker.Mark, cmd.Ticker.Time)
	stop, err := a.stopFor(cmd, size)
	if err != nil {
		return Outcome{}, Protection{}, err
	}
	if h := a.openOn(cmd.Instrument); h != nil {
		return a.protectTrade(h, stop, now)
	}
	return a.protectForeign(cmd.Instrument, size, stop, now)
}

// stopFor works out the trigger price, on the tick grid and on the losing side of the mark price; 0
// when the command asks for none.
func (a *Account) stopFor(cmd ProtectCommand, size Dec) (Dec, error) {
	price, mark, tick := cmd.Price, cmd.Ticker.Mark, cmd.Spec.TickSize
	long := size.Sign() > 0
	if price.IsZero() && cmd.Percent.IsZero() {
		return Zero, nil
	}
	if mark.Sign() <= 0 || tick.Sign() <= 0 {
		return Zero, Errorf(Unavailable, "stale_price", "The price of %s is not known right now. Try again in a moment.", cmd.Instrument)
	}
	if price.IsZero() {
		away := mark.Percent(cmd.Percent)
		if long {
			away = away.Neg()
		}
		price = mark.Add(away)
	}
	price = price.NearestTo(tick)
	switch {
	case price.Sign() <= 0:
		return Zero, Errorf(Refused, "stop_side", "A stop must have a price above 0.")
	case long && !price.Less(mark), !long && !mark.Less(price):
		return Zero, Errorf(Refused, "stop_side", "A stop at %s would be hit at once: the mark price is %s.", price, mark)
	}
	return price, nil
}

// protectTrade moves the stop of a trade of ours; its guard sees to the rest.
func (a *Account) protectTrade(h *holding, stop Dec, now time.Time) (Outcome, Protection, error) {
	if h.exit != "" {
		return Outcome{}, Protection{}, Errorf(Conflict, "position_closing", "This position is being closed.")
	}
	if stop.Sign() > 0 && !stop.Equal(h.StopLoss) {
		h.StopLoss, h.BreakEvenDone, h.dirty = stop, true, true // the user's stop is not moved to break even any more
	}
	if h.StopLoss.IsZero() {
		return Outcome{}, Protection{}, errNoStopKnown
	}
	return a.settle(now), Protection{Stop: h.StopLoss, VenueOrder: h.StopOrder}, nil
}

var errNoStopKnown = Errorf(Conflict, "no_stop_known", "No stop is known for this position. Say at which price or how far away one should stand.")

// protectForeign keeps one stop of ours under a position of the user's own making.
func (a *Account) protectForeign(i Instrument, size, stop Dec, now time.Time) (Outcome, Protection, error) {
	t := a.standaloneStop(i)
	if t == nil {
		if stop.IsZero() {
			return Outcome{}, Protection{}, errNoStopKnown
		}
		t = a.sendStandalone(i, size, stop, now)
		return a.settle(now), Protection{Stop: stop, Order: t.ID}, nil
	}
	if t.pending || t.State == OrderUnknown {
		return Outcome{}, Protection{}, Errorf(Conflict, "stop_under_way", "A stop is on its way to the exchange already. Try again in a moment.")
	}
	if stop.IsZero() {
		stop = t.TriggerPrice
	}
	if v, live := a.live[t.VenueOrder]; live && (!v.TriggerPrice.Equal(stop) || !v.Amount.Equal(size.Abs())) {
		a.amend(v.VenueOrder, size.Abs(), stop, Zero, now)
	}
	return a.settle(now), Protection{Stop: stop, VenueOrder: t.VenueOrder}, nil
}

func (a *Account) standaloneStop(i Instrument) *tracked {
	for _, t := range a.orders {
		if t.Instrument == i && t.standalone() && !t.State.Terminal() {
			return t
		}
	}
	return nil
}

func (a *Account) sendStandalone(i Instrument, size, stop Dec, now time.Time) *tracked {
	intent := IntentID(strings.ReplaceAll(derive("protect", a.id.String(), string(i), now.Format(time.RFC3339Nano)), "-", ""))
	t := a.newOrder(intent, "", Stop, 0, now)
	t.Instrument, t.Type, t.Amount, t.TriggerPrice, t.ReduceOnly = i, StopMarketOrder, size.Abs(), stop, true
	t.ValidUntil, t.Side = now.Add(entryLife), Sell
	if size.Sign() < 0 {
		t.Side = Buy
	}
	a.send(t)
	return t
}
