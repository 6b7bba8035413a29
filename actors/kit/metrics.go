package kit

import (
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	typesPerKind = 64 // further message types share one label
	otherTypes   = "other"
)

// metrics are the counters of a system. Labels are kinds and message types,
// both few and fixed; a user or a market never becomes a label.
type metrics struct {
	handled     *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	panics      *prometheus.CounterVec
	restarts    *prometheus.CounterVec
	spent       *prometheus.CounterVec
	refused     *prometheus.CounterVec
	unknown     *prometheus.CounterVec
	alive       *prometheus.GaugeVec
	stale       prometheus.Counter
	deadLetters prometheus.Counter
	kinds       sync.Map // kind -> *kindMetrics
}

func newMetrics(into prometheus.Registerer, living *cells) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tradebaas_actor_" + name, Help: help}, labels)
	}
	m := &metrics{
		handled: counter("messages_total", "Messages handled.", "kind", "message"),
		panics:  counter("panics_total", "Panics in Receive.", "kind", "message"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tradebaas_actor_handling_seconds", Help: "Time in Receive.",
			Buckets: []float64{50e-6, 200e-6, 1e-3, 5e-3, 20e-3, 100e-3, 500e-3, 1, 5},
		}, []string{"kind"}),
		restarts: counter("restarts_total", "Restarts after a panic.", "kind"),
		spent:    counter("spent_total", "Actors stopped because their restart budget was spent.", "kind"),
		refused:  counter("refused_total", "Messages refused by a full mailbox.", "kind"),
		unknown:  counter("unknown_total", "Messages that the actor has no case for.", "kind"),
		alive: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradebaas_actor_alive", Help: "Living actors."}, []string{"kind"}),
		stale: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tradebaas_actor_stale_total", Help: "Timer and goroutine results dropped as too late."}),
		deadLetters: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tradebaas_actor_dead_letters_total", Help: "Messages sent to nobody."}),
	}
	if into != nil {
		into.MustRegister(m.handled, m.seconds, m.panics, m.restarts, m.spent, m.refused, m.unknown,
			m.alive, m.stale, m.deadLetters, depthCollector{living})
	}
	return m
}

// kindMetrics are one kind's counters, bound once.
type kindMetrics struct {
	name                              string
	all                               *metrics
	restarts, spent, refused, unknown prometheus.Counter
	alive                             prometheus.Gauge
	seconds                           prometheus.Observer
	types                             sync.Map // reflect.Type -> *typeMetrics
	count                             atomic.Int32
}

func (m *metrics) kind(name string) *kindMetrics {
	if known, ok := m.kinds.Load(name); ok {
		return known.(*kindMetrics)
	}
	fresh := &kindMetrics{
		name: name, all: m, restarts: m.restarts.WithLabelValues(name), spent: m.spent.WithLabelValues(name),
		refused: m.refused.WithLabelValues(name), unknown: m.unknown.WithLabelValues(name),
		alive: m.alive.WithLabelValues(name), seconds: m.seconds.WithLabelValues(name),
	}
	known, _ := m.kinds.LoadOrStore(name, fresh)
	return known.(*kindMetrics)
}

// typeMetrics are the counters of one message type at one kind.
type typeMetrics struct {
	name            string
	handled, panics prometheus.Counter
	seconds         prometheus.Observer
}

func (k *kindMetrics) message(msg any) *typeMetrics {
	t := reflect.TypeOf(msg)
	if known, ok := k.types.Load(t); ok {
		return known.(*typeMetrics)
	}
	name := otherTypes
	if k.count.Add(1) <= typesPerKind && t != nil {
		name = t.String()[strings.LastIndexByte(t.String(), '.')+1:]
	}
	fresh := &typeMetrics{
		name: name, seconds: k.seconds,
		handled: k.all.handled.WithLabelValues(k.name, name),
		panics:  k.all.panics.WithLabelValues(k.name, name),
	}
	known, _ := k.types.LoadOrStore(t, fresh)
	return known.(*typeMetrics)
}

func (t *typeMetrics) observe(took time.Duration) {
	t.handled.Inc()
	t.seconds.Observe(took.Seconds())
}

// depthCollector reads the mailboxes when somebody scrapes: sums and maxima
// per kind, so that the number of series does not grow with the users.
type depthCollector struct{ living *cells }

var (
	queuedDesc  = prometheus.NewDesc("tradebaas_actor_queued", "Messages that wait, all actors of the kind.", []string{"kind"}, nil)
	deepestDesc = prometheus.NewDesc("tradebaas_actor_queued_max", "Messages that wait at the deepest mailbox.", []string{"kind"}, nil)
	stuckDesc   = prometheus.NewDesc("tradebaas_actor_stuck_seconds_max", "Longest time without progress.", []string{"kind"}, nil)
)

// Describe lists the series.
func (d depthCollector) Describe(out chan<- *prometheus.Desc) {
	out <- queuedDesc
	out <- deepestDesc
	out <- stuckDesc
}

// Collect reads every living mailbox once.
func (d depthCollector) Collect(out chan<- prometheus.Metric) {
	type sums struct{ queued, deepest, stuck float64 }
	byKind := map[string]*sums{}
	now := time.Now()
	d.living.each(func(c *cell) {
		s := byKind[c.kind.name]
		if s == nil {
			s = &sums{}
			byKind[c.kind.name] = s
		}
		depth := c.depth(now)
		s.queued += float64(depth.Queued)
		s.deepest = max(s.deepest, float64(depth.Queued))
		s.stuck = max(s.stuck, depth.Waiting.Seconds(), depth.Busy.Seconds())
	})
	for kind, s := range byKind {
		out <- prometheus.MustNewConstMetric(queuedDesc, prometheus.GaugeValue, s.queued, kind)
		out <- prometheus.MustNewConstMetric(deepestDesc, prometheus.GaugeValue, s.deepest, kind)
		out <- prometheus.MustNewConstMetric(stuckDesc, prometheus.GaugeValue, s.stuck, kind)
	}
}
