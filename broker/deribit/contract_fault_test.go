package deribit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/brokertest"
	"github.com/tradebaas/tradebaas/broker/simulator"
)

var (
	orderCalls = []string{"private/buy", "private/sell", "private/edit", "private/cancel"}
	entries    = []string{"private/buy"}
	notSent    = []broker.Outcome{broker.NotSent}
	refused    = []broker.Outcome{broker.Refused}
	anyFailure = brokertest.AnyFailure
	unheard    = brokertest.NoAnswer
)

// troubles are all switches of the simulated exchange, each at least once.
var troubles = []brokertest.Trouble{
	{Name: "every answer is swallowed", Switch: "swallow", Orders: unheard},
	{Name: "an order's answer is swallowed", Switch: "swallow", How: simulator.Trouble{Methods: orderCalls}, Orders: unheard},
	{Name: "some answers are swallowed", Switch: "swallow", How: simulator.Trouble{Rate: 40, Seed: 7}, Orders: unheard},
	{Name: "orders are lost", Switch: "lost", How: simulator.Trouble{Methods: orderCalls}, Orders: unheard},
	{Name: "some requests are lost", Switch: "lost", How: simulator.Trouble{Rate: 40, Seed: 3}, Orders: unheard},
	{Name: "the login is lost", Switch: "lost", How: simulator.Trouble{Methods: []string{"public/auth", "private/get_positions"}, Count: 2}, Orders: unheard},
	{Name: "orders come late", Switch: "hold", How: simulator.Trouble{Methods: orderCalls, Ms: 400}},
	{Name: "orders come after their caller has gone", Switch: "hold", How: simulator.Trouble{Methods: orderCalls, Ms: 1200}, Orders: unheard},
	{Name: "orders come too late", Switch: "hold", How: simulator.Trouble{Methods: orderCalls, Ms: 1800}, Orders: unheard},
	{Name: "answers come late", Switch: "delay", How: simulator.Trouble{Ms: 100, Kind: "answers"}},
	{Name: "answers come too late", Switch: "delay", How: simulator.Trouble{Ms: 1200, Kind: "answers"}, Orders: unheard},
	{Name: "events come late", Switch: "delay", How: simulator.Trouble{Ms: 700, Kind: "events"}},
	{Name: "a settlement", Switch: "refuse", How: simulator.Trouble{Code: 10041, Message: "settlement_in_progress", Methods: orderCalls}, Orders: notSent},
	{Name: "no funds", Switch: "refuse", How: simulator.Trouble{Code: 10009, Message: "not_enough_funds", Methods: entries}, Orders: refused},
	{Name: "an internal error", Switch: "refuse", How: simulator.Trouble{Code: 11094, Message: "internal_server_error", Methods: orderCalls}, Orders: unheard},
	{Name: "maintenance", Switch: "refuse", How: simulator.Trouble{Code: 11051, Message: "system_maintenance"}, Orders: notSent},
	{Name: "some maintenance", Switch: "refuse", How: simulator.Trouble{Code: 11051, Message: "system_maintenance", Rate: 30, Seed: 5}, Orders: unheard},
	{Name: "no token is taken", Switch: "refuse", How: simulator.Trouble{Code: 13009, Message: "unauthorized"}, Orders: notSent},
	{Name: "some tokens are not taken", Switch: "refuse", How: simulator.Trouble{Code: 13009, Message: "unauthorized", Rate: 30, Seed: 2}, Orders: unheard},
	{Name: "a refused key", Switch: "refuse", How: simulator.Trouble{Code: 13004, Message: "invalid_credentials", Methods: []string{"public/auth", "private/get_positions"}}, Orders: anyFailure, Auth: true},
	{Name: "forbidden", Switch: "refuse", How: simulator.Trouble{Code: 13021, Message: "forbidden", Methods: entries}, Orders: refused},
	{Name: "matching times out", Switch: "timed-out", Orders: notSent},
	{Name: "the queue is full", Switch: "queue-full", Orders: notSent},
	{Name: "over the limit", Switch: "limit", How: simulator.Trouble{Methods: orderCalls}, Orders: notSent},
	{Name: "over the limit now and then", Switch: "limit", How: simulator.Trouble{Rate: 30, Seed: 4}, Orders: notSent},
	{Name: "over the limit and out", Switch: "limit", How: simulator.Trouble{Rate: 30, Seed: 9, Close: true}, Orders: unheard},
	{Name: "a flood of ours", Switch: overspending, Quiet: true, Orders: notSent},
	{Name: "no linked orders", Switch: "unlinked", Orders: refused},
	{Name: "labels are found late", Switch: "label-lag", How: simulator.Trouble{Ms: 60_000}},
	{Name: "events are lost", Switch: "lose-events"},
	{Name: "events come twice", Switch: "duplicate-events", How: simulator.Trouble{Ms: 50}},
	{Name: "events come out of order", Switch: "reorder-events", How: simulator.Trouble{Ms: 300}},
	{Name: "connections are dropped", Switch: "drop", Cuts: true, Orders: unheard},
	{Name: "half-open", Switch: "half-open", Cuts: true, Orders: unheard},
	{Name: "a slow link", Switch: "slow-link", How: simulator.Trouble{Ms: 30}, Orders: unheard},
	{Name: "the feed is frozen", Switch: "freeze"},
	{Name: "the book has gaps", Switch: "book-gap", How: simulator.Trouble{Rate: 30, Seed: 1}},
	{Name: "the book loses changes", Switch: "book-gap", How: simulator.Trouble{Rate: 30, Seed: 1, Kind: "lost"}},
	{Name: "the exchange fails", Switch: "panic", Cuts: true, Orders: unheard},
}

// The contract under each trouble that the simulated exchange can make. Each has an exchange to itself.
func TestContract_under_faults(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	brokertest.RunTroubles(t, troubled, troubles)
}

// A switch without a trouble in the table would be one that the client was never held against.
func TestContract_knows_every_fault(t *testing.T) {
	exchange := started(t)
	faults, err := exchange.Admin().Faults(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, faults.Switches)
	for _, name := range faults.Switches {
		require.True(t, slices.ContainsFunc(troubles, func(trouble brokertest.Trouble) bool { return trouble.Switch == name }), name)
	}
}

func started(t testing.TB) *simulator.Exchange {
	exchange, err := simulator.New(simulator.Options{Seed: 1, ConnectionsPerAddress: 32, Log: zerolog.Nop()})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(t.Context()))
	t.Cleanup(exchange.Close)
	return exchange
}

// troubled is an exchange with its switches. One of them closes connections that overspend: its
// strikes are what the client has overspent. The exchange forgets them when it fails.
func troubled(t testing.TB) brokertest.Harness {
	exchange := started(t)
	admin := exchange.Admin()
	h := harness(t, exchange, 1)
	watch := func() { require.NoError(t, admin.Fault(t.Context(), overspending, simulator.Trouble{})) }
	watch()
	strikes := func(name string) int64 {
		faults, err := admin.Faults(t.Context())
		require.NoError(t, err)
		return faults.Struck[name]
	}
	h.Fault = func(t testing.TB, name string, how any) {
		trouble, _ := how.(simulator.Trouble)
		err := admin.Fault(t.Context(), name, trouble)
		if name != "panic" {
			require.NoError(t, err)
			return
		}
		require.Error(t, err)
		require.Eventually(t, func() bool { return admin.Fault(t.Context(), overspending, simulator.Trouble{}) == nil }, time.Minute, 10*time.Millisecond)
	}
	h.Clear = func(t testing.TB, name string) {
		if name != overspending {
			require.NoError(t, admin.Clear(t.Context(), name))
		}
	}
	h.Struck = func(_ testing.TB, name string) int64 { return strikes(name) }
	h.Overspent = func(testing.TB) int64 { return strikes(overspending) }
	return h
}

const overspending = "close-on-limit"
