package kit

import (
	"math"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

const (
	historyStep = 5 * time.Second
	historyKept = 60 // steps: five minutes
)

// totals are the counters of one kind at one moment.
type totals struct {
	handled, refused, restarts, spent, panics uint64
	buckets                                   []uint64 // handled, by handlingBuckets and one above
}

// sample is the counters of all kinds at one moment.
type sample struct {
	at    time.Time
	kinds map[string]totals
}

// history keeps a sample of every step of the last five minutes, once for all who look.
type history struct {
	mu      sync.Mutex
	samples []sample // oldest first
	over    chan struct{}
	once    sync.Once
}

func (h *history) end() { h.once.Do(func() { close(h.over) }) }

// keep takes samples until the end.
func (h *history) keep(m *metrics) {
	h.add(m.sample(time.Now()))
	tick := time.NewTicker(historyStep)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			h.add(m.sample(now))
		case <-h.over:
			return
		}
	}
}

func (h *history) add(s sample) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.samples = append(h.samples, s); len(h.samples) > historyKept+1 {
		h.samples = append(h.samples[:0], h.samples[1:]...)
	}
}

func (h *history) all() []sample {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]sample(nil), h.samples...)
}

// rates tells what happened between each two samples.
func rates(samples []sample) insight.Rates {
	r := insight.Rates{EverySeconds: int(historyStep.Seconds()), Points: []insight.Point{}}
	for i := 1; i < len(samples); i++ {
		before, now := samples[i-1].sum(), samples[i].sum()
		seconds := samples[i].at.Sub(samples[i-1].at).Seconds()
		r.Points = append(r.Points, insight.Point{
			At:               samples[i].at,
			HandledPerSecond: perSecond(now.handled-before.handled, seconds),
			RefusedPerSecond: perSecond(now.refused-before.refused, seconds),
			Restarts:         now.restarts - before.restarts,
		})
	}
	return r
}

// perSecond is rounded to a tenth, as nobody reads more.
func perSecond(n uint64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return math.Round(float64(n)/seconds*10) / 10
}

func (s sample) sum() (sum totals) {
	for _, t := range s.kinds {
		sum.handled += t.handled
		sum.refused += t.refused
		sum.restarts += t.restarts
	}
	return sum
}

// sample reads the counters of every kind.
func (m *metrics) sample(now time.Time) sample {
	s := sample{at: now, kinds: map[string]totals{}}
	m.kinds.Range(func(name, kind any) bool {
		s.kinds[name.(string)] = kind.(*kindMetrics).totals()
		return true
	})
	return s
}

func (k *kindMetrics) totals() totals {
	t := totals{refused: count(k.refused), restarts: count(k.restarts), spent: count(k.spent)}
	k.types.Range(func(_, of any) bool {
		t.panics += count(of.(*typeMetrics).panics)
		return true
	})
	var read dto.Metric
	_ = k.seconds.Write(&read) // a histogram has nothing to refuse
	t.handled = read.Histogram.GetSampleCount()
	var below uint64
	for _, bucket := range read.Histogram.Bucket {
		t.buckets = append(t.buckets, bucket.GetCumulativeCount()-below)
		below = bucket.GetCumulativeCount()
	}
	t.buckets = append(t.buckets, t.handled-below)
	return t
}

func count(counter prometheus.Counter) uint64 {
	var read dto.Metric
	_ = counter.Write(&read) // neither has a counter
	return uint64(read.Counter.GetValue())
}

// since is what happened after an earlier moment.
func (t totals) since(before totals) []uint64 {
	fresh := append([]uint64(nil), t.buckets...)
	for i, n := range before.buckets {
		fresh[i] -= n
	}
	return fresh
}

// quantile is the time that a part q of the observations stayed under, in microseconds; within a
// bucket they count as evenly spread, and above the last bound as that bound.
func quantile(q float64, buckets []uint64) int64 {
	var all uint64
	for _, n := range buckets {
		all += n
	}
	rank, seen, low := q*float64(all), 0.0, 0.0
	for i, n := range buckets {
		if i == len(handlingBuckets) {
			break
		}
		high := handlingBuckets[i]
		if n > 0 && seen+float64(n) >= rank {
			return micros(low + (high-low)*(rank-seen)/float64(n))
		}
		seen, low = seen+float64(n), high
	}
	if all == 0 {
		return 0
	}
	return micros(low)
}

func micros(seconds float64) int64 { return int64(math.Ceil(seconds * 1e6)) }
