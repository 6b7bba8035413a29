package simulator

import (
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// window is what a query for trades asks for.
type window struct {
	fromSeq, toSeq, fromID, toID, from, to, count int64
	ascending                                     bool
}

const forever = 1 << 62

// window reads the bounds of a query for trades; timed ones need both ends in time.
func (c *call) window() (w window, err *wireError) {
	for _, f := range []struct {
		name      string
		to        *int64
		otherwise int64
	}{{"start_seq", &w.fromSeq, 0}, {"end_seq", &w.toSeq, forever}, {"start_timestamp", &w.from, 0}, {"end_timestamp", &w.to, forever}} {
		if *f.to, err = c.p.int(f.name, f.otherwise); err != nil {
			return w, err
		}
	}
	if w.fromID, err = c.tradeNumber("start_id", 0); err != nil {
		return w, err
	}
	if w.toID, err = c.tradeNumber("end_id", forever); err != nil {
		return w, err
	}
	p, err := c.page(10, 1_000)
	if err != nil {
		return w, err
	}
	w.count = p.count
	// A range that has a beginning is read from there; otherwise the newest come first.
	switch sorting := c.p.text("sorting"); sorting {
	case "", "default", "asc", "desc":
		w.ascending = sorting == "asc" || sorting != "desc" && (w.fromSeq > 0 || w.fromID > 0 || w.from > 0)
		return w, c.timed()
	}
	return w, core.Invalid("sorting", "unknown value")
}

func (c *call) timed() *wireError {
	if strings.HasSuffix(c.r.method, "_and_time") {
		for _, name := range []string{"start_timestamp", "end_timestamp"} {
			if !c.p.has(name) {
				return core.Invalid(name, "value required")
			}
		}
	}
	return nil
}

// tradeNumber reads the number in a trade's id: digits, or a prefix and digits.
func (c *call) tradeNumber(name string, otherwise int64) (int64, *wireError) {
	id := c.p.text(name)
	if id == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(id[strings.LastIndexByte(id, '-')+1:], 10, 64)
	if err != nil {
		return 0, core.Invalid(name, "must be a trade id")
	}
	return n, nil
}

// place is where a trade stands in the order of all.
type place struct{ seq, id, at int64 }

func (w window) holds(p place) bool {
	return p.seq >= w.fromSeq && p.seq <= w.toSeq && p.id >= w.fromID && p.id <= w.toID && p.at >= w.from && p.at <= w.to
}

// choose gives the items of a window, in its order, and whether there are more. The items are
// oldest first.
func choose[T any](items []T, w window, where func(T) place) (chosen []T, more bool) {
	for n := range items {
		item := items[n]
		if !w.ascending {
			item = items[len(items)-1-n]
		}
		if !w.holds(where(item)) {
			continue
		}
		if int64(len(chosen)) == w.count {
			return chosen, true
		}
		chosen = append(chosen, item)
	}
	return chosen, false
}
