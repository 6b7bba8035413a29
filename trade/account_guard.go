package trade

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// How patient the guard of a position is.
const (
	legGrace      = 300 * time.Millisecond // for a linked leg to show up by itself
	stopDeadline  = 2 * time.Second        // then a position without a stop is closed
	stopPace      = 400 * time.Millisecond // between tries to place one
	nakedPause    = 4 * time.Second        // at most between tries to close such a position
	targetGrace   = time.Second
	amendPatience = 5 * time.Second // then an amendment without an answer is tried anew
	evenPatience  = 2 * time.Second // for the exchange to shrink the legs by itself
	linkPatience  = time.Second     // for the exchange to cancel the other leg
	askEvery      = time.Second
)

// settle ends every method: trades that are flat are closed, open ones are guarded, and what nobody
// knows the outcome of is asked for.
func (a *Account) settle(now time.Time) Outcome {
	a.closeTrades(now)
	a.flatten(now)
	a.unpause(now)
	if a.online {
		for _, h := range a.holdings {
			if h.ExitTime == nil {
				a.guard(h, now)
			} else {
				a.clear(h, now)
				a.fund(h, now)
			}
		}
		a.resolve(now)
	}
	a.noteOrders()
	a.rollDays(now)
	return a.flush(now)
}

// unpause forgets the pauses between amendments and cancels that are over.
func (a *Account) unpause(now time.Time) {
	maps.DeleteFunc(a.amending, func(_ VenueOrderID, m amendment) bool { return !now.Before(m.next) })
	maps.DeleteFunc(a.cancelled, func(_ VenueOrderID, next time.Time) bool { return !now.Before(next) })
}

// noteOrders keeps in each trade the exchange's ids of its orders.
func (a *Account) noteOrders() {
	for _, h := range a.holdings {
		a.noteOrder(h, Entry, &h.EntryOrder)
		a.noteOrder(h, Stop, &h.StopOrder)
		a.noteOrder(h, Target, &h.TargetOrder)
	}
}

func (a *Account) noteOrder(h *holding, role Role, id *VenueOrderID) {
	if t, _ := a.last(h.Intent, role); t != nil && t.VenueOrder != "" && t.VenueOrder != *id {
		*id, h.dirty = t.VenueOrder, true
	}
}

// Tick lets time pass: deadlines of the guard and of unresolved orders.
func (a *Account) Tick(now time.Time) Outcome { return a.settle(now) }

// Busy tells whether something is under way, so that Tick is wanted several times a second.
func (a *Account) Busy() bool {
	for _, t := range a.orders {
		h := a.holding(t.Intent)
		if a.unfilled(t, h) {
			return true
		}
		if t.standalone() && t.State == OrderOpen {
			continue
		}
		unsettled := !t.isLeg() || t.State == OrderUnknown || t.State == OrderSent || h == nil || h.ExitTime != nil
		if !t.State.Terminal() && unsettled {
			return true
		}
	}
	return slices.ContainsFunc(a.holdings, func(h *holding) bool {
		return h.ExitTime == nil && (h.exit != "" || !h.triggered.IsZero()) || !h.stopMissing.IsZero() || !h.targetMissing.IsZero() || !h.uneven.IsZero() ||
			(h.ExitTime != nil && len(a.legs(h, ""))+boolInt(!h.Funded) > 0) || (h.ExitTime == nil && !h.levelled)
	}) || len(a.amending) > 0 || a.closing("") && a.HasPosition()
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// guard keeps an open position covered, or closes it.
func (a *Account) guard(h *holding, now time.Time) {
	if a.outstanding(h, now) || h.Open.IsZero() || a.exitUnderWay(h) {
		return
	}
	if a.vanished(h) {
		a.clear(h, now)
		return
	}
	whole := a.whole(h)
	if whole && !h.levelled {
		a.level(h, now)
	}
	if h.exit == "" {
		a.guardStop(h, now)
	}
	if h.exit == "" && whole {
		a.guardTarget(h, now)
		a.align(h, now)
	}
	if h.exit != "" && !a.exitUnderWay(h) && a.exitDue(h, now) {
		a.sendExit(h, now)
	}
}

// vanished tells whether readings agree that the exchange has nothing of this trade any more. Until the
// history may be trusted it stays open in the books, but its legs would take from what is opened next.
func (a *Account) vanished(h *holding) bool {
	return h.doubts > 1 && a.sizeOf(h).Sign() <= 0
}

// whole tells whether the entry is over and all of its fills are known.
func (a *Account) whole(h *holding) bool {
	entry := a.entryOf(h.Intent)
	return entry == nil || (entry.State.Terminal() && h.entered().Cmp(entry.Filled) >= 0)
}

// level sets stop and target by the true average price.
func (a *Account) level(h *holding, now time.Time) {
	h.levelled = true
	if h.levels == nil {
		return
	}
	l := h.levels(h.EntryPrice)
	h.StopLoss, h.TakeProfit, h.dirty = l.Stop, l.Target, true
	switch {
	case l.Passed:
		a.exitTrade(h, ExitTargetPassed, now)
	case a.through(h, h.StopLoss, now):
		a.exitTrade(h, ExitStop, now)
	}
}

// through tells whether the mark price is known to be at or beyond a stop.
func (a *Account) through(h *holding, stop Dec, now time.Time) bool {
	mark := a.mark(h.Instrument, now)
	if mark.Sign() <= 0 || stop.Sign() <= 0 {
		return false
	}
	if h.Side == Buy {
		return mark.Cmp(stop) <= 0
	}
	return stop.Cmp(mark) <= 0
}

// legs lists the live orders at the exchange that protect a trade, oldest id first; role "" for both.
func (a *Account) legs(h *holding, role Role) []VenueOrder {
	var list []VenueOrder
	for _, s := range a.live {
		wanted := s.label.Role
		if s.ours && s.label.Intent == h.Intent && !s.Secondary && !a.isWaiting(s.VenueOrder) &&
			(wanted == role || (role == "" && (wanted == Stop || wanted == Target))) && s.TriggeredBy == "" {
			list = append(list, s.VenueOrder)
		}
	}
	slices.SortFunc(list, func(x, y VenueOrder) int { return cmp.Compare(x.ID, y.ID) })
	return list
}

func (a *Account) isWaiting(v VenueOrder) bool {
	t := a.byLabel(v.Label)
	return t != nil && slices.Contains(t.waiting, v.ID)
}

func remaining(orders []VenueOrder) Dec {
	total := Zero
	for _, v := range orders {
		total = total.Add(v.Amount.Sub(v.Filled))
	}
	return total
}

// guardStop wants the whole position under a stop: it waits a moment for the linked one, asks, places
// one of its own, and closes at market when none stands in time or the price has passed it.
func (a *Account) guardStop(h *holding, now time.Time) {
	stops, exposed := a.legs(h, Stop), a.exposed(h)
	if a.firing(h, now) || exposed.Cmp(remaining(stops)) <= 0 {
		h.stopMissing, h.stopAsked, h.stopAbsent = time.Time{}, false, false
		a.cancelSurplus(stops, exposed, now)
		return
	}
	if h.stopMissing.IsZero() {
		h.stopMissing = now
	}
	since := now.Sub(h.stopMissing)
	newest, _ := a.last(h.Intent, Stop)
	switch {
	case !h.triggered.IsZero():
		a.repair(h.Instrument, "protected", string(h.Intent)+"fell short", "The stop was hit and did not close the whole position in time; the rest is closed at market.", now)
		a.exitTrade(h, ExitStop, now)
	case since >= stopDeadline:
		a.repair(h.Instrument, "protected", string(h.Intent)+"close", "No stop stood for this position in time; it is closed at market.", now)
		a.exitTrade(h, ExitReconciled, now)
	case (since >= legGrace || h.unlinked) && a.through(h, h.StopLoss, now):
		a.repair(h.Instrument, "protected", string(h.Intent)+"passed", "The price passed the stop while none stood; the position is closed at market.", now)
		a.exitTrade(h, ExitStop, now)
	case newest != nil && (newest.pending || newest.State == OrderUnknown), now.Before(h.stopNext):
	case len(stops) > 0:
		if since >= legGrace {
			a.amend(stops[0], exposed.Sub(remaining(stops[1:])), h.StopLoss, Zero, now)
		}
	case h.unlinked && a.whole(h), h.stopAbsent:
		a.sendLeg(h, Stop, now)
	case since >= legGrace && !h.stopAsked && newest != nil:
		h.stopAsked = true
		a.askLabel(newest, now)
	case newest == nil:
		a.sendLeg(h, Stop, now)
	}
}

// firing tells whether a stop of the trade has just become a market order.
func (a *Account) firing(h *holding, now time.Time) bool {
	return !h.triggered.IsZero() && now.Sub(h.triggered) < stopDeadline
}

// cancelSurplus cancels stops beyond those that cover the position already.
func (a *Account) cancelSurplus(orders []VenueOrder, open Dec, now time.Time) {
	for i := len(orders) - 1; i > 0; i-- {
		if open.Cmp(remaining(orders[:i])) <= 0 {
			a.cancel(orders[i].ID, now)
		}
	}
}

// guardTarget wants a target; a position that is under a stop may wait for it.
func (a *Account) guardTarget(h *holding, now time.Time) {
	targets := a.legs(h, Target)
	if len(targets) > 0 || a.firing(h, now) || h.TakeProfit.IsZero() {
		h.targetMissing, h.targetAsked, h.targetAbsent, h.targetTries = time.Time{}, false, false, 0
		return
	}
	if h.targetMissing.IsZero() {
		h.targetMissing = now
	}
	newest, _ := a.last(h.Intent, Target)
	switch {
	case !h.stopMissing.IsZero() || now.Before(h.targetNext):
	case newest != nil && (newest.pending || newest.State == OrderUnknown):
	case h.unlinked, h.targetAbsent, newest == nil:
		a.sendLeg(h, Target, now)
	case now.Sub(h.targetMissing) >= targetGrace && !h.targetAsked:
		h.targetAsked = true
		a.askLabel(newest, now)
	}
}

// sendLeg sends a stop or target as an order of its own.
func (a *Account) sendLeg(h *holding, role Role, now time.Time) {
	t, number := a.last(h.Intent, role)
	if t == nil || t.State != OrderIntended || t.recovered {
		if t != nil && !t.State.Terminal() && t.Advance(OrderCancelled) {
			t.Reason = "replaced"
			a.touch(t)
		}
		t = a.newOrder(h.Intent, h.Strategy, role, number+1, now)
		a.repair(h.Instrument, "protected", t.Label, "A missing "+string(role)+" was put back.", now)
	}
	t.linked = false
	t.Instrument, t.Side, t.Amount, t.ReduceOnly = h.Instrument, h.Side.Opposite(), a.exposed(h), true
	t.ValidUntil = now.Add(entryLife)
	if role == Stop {
		t.Type, t.TriggerPrice = StopMarketOrder, h.StopLoss
		h.stopAsked, h.stopAbsent = false, false
	} else {
		t.Type, t.Price = LimitOrder, h.TakeProfit
		h.targetAsked, h.targetAbsent = false, false
	}
	h.unlinked = true
	a.send(t)
}

func (a *Account) send(t *tracked) {
	t.Advance(OrderSent)
	t.pending = true
	a.touch(t)
	a.want(SendOrder{t.Order})
}

// align moves the legs to the prices that the trade wants, and to its amount when the exchange does
// not shrink them by itself.
func (a *Account) align(h *holding, now time.Time) {
	if !h.stopMissing.IsZero() {
		return
	}
	stops, targets, exposed := a.legs(h, Stop), a.legs(h, Target), a.exposed(h)
	uneven := len(stops) == 1 && !stops[0].Amount.Sub(stops[0].Filled).Equal(exposed) ||
		len(targets) == 1 && !targets[0].Amount.Sub(targets[0].Filled).Equal(exposed)
	if !uneven {
		h.uneven = time.Time{}
	} else if h.uneven.IsZero() {
		h.uneven = now
	}
	resize := uneven && now.Sub(h.uneven) >= evenPatience
	for _, v := range stops {
		if amount := a.aim(v, h, len(stops) == 1 && resize); !v.TriggerPrice.Equal(h.StopLoss) && h.StopLoss.Sign() > 0 || !amount.Equal(v.Amount) {
			a.amend(v, amount, h.StopLoss, Zero, now)
		}
	}
	for _, v := range targets {
		if amount := a.aim(v, h, len(targets) == 1 && resize); !v.Price.Equal(h.TakeProfit) && h.TakeProfit.Sign() > 0 || !amount.Equal(v.Amount) {
			a.amend(v, amount, Zero, h.TakeProfit, now)
		}
	}
}

// aim is the full amount that a leg should have.
func (a *Account) aim(v VenueOrder, h *holding, resize bool) Dec {
	if resize {
		return v.Filled.Add(a.exposed(h))
	}
	return v.Amount
}

func (a *Account) amend(v VenueOrder, amount, trigger, price Dec, now time.Time) {
	e := AmendOrder{Order: v.ID, Instrument: v.Instrument, Amount: amount, Price: price, TriggerPrice: trigger}
	if last, busy := a.amending[v.ID]; busy && now.Before(last.next) && (!last.answered || last.same(e)) {
		return
	}
	a.amending[v.ID] = amendment{e, now.Add(amendPatience), false}
	a.want(e)
}

// amendment is one that was sent. The same one is not sent again before next, so that an exchange which
// refuses it, or makes something else of it, is not asked as fast as it answers.
type amendment struct {
	AmendOrder
	next     time.Time
	answered bool
}

func (m amendment) same(e AmendOrder) bool {
	return m.Amount.Equal(e.Amount) && m.Price.Equal(e.Price) && m.TriggerPrice.Equal(e.TriggerPrice)
}

func (a *Account) answered(id VenueOrderID, next time.Time) {
	if m, known := a.amending[id]; known {
		m.answered, m.next = true, next
		a.amending[id] = m
	}
}

func (a *Account) cancel(id VenueOrderID, now time.Time) {
	if next, busy := a.cancelled[id]; busy && now.Before(next) {
		return
	}
	a.cancelled[id] = now.Add(amendPatience)
	a.want(CancelOrder{id})
}

// clear removes what still protects a position that is gone. Linked legs remove each other.
func (a *Account) clear(h *holding, now time.Time) {
	p, _ := h.lastExit()
	byLeg := p.role == Stop || p.role == Target
	if byLeg && !h.unlinked && now.Sub(h.touched) < linkPatience {
		return
	}
	for _, v := range a.legs(h, "") {
		a.cancel(v.ID, now)
	}
}
