package actors

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// gathered gives every counter of a registry, and of histograms their number of observations, by name
// and label values.
func gathered(t *testing.T, from prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	found := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.Metric {
			name := []string{family.GetName()}
			for _, label := range metric.Label {
				name = append(name, label.GetValue())
			}
			found[strings.Join(name, " ")] = metric.GetCounter().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return found
}

func TestFigures(t *testing.T) {
	registry := prometheus.NewRegistry()
	f := newFigures(registry, []trade.Venue{paperVenue})
	require.Contains(t, gathered(t, registry), "tradebaas_orders_total unknown deribit:paper", "a counter begins at 0, not when it is first needed")

	for _, err := range []error{nil, nil, &broker.Error{Outcome: broker.Refused}, &broker.Error{Outcome: broker.Unknown},
		&broker.Error{Outcome: broker.NotSent}, context.DeadlineExceeded} {
		f.answered(paperVenue, err, time.Second)
	}
	f.compared(paperVenue, nil, 3)
	f.compared(paperVenue, errors.New("away"), 0)
	f.decided(decisionTaken)
	f.decided("cooldown")
	f.closed(paperVenue, 2*time.Second)

	got := gathered(t, registry)
	for name, want := range map[string]float64{
		"tradebaas_orders_total accepted deribit:paper":        2,
		"tradebaas_orders_total rejected deribit:paper":        1,
		"tradebaas_orders_total unknown deribit:paper":         2, // what is no answer at all may have acted
		"tradebaas_orders_total unsent deribit:paper":          1,
		"tradebaas_order_seconds deribit:paper":                5, // nobody answered what was never sent
		"tradebaas_reconciliations_total ok deribit:paper":     1,
		"tradebaas_reconciliations_total failed deribit:paper": 1,
		"tradebaas_repairs_total deribit:paper":                3,
		"tradebaas_decisions_total taken":                      1,
		"tradebaas_decisions_total cooldown":                   1,
		"tradebaas_candle_lag_seconds deribit:paper":           1,
	} {
		require.Equal(t, want, got[name], name)
	}
}

func TestFigures_of_pages(t *testing.T) {
	registry := prometheus.NewRegistry()
	o := newOutlet(newFigures(registry, nil))
	for range 3 {
		o.put(waitingFrame{kind: "update", topic: "ticker:x", key: "newest"}, time.Now())
	}
	for range eventsMost + 1 {
		o.put(waitingFrame{kind: "update", topic: "orders"}, time.Now())
	}
	for {
		if _, ok := o.take(time.Now()); !ok {
			break
		}
	}
	got := gathered(t, registry)
	require.EqualValues(t, 2, got["tradebaas_socket_conflated_total"])
	require.EqualValues(t, 1, got["tradebaas_socket_frames_total resync"])
	require.EqualValues(t, 1, got["tradebaas_socket_frames_total update"], "the events gave way to the resync")
}
