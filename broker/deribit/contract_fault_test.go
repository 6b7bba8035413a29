package deribit_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/brokertest"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
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
	{Name: "every answer is swallowed", Switch: "swallow", Orders: unheard, Mute: true},
	{Name: "an order's answer is swallowed", Switch: "swallow", How: simulator.Trouble{Methods: orderCalls}, Orders: unheard},
	{Name: "orders are lost", Switch: "lost", How: simulator.Trouble{Methods: orderCalls}, Orders: unheard},
	{Name: "some requests are lost", Switch: "lost", How: simulator.Trouble{Rate: 40, Seed: 3}, Orders: unheard, Mute: true},
	{Name: "orders come late", Switch: "hold", How: simulator.Trouble{Methods: orderCalls, Ms: 400}},
	{Name: "orders come after their caller has gone", Switch: "hold", How: simulator.Trouble{Methods: orderCalls, Ms: 700}, Orders: unheard},
	{Name: "orders come too late", Switch: "hold", How: simulator.Trouble{Methods: orderCalls, Ms: 1300}, Orders: unheard},
	{Name: "answers come late", Switch: "delay", How: simulator.Trouble{Ms: 100, Kind: "answers"}},
	{Name: "answers come too late", Switch: "delay", How: simulator.Trouble{Ms: 700, Kind: "answers"}, Orders: unheard},
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
	{Name: "over the limit now and then", Switch: "limit", How: simulator.Trouble{Rate: 20, Seed: 4}, Orders: notSent},
	{Name: "over the limit and out", Switch: "limit", How: simulator.Trouble{Rate: 30, Seed: 9, Close: true}, Orders: unheard},
	{Name: "a flood of ours", Switch: overspending, Quiet: true, Orders: notSent},
	{Name: "no linked orders", Switch: "unlinked", Orders: refused},
	{Name: "labels are found late", Switch: "label-lag", How: simulator.Trouble{Ms: 60_000}},
	{Name: "events are lost", Switch: "lose-events"},
	{Name: "events come twice", Switch: "duplicate-events", How: simulator.Trouble{Ms: 50}},
	{Name: "events come out of order", Switch: "reorder-events", How: simulator.Trouble{Ms: 300}},
	{Name: "connections are dropped", Switch: "drop", Beside: true, Cuts: true, Orders: unheard},
	{Name: "half-open", Switch: "half-open", Beside: true, Cuts: true, Orders: unheard},
	{Name: "a slow link", Switch: "slow-link", How: simulator.Trouble{Ms: 30}, Orders: unheard},
	{Name: "the feed is frozen", Switch: "freeze"},
	{Name: "the book has gaps", Switch: "book-gap", How: simulator.Trouble{Rate: 30, Seed: 1}},
	{Name: "the book loses changes", Switch: "book-gap", How: simulator.Trouble{Rate: 30, Seed: 1, Kind: "lost"}},
	{Name: "prices fall", Switch: "shock", How: simulator.Trouble{Percent: trade.MustDec("-5")}, Orders: refused, Lasts: 1500 * time.Millisecond},
	{Name: "prices rise", Switch: "shock", How: simulator.Trouble{Percent: trade.MustDec("5")}, Orders: refused, Lasts: 1500 * time.Millisecond},
	{Name: "a pause", Switch: "pause", How: simulator.Trouble{Ms: 1000}, Orders: notSent, Beside: true, Lasts: 1500 * time.Millisecond},
	{Name: "a liquidation", Switch: "liquidate", Orders: refused, Holding: true},
	{Name: "announced maintenance", Switch: "maintenance", Orders: unheard},
	{Name: "maintenance that closes", Switch: "maintenance", How: simulator.Trouble{Close: true}, Orders: unheard},
	{Name: "no connection to spare", Switch: "connections", How: simulator.Trouble{Limit: 2}, Orders: notSent, Early: true},
	{Name: "a small bucket", Switch: "bucket", How: simulator.Trouble{Limit: 5}, Orders: unheard, Spends: true},
	{Name: "a small bucket for reads", Switch: "bucket", How: simulator.Trouble{Limit: 8, Kind: "read"}, Orders: unheard, Spends: true},
	{Name: "a clock ahead", Switch: "clock", How: simulator.Trouble{Ms: 3000}},
	{Name: "a clock behind", Switch: "clock", How: simulator.Trouble{Ms: -3000}},
	{Name: "a revoked key", Switch: "revoke", Orders: anyFailure, Auth: true},
	{Name: "a narrowed key", Switch: "scope", How: simulator.Trouble{Scope: "account:read trade:read"}, Orders: anyFailure, Auth: true},
	{Name: "a widened key", Switch: "scope", How: simulator.Trouble{Scope: "account:read trade:read_write wallet:read_write", Kind: "live"}, Orders: anyFailure, Auth: true},
	{Name: "a refused address", Switch: "address", Orders: anyFailure, Auth: true},
	{Name: "an answer of half a frame", Switch: "garble", How: simulator.Trouble{Methods: orderCalls, Kind: "truncated"}, Orders: unheard},
	{Name: "an answer of wrong types", Switch: "garble", How: simulator.Trouble{Methods: orderCalls, Kind: "types"}, Orders: unheard},
	{Name: "some answers of wrong types", Switch: "garble", How: simulator.Trouble{Rate: 50, Seed: 6, Kind: "types"}, Orders: unheard},
	{Name: "an answer from a proxy", Switch: "garble", How: simulator.Trouble{Methods: orderCalls, Kind: "html"}, Orders: unheard},
	{Name: "a half frame", Switch: "malformed", How: simulator.Trouble{Kind: "truncated"}, Orders: unheard, Beside: true},
	{Name: "a frame of wrong types", Switch: "malformed", How: simulator.Trouble{Kind: "types"}, Orders: unheard, Beside: true},
	{Name: "a frame of no numbers", Switch: "malformed", How: simulator.Trouble{Kind: "nan"}, Orders: unheard, Beside: true},
	{Name: "a huge frame", Switch: "malformed", How: simulator.Trouble{Kind: "huge"}, Orders: unheard, Beside: true},
	{Name: "a list for a frame", Switch: "malformed", How: simulator.Trouble{Kind: "array"}, Orders: unheard, Beside: true},
	{Name: "an empty frame", Switch: "malformed", How: simulator.Trouble{Kind: "empty"}, Orders: unheard, Beside: true},
	{Name: "a binary frame", Switch: "malformed", How: simulator.Trouble{Kind: "binary"}, Orders: unheard, Beside: true},
	{Name: "an unknown frame", Switch: "malformed", How: simulator.Trouble{Kind: "unknown"}, Orders: unheard, Beside: true},
	{Name: "a bad gateway", Switch: "http-error", How: simulator.Trouble{Methods: []string{"websocket"}}, Orders: notSent, Early: true},
	{Name: "the stop is rejected", Switch: "reject-stop", Orders: refused},
	{Name: "the target is rejected", Switch: "reject-target", Orders: refused},
	{Name: "a part fills and the link ends", Switch: "partial-fill", How: simulator.Trouble{Percent: trade.NewDec(50), Close: true}, Orders: unheard},
	{Name: "a part fills and the rest stays", Switch: "partial-fill", How: simulator.Trouble{Percent: trade.NewDec(50), Kind: "stay", Close: true}, Orders: unheard},
	{Name: "both legs fill", Switch: "oco-race", Orders: refused, Turns: true},
	{Name: "an edit unlinks", Switch: "unlink"},
	{Name: "the exchange fails", Switch: "panic", Beside: true, Cuts: true, Orders: unheard},
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
	switches := slices.Sorted(maps.Keys(faults.Switches))
	require.NotEmpty(t, switches)
	for _, name := range switches {
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
	var id int64
	h.NewKey = func(t testing.TB) trade.Key {
		made, err := admin.Account(t.Context(), map[string]string{"USDC": "10000"}, "")
		require.NoError(t, err)
		id = made.ID
		return trade.Key{ID: made.Key, Secret: made.Secret}
	}
	turns := map[string]int64{}
	h.Fault = func(t testing.TB, name string, how any) {
		trouble, _ := how.(simulator.Trouble)
		if slices.Contains(personal, name) {
			trouble.Account = id
		}
		err := admin.Fault(t.Context(), name, trouble)
		if name != "panic" {
			require.NoError(t, err)
		} else {
			require.Error(t, err)
			require.Eventually(t, func() bool { return admin.Fault(t.Context(), overspending, simulator.Trouble{}) == nil }, time.Minute, 10*time.Millisecond)
		}
		turns[name]++
	}
	h.Clear = func(t testing.TB, name string) {
		if name != overspending {
			require.NoError(t, admin.Clear(t.Context(), name))
		}
	}
	h.Struck = func(_ testing.TB, name string) int64 {
		if slices.Contains(uncounted, name) {
			return turns[name]
		}
		return strikes(name)
	}
	h.Overspent = func(testing.TB) int64 { return strikes(overspending) }
	return h
}

const overspending = "close-on-limit"

// personal are the switches that need to be told whose account they are about.
var personal = []string{"bucket", "liquidate", "revoke", "scope", "address"}

// uncounted are the switches of which the exchange does not count the strikes: to turn them is one.
var uncounted = []string{"drop", "panic", "shock", "pause", "liquidate", "connections", "bucket", "clock", "revoke", "scope"}
