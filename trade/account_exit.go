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

// ClosePosition closes all that is open in an instrument, at its user's word: a trade of ours by an exit
// of its own, so that our share and no more is booked as ours, and what no trade explains by a second
// order. Both only reduce, so together they close the position that is shown and nothing beyond it. A
// close that no user asked for in so many words, of a strategy that stops or is killed, takes its own
// trade only (Close, CloseStrategy); of the kill switches those of the whole account close both.
//
// The ids are those of the orders to wait for; none when they are under way already. An error that
// comes with an outcome means that the close was tried and is not certain yet.
func (a *Account) ClosePosition(i Instrument, reason string, now time.Time) (Outcome, []OrderID, error) {
	h := a.openOn(i)
	if h != nil {
		return a.closeBoth(h, reason, now)
	}
	if a.exiting(i, func(*tracked) bool { return true }) {
		return Outcome{}, nil, nil
	}
	size := a.positions[i].Size
	if size.IsZero() {
		return Outcome{}, nil, Errorf(NotFound, "position_not_found", "There is no position in %s.", i)
	}
	a.sendClose(i, size, reason, now)
	out := a.settle(now)
	return out, exitsSent(out, i), nil
}

// closeBoth closes a trade and what was traded by hand beside it. How much that is can only be told
// when every fill of ours is known and the position was told after the last of them.
func (a *Account) closeBoth(h *holding, reason string, now time.Time) (Outcome, []OrderID, error) {
	i, rest := h.Instrument, a.beside(h)
	known := !a.inFlight(i) && !a.positions[i].at.Before(h.touched)
	turned := a.positions[i].Size.Mul(sign(h.Side)).Sign() < 0 // by hand: nothing of the trade is left to reduce
	if !turned {
		a.exitTrade(h, reason, now)
	}
	if known && !rest.IsZero() {
		a.sendClose(i, rest, reason, now)
	}
	out := a.settle(now)
	exit, _ := a.last(h.Intent, Exit)
	unsent := exit == nil && h.ExitTime == nil && !turned // then nothing of it is stored
	if unsent || !known && !rest.IsZero() {
		return out, nil, errFillsDue
	}
	return out, exitsSent(out, i), nil
}

// beside is the part of a position that is not of the trade on it, negative for a short one: no more
// than there is to reduce, and nothing while it is being closed.
func (a *Account) beside(h *holding) Dec {
	size, rest := a.positions[h.Instrument].Size, a.unexplained(h.Instrument)
	if rest.Sign() != size.Sign() || a.exiting(h.Instrument, (*tracked).foreign) {
		return Zero
	}
	if size.Abs().Less(rest.Abs()) {
		return size
	}
	return rest
}

// exiting tells whether an exit of some kind is under way in an instrument.
func (a *Account) exiting(i Instrument, kind func(*tracked) bool) bool {
	return slices.ContainsFunc(a.orders, func(t *tracked) bool {
		return t.Instrument == i && t.Role == Exit && !t.State.Terminal() && kind(t)
	})
}

// sendClose sends a reduce-only market order for a size of a position that no trade of ours explains.
func (a *Account) sendClose(i Instrument, size Dec, reason string, now time.Time) {
	intent := IntentID(strings.ReplaceAll(derive("close", a.id.String(), string(i), now.Format(time.RFC3339Nano)), "-", ""))
	t := a.newOrder(intent, "", Exit, 0, now)
	t.Instrument, t.Type, t.Amount, t.ReduceOnly, t.ValidUntil = i, MarketOrder, size.Abs(), true, now.Add(entryLife)
	t.Side, t.exit, t.Reason = Sell, reason, reason
	if size.Sign() < 0 {
		t.Side = Buy
	}
	a.send(t)
}

// exitsSent lists the exits in an instrument that an outcome sends.
func exitsSent(out Outcome, i Instrument) (ids []OrderID) {
	for _, e := range out.Effects {
		if s, ok := e.(SendOrder); ok && s.Order.Role == Exit && s.Order.Instrument == i {
			ids = append(ids, s.Order.ID)
		}
	}
	return ids
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
	return now.Sub(h.exitFailed) >= nakedPause && remaining(a.legs(h, Stop)).Less(a.exposed(h))
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
