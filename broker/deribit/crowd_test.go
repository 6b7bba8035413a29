package deribit_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/simulator"
)

// heard tells of which orders, by their labels, a user was told.
func (u *user) heard() (labels []string) {
	for _, e := range told[broker.OrderChanged](u) {
		labels = append(labels, e.Order.Label)
	}
	for _, e := range told[broker.Filled](u) {
		labels = append(labels, e.Fill.Label)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// Many accounts share two sockets: each hears of its own orders only, and when both sockets are
// lost all of them come back by themselves.
func TestCrowd_on_two_sockets(t *testing.T) {
	l := newLive(t, 32, 100)
	crowd := make([]*user, 200)
	for n := range crowd {
		crowd[n] = l.user()
	}
	allUp := func(times int) func() bool {
		return func() bool {
			return !slices.ContainsFunc(crowd, func(u *user) bool { return len(told[broker.SessionUp](u)) < times })
		}
	}
	require.Eventually(t, allUp(1), 30*time.Second, 10*time.Millisecond)
	require.Equal(t, 2, l.venue.Stats().Connections)
	require.Equal(t, 200, l.venue.Stats().Sessions)
	before := runtime.NumGoroutine()

	began := time.Now()
	l.fault("drop", simulator.Trouble{})
	require.Eventually(t, allUp(2), 30*time.Second, 10*time.Millisecond)
	t.Logf("%d sessions are back on %d sockets after %v", len(crowd), l.venue.Stats().Connections, time.Since(began).Round(time.Millisecond))
	require.Equal(t, 2, l.venue.Stats().Connections)
	for _, u := range crowd {
		require.Len(t, told[broker.SessionDown](u), 1)
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+10 }, 10*time.Second, 10*time.Millisecond, "goroutines stay as many")

	var orders sync.WaitGroup
	for n, u := range crowd {
		orders.Go(func() {
			if err := u.buy(fmt.Sprint("order-", n)); err != nil {
				t.Errorf("order of %d: %v", n, err)
			}
		})
	}
	orders.Wait()
	for n, u := range crowd {
		require.Eventually(t, func() bool { return len(u.heard()) > 0 }, 10*time.Second, time.Millisecond, "%d hears of his order", n)
	}
	for n, u := range crowd {
		require.Equal(t, []string{fmt.Sprint("order-", n)}, u.heard())
	}
}
