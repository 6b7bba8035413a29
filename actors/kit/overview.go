package kit

import (
	"maps"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

// mailboxesShown is how many of the deepest and of the oldest mailboxes an overview names.
const mailboxesShown = 50

// Overview tells how all actors are. It passes once over what their cells show and reads the
// counters; no actor is asked, so it is safe to call often and while actors hang.
func (s *System) Overview() insight.Overview {
	living := s.cells.census(mailboxesShown)
	samples := s.history.all()
	now := s.metrics.sample(time.Now())
	var before sample
	if len(samples) > 0 {
		before = samples[0]
	}
	o := insight.Overview{
		At: now.at, Alive: living.alive, Queued: living.queued, DeadLetters: count(s.metrics.deadLetters),
		Deepest: living.deepest, Oldest: living.oldest, Failures: s.Failures(), Rates: rates(samples),
		Kinds: []insight.Kind{},
	}
	for _, name := range slices.Sorted(maps.Keys(now.kinds)) {
		o.Kinds = append(o.Kinds, overviewOf(name, now.kinds[name], before.kinds[name], living.kinds[name]))
	}
	return o
}

func overviewOf(name string, now, before totals, living *kindCensus) insight.Kind {
	recent := now.since(before)
	kind := insight.Kind{
		Kind: name, Handled: now.handled, Refused: now.refused, Restarts: now.restarts, Panics: now.panics,
		Spent: now.spent, States: map[string]int{},
		P50Micros: quantile(0.5, recent), P99Micros: quantile(0.99, recent),
	}
	if living != nil {
		kind.Alive, kind.Queued, kind.States = living.alive, living.queued, living.states
	}
	return kind
}
