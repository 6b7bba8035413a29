package simulation

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Trouble is one spell of one kind of fault in a world.
type Trouble struct {
	Kind     Fault
	Number   int
	From, To time.Duration // since the world began
}

func (t Trouble) String() string {
	return fmt.Sprintf("%s from %s to %s", t.Kind, t.From.Round(time.Millisecond), t.To.Round(time.Millisecond))
}

// id names a spell in Options.Skip.
func (t Trouble) id() string { return fmt.Sprint(t.Kind, "#", t.Number) }

// troubles lists the spells of a world, in the order of kinds and times.
func (w *World) troubles() []Trouble {
	var list []Trouble
	for _, kind := range Faults {
		for n, s := range w.weather[kind].spells {
			if s.to.After(s.from) {
				list = append(list, Trouble{kind, n, s.from.Sub(w.start), s.to.Sub(w.start)})
			}
		}
	}
	return list
}

// skip takes spells out of a world; the draws of all others stay as they are.
func (w *World) skip(ids []string) {
	for _, t := range w.troubles() {
		if slices.Contains(ids, t.id()) {
			w.weather[t.Kind].spells[t.Number] = spell{}
		}
	}
}

// Shrink looks for the fewest spells of trouble with which a seed still breaks the same invariant:
// first it leaves out whole kinds, then what begins after the failure, then one spell after another.
func Shrink(o Options) (Options, []Trouble, *Violation) {
	_, failure := Run(o)
	if failure == nil {
		return o, nil, nil
	}
	same := func(skip []string) bool {
		try := o
		try.Skip = skip
		_, v := Run(try)
		if v == nil || v.Invariant != failure.Invariant {
			return false
		}
		failure = v
		return true
	}
	left := newWorld(o).troubles()
	drop := func(out func(Trouble) bool) {
		skip := slices.Clone(o.Skip)
		for _, t := range left {
			if out(t) {
				skip = append(skip, t.id())
			}
		}
		if len(skip) > len(o.Skip) && same(skip) {
			o.Skip = skip
			left = slices.DeleteFunc(left, out)
		}
	}
	drop(func(t Trouble) bool { return t.From > failure.Elapsed })
	for _, kind := range Faults {
		drop(func(t Trouble) bool { return t.Kind == kind })
	}
	for _, one := range slices.Clone(left) {
		drop(func(t Trouble) bool { return t == one })
	}
	return o, left, failure
}

// Explain writes a failure with what it takes to see it again.
func Explain(out io.Writer, o Options, left []Trouble, v *Violation) {
	_, _ = fmt.Fprintf(out, "%v\nwhat it takes:\n", v)
	for _, t := range left {
		_, _ = fmt.Fprintf(out, "  %s\n", t)
	}
	_, _ = fmt.Fprintf(out, "what happened:\n")
	o.Trace = out
	Run(o)
}
