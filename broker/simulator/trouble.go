package simulator

import (
	"slices"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Trouble is what a fault switch is told. Each switch takes some of these fields and refuses the
// rest; docs/simulator.md says which.
type Trouble struct {
	Account    int64            `json:"account,omitempty"`    // whose; 0: everybody's
	Methods    []string         `json:"methods,omitempty"`    // in these calls; none: in every private one
	Instrument trade.Instrument `json:"instrument,omitempty"` // "": all
	Count      int64            `json:"count,omitempty"`      // strikes so many times; 0: until it is cleared
	Rate       int64            `json:"rate,omitempty"`       // strikes in so many percent of the cases; 0: in all
	Seed       uint64           `json:"seed,omitempty"`       // chooses the cases
	Ms         int64            `json:"ms,omitempty"`         // how long, in milliseconds
	Percent    trade.Dec        `json:"percent,omitzero"`
	Code       int              `json:"code,omitempty"` // of the error
	Message    string           `json:"message,omitempty"`
	Kind       string           `json:"kind,omitempty"`  // which variant
	Close      bool             `json:"close,omitempty"` // the socket ends as well
	Scope      string           `json:"scope,omitempty"`
	Limit      int64            `json:"limit,omitempty"` // how many at once: calls, or connections
	On         *bool            `json:"on,omitempty"`    // false ends the fault; left out is true
}

// trouble is a fault that waits to strike.
type trouble struct {
	Trouble
	odds core.Odds
	undo func() // what ends it, beside that it strikes no more
}

func (t *trouble) wanted() bool { return t.On == nil || *t.On }

// concerns tells whether a trouble is about a call or an event of an account. Public calls are
// struck by name only.
func (t *trouble) concerns(account int64, method string, instrument trade.Instrument) bool {
	switch {
	case t.Account != 0 && t.Account != account, t.Instrument != "" && t.Instrument != instrument:
		return false
	case len(t.Methods) > 0:
		return slices.Contains(t.Methods, method)
	}
	return !strings.HasPrefix(method, "public/")
}

// faults are the troubles that the admin listener causes, by the names of their switches.
type faults struct {
	active map[string][]*trouble
	struck map[string]int64 // since a switch was last cleared

	scripts int // counts how often scripts were ended, so that their steps know
	steps   int // of scripts that are still to come
}

// strike finds the trouble of a switch that strikes in this case, and counts it; nil when none does.
// Of a switch with variants, it may be one of some kinds only.
func (f *faults) strike(name string, account int64, method string, instrument trade.Instrument, kinds ...string) *trouble {
	for _, t := range f.active[name] {
		if len(kinds) > 0 && !slices.Contains(kinds, t.Kind) {
			continue
		}
		if t.concerns(account, method, instrument) && t.odds.Strike(account) {
			f.count(name)
			if t.odds.Over() {
				f.end(name, t)
			}
			return t
		}
	}
	return nil
}

// end takes a trouble back; one that is over already stays over.
func (f *faults) end(name string, t *trouble) {
	n := slices.Index(f.active[name], t)
	if n < 0 {
		return
	}
	if f.active[name] = slices.Delete(f.active[name], n, n+1); len(f.active[name]) == 0 {
		delete(f.active, name)
	}
	if t.undo != nil {
		t.undo()
	}
}

// note counts a case of a fault that lasts.
func (f *faults) note(name string, t *trouble) {
	t.odds.Struck++
	f.count(name)
}

func (f *faults) count(name string) {
	if f.struck == nil {
		f.struck = map[string]int64{}
	}
	f.struck[name]++
}

func (f *faults) add(name string, t *trouble) {
	if f.active == nil {
		f.active = map[string][]*trouble{}
	}
	f.active[name] = append(f.active[name], t)
}

// any tells whether a switch is on at all; it counts nothing.
func (f *faults) any(name string) bool { return len(f.active[name]) > 0 }
