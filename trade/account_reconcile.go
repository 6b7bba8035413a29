package trade

import (
	"slices"
	"time"
)

// Snapshot is what the exchange says of an account. Positions were asked for before fills, so that a
// position that the fills do not explain is not just younger than them.
type Snapshot struct {
	Asked     time.Time // when the first question was sent
	Orders    []VenueOrder
	Positions []VenuePosition
	Balances  []Balance
	Fills     map[Instrument][]Fill
}

// Instruments lists those whose fills matter: with an unfinished order, an open trade, a position or
// a cursor. The cursor says from where on they are wanted.
func (a *Account) Instruments() []Instrument {
	set := map[Instrument]bool{}
	for _, t := range a.orders {
		set[t.Instrument] = true
	}
	for _, h := range a.holdings {
		set[h.Instrument] = true
	}
	for i := range a.cursors {
		set[i] = true
	}
	return sortedKeys(set)
}

// Cursor tells from where on an instrument's fills are wanted. Without one it is the beginning of
// the oldest thing that is not finished.
func (a *Account) Cursor(i Instrument) Cursor {
	if c, ok := a.cursors[i]; ok {
		return c
	}
	c := Cursor{}
	for _, t := range a.orders {
		if t.Instrument == i && (c.Time.IsZero() || t.CreatedAt.Before(c.Time)) {
			c.Time = t.CreatedAt.Add(-time.Second)
		}
	}
	return c
}

// Reconcile compares the account with the exchange and puts right what differs: what an earlier run
// sent is adopted, what lost its stop is protected, what protects nothing is cancelled, and a trade
// whose position is gone is closed. Orders and positions of others are shown and never touched.
func (a *Account) Reconcile(s Snapshot, now time.Time) Outcome {
	for _, b := range s.Balances {
		a.OnBalance(b)
	}
	a.takePositions(s)
	a.takeOrders(s, now)
	for _, i := range sortedKeys(s.Fills) {
		a.fills(i, s.Fills[i], s.Asked, now)
	}
	a.missLegs(s)
	a.closeTrades(now)
	a.doubtMissing(s, now)
	a.cancelOrphans(s, now)
	a.findGhosts(s, now)
	a.noteForeign(now)
	return a.settle(now)
}

func (a *Account) takePositions(s Snapshot) {
	listed := map[Instrument]bool{}
	for _, p := range s.Positions {
		listed[p.Instrument] = true
		if !p.Size.IsZero() {
			a.readFrom(p.Instrument, s.Asked)
		}
		if known, ok := a.positions[p.Instrument]; !ok || !known.at.After(s.Asked) {
			a.positions[p.Instrument] = standing{p, s.Asked}
			a.marked(p.Instrument, p.MarkPrice, s.Asked)
		}
	}
	for _, i := range sortedKeys(a.positions) {
		if p := a.positions[i]; !listed[i] && !p.at.After(s.Asked) {
			a.positions[i] = standing{VenuePosition{Instrument: i, MarkPrice: p.MarkPrice}, s.Asked}
		}
	}
}

func (a *Account) takeOrders(s Snapshot, now time.Time) {
	listed := map[VenueOrderID]bool{}
	for _, v := range s.Orders {
		listed[v.ID] = true
		a.order1(v, now)
	}
	for _, id := range sortedKeys(a.live) {
		if !listed[id] && !a.live[id].at.After(s.Asked) {
			delete(a.live, id)
		}
	}
}

// doubtMissing asks for orders of ours that should be live and are not listed.
func (a *Account) doubtMissing(s Snapshot, now time.Time) {
	for _, t := range a.orders {
		if t.State != OrderOpen && t.State != OrderDormant || t.UpdatedAt.After(s.Asked) || t.pending {
			continue
		}
		if !slices.ContainsFunc(s.Orders, func(v VenueOrder) bool { return v.Label == t.Label || v.ID == t.VenueOrder }) {
			a.askLabel(t, now)
		}
	}
}

// cancelOrphans cancels orders of this installation that protect nothing any more.
func (a *Account) cancelOrphans(s Snapshot, now time.Time) {
	for _, v := range s.Orders {
		l, ours := a.origin.owns(v.Label)
		if !ours || !v.Live() || a.needed(l, v) {
			continue
		}
		if _, ended := a.gone[v.ID]; ended {
			continue
		}
		a.repair(v.Instrument, "orphan_cancelled", string(v.ID), "An order that protected nothing any more was cancelled.", now)
		a.cancel(v.ID, now)
	}
}

// needed tells whether an order of ours still has a purpose: its trade is open, its entry is not
// over, or it reduces a position that nothing else explains.
func (a *Account) needed(l Label, v VenueOrder) bool {
	if h := a.holding(l.Intent); h != nil {
		return h.ExitTime == nil
	}
	if entry := a.entryOf(l.Intent); entry != nil && (!entry.State.Terminal() || entry.Filled.Sign() > 0) {
		return true
	}
	if l.Role == Exit {
		return true
	}
	size := a.unexplained(v.Instrument)
	return a.openOn(v.Instrument) == nil && v.ReduceOnly && (size.Sign() > 0 && v.Side == Sell || size.Sign() < 0 && v.Side == Buy)
}

// noteForeign tells the user of a position that somebody else changed while a trade of ours is open, and
// notes what it leaves of ours: the legs are no larger than that.
func (a *Account) noteForeign(now time.Time) {
	for _, h := range a.holdings {
		h.left = Zero
		if h.ExitTime == nil && h.doubts == 0 && a.Foreign(h.Instrument) {
			h.left = MaxDec(a.sizeOf(h), Zero)
			a.repair(h.Instrument, "foreign_position", string(h.Intent), "The position differs from what the strategy's own orders explain; its stop stays, and nothing new is entered.", now)
		}
	}
}

// findGhosts closes trades whose position is gone without a fill that tells how: readings must agree
// for as long as the exchange's history may lag behind, and nothing may be in flight.
func (a *Account) findGhosts(s Snapshot, now time.Time) {
	for _, h := range a.holdings {
		size := a.sizeOf(h)
		_, complete := s.Fills[h.Instrument]
		young := len(h.fills) > 0 && !h.fills[len(h.fills)-1].Time.Before(s.Asked)
		if h.ExitTime != nil || size.Sign() > 0 || !complete || young || h.Open.IsZero() || a.inFlight(h.Instrument) {
			h.doubts = 0
			continue
		}
		if h.doubts++; h.doubts == 1 {
			h.doubted = now
			a.want(AskAll{})
		}
		if now.Sub(h.doubted) < historyPast {
			continue
		}
		a.repair(h.Instrument, "ghost_closed", string(h.Intent), "The position of this trade is gone at the exchange and no fill tells how; the trade was closed in the books.", now)
		h.Open = Zero
		a.closeTrade(h, ExitReconciled, now)
	}
}
