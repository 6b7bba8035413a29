package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const sampleEvery = time.Second

// machine reads from the server's metrics what it takes: memory, processor time, goroutines,
// mailboxes.
type machine struct {
	url string

	mu      sync.Mutex
	last    sample
	first   sample
	peak    sample
	begin   sample // of the steady stage
	end     sample
	samples int
	own     time.Duration // processor time of the load test itself before the steady stage
	ownUsed time.Duration // and during it
}

// sample is the server at one moment.
type sample struct {
	At         time.Time `json:"-"`
	Resident   float64   `json:"residentBytes"`
	Heap       float64   `json:"heapBytes"`
	CPU        float64   `json:"cpuSeconds"`
	Goroutines float64   `json:"goroutines"`
	Files      float64   `json:"openFiles"`
	Sockets    float64   `json:"sockets"`
	Actors     float64   `json:"actors"`
	Queued     float64   `json:"queuedMessages"`
	Deepest    float64   `json:"deepestMailbox"`
	Stuck      float64   `json:"stuckSeconds"`
	Restarts   float64   `json:"restarts"`
	Refused    float64   `json:"refusedMessages"`
}

// watch samples until ctx ends.
func (m *machine) watch(ctx context.Context) {
	if m.url == "" {
		return
	}
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		m.take(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (m *machine) take(ctx context.Context) {
	s, err := m.read(ctx)
	if err != nil {
		return // the report says how many samples there are
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last, m.samples = s, m.samples+1
	if m.samples == 1 {
		m.first = s
	}
	m.peak.raise(s)
}

func (s *sample) raise(other sample) {
	s.Resident, s.Heap, s.CPU = max(s.Resident, other.Resident), max(s.Heap, other.Heap), max(s.CPU, other.CPU)
	s.Goroutines, s.Files, s.Sockets = max(s.Goroutines, other.Goroutines), max(s.Files, other.Files), max(s.Sockets, other.Sockets)
	s.Actors, s.Queued, s.Deepest = max(s.Actors, other.Actors), max(s.Queued, other.Queued), max(s.Deepest, other.Deepest)
	s.Stuck, s.Restarts, s.Refused = max(s.Stuck, other.Stuck), max(s.Restarts, other.Restarts), max(s.Refused, other.Refused)
}

// steady and settled mark the beginning and the end of the stage that counts.
func (m *machine) steady() {
	m.mark(&m.begin)
	m.own = ownTime()
}

func (m *machine) settled() {
	m.mark(&m.end)
	m.ownUsed = ownTime() - m.own
}

func (m *machine) mark(at *sample) {
	if m.url != "" {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		m.take(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	*at = m.last
}

// ownTime is the processor time that this process has used.
func ownTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (m *machine) latest() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.samples == 0 {
		return "server unknown"
	}
	return fmt.Sprintf("server %.0f MB, %.0f goroutines, %.0f queued", m.last.Resident/1e6, m.last.Goroutines, m.last.Queued)
}

func (m *machine) read(ctx context.Context) (s sample, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url+"/metrics", nil)
	if err != nil {
		return s, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return s, err
	}
	defer response.Body.Close()
	s.At = time.Now()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		s.add(lines.Text())
	}
	return s, lines.Err()
}

// add takes one line of the metrics.
func (s *sample) add(text string) {
	name, number, found := strings.Cut(text, " ")
	value, err := strconv.ParseFloat(number, 64)
	if !found || err != nil {
		return
	}
	name, _, _ = strings.Cut(name, "{")
	switch name {
	case "process_resident_memory_bytes":
		s.Resident = value
	case "go_memstats_heap_alloc_bytes":
		s.Heap = value
	case "process_cpu_seconds_total":
		s.CPU = value
	case "go_goroutines":
		s.Goroutines = value
	case "process_open_fds":
		s.Files = value
	case "tradebaas_http_sockets":
		s.Sockets = value
	case "tradebaas_actor_alive":
		s.Actors += value
	case "tradebaas_actor_queued":
		s.Queued += value
	case "tradebaas_actor_queued_max":
		s.Deepest = max(s.Deepest, value)
	case "tradebaas_actor_stuck_seconds_max":
		s.Stuck = max(s.Stuck, value)
	case "tradebaas_actor_restarts_total":
		s.Restarts += value
	case "tradebaas_actor_refused_total":
		s.Refused += value
	}
}
