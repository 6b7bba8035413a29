package simulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

const orderEvents = "user.orders.any.any.raw"

// watcher is a socket of alice that hears of her orders, and another of hers that places them.
func (s *stage) watcher() (hears, places *socket) {
	s.t.Helper()
	hears, places = s.login(alice), s.login(alice)
	hears.call("private/subscribe", object{"channels": []string{orderEvents}})
	return hears, places
}

// heard gives the labels of the order events so far, in the order in which they came.
func (c *socket) heard() (labels []any) {
	c.t.Helper()
	c.call("public/test", nil)
	for _, n := range c.news {
		labels = append(labels, field(n, "params", "data", "label"))
	}
	return labels
}

func TestFault_drop_cuts_one_accounts_connections(t *testing.T) {
	s := newStage(t)
	a, b := s.login(alice), s.login(bob)
	s.fault("drop", simulator.Trouble{Account: 70001})
	_, _, err := a.ws.ReadMessage()
	require.Error(t, err)
	b.call("public/test", nil)
}

func TestFault_half_open_socket_is_silent_until_it_is_cleared(t *testing.T) {
	s := newStage(t)
	deaf, places := s.watcher()
	hears := s.login(bob)
	s.fault("half-open", simulator.Trouble{Account: 70001})
	deaf.send(`{"jsonrpc":"2.0","id":1,"method":"public/test"}`)
	places.send(`{"jsonrpc":"2.0","id":1,"method":"private/buy","params":{"instrument_name":"BTC_USDC-PERPETUAL","amount":0.01,"type":"market","label":"unheard"}}`)
	hears.call("public/test", nil)
	fresh := s.login(alice)
	fresh.call("private/buy", market("heard"))
	require.Empty(t, fresh.labelled("unheard"), "nothing is heard of what it says")

	s.clear("half-open")
	require.Empty(t, deaf.heard(), "and what was said meanwhile is lost")
	places.call("private/buy", market("again"))
	require.Equal(t, []any{"again"}, deaf.heard())
}

func TestFault_events_are_lost(t *testing.T) {
	s := newStage(t)
	hears, places := s.watcher()
	s.fault("lose-events", simulator.Trouble{Account: 70001, Count: 1, Methods: []string{"user.orders"}})
	places.call("private/buy", market("one"))
	places.call("private/buy", market("two"))
	require.Equal(t, []any{"two"}, hears.heard())
}

func TestFault_events_come_twice(t *testing.T) {
	s := newStage(t)
	hears, places := s.watcher()
	s.fault("duplicate-events", simulator.Trouble{Account: 70001, Count: 1, Ms: 500})
	places.call("private/buy", market("one"))
	places.call("private/buy", market("two"))
	require.Equal(t, []any{"one", "two"}, hears.heard())
	s.clock.Advance(500 * time.Millisecond)
	s.Sync()
	require.Equal(t, []any{"one", "two", "one"}, hears.heard())
}

func TestFault_events_overtake_each_other(t *testing.T) {
	s := newStage(t)
	hears, places := s.watcher()
	s.fault("reorder-events", simulator.Trouble{Account: 70001, Count: 2})
	places.call("private/buy", market("one"))
	places.call("private/buy", market("two"))
	places.call("private/buy", market("three"))
	require.Equal(t, []any{"one", "three", "two"}, hears.heard())
	s.fault("reorder-events", simulator.Trouble{Account: 70001, Count: 1, Ms: 300})
	places.call("private/buy", market("last"))
	require.Len(t, hears.heard(), 3)
	s.clock.Advance(300 * time.Millisecond)
	s.Sync()
	require.Len(t, hears.heard(), 4, "one that nothing overtakes comes by itself")
}

func TestFault_events_come_late(t *testing.T) {
	s := newStage(t)
	hears, places := s.watcher()
	s.fault("delay", simulator.Trouble{Account: 70001, Kind: "events", Ms: 400})
	places.call("private/buy", market("one"))
	places.call("private/buy", market("two"))
	require.Empty(t, hears.heard())
	s.clock.Advance(400 * time.Millisecond)
	s.Sync()
	require.Equal(t, []any{"one", "two"}, hears.heard())
}

// On a slow link each frame takes its time, and none overtakes another, also once it is fast again.
func TestFault_slow_link_trickles(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("slow-link", simulator.Trouble{Account: 70001, Ms: 300})
	ask := func(id string) { c.send(`{"jsonrpc":"2.0","id":"` + id + `","method":"public/get_time"}`) }
	ask("one")
	ask("two")
	s.login(bob).call("public/test", nil)
	require.Eventually(t, func() bool { return s.faults().Struck["slow-link"] == 2 }, 5*time.Second, time.Millisecond)
	s.clear("slow-link")
	ask("three")
	s.clock.Advance(300 * time.Millisecond)
	s.Sync()
	require.Equal(t, "one", c.read()["id"])
	s.clock.Advance(300 * time.Millisecond)
	s.Sync()
	require.Equal(t, "two", c.read()["id"])
	require.Equal(t, "three", c.read()["id"])
}
