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
	Worlds     int
	Steps      int           // events
	Replayed   int           // steps of accounts that were lived again, byte by byte
	Span       time.Duration // virtual time
	Intents    int           // decisions to enter that an account allowed
	Entries    int           // entries that were sent
	Lifecycles int           // entries that the exchange took
	Trades     int           // round trips
	Repairs    int
	Balanced   int // accounts whose balance was explained to the last unit
	Denied     map[string]int
	Exits      map[string]int
	Faults     map[Fault]int
	Kills      map[string]int
	Naked      []time.Duration // spells without a whole stop, with nothing in the way
	Dark       []time.Duration // the same spells from beginning to end, outages included
}

func newReport() Report {
	return Report{Denied: map[string]int{}, Exits: map[string]int{}, Faults: map[Fault]int{}, Kills: map[string]int{}}
}

func (r *Report) denied(err error) { r.Denied[trade.CodeOf(err)]++ }

func (r *Report) naked(whole, clear time.Duration) {
	r.Naked, r.Dark = append(r.Naked, clear), append(r.Dark, whole)
}

// close takes the figures that a world leaves behind.
func (r *Report) close(w *World) {
	r.Worlds, r.Span = 1, w.now.Sub(w.start)
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
	r.Worlds, r.Steps, r.Replayed, r.Span = r.Worlds+o.Worlds, r.Steps+o.Steps, r.Replayed+o.Replayed, r.Span+o.Span
	r.Intents, r.Entries, r.Lifecycles, r.Trades = r.Intents+o.Intents, r.Entries+o.Entries, r.Lifecycles+o.Lifecycles, r.Trades+o.Trades
	r.Repairs, r.Balanced = r.Repairs+o.Repairs, r.Balanced+o.Balanced
	sumUp(r.Denied, o.Denied)
	sumUp(r.Exits, o.Exits)
	sumUp(r.Faults, o.Faults)
	sumUp(r.Kills, o.Kills)
	r.Naked, r.Dark = append(r.Naked, o.Naked...), append(r.Dark, o.Dark...)
}

func sumUp[K comparable](to, from map[K]int) {
	for k, n := range from {
		to[k] += n
	}
}

// Write prints the figures.
func (r *Report) Write(out io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	p("%d worlds, %s of virtual time, %d events, %d account steps lived twice", r.Worlds, r.Span.Round(time.Second), r.Steps, r.Replayed)
	p("%d intents, %d entries sent, %d accepted, %d round trips, %d repairs, %d accounts balanced to the last unit",
		r.Intents, r.Entries, r.Lifecycles, r.Trades, r.Repairs, r.Balanced)
	p("without a whole stop, nothing in the way: %s", spread(r.Naked))
	p("without a whole stop, outages included:   %s", spread(r.Dark))
	p("exits: %s", listed(r.Exits))
	p("denied: %s", listed(r.Denied))
	p("kill points: %s", listed(r.Kills))
	p("faults: %s", listed(r.Faults))
}

func spread(list []time.Duration) string {
	if len(list) == 0 {
		return "never"
	}
	slices.Sort(list)
	return fmt.Sprintf("%d spells, p50 %s, p99 %s, max %s", len(list), list[len(list)/2], list[len(list)*99/100], list[len(list)-1])
}

func listed[K cmp.Ordered](m map[K]int) string {
	text := ""
	for _, k := range slices.Sorted(maps.Keys(m)) {
		text += fmt.Sprintf("%v %d, ", k, m[k])
	}
	return text
}
