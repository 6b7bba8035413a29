package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tradebaas/tradebaas/broker/deribit"
)

// exchangeCollector reads how much of each exchange's budgets is in use when somebody scrapes. Its
// labels are environments and priorities, both few and fixed.
type exchangeCollector map[string]func() deribit.Stats

// exchangeSeries is one number per exchange.
type exchangeSeries struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(deribit.Stats) float64
}

func series(name, help string, kind prometheus.ValueType, of func(deribit.Stats) float64) exchangeSeries {
	return exchangeSeries{prometheus.NewDesc("tradebaas_exchange_"+name, help, []string{"venue"}, nil), kind, of}
}

var exchangeSeriesAll = []exchangeSeries{
	series("connections", "Sockets open or being opened.", prometheus.GaugeValue, func(s deribit.Stats) float64 { return float64(s.Connections) }),
	series("connections_waiting", "Sockets that wait for room within the limit per address.", prometheus.GaugeValue, func(s deribit.Stats) float64 { return float64(s.WaitingConnections) }),
	series("connections_refused_total", "Sockets that the exchange had no room for.", prometheus.CounterValue, func(s deribit.Stats) float64 { return float64(s.RefusedConnections) }),
	series("transports", "Sockets that carry users' sessions.", prometheus.GaugeValue, func(s deribit.Stats) float64 { return float64(s.Transports) }),
	series("sessions", "Users' sessions that have a place on a socket.", prometheus.GaugeValue, func(s deribit.Stats) float64 { return float64(s.Sessions) }),
	series("sessions_per_transport_max", "Users' sessions on the fullest socket.", prometheus.GaugeValue, func(s deribit.Stats) float64 { return float64(s.Fullest) }),
	series("frames_unreadable_total", "Frames that could not be understood.", prometheus.CounterValue, func(s deribit.Stats) float64 { return float64(s.Unreadable) }),
}

var queuedRequestsDesc = prometheus.NewDesc("tradebaas_exchange_requests_queued", "Requests that wait for rate-limit credit, all accounts.", []string{"venue", "priority"}, nil)

// Describe lists the series.
func (e exchangeCollector) Describe(out chan<- *prometheus.Desc) {
	for _, s := range exchangeSeriesAll {
		out <- s.desc
	}
	out <- queuedRequestsDesc
}

// Collect reads every exchange once.
func (e exchangeCollector) Collect(out chan<- prometheus.Metric) {
	for venue, read := range e {
		stats := read()
		for _, s := range exchangeSeriesAll {
			out <- prometheus.MustNewConstMetric(s.desc, s.kind, s.of(stats), venue)
		}
		for priority, n := range stats.Queued {
			out <- prometheus.MustNewConstMetric(queuedRequestsDesc, prometheus.GaugeValue, float64(n), venue, priority.String())
		}
	}
}
