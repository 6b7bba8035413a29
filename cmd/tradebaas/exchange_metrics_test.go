package main

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/deribit"
)

func TestExchangeCollector(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(exchangeCollector{"deribit:live": func() deribit.Stats {
		return deribit.Stats{Connections: 28, WaitingConnections: 3, RefusedConnections: 7, Transports: 27, Sessions: 40, Fullest: 2, Unreadable: 1,
			Queued: map[deribit.Priority]int{deribit.PriorityRead: 9}}
	}})
	families, err := registry.Gather()
	require.NoError(t, err)
	got := map[string]float64{}
	for _, f := range families {
		m := f.GetMetric()[0]
		require.Equal(t, "deribit:live", m.GetLabel()[len(m.GetLabel())-1].GetValue())
		got[f.GetName()] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
	}
	require.Equal(t, map[string]float64{
		"tradebaas_exchange_connections":                28,
		"tradebaas_exchange_connections_waiting":        3,
		"tradebaas_exchange_connections_refused_total":  7,
		"tradebaas_exchange_transports":                 27,
		"tradebaas_exchange_sessions":                   40,
		"tradebaas_exchange_sessions_per_transport_max": 2,
		"tradebaas_exchange_frames_unreadable_total":    1,
		"tradebaas_exchange_requests_queued":            9,
	}, got)
}
