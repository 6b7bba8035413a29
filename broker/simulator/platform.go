package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// status tells which indices are locked: those with a book in which orders may only be cancelled.
func (c *call) status() ([]byte, *wireError) {
	locked, all := lockedIndices(c.e.core), true
	for _, m := range c.e.core.Markets {
		all = all && (m.State == core.BookDelivered || m.State == core.BookLocked)
	}
	switch {
	case all:
		return newObject().str("locked", "true").end(), nil
	case len(locked) > 0:
		return newObject().str("locked", "partial").raw("locked_indices", list(locked, text)).end(), nil
	}
	return newObject().str("locked", "false").end(), nil
}

func lockedIndices(x *core.Exchange) []string {
	out := []string{}
	for _, m := range x.Markets {
		if m.State == core.BookLocked {
			out = append(out, m.Instrument.PriceIndex)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tellLocks tells of the indices that have been locked or unlocked since it last did.
func (e *engine) tellLocks() {
	was, is := e.locked, lockedIndices(e.core)
	e.locked = is
	for _, index := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(was, is)))) {
		if locked := slices.Contains(is, index); locked != slices.Contains(was, index) {
			e.sayPlatform(newObject().str("price_index", index).bool("locked", locked).end())
		}
	}
}
