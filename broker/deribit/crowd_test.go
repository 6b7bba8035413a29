package deribit_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/brokertest"
	"github.com/tradebaas/tradebaas/broker/deribit"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

// member is one of many sessions, with what it was told.
type member struct {
	broker.Session
	mu     sync.Mutex
	ups    int
	downs  int
	labels map[string]bool
}

func (m *member) hear(e broker.SessionEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e := e.(type) {
	case broker.SessionUp:
		m.ups++
	case broker.SessionDown:
		m.downs++
	case broker.OrderChanged:
		m.labels[e.Order.Label] = true
	case broker.Filled:
		m.labels[e.Fill.Label] = true
	}
}

// heard tells which orders' labels it was told of.
func (m *member) heard() (labels []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for l := range m.labels {
		labels = append(labels, l)
	}
	return labels
}

func (m *member) links() (ups, downs int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ups, m.downs
}

// Many accounts share two sockets: each hears of its own orders only, and when both sockets are
// lost all of them come back by themselves.
func TestCrowd_on_two_sockets(t *testing.T) {
	already := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, already) })
	exchange, err := simulator.New(simulator.Options{Seed: 1, ConnectionsPerAddress: 32, Log: zerolog.Nop()})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(t.Context()))
	defer exchange.Close()
	wire := brokertest.NewWire(t, strings.TrimSuffix(strings.TrimPrefix(exchange.URL(), "ws://"), "/ws/api/v2"))
	venue := deribit.New(deribit.Options{
		Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}, URL: "ws://" + wire.Address() + "/ws/api/v2",
		Logger: zerolog.Nop(), Connections: 28, SessionsPerConnection: 100, Linger: 10 * time.Millisecond, ReconnectMin: 200 * time.Millisecond,
	})

	crowd := make([]*member, 200)
	for n := range crowd {
		m := &member{labels: map[string]bool{}}
		m.Session = venue.OpenSession(account(t, exchange, ""), m.hear)
		crowd[n] = m
		defer m.Close()
	}
	allUp := func(times int) func() bool {
		return func() bool {
			for _, m := range crowd {
				if ups, _ := m.links(); ups < times {
					return false
				}
			}
			return true
		}
	}
	require.Eventually(t, allUp(1), 30*time.Second, 10*time.Millisecond)
	require.Equal(t, 2, venue.Stats().Connections)
	require.Equal(t, 200, venue.Stats().Sessions)
	before := runtime.NumGoroutine()

	wire.Drop()
	began := time.Now()
	require.Eventually(t, allUp(2), 30*time.Second, 10*time.Millisecond)
	t.Logf("%d sessions are back on %d sockets after %v", len(crowd), venue.Stats().Connections, time.Since(began).Round(time.Millisecond))
	require.Equal(t, 2, venue.Stats().Connections)
	for _, m := range crowd {
		_, downs := m.links()
		require.Equal(t, 1, downs)
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+10 }, 10*time.Second, 10*time.Millisecond, "goroutines stay as many")

	var orders sync.WaitGroup
	for n, m := range crowd {
		orders.Go(func() {
			_, err := m.Place(t.Context(), trade.Order{Role: trade.Entry, Instrument: "BTC_USDC-PERPETUAL", Side: trade.Buy, Amount: trade.MustDec("0.001"),
				Type: trade.MarketOrder, Label: fmt.Sprint("order-", n)})
			if err != nil {
				t.Errorf("order of %d: %v", n, err)
			}
		})
	}
	orders.Wait()
	for n, m := range crowd {
		require.Eventually(t, func() bool { return len(m.heard()) > 0 }, 10*time.Second, time.Millisecond, "%d hears of his order", n)
	}
	for n, m := range crowd {
		require.Equal(t, []string{fmt.Sprint("order-", n)}, m.heard())
	}
}
