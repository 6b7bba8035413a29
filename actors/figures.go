package actors

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// figures are what the tree counts of trading and of open pages. Their labels are venues, outcomes and
// codes, all few and fixed; a user, a strategy's id or a market never becomes a label.
type figures struct {
	orders          *prometheus.CounterVec
	orderSeconds    *prometheus.HistogramVec
	reconciliations *prometheus.CounterVec
	repairs         *prometheus.CounterVec
	rereads         *prometheus.CounterVec
	decisions       *prometheus.CounterVec
	candleLag       *prometheus.HistogramVec
	frames          *prometheus.CounterVec
	conflated, slow prometheus.Counter
}

// What came of sending an order.
const (
	orderAccepted = "accepted"
	orderRejected = "rejected"
	orderUnknown  = "unknown"
	orderUnsent   = "unsent"
)

// newFigures makes the counters of some venues, which stand at 0 from the start: what was never
// counted can not be told from what is not exported.
func newFigures(into prometheus.Registerer, venues []trade.Venue) *figures {
	f := &figures{
		orders: counters("tradebaas_orders_total", "New orders by what the exchange did: accepted, rejected, unknown, or unsent when nothing left this server.", "venue", "outcome"),
		orderSeconds: histograms("tradebaas_order_seconds", "Time until the exchange answered a new order.",
			[]float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}),
		reconciliations: counters("tradebaas_reconciliations_total", "Comparisons of an account with the exchange.", "venue", "outcome"),
		repairs:         counters("tradebaas_repairs_total", "Differences that a comparison put right.", "venue"),
		rereads:         counters("tradebaas_account_rereads_total", "Accounts that were read again because the database refused a change for good.", "venue"),
		decisions:       counters("tradebaas_decisions_total", "Signals decided on: taken, or the code of the refusal.", "outcome"),
		candleLag: histograms("tradebaas_candle_lag_seconds", "Time from a candle's end, by the exchange's clock, until it was final here.",
			[]float64{.25, .5, 1, 2, 3, 5, 10, 30, 60, 300}),
		frames:    counters("tradebaas_socket_frames_total", "Frames written to open pages.", "type"),
		conflated: prometheus.NewCounter(prometheus.CounterOpts{Name: "tradebaas_socket_conflated_total", Help: "Frames that a newer one replaced before they were written."}),
		slow:      prometheus.NewCounter(prometheus.CounterOpts{Name: "tradebaas_socket_slow_total", Help: "Pages that were closed because they did not read."}),
	}
	f.begin(venues)
	if into != nil {
		into.MustRegister(f.orders, f.orderSeconds, f.reconciliations, f.repairs, f.rereads, f.decisions, f.candleLag, f.frames, f.conflated, f.slow)
	}
	return f
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// histograms have the venue as their one label.
func histograms(name, help string, buckets []float64) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, []string{"venue"})
}

func (f *figures) begin(venues []trade.Venue) {
	for _, v := range venues {
		venue := v.String()
		for _, outcome := range []string{orderAccepted, orderRejected, orderUnknown, orderUnsent} {
			f.orders.WithLabelValues(venue, outcome)
		}
		f.reconciliations.WithLabelValues(venue, "ok")
		f.reconciliations.WithLabelValues(venue, "failed")
		f.repairs.WithLabelValues(venue)
		f.rereads.WithLabelValues(venue)
		f.orderSeconds.WithLabelValues(venue)
		f.candleLag.WithLabelValues(venue)
	}
	f.decisions.WithLabelValues(decisionTaken)
	for _, kind := range []string{"snapshot", "update", "resync", "error", "pong"} {
		f.frames.WithLabelValues(kind)
	}
}

// answered counts the exchange's answer to a new order.
func (f *figures) answered(v trade.Venue, err error, took time.Duration) {
	outcome := orderAccepted
	if err != nil {
		switch broker.OutcomeOf(err) {
		case broker.NotSent:
			outcome = orderUnsent
		case broker.Refused:
			outcome = orderRejected
		default:
			outcome = orderUnknown
		}
	}
	f.orders.WithLabelValues(v.String(), outcome).Inc()
	if outcome != orderUnsent {
		f.orderSeconds.WithLabelValues(v.String()).Observe(took.Seconds())
	}
}

// compared counts a comparison with the exchange and what it put right.
func (f *figures) compared(v trade.Venue, err error, repairs int) {
	outcome := "ok"
	if err != nil {
		outcome = "failed"
	}
	f.reconciliations.WithLabelValues(v.String(), outcome).Inc()
	f.repairs.WithLabelValues(v.String()).Add(float64(repairs))
}

// reread counts an account that was read again because the database refused a change.
func (f *figures) reread(v trade.Venue) { f.rereads.WithLabelValues(v.String()).Inc() }

// decided counts one decision by its outcome.
func (f *figures) decided(outcome string) { f.decisions.WithLabelValues(outcome).Inc() }

// closed counts a candle that became final so long after its end.
func (f *figures) closed(v trade.Venue, lag time.Duration) {
	f.candleLag.WithLabelValues(v.String()).Observe(max(0, lag.Seconds()))
}
