package actors

import (
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// trigger waits for the mark price to reach its price.
type trigger struct {
	SetTrigger
	expires time.Time
}

// triggers are one market's price triggers in the order in which they fire, so
// that a tick looks at those that fire and one more. Each follower has one.
type triggers struct {
	above []trigger // lowest price first
	below []trigger // highest price first
}

// set adds or renews a follower's trigger.
func (t *triggers) set(m SetTrigger, now time.Time) {
	t.clear(m.Follower)
	list, order := &t.below, func(a, b trigger) int { return b.Price.Cmp(a.Price) }
	if m.Above {
		list, order = &t.above, func(a, b trigger) int { return a.Price.Cmp(b.Price) }
	}
	fresh := trigger{SetTrigger: m, expires: now.Add(leaseTerm)}
	i, _ := slices.BinarySearchFunc(*list, fresh, order)
	*list = slices.Insert(*list, i, fresh)
}

// clear takes a follower's trigger away.
func (t *triggers) clear(follower string) {
	gone := func(x trigger) bool { return x.Follower == follower }
	t.above, t.below = slices.DeleteFunc(t.above, gone), slices.DeleteFunc(t.below, gone)
}

// expire takes away what was not renewed by now.
func (t *triggers) expire(now time.Time) {
	gone := func(x trigger) bool { return !now.Before(x.expires) }
	t.above, t.below = slices.DeleteFunc(t.above, gone), slices.DeleteFunc(t.below, gone)
}

// reach gives the triggers that mark has reached and forgets them.
func (t *triggers) reach(mark trade.Dec) []trigger {
	if mark.Sign() <= 0 {
		return nil // no mark price known
	}
	var fired []trigger
	for len(t.above) > 0 && !mark.Less(t.above[0].Price) {
		fired, t.above = append(fired, t.above[0]), t.above[1:]
	}
	for len(t.below) > 0 && !t.below[0].Price.Less(mark) {
		fired, t.below = append(fired, t.below[0]), t.below[1:]
	}
	return fired
}

func (t *triggers) len() int { return len(t.above) + len(t.below) }
