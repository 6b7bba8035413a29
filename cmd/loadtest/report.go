package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// report is all that a run found. Times are milliseconds, from the moment an act was due.
type report struct {
	Users     int             `json:"users"`
	Arrived   int             `json:"arrived"`
	Seconds   float64         `json:"steadySeconds"`
	Mix       string          `json:"mix"`
	Rate      float64         `json:"actsPerPersonAndMinute"`
	Stages    map[string]line `json:"stages"`
	Endpoints map[string]line `json:"endpoints"`
	Requests  int64           `json:"requests"`
	Failed    int             `json:"failed"`
	Events    eventsReport    `json:"events"`
	Truth     *truth          `json:"apiAgainstSocket"`
	Leaks     int             `json:"leaks"`
	LeaksTold []string        `json:"leaksTold,omitempty"`
	Server    *serverReport   `json:"server,omitempty"`
	OwnCPU    float64         `json:"loadtestProcessors"`
	Actors    []actorKind     `json:"actors,omitempty"`
	Mailboxes []string        `json:"mailboxes,omitempty"`
}

type eventsReport struct {
	Frames    map[string]int64 `json:"frames"`
	PerSecond float64          `json:"perSecond"`
	Gaps      map[string]int64 `json:"gaps,omitempty"`
	Repeats   int64            `json:"repeats"`
	Troubles  map[string]int   `json:"troubles,omitempty"`
}

// serverReport is what the server took. Processors is how many it kept busy in the steady stage.
type serverReport struct {
	First      sample  `json:"first"`
	Steady     sample  `json:"steady"`
	Peak       sample  `json:"peak"`
	Processors float64 `json:"processors"`
	PerUser    float64 `json:"bytesPerUser"`
	Samples    int     `json:"samples"`
}

func (r *run) report() *report {
	p := &report{Users: len(r.people), Arrived: int(r.arrived.Load()), Seconds: r.steadyFor.Seconds(), Mix: r.o.Mix, Rate: r.o.Rate,
		Stages: r.stages.lines(), Endpoints: r.endpoints.lines(), Truth: &r.truth, Server: r.machine.report(len(r.people)), Actors: r.admin.kinds, Mailboxes: r.admin.deepest}
	p.Requests, p.Failed = r.requests()
	p.Leaks, p.LeaksTold = r.marks.leaks()
	p.Events = eventsReport{Frames: r.events.frames, Gaps: r.events.gaps, Repeats: r.events.repeats, Troubles: r.events.troubles}
	if r.steadyFor >= sampleEvery { // an interrupted run has nothing to divide by
		p.Events.PerSecond = float64(r.steadyFrames) / p.Seconds
		p.OwnCPU = r.machine.ownUsed.Seconds() / p.Seconds
	}
	return p
}

func (m *machine) report(users int) *serverReport {
	if m.samples == 0 {
		return nil
	}
	s := &serverReport{First: m.first, Steady: m.end, Peak: m.peak, Samples: m.samples, PerUser: (m.end.Resident - m.first.Resident) / float64(users)}
	if took := m.end.At.Sub(m.begin.At); took >= sampleEvery {
		s.Processors = (m.end.CPU - m.begin.CPU) / took.Seconds()
	}
	return s
}

// verdict is an error when something leaked, was missing, or failed too often.
func (p *report) verdict(o options) error {
	gaps := p.Events.Repeats
	for _, n := range p.Events.Gaps {
		gaps += n
	}
	var faults []string
	add := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	percent := 100 * float64(p.Failed) / float64(max(p.Requests, 1))
	add(p.Leaks > 0, "%d times something of one user reached another", p.Leaks)
	add(gaps > 0, "%d frames were missing or came twice by their numbers", gaps)
	add(p.Truth.Told < p.Truth.Due, "%d of %d facts were not told by the sockets", p.Truth.Due-p.Truth.Told, p.Truth.Due)
	add(percent > o.MaxErrors, "%.2f %% of the requests failed, above %.2f %%", percent, o.MaxErrors)
	add(p.Arrived == 0, "nobody arrived")
	if faults == nil {
		return nil
	}
	return fmt.Errorf("load test failed: %s", strings.Join(faults, "; "))
}

func (p *report) save(path string) error {
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// write prints the report for people.
func (p *report) write(w io.Writer) {
	fmt.Fprintf(w, "\n%d of %d people arrived; %.0f s of use, %g acts per person and minute\n", p.Arrived, p.Users, p.Seconds, p.Rate)
	writeLines(w, "stage", p.Stages)
	writeLines(w, "endpoint", p.Endpoints)
	fmt.Fprintf(w, "\nrequests %d, failed %d, leaks %d\n", p.Requests, p.Failed, p.Leaks)
	for _, told := range p.LeaksTold {
		fmt.Fprintln(w, "  leak:", told)
	}
	fmt.Fprintf(w, "frames %s (%.0f/s), missing by number %s, repeated %d, troubles %s\n", counts(p.Events.Frames), p.Events.PerSecond,
		counts(p.Events.Gaps), p.Events.Repeats, counts(p.Events.Troubles))
	fmt.Fprintf(w, "facts due %d, told %d (the pages of %d people)\n", p.Truth.Due, p.Truth.Told, p.Truth.People)
	for _, missing := range p.Truth.Missing {
		fmt.Fprintln(w, "  missing:", missing)
	}
	p.writeServer(w)
}

func (p *report) writeServer(w io.Writer) {
	if p.Server == nil {
		fmt.Fprintln(w, "the server's metrics were not readable")
		return
	}
	s := p.Server
	fmt.Fprintf(w, "server: memory %.0f MB (was %.0f, most %.0f; %.0f KB per user), heap %.0f MB, %.2f processors, %.0f goroutines, %.0f files, %.0f sockets\n",
		s.Steady.Resident/1e6, s.First.Resident/1e6, s.Peak.Resident/1e6, s.PerUser/1e3, s.Steady.Heap/1e6, s.Processors, s.Steady.Goroutines, s.Steady.Files, s.Steady.Sockets)
	fmt.Fprintf(w, "actors: %.0f alive, %.0f queued (most %.0f, deepest mailbox %.0f, longest wait %.3f s), %.0f restarts, %.0f refused\n",
		s.Steady.Actors, s.Steady.Queued, s.Peak.Queued, s.Peak.Deepest, s.Peak.Stuck, s.Peak.Restarts, s.Peak.Refused)
	for _, k := range p.Actors {
		fmt.Fprintf(w, "  %-11s %6d alive, %9d messages handled, p50 %d us, p99 %d us, %d panics\n", k.Kind, k.Alive, k.Handled, k.P50, k.P99, k.Panics)
	}
	for _, box := range p.Mailboxes {
		fmt.Fprintln(w, "  waiting:", box)
	}
	fmt.Fprintf(w, "load test: %.2f processors\n", p.OwnCPU)
}

func writeLines(w io.Writer, title string, lines map[string]line) {
	fmt.Fprintf(w, "\n%-46s %9s %9s %9s %9s %9s  errors\n", title+" (ms)", "count", "p50", "p95", "p99", "max")
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		l := lines[name]
		fmt.Fprintf(w, "%-46s %9d %9.1f %9.1f %9.1f %9.1f  %s\n", name, l.Count, l.P50, l.P95, l.P99, l.Max, counts(l.Errors))
	}
}

// counts lists numbers by name, in order.
func counts[N int | int64](numbers map[string]N) string {
	if len(numbers) == 0 {
		return "0"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		parts = append(parts, fmt.Sprintf("%s: %d", name, numbers[name]))
	}
	return strings.Join(parts, ", ")
}
