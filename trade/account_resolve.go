package trade

import (
	"slices"
	"time"
)

// resolve asks for every order whose outcome nobody knows. An entry is never sent again: it is found
// by its label, or it is proven that the exchange never took it.
func (a *Account) resolve(now time.Time) {
	for _, t := range a.orders {
		if a.doubtful(t, now) && now.Sub(t.asked) >= askEvery {
			a.askLabel(t, now)
		}
		if h := a.holding(t.Intent); h == nil && a.unfilled(t, nil) {
			a.askFillsOnce(t, now)
		}
	}
}

func (a *Account) doubtful(t *tracked, now time.Time) bool {
	if t.State.Terminal() || t.reserved || t.pending || t.standalone() && t.State == OrderOpen {
		return false
	}
	switch t.State {
	case OrderUnknown, OrderSent:
		return true
	case OrderIntended:
		if t.recovered && !t.isLeg() {
			return true
		}
	case OrderOpen: // market orders do not rest
		if !t.isLeg() {
			return now.Sub(t.UpdatedAt) >= stopDeadline
		}
	}
	h := a.holding(t.Intent)
	return t.isLeg() && a.legOver(t) && (h == nil || now.Sub(h.touched) >= linkPatience)
}

// legOver tells whether there is nothing that a leg could protect any more: its trade is closed.
func (a *Account) legOver(t *tracked) bool {
	if h := a.holding(t.Intent); h != nil {
		return h.ExitTime != nil
	}
	entry := a.entryOf(t.Intent)
	return entry == nil || (entry.State.Terminal() && !a.unfilled(entry, nil))
}

func (t *tracked) isLeg() bool { return t.Role == Stop || t.Role == Target }

func (a *Account) askLabel(t *tracked, now time.Time) {
	t.asked = now
	a.want(AskLabel{t.Label, a.spec(t.Instrument).Settlement})
}

// timeLimit is when an order that has not shown up can not show up any more.
func (t *tracked) timeLimit() time.Time {
	if t.ValidUntil.IsZero() {
		return t.CreatedAt.Add(entryLife + entrySkew)
	}
	return t.ValidUntil.Add(entrySkew)
}

// OnLabel takes the answer to AskLabel. Not found is no proof until the order's time limit has passed
// and the exchange has said so twice, with its trade history asked in between.
func (a *Account) OnLabel(label string, orders []VenueOrder, asked, now time.Time) Outcome {
	a.label(label, orders, asked, now)
	return a.settle(now)
}

func (a *Account) label(label string, orders []VenueOrder, asked, now time.Time) {
	for _, v := range orders {
		a.order1(v, now)
	}
	t := a.byLabel(label)
	if t == nil {
		return
	}
	h := a.holding(t.Intent)
	if h != nil {
		a.legAbsent(h, t)
	}
	t.unseen = len(orders) == 0
	dead := !slices.ContainsFunc(orders, func(v VenueOrder) bool { return v.Live() })
	switch {
	case dead && t.isLeg() && a.legOver(t) && !asked.Before(t.timeLimit()):
		a.end(t, OrderCancelled, positionClosed)
	case len(orders) > 0:
		a.noteResolved(t, now)
	case t.State.Terminal() || asked.Before(t.timeLimit()):
	case !t.history:
		t.absences++
		a.askFills(t.Instrument)
	default:
		a.proveAbsent(t, now)
	}
}

// legAbsent notes that no live order stands behind a leg.
func (a *Account) legAbsent(h *holding, t *tracked) {
	if t.Role != Stop && t.Role != Target || len(a.legs(h, t.Role)) > 0 {
		return
	}
	if t.Role == Stop {
		h.stopAbsent = h.stopAsked
	} else {
		h.targetAbsent = h.targetAsked
	}
}

// noteHistory notes that the exchange's history has answered about orders that it does not know.
func (a *Account) noteHistory(i Instrument, asked time.Time) {
	for _, t := range a.orders {
		if t.Instrument == i && t.absences > 0 && !asked.Before(t.timeLimit()) {
			t.history = true
		}
	}
}

func (a *Account) noteResolved(t *tracked, now time.Time) {
	if t.recovered && t.Role == Entry && t.Filled.IsZero() && t.State.Terminal() {
		a.repair(t.Instrument, "resolved", t.Label, "An entry without an answer was found at the exchange; it got no fill.", now)
	}
}

// proveAbsent ends an order that the exchange knows nothing of.
func (a *Account) proveAbsent(t *tracked, now time.Time) {
	const never = "the exchange never took it"
	switch {
	case t.Role == Entry:
		if h := a.holding(t.Intent); h == nil && CanAdvance(t.State, OrderExpired) {
			a.repair(t.Instrument, "resolved", t.Label, "An order without an answer was not found at the exchange; it was never executed.", now)
			a.endEntry(t, OrderExpired, never)
			return
		}
		a.end(t, OrderCancelled, "the exchange does not know it any more")
	case t.State == OrderOpen:
		a.end(t, OrderCancelled, "the exchange does not know it any more")
	default:
		a.end(t, OrderExpired, never)
	}
	if t.Role == Exit {
		a.exitFellShort(t, now)
	}
}

func (a *Account) end(t *tracked, state OrderState, reason string) {
	if t.Advance(state) {
		if t.Role != Exit {
			t.Reason = reason
		}
		a.touch(t)
	}
}

// entering tells whether an entry may still get fills, or has got some that are not known yet.
func (a *Account) entering(t *tracked) bool {
	return t.Role == Entry && (!t.State.Terminal() || a.unfilled(t, a.holding(t.Intent)))
}

// unfilled tells whether the exchange counts more fills of an order than we know.
func (a *Account) unfilled(t *tracked, h *holding) bool {
	if h != nil && h.base != nil && t.recovered {
		return false
	}
	return t.booked.Less(t.Filled)
}

// outstanding asks for fills of a trade that are on their way, and tells whether the position is
// smaller than it seems: then the guard waits, but for no longer than a position may be without a stop.
func (a *Account) outstanding(h *holding, now time.Time) bool {
	smaller := false
	for _, t := range a.orders {
		if t.Intent == h.Intent && a.unfilled(t, h) {
			a.askFillsOnce(t, now)
			smaller = smaller || t.Role != Entry
		}
	}
	switch {
	case !smaller:
		h.owed = time.Time{}
	case h.owed.IsZero():
		h.owed = now
	}
	return smaller && now.Sub(h.owed) < stopDeadline
}

// askFillsOnce asks for fills that are overdue, at most once a second.
func (a *Account) askFillsOnce(t *tracked, now time.Time) {
	if now.Sub(t.asked) >= askEvery {
		t.asked = now
		a.askFills(t.Instrument)
	}
}

func (a *Account) askFills(i Instrument) {
	ask := AskFills{i, a.cursors[i]}
	for _, e := range a.out.effects {
		if e == Effect(ask) {
			return
		}
	}
	a.want(ask)
}
