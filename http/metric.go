package http

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts requests by route pattern. No label ever holds a user, an id or an address.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(registry *prometheus.Registry) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tradebaas_http_requests_total",
			Help: "Requests answered, by method, route and status."}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tradebaas_http_request_seconds",
			Help: "Time to answer a request.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
	}
	for _, collector := range []prometheus.Collector{m.requests, m.duration} {
		if err := registry.Register(collector); err != nil {
			return nil, fmt.Errorf("register the metrics of http: %w", err)
		}
	}
	return m, nil
}

// watchSockets exports how many WebSockets are open.
func watchSockets(registry *prometheus.Registry, s *sockets) error {
	open := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tradebaas_http_sockets", Help: "Open WebSockets."},
		func() float64 { return float64(s.count()) })
	if err := registry.Register(open); err != nil {
		return fmt.Errorf("register the metrics of http: %w", err)
	}
	return nil
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}
