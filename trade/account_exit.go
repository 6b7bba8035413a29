package trade

import (
	"slices"
	"strings"
	"time"
)

// MoveStop moves the stop of an open trade in its favour, by amending it. Mark is the present mark
// price.
func (a *Account) MoveStop(id TradeID, price, mark Dec, breakEven bool, now time.Time) (Outcome, error) {
	h := a.holdingByID(id)
	if h == nil || h.ExitTime != nil || h.exit != "" {
		return Outcome{}, Errorf(NotFound, "trade_not_found", "There is no such open trade.")
	}
	better := h.StopLoss.Less(price)
	if h.Side == Sell {
		better = price.Less(h.StopLoss)
	}
	if !better {
		return Outcome{}, Errorf(Conflict, "stop_not_better", "The stop is already at %s.", h.StopLoss)
	}
	a.marked(h.Instrument, mark, now)
	if a.through(h, price, now) {
		return Outcome{}, Errorf(Conflict, "stop_through_mark", "A stop at %s would be hit at once.", price)
	}
	h.StopLoss, h.BreakEvenDone, h.dirty = price, h.BreakEvenDone || breakEven, true
	return a.settle(now), nil
}

// Close closes an open trade at market. The orders that protect it go when it is flat.
func (a *Account) Close(id TradeID, reason string, now time.Time) (Outcome, error) {
	h := a.holdingByID(id)
	if h == nil || h.ExitTime != nil {
		return Outcome{}, Errorf(NotFound, "trade_not_found", "There is no such open trade.")
	}
	a.exitTrade(h, reason, now)
	return a.settle(now), nil
}

// BreakOff breaks off an entry of a strategy that is decided and not sent yet. What was sent stays.
func (a *Account) BreakOff(s StrategyID, reason string, now time.Time) Outcome {
	for _, t := range a.orders {
		if t.Strategy == s && t.Role == Entry && t.reserved {
			t.exit = reason
		}
	}
	return a.settle(now)
}

// CloseStrategy closes the open trade of a strategy, and breaks off an entry that is under way.
func (a *Account) CloseStrategy(s StrategyID, reason string, now time.Time) Outcome {
	a.leave(s, reason, now)
	return a.settle(now)
}

// leave decides that a strategy holds nothing any more.
func (a *Account) leave(s StrategyID, reason string, now time.Time) {
	for _, t := range a.orders {
		if t.Strategy == s && a.entering(t) {
			t.exit = reason
		}
	}
	for _, h := range a.holdings {
		if h.Strategy == s && h.ExitTime == nil {
			a.exitTrade(h, reason, now)
		}
	}
}

// errFillsDue refuses to promise a close whose order can not be sent before more is known.
var errFillsDue = Errorf(Unavailable, "fills_due", "The exchange is still telling what was filled just now. Try again in a moment.")

// ClosePosition closes whatever is open in an instrument, ours or not. The id is that of the exit
// order; it is "" when one is under way already. An error that comes with an outcome means that the
// close was tried and is not certain yet.
func (a *Account) ClosePosition(i Instrument, reason string, now time.Time) (Outcome, OrderID, error) {
	if h := a.openOn(i); h != nil {
		a.exitTrade(h, reason, now)
		out := a.settle(now)
		if exit, _ := a.last(h.Intent, Exit); exit == nil && h.ExitTime == nil {
			return out, "", errFillsDue // nothing of it is stored
		}
		return out, exitSent(out), nil
	}
	if slices.ContainsFunc(a.orders, func(t *tracked) bool { return t.Instrument == i && t.Role == Exit && !t.State.Terminal() }) {
		return Outcome{}, "", nil
	}
	if a.positions[i].Size.IsZero() {
		return Outcome{}, "", Errorf(NotFound, "position_not_found", "There is no position in %s.", i)
	}
	id := a.sendClose(i, reason, now)
	return a.settle(now), id, nil
}

// sendClose sends a reduce-only market order for the whole position in an instrument.
func (a *Account) sendClose(i Instrument, reason string, now time.Time) OrderID {
	size := a.positions[i].Size
	intent := IntentID(strings.ReplaceAll(derive("close", a.id.String(), string(i), now.Format(time.RFC3339Nano)), "-", ""))
	t := a.newOrder(intent, "", Exit, 0, now)
	t.Instrument, t.Type, t.Amount, t.ReduceOnly, t.ValidUntil = i, MarketOrder, size.Abs(), true, now.Add(entryLife)
	t.Side, t.exit, t.Reason = Sell, reason, reason
	if size.Sign() < 0 {
		t.Side = Buy
	}
	a.send(t)
	return t.ID
}

func exitSent(out Outcome) OrderID {
	for _, e := range out.Effects {
		if s, ok := e.(SendOrder); ok && s.Order.Role == Exit {
			return s.Order.ID
		}
	}
	return ""
}

// exitTrade decides that a trade ends; the first reason stays.
func (a *Account) exitTrade(h *holding, reason string, now time.Time) {
	if h.exit == "" {
		h.exit, h.exitNext = reason, now
	}
}

// exitUnderWay tells whether an exit order of the trade is likely to be filled still. One that the
// exchange does not show when asked is not waited for: as both only reduce, a second one does no harm.
func (a *Account) exitUnderWay(h *holding) bool {
	return slices.ContainsFunc(a.orders, func(t *tracked) bool {
		return t.Intent == h.Intent && t.Role == Exit && !t.State.Terminal() && !t.unseen
	})
}

func (a *Account) sendExit(h *holding, now time.Time) { a.send(a.newExit(h, h.exit, now)) }

func (a *Account) newExit(h *holding, reason string, now time.Time) *tracked {
	_, number := a.last(h.Intent, Exit)
	t := a.newOrder(h.Intent, h.Strategy, Exit, number+1, now)
	t.Instrument, t.Side, t.Type, t.Amount = h.Instrument, h.Side.Opposite(), MarketOrder, h.Open
	t.ReduceOnly, t.ValidUntil, t.exit, t.Reason = true, now.Add(entryLife), reason, reason
	return t
}

// failExit notes that an exit came to nothing; the next try waits ever longer.
func (h *holding) failExit(now time.Time) {
	h.exitTries++
	h.exitFailed, h.exitNext = now, now.Add(pause(h.exitTries))
}

// exitDue tells whether an exit may be sent: it never waits long while no stop covers the position.
func (a *Account) exitDue(h *holding, now time.Time) bool {
	if !now.Before(h.exitNext) {
		return true
	}
	return now.Sub(h.exitFailed) >= nakedPause && remaining(a.legs(h, Stop)).Less(h.Open)
}

// exitFellShort tries the rest of an exit again, ever more slowly.
func (a *Account) exitFellShort(t *tracked, now time.Time) {
	if h := a.holding(t.Intent); h != nil && h.ExitTime == nil && h.exitNext.Before(now) {
		h.failExit(now)
		if h.exit == "" {
			h.exit = t.exit
		}
	}
}
