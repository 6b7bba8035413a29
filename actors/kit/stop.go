package kit

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

// Report tells how a stop went.
type Report struct {
	// Left are the actors that did not stop in time: those that kept their
	// parents waiting, with what each had in hand.
	Left []insight.Mailbox
	// Took is how long the stop was waited for.
	Took time.Duration
}

func (r *Report) add(other Report) {
	r.Left = append(r.Left, other.Left...)
	r.Took += other.Took
}

// StopTree stops ref and everything below it, leaves first, and waits until
// all are gone or ctx ends.
func (s *System) StopTree(ctx context.Context, ref Ref) Report {
	began := time.Now()
	cell := s.cells.get(ref.ID())
	if cell == nil {
		return Report{}
	}
	ref.Stop()
	select {
	case <-cell.done:
		return Report{Took: time.Since(began)}
	case <-ctx.Done():
		return Report{Left: s.leaves(ref.ID()), Took: time.Since(began)}
	}
}

// leaves lists the living actors at or below id that have no living child.
func (s *System) leaves(id string) []insight.Mailbox {
	now := time.Now()
	var living []insight.Mailbox
	s.cells.each(func(c *cell) {
		if c.pid.Id == id || strings.HasPrefix(c.pid.Id, id+"/") {
			living = append(living, c.mailbox(now))
		}
	})
	slices.SortFunc(living, func(a, b insight.Mailbox) int { return cmp.Compare(a.ID, b.ID) })
	return slices.DeleteFunc(living, func(d insight.Mailbox) bool {
		return slices.ContainsFunc(living, func(other insight.Mailbox) bool { return strings.HasPrefix(other.ID, d.ID+"/") })
	})
}
