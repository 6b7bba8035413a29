package kit

import (
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// handlingBuckets are the bounds of handling times in seconds. Most messages take some microseconds,
// so the steps are fine there: no more than a factor of 2.5 until a tenth of a second.
var handlingBuckets = []float64{
	1e-6, 2.5e-6, 5e-6, 10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6,
	1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 500e-3, 1, 5,
}

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
			Name: "tradebaas_actor_handling_seconds", Help: "Time in Receive.", Buckets: handlingBuckets,
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
			m.alive, m.stale, m.deadLetters, livingCollector{living})
	}
	return m
}

// kindMetrics are one kind's counters, bound once.
type kindMetrics struct {
	name                              string
	all                               *metrics
	restarts, spent, refused, unknown prometheus.Counter
	alive                             prometheus.Gauge
	seconds                           prometheus.Histogram
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
		alive: m.alive.WithLabelValues(name), seconds: m.seconds.WithLabelValues(name).(prometheus.Histogram),
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

// livingCollector reads the mailboxes when somebody scrapes: sums and maxima
// per kind, so that the number of series does not grow with the users.
type livingCollector struct{ living *cells }

var (
	queuedDesc  = prometheus.NewDesc("tradebaas_actor_queued", "Messages that wait, all actors of the kind.", []string{"kind"}, nil)
	deepestDesc = prometheus.NewDesc("tradebaas_actor_queued_max", "Messages that wait at the deepest mailbox.", []string{"kind"}, nil)
	stuckDesc   = prometheus.NewDesc("tradebaas_actor_stuck_seconds_max", "Longest time without progress.", []string{"kind"}, nil)
	statesDesc  = prometheus.NewDesc("tradebaas_actor_states", "Living actors by what they are doing.", []string{"kind", "state"}, nil)
)

// Describe lists the series.
func (l livingCollector) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{queuedDesc, deepestDesc, stuckDesc, statesDesc} {
		out <- desc
	}
}

// Collect reads every living mailbox once.
func (l livingCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for kind, c := range l.living.census(0).kinds {
		gauge(queuedDesc, float64(c.queued), kind)
		gauge(deepestDesc, float64(c.deepest), kind)
		gauge(stuckDesc, float64(c.oldest)/1000, kind)
		for state, n := range c.states {
			gauge(statesDesc, float64(n), kind, state)
		}
	}
}
