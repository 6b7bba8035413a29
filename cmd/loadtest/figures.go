package main

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// slowest is the longest time that is told apart.
const slowest = 2 * time.Minute

// figures are latencies and errors by name: an endpoint or a stage.
type figures struct {
	mu     sync.Mutex
	byName map[string]*figure
}

type figure struct {
	times  *hdrhistogram.Histogram // microseconds
	errors map[string]int
}

func newFigures() *figures { return &figures{byName: map[string]*figure{}} }

func (f *figures) of(name string) *figure {
	one, ok := f.byName[name]
	if !ok {
		one = &figure{times: hdrhistogram.New(1, slowest.Microseconds(), 3), errors: map[string]int{}}
		f.byName[name] = one
	}
	return one
}

// add takes one attempt: how long it took since it was due, and the code of its error, "" for none.
func (f *figures) add(name string, took time.Duration, code string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.of(name)
	_ = one.times.RecordValue(min(max(took, 0), slowest).Microseconds()) // in range by the line itself
	if code != "" {
		one.errors[code]++
	}
}

// line is one row of the report; times are milliseconds.
type line struct {
	Count  int64          `json:"count"`
	P50    float64        `json:"p50"`
	P95    float64        `json:"p95"`
	P99    float64        `json:"p99"`
	Max    float64        `json:"max"`
	Failed int            `json:"failed"`
	Errors map[string]int `json:"errors,omitempty"`
}

func (f *figures) lines() map[string]line {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]line{}
	for name, one := range f.byName {
		all[name] = one.line()
	}
	return all
}

func (f *figure) line() line {
	at := func(q float64) float64 { return float64(f.times.ValueAtQuantile(q)) / 1000 }
	l := line{Count: f.times.TotalCount(), P50: at(50), P95: at(95), P99: at(99), Max: float64(f.times.Max()) / 1000, Errors: map[string]int{}}
	for code, n := range f.errors {
		l.Errors[code] = n
		l.Failed += n
	}
	return l
}
