package simulator

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// fault is one switch of the admin listener.
type fault struct {
	takes string                              // the fields of a Trouble that it takes beside on; those with a ! it needs
	kinds string                              // what kind may be; the first is meant when none is given
	start func(*engine, *trouble) *adminError // does what is done at once; nil: it waits to strike
	once  bool                                // it is over when it has started
	end   func(*engine)                       // what clearing it does beside undoing what is active

	backward bool // ms may be negative
}

// inCalls are the fields of a fault that strikes some calls of some accounts.
const inCalls = "account methods count rate seed"

// faultsByName are all switches.
var faultsByName map[string]fault

func init() {
	faultsByName = map[string]fault{}
	for _, table := range []map[string]fault{callFaults(), linkFaults(), feedFaults(), frameFaults(), keyFaults(), marketFaults(), orderFaults(), venueFaults()} {
		for name, f := range table {
			faultsByName[name] = f
		}
	}
}

// fields lists what a switch takes, and what of it it needs.
func (f fault) fields() (takes, needs []string) {
	takes = []string{"on"}
	for _, word := range strings.Fields(f.takes) {
		name, needed := strings.CutSuffix(word, "!")
		takes = append(takes, name)
		if needed {
			needs = append(needs, name)
		}
	}
	return takes, needs
}

// read takes the body of a switch; a field that it does not know is refused by name.
func (f fault) read(name string, body []byte) (*trouble, *adminError) {
	t, given := &trouble{}, map[string]json.RawMessage{}
	if len(body) > 0 && json.Unmarshal(body, &given) != nil {
		return nil, badRequest("the body is not an object")
	}
	takes, needs := f.fields()
	for _, field := range sortedKeys(given) {
		if !slices.Contains(takes, field) {
			return nil, badRequest("the fault " + name + " takes no field " + field + "; it takes " + strings.Join(takes, ", "))
		}
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &t.Trouble); err != nil {
			return nil, badRequest("the fault " + name + ": " + err.Error())
		}
	}
	if !t.wanted() {
		return t, nil
	}
	for _, field := range needs {
		if _, there := given[field]; !there {
			return nil, badRequest("the fault " + name + " needs the field " + field)
		}
	}
	return t, f.check(t)
}

func (f fault) check(t *trouble) *adminError {
	kinds := strings.Fields(f.kinds)
	switch {
	case t.Count < 0 || t.Ms < 0 && !f.backward || t.Limit < 0:
		return badRequest("count, ms and limit must not be negative")
	case t.Rate < 0 || t.Rate > 100:
		return badRequest("rate must be between 0 and 100")
	case t.Kind == "" && len(kinds) > 0:
		t.Kind = kinds[0]
	case t.Kind != "" && !slices.Contains(kinds, t.Kind):
		return badRequest("kind must be one of " + strings.Join(kinds, ", "))
	}
	t.odds = core.Odds{Count: t.Count, Rate: t.Rate, Seed: t.Seed}
	return nil
}

// switchFault turns a switch.
func (e *engine) switchFault(name string, body []byte) *adminError {
	f, known := faultsByName[name]
	if !known {
		return unknownFault(name)
	}
	t, bad := f.read(name, body)
	switch {
	case bad != nil:
		return bad
	case !t.wanted():
		e.clearFault(name)
		return nil
	case t.Account != 0 && e.core.Account(t.Account) == nil:
		return badRequest("there is no such account")
	case t.Instrument != "" && e.core.MarketOf(t.Instrument) == nil:
		return badRequest("there is no such instrument")
	}
	if f.start != nil {
		if bad := f.start(e, t); bad != nil {
			return bad
		}
	}
	if !f.once {
		e.faults.add(name, t)
	}
	return nil
}

// clearFault ends a fault and undoes what it did.
func (e *engine) clearFault(name string) {
	for _, t := range slices.Backward(slices.Clone(e.faults.active[name])) {
		e.faults.end(name, t)
	}
	if end := faultsByName[name].end; end != nil {
		end(e)
	}
	delete(e.faults.struck, name)
}

func (e *engine) clearFaults() {
	for _, name := range sortedKeys(faultsByName) {
		e.clearFault(name)
	}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
