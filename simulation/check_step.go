package simulation

import (
	"fmt"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// This file checks the world after each step. Safety that takes time to restore is measured while
// nothing is in the way: the process runs, the link is up, and no message was lost of late.

// The bounds of what takes time.
const (
	nakedMax   = 2*time.Second + 700*time.Millisecond // until a close is asked for, a tick and a clock step included
	nakedEnd   = 5*time.Second + 500*time.Millisecond // until it is asked for again
	surplusMax = 12 * time.Second                     // for stops to follow a position that shrinks
	orphanMax  = sweepEvery + 4*time.Second
	unknownMax = 45 * time.Second
	refusedMax = 35 * time.Second // until an amendment that was refused time and again is tried once more
	pendingMax = 2_000
	queueMax   = 20_000
)

// afterStep are the rules that hold for every user after every step.
var afterStep = []rule[*user]{
	{"I3", "a position of ours is under a stop, or a close is tried in time", covered},
	{"I4", "stops are no larger than the position", noSurplus},
	{"I5", "no leg outlives its position by more than a sweep", noOrphans},
	{"I9", "no order is in doubt for long", unknowns},
	{"I24", "queues are bounded", bounded},
}

func (w *World) check() {
	for _, complaint := range w.db.broken {
		name, text, _ := strings.Cut(complaint, ": ")
		w.violate(name, fmt.Errorf("%s", text))
	}
	for _, u := range w.users {
		if !u.attended() || w.paused() {
			u.trouble(Kill)
		}
		for _, rule := range afterStep {
			if err := rule.holds(u); err != nil {
				w.violate(rule.name, fmt.Errorf("%s: %w", u.id, err))
			}
		}
	}
}

// paused tells whether the exchange takes no orders just now.
func (w *World) paused() bool {
	for _, s := range w.specs {
		if w.venue.x.MarketOf(s.Instrument).State != core.BookOpen {
			return true
		}
	}
	return false
}

// attended tells whether a process looks after the account and can reach the exchange.
func (u *user) attended() bool {
	s := u.w.server
	if s == nil || u.w.now.Before(s.asleep) {
		return false
	}
	n := s.link(u)
	return n != nil && n.compared && !n.session.deaf
}

// calmFor is how long a condition has lasted while nothing was in the way.
func (u *user) calmFor(since time.Time) time.Duration {
	if u.clear.After(since) {
		since = u.clear
	}
	return u.w.now.Sub(since)
}

// since keeps since when a condition holds.
func since(at *time.Time, holds bool, now time.Time) bool {
	switch {
	case !holds:
		*at = time.Time{}
	case at.IsZero():
		*at = now
	}
	return holds
}

func covered(u *user) error {
	for _, i := range u.w.specs {
		s := u.truth.look(i.Instrument)
		if s.own.IsZero() && s.naked.IsZero() {
			continue
		}
		began := s.naked
		if !since(&s.naked, s.stops.Less(s.own.Abs()), u.w.now) {
			if !began.IsZero() {
				s.bare.whole = u.w.now.Sub(began)
				u.w.note("%s %s is covered again after %s, %s of it clear", u.id, i.Instrument, s.bare.whole, s.bare.clear)
				u.w.report.naked(s.bare)
			}
			continue
		}
		if began.IsZero() {
			s.bare = bareness{kind: s.kindOf(u.w.now)}
		}
		if err := s.late(u, i.Instrument); err != nil {
			return err
		}
	}
	return nil
}

// kindOf tells what a spell without cover that begins now begins with.
func (s *standing) kindOf(now time.Time) string {
	switch {
	case !s.entered.Equal(now):
		return lostLater
	case s.linked:
		return linkedFill
	}
	return unlinkedFill
}

// late measures a spell without cover, and tells whether nobody has done anything about it for too long.
func (s *standing) late(u *user, i trade.Instrument) error {
	s.bare.clear = max(s.bare.clear, u.calmFor(s.naked))
	silent, limit := u.calmFor(s.naked), nakedMax
	if s.attempted.After(s.naked) {
		silent, limit = u.calmFor(s.attempted), nakedEnd
	} else {
		s.bare.untried = max(s.bare.untried, silent)
	}
	if silent > limit {
		return fmt.Errorf("%s of %s is under a stop of %s for %s, and nobody tries to close it", s.own, i, s.stops, silent)
	}
	return nil
}

func noSurplus(u *user) error {
	for _, i := range u.w.specs {
		s := u.truth.look(i.Instrument)
		if s.own.IsZero() {
			s.over = time.Time{}
			continue
		}
		limit := surplusMax
		if u.clear.After(s.over) || s.over.Sub(u.clear) < orphanMax || s.shared() { // what was missed, or is not ours, shows in the next sweep
			limit = orphanMax + surplusMax
		}
		if since(&s.over, s.size.Abs().Less(s.stops), u.w.now) && u.calmFor(s.over) > limit && u.w.now.Sub(u.refused) > refusedMax {
			return fmt.Errorf("stops of %s stand for %s of %s, for %s", s.stops, s.size, i.Instrument, u.calmFor(s.over))
		}
	}
	return nil
}

func noOrphans(u *user) error {
	for _, i := range u.w.specs {
		s := u.truth.look(i.Instrument)
		if since(&s.orphaned, s.size.IsZero() && s.legs > 0, u.w.now) && u.calmFor(s.orphaned) > orphanMax {
			return fmt.Errorf("a leg in %s has outlived its position by %s", i.Instrument, u.calmFor(s.orphaned))
		}
	}
	return nil
}

func bounded(u *user) error {
	w := u.w
	if w.queue.Len() > queueMax {
		return fmt.Errorf("%d events wait", w.queue.Len())
	}
	if w.server != nil {
		if n := w.server.link(u); n != nil && n.journal.Pending() > pendingMax {
			return fmt.Errorf("%d records wait in the journal", n.journal.Pending())
		}
	}
	return nil
}

// told checks what executors and pages hear: it is stored, and comes in order.
func (u *user) told(n *connection, r *trade.Record[func()]) {
	if r.Number <= n.told {
		u.w.violate("I25", fmt.Errorf("record %d is told after %d", r.Number, n.told))
	}
	n.told = r.Number
	t := u.w.db.accounts[u.account]
	for _, o := range r.Outcome.Change.Orders {
		row := t.orders[o.ID]
		if row == nil || row.State != o.State && !trade.CanAdvance(o.State, row.State) {
			u.w.violate("I25", fmt.Errorf("%s order %s is told to be %s and is not stored so", o.Role, o.Label, o.State))
		}
	}
	for _, f := range r.Outcome.Change.Fills {
		if _, stored := t.fills[f.ID]; !stored {
			u.w.violate("I25", fmt.Errorf("fill %s is told and not stored", f.ID))
		}
	}
}

// unknowns checks that no order is in doubt for long.
func unknowns(u *user) error {
	for _, row := range u.w.db.accounts[u.account].unending {
		doubt := row.State == trade.OrderUnknown || row.State == trade.OrderSent || row.State == trade.OrderIntended
		if doubt && (row.Role == trade.Entry || row.Role == trade.Exit) && u.calmFor(row.CreatedAt) > unknownMax {
			return fmt.Errorf("%s order %s is %s for %s", row.Role, row.Label, row.State, u.calmFor(row.CreatedAt))
		}
	}
	return nil
}
