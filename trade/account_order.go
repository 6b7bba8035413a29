package trade

import (
	"slices"
	"time"
)

// OnPlaced takes the exchange's yes to an order. Legs are the placeholders of a linked entry's legs.
func (a *Account) OnPlaced(id OrderID, v VenueOrder, legs []VenueOrderID, fills []Fill, now time.Time) Outcome {
	t := a.byID(id)
	if t == nil {
		return a.OnOrder(v, now)
	}
	t.pending = false
	if t.Role == Entry && len(legs) > 0 {
		for _, leg := range a.legsOf(t.Intent) {
			leg.waiting = legs
			if leg.Advance(OrderDormant) {
				a.touch(leg)
			}
		}
	}
	a.claim(t, v.ID)
	a.order1(v, now)
	for _, f := range fills {
		a.fill(f, now)
	}
	return a.settle(now)
}

// legsOf lists the first stop and target of an intent.
func (a *Account) legsOf(intent IntentID) []*tracked {
	var legs []*tracked
	for _, role := range []Role{Stop, Target} {
		if t := a.order(intent, role, 0); t != nil {
			legs = append(legs, t)
		}
	}
	return legs
}

// OnSendFailed takes the exchange's no, or that there was no answer. An entry is never sent again.
func (a *Account) OnSendFailed(id OrderID, f Failure, now time.Time) Outcome {
	t := a.byID(id)
	if t == nil {
		return a.settle(now)
	}
	t.pending = false
	if f.Unlinked {
		a.unlinked = true
	}
	switch {
	case f.Unknown:
		if t.Advance(OrderUnknown) {
			a.touch(t)
		}
	case t.Role == Entry:
		a.endEntry(t, failedState(f), f.Reason)
	default:
		a.sendFailed(t, f, now)
	}
	return a.settle(now)
}

func failedState(f Failure) OrderState {
	if f.Busy || f.Expired {
		return OrderExpired
	}
	return OrderRejected
}

// sendFailed ends a leg or an exit that the exchange did not take; what it was for is tried anew.
func (a *Account) sendFailed(t *tracked, f Failure, now time.Time) {
	if !t.Advance(failedState(f)) {
		return
	}
	if t.Role != Exit {
		t.Reason = f.Reason
	}
	a.touch(t)
	h := a.holding(t.Intent)
	if h == nil {
		return
	}
	switch t.Role {
	case Exit:
		h.failExit(now)
		a.askFills(t.Instrument)
		a.want(AskAll{})
	case Target:
		h.targetTries++
		h.targetNext = now.Add(pause(h.targetTries))
	case Stop:
		h.stopNext = now.Add(stopPace)
		if !f.Busy { // the exchange does not take this stop: the position may not stay open without one
			a.exitTrade(h, ExitReconciled, now)
		}
	}
}

// pause grows with the number of tries: 1 s, 2 s, 4 s... up to 30 s.
func pause(tries int) time.Duration {
	return min(time.Second<<min(max(tries-1, 0), 5), 30*time.Second)
}

// OnOrder takes the exchange's word on any order of the account, ours or not.
func (a *Account) OnOrder(v VenueOrder, now time.Time) Outcome {
	a.order1(v, now)
	return a.settle(now)
}

func (a *Account) order1(v VenueOrder, now time.Time) {
	fresh := a.sight(v, now)
	t := a.trackedOf(v)
	if t == nil {
		t = a.recallOf(v)
	}
	if t == nil {
		return
	}
	t.pending, t.unseen = false, false
	if t.Recalled && t.Role == Entry {
		t.Amount = MaxDec(t.Amount, v.Amount)
	}
	switch {
	case slices.Contains(t.waiting, v.ID) || v.Secondary:
		a.placeholder(t, v)
	case t.Role == Stop || t.Role == Target:
		a.leg(t, v, fresh, now)
	default:
		a.claim(t, v.ID)
		if t.absorb(v) {
			a.touch(t)
		}
	}
	if t.Role == Entry {
		a.entryOver(t)
	}
	if t.Role == Exit && t.State.Terminal() && t.Filled.Less(t.Amount) {
		a.exitFellShort(t, now)
	}
}

// sight keeps the list of live orders, and tells whether a word is news. An order that has ended never
// comes back, and an older word, such as a reading that a fill has overtaken, changes nothing.
func (a *Account) sight(v VenueOrder, now time.Time) (fresh bool) {
	if _, ended := a.gone[v.ID]; ended {
		return false
	}
	if known, ok := a.live[v.ID]; ok && v.Live() && (v.Time.Before(known.Time) || v.Filled.Less(known.Filled)) {
		return false
	}
	if v.Live() {
		l, ours := a.origin.owns(v.Label)
		a.live[v.ID] = sighting{v, l, ours, now}
		return true
	}
	delete(a.live, v.ID)
	delete(a.amending, v.ID)
	delete(a.cancelled, v.ID)
	a.gone[v.ID] = now
	return true
}

// trackedOf finds our order behind one of the exchange: by its id, by the trigger order that it came
// from, or by its label.
func (a *Account) trackedOf(v VenueOrder) *tracked {
	if t := a.owner[v.ID]; t != nil {
		return t
	}
	if t := a.owner[v.TriggeredBy]; v.TriggeredBy != "" && t != nil {
		return t
	}
	if _, ours := a.origin.owns(v.Label); ours {
		return a.byLabel(v.Label)
	}
	return nil
}

// placeholder takes the word on the stand-in of a leg: its end means nothing, as the live leg gets
// another id, unless the entry ended without a fill.
func (a *Account) placeholder(t *tracked, v VenueOrder) {
	if v.Live() && t.Advance(OrderDormant) {
		a.touch(t)
	}
}

// leg takes the word on a live stop or target, or on the market order that a stop became.
func (a *Account) leg(t *tracked, v VenueOrder, fresh bool, now time.Time) {
	child := v.TriggeredBy != ""
	if v.State == "triggered" || child {
		if h := a.holding(t.Intent); h != nil && h.triggered.IsZero() {
			h.triggered = now
		}
	}
	a.claim(t, v.ID)
	before := t.Order
	if !child && fresh && v.Live() && !t.State.Terminal() {
		t.VenueOrder, t.Amount, t.TriggerPrice, t.Price = v.ID, v.Amount, v.TriggerPrice, v.Price
		if t.Role == Stop {
			t.Price = Zero
		}
	}
	if child {
		v.ID = v.TriggeredBy // the leg keeps the id of the stop
	}
	if !a.legEndsHere(t, v) {
		v.State = "open"
	}
	if t.absorb(v) || t.Order != before {
		a.touch(t)
	}
}

// legEndsHere tells whether the end of an order at the exchange is the end of our leg: not when
// another live one carries its label.
func (a *Account) legEndsHere(t *tracked, v VenueOrder) bool {
	if v.State == "filled" || v.Live() || v.State == "triggered" {
		return true
	}
	for _, s := range a.live {
		if s.Label == t.Label && s.ID != v.ID && !s.Secondary {
			return false
		}
	}
	return true
}

// OnAmended takes the exchange's reading of an order after an amendment.
func (a *Account) OnAmended(v VenueOrder, now time.Time) Outcome {
	a.answered(v.ID, now.Add(askEvery)) // the exchange may have made something else of it
	before, known := a.live[v.ID]
	if t := a.owner[v.ID]; t != nil {
		if h := a.holding(t.Intent); h != nil {
			h.refusals = 0
			if known && before.OCORef != "" && v.OCORef == "" {
				h.unlinked = true
			}
		}
	}
	a.order1(v, now)
	return a.settle(now)
}

// OnAmendFailed takes the exchange's no to an amendment.
func (a *Account) OnAmendFailed(id VenueOrderID, f Failure, now time.Time) Outcome {
	if f.Unknown || f.Gone || f.Busy {
		// The answer shows in the next reading; the mark expires after amendPatience.
		if t := a.owner[id]; t != nil && !f.Busy {
			a.askLabel(t, now)
		}
		return a.settle(now)
	}
	a.answered(id, now.Add(askEvery))
	if t := a.owner[id]; t != nil && a.holding(t.Intent) != nil {
		h := a.holding(t.Intent)
		a.amendRefused(h, t, now)
		a.answered(id, now.Add(pause(h.refusals)))
		a.askLabel(t, now) // it may be our picture of the order that is wrong
	}
	return a.settle(now)
}

// amendRefused closes a trade whose stop can not be where it must be, and leaves a target where it is.
func (a *Account) amendRefused(h *holding, t *tracked, now time.Time) {
	h.refusals++
	if t.Role == Target {
		h.TakeProfit, h.dirty = t.Price, true
		return
	}
	if a.through(h, h.StopLoss, now) {
		a.exitTrade(h, ExitStop, now)
		return
	}
	if h.refusals >= 3 {
		h.StopLoss, h.BreakEvenDone, h.dirty = t.TriggerPrice, false, true
	}
}

// OnCancelFailed takes the exchange's no to a cancel; an order that is gone already is what we wanted.
func (a *Account) OnCancelFailed(id VenueOrderID, f Failure, now time.Time) Outcome {
	a.cancelled[id] = now.Add(askEvery) // a busy exchange is not asked as fast as it answers
	if f.Gone {
		delete(a.cancelled, id)
		delete(a.live, id)
		a.gone[id] = now
		if t := a.owner[id]; t != nil {
			a.askLabel(t, now)
		}
	}
	return a.settle(now)
}
