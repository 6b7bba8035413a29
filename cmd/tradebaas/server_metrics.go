package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tradebaas/tradebaas/http"
)

// readyWithin bounds how long a scrape waits for what readiness asks.
const readyWithin = 2 * time.Second

// serverCollector reads the database's pools and asks readiness when somebody scrapes.
type serverCollector struct {
	pools func() map[string]*pgxpool.Stat
	ready http.Readiness
}

// poolSeries is one number per pool.
type poolSeries struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(*pgxpool.Stat) float64
}

func poolFigure(name, help string, kind prometheus.ValueType, of func(*pgxpool.Stat) float64) poolSeries {
	return poolSeries{prometheus.NewDesc("tradebaas_database_"+name, help, []string{"pool"}, nil), kind, of}
}

var poolSeriesAll = []poolSeries{
	poolFigure("connections", "Open connections.", prometheus.GaugeValue, func(s *pgxpool.Stat) float64 { return float64(s.TotalConns()) }),
	poolFigure("connections_used", "Connections that somebody works with.", prometheus.GaugeValue, func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }),
	poolFigure("connections_max", "Connections that there may be.", prometheus.GaugeValue, func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) }),
	poolFigure("uses_total", "Times that a connection was taken.", prometheus.CounterValue, func(s *pgxpool.Stat) float64 { return float64(s.AcquireCount()) }),
	poolFigure("waits_total", "Times that none was free at once.", prometheus.CounterValue, func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }),
	poolFigure("wait_seconds_total", "Time waited for a free connection.", prometheus.CounterValue, func(s *pgxpool.Stat) float64 { return s.EmptyAcquireWaitTime().Seconds() }),
	poolFigure("given_up_total", "Waits that ended without a connection.", prometheus.CounterValue, func(s *pgxpool.Stat) float64 { return float64(s.CanceledAcquireCount()) }),
}

var readyDesc = prometheus.NewDesc("tradebaas_ready", "1 when this part of readiness holds, as /ready tells it.", []string{"check"}, nil)

// Describe lists the series.
func (c serverCollector) Describe(out chan<- *prometheus.Desc) {
	for _, s := range poolSeriesAll {
		out <- s.desc
	}
	out <- readyDesc
}

// Collect reads every pool once and asks each check.
func (c serverCollector) Collect(out chan<- prometheus.Metric) {
	for pool, stat := range c.pools() {
		for _, s := range poolSeriesAll {
			out <- prometheus.MustNewConstMetric(s.desc, s.kind, s.of(stat), pool)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	for _, check := range c.ready.Ready(ctx) {
		holds := 0.0
		if check.OK {
			holds = 1
		}
		out <- prometheus.MustNewConstMetric(readyDesc, prometheus.GaugeValue, holds, check.Name)
	}
}
