package kit

import (
	"cmp"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

// census is one pass over all living actors. It reads what their cells show: no actor is sent
// anything and none waits for it.
type census struct {
	kinds           map[string]*kindCensus
	alive, queued   int
	deepest, oldest []insight.Mailbox
}

type kindCensus struct {
	alive, queued, deepest int
	oldest                 int64 // milliseconds
	states                 map[string]int
}

// census counts the living actors and keeps the top deepest and the top oldest mailboxes.
func (c *cells) census(top int) census {
	now := time.Now()
	count := census{kinds: map[string]*kindCensus{}}
	c.each(func(cell *cell) {
		m := cell.mailbox(now)
		count.add(m)
		if top > 0 && m.Queued > 0 {
			count.deepest = append(count.deepest, m)
		}
		if top > 0 && m.Age() > 0 {
			count.oldest = append(count.oldest, m)
		}
	})
	count.deepest = first(count.deepest, top, func(a, b insight.Mailbox) int {
		return cmp.Or(cmp.Compare(b.Queued, a.Queued), cmp.Compare(b.Age(), a.Age()), cmp.Compare(a.ID, b.ID))
	})
	count.oldest = first(count.oldest, top, func(a, b insight.Mailbox) int {
		return cmp.Or(cmp.Compare(b.Age(), a.Age()), cmp.Compare(b.Queued, a.Queued), cmp.Compare(a.ID, b.ID))
	})
	return count
}

func (c *census) add(m insight.Mailbox) {
	kind := c.kinds[m.Kind]
	if kind == nil {
		kind = &kindCensus{states: map[string]int{}}
		c.kinds[m.Kind] = kind
	}
	c.alive++
	c.queued += m.Queued
	kind.alive++
	kind.queued += m.Queued
	kind.deepest = max(kind.deepest, m.Queued)
	kind.oldest = max(kind.oldest, m.Age())
	kind.states[m.State]++
}

// first sorts list and gives its first n, an empty list rather than none.
func first(list []insight.Mailbox, n int, order func(a, b insight.Mailbox) int) []insight.Mailbox {
	slices.SortFunc(list, order)
	return append([]insight.Mailbox{}, list[:min(n, len(list))]...)
}
