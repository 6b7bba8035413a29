package simulation

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// Report is what one run or many came to.
type Report struct {
	Worlds     int           // each with a schedule of faults of its own
	Troubles   int           // spells of them
	Steps      int           // events
	Replayed   int           // steps of accounts that were lived again, byte by byte
	Span       time.Duration // virtual time
	Intents    int           // decisions to enter that an account allowed
	Entries    int           // entries that were sent
	Lifecycles int           // entries that the exchange took
	Linked     int           // of those, the ones that brought their stop along
	Duplicates int           // entries that it took although it had taken one of the same intent
	Trades     int           // round trips
	Repairs    int
	Balanced   int // accounts whose balance was explained to the last unit
	Denied     map[string]int
	Exits      map[string]int
	Faults     map[Fault]int
	Kills      map[string]int // of the server, by the point at which it was
	Naked      map[string][]bareness
}

func newReport() Report {
	return Report{Denied: map[string]int{}, Exits: map[string]int{}, Faults: map[Fault]int{}, Kills: map[string]int{}, Naked: map[string][]bareness{}}
}

func (r *Report) denied(err error) { r.Denied[trade.CodeOf(err)]++ }

// close takes the figures that a world leaves behind.
func (r *Report) close(w *World) {
	r.Worlds, r.Troubles, r.Span = 1, len(w.troubles()), w.now.Sub(w.start)
	for kind, weather := range w.weather {
		r.Faults[kind] += max(weather.struck, len(w.spells(kind)))
	}
	for _, t := range w.db.accounts {
		r.Trades += len(t.trades)
		r.Repairs += len(t.repairs)
		for _, tr := range t.trades {
			r.Exits[tr.ExitReason]++
		}
	}
}

// Add joins the figures of another run.
func (r *Report) Add(o Report) {
	if r.Faults == nil {
		*r = newReport()
	}
	r.Worlds, r.Troubles, r.Span = r.Worlds+o.Worlds, r.Troubles+o.Troubles, r.Span+o.Span
	r.Steps, r.Replayed, r.Linked, r.Duplicates = r.Steps+o.Steps, r.Replayed+o.Replayed, r.Linked+o.Linked, r.Duplicates+o.Duplicates
	r.Intents, r.Entries, r.Lifecycles, r.Trades = r.Intents+o.Intents, r.Entries+o.Entries, r.Lifecycles+o.Lifecycles, r.Trades+o.Trades
	r.Repairs, r.Balanced = r.Repairs+o.Repairs, r.Balanced+o.Balanced
	sumUp(r.Denied, o.Denied)
	sumUp(r.Exits, o.Exits)
	sumUp(r.Faults, o.Faults)
	sumUp(r.Kills, o.Kills)
	for kind, spells := range o.Naked {
		r.Naked[kind] = append(r.Naked[kind], spells...)
	}
}

func sumUp[K comparable](to, from map[K]int) {
	for k, n := range from {
		to[k] += n
	}
}

// Write prints the figures.
func (r *Report) Write(out io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	p("%d worlds, %d spells of trouble, %s of virtual time, %d events, %d account steps lived twice",
		r.Worlds, r.Troubles, r.Span.Round(time.Second), r.Steps, r.Replayed)
	p("%d intents, %d entries sent, %d accepted, %d of them twice, %d kills of the server", r.Intents, r.Entries, r.Lifecycles, r.Duplicates, r.Killed())
	p("%d round trips, %d repairs, %d accounts balanced to the last unit", r.Trades, r.Repairs, r.Balanced)
	r.writeNaked(out)
	p("exits: %s", listed(r.Exits))
	p("denied: %s", listed(r.Denied))
	p("killed: %s", listed(r.Kills))
	p("faults: %s", listed(r.Faults))
}

// Killed is how often the server was killed.
func (r *Report) Killed() (sum int) {
	for _, n := range r.Kills {
		sum += n
	}
	return sum
}

func listed[K cmp.Ordered](m map[K]int) string {
	text := ""
	for _, k := range slices.Sorted(maps.Keys(m)) {
		text += fmt.Sprintf("%v %d, ", k, m[k])
	}
	return text
}
