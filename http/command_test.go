package http

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

var startBody = map[string]any{"strategyName": "Fast Test", "instrument": bitcoin, "environment": "paper"}

func TestCommand_same_key_same_answer_once(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.join("ann@trade.test"), w.join("bob@trade.test")
	key := header{"Idempotency-Key": "press-1"}
	first := w.call("POST", "/api/strategy/start", startBody, ann.auth(), key)
	require.Equal(t, 201, first.StatusCode, first.text)
	second := w.call("POST", "/api/strategy/start", startBody, ann.auth(), key)
	require.Equal(t, 201, second.StatusCode)
	require.Equal(t, first.text, second.text)
	require.Equal(t, "application/json", second.Header.Get("Content-Type"))
	require.Equal(t, 1, w.trading.called("StartStrategy"))

	other := map[string]any{"strategyName": "Fast Test", "instrument": "ETH-PERPETUAL", "environment": "paper"}
	differs := w.call("POST", "/api/strategy/start", other, ann.auth(), key)
	require.Equal(t, 422, differs.StatusCode)
	require.Equal(t, "idempotency_key_reused", differs.code())
	require.Equal(t, "already_running", w.call("POST", "/api/strategy/start", startBody, ann.auth()).code(), "without a key it is a new command")
	require.Equal(t, 201, w.call("POST", "/api/strategy/start", startBody, bob.auth(), key).StatusCode, "keys are the user's own")
	require.Equal(t, 404, w.call("POST", "/api/strategy/stop", map[string]any{"strategyId": stranger}, ann.auth(), key).StatusCode, "and the route's own")
}

func TestCommand_in_flight(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	w.trading.hold, w.trading.held = make(chan struct{}), make(chan struct{})
	key := header{"Idempotency-Key": "press-1"}
	var first reply
	var done sync.WaitGroup
	done.Go(func() { first = w.call("POST", "/api/strategy/start", startBody, ann.auth(), key) })
	<-w.trading.held
	r := w.call("POST", "/api/strategy/start", startBody, ann.auth(), key)
	require.Equal(t, 409, r.StatusCode)
	require.Equal(t, "in_progress", r.code())
	close(w.trading.hold)
	done.Wait()
	require.Equal(t, 201, first.StatusCode)
}

// Two presses without keys at the same moment: the tree lets one win.
func TestCommand_parallel_starts(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	statuses := make(chan int, 2)
	for range 2 {
		go func() { statuses <- w.call("POST", "/api/strategy/start", startBody, ann.auth()).StatusCode }()
	}
	require.ElementsMatch(t, []int{201, 409}, []int{<-statuses, <-statuses})
}

func TestCommand_passing_failures_give_the_key_back(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	w.trading.paperErr = ErrPaperAccountsUnavailable
	key := header{"Idempotency-Key": "press-1"}
	r := w.call("POST", "/api/paper/account", "{}", ann.auth(), key)
	require.Equal(t, 503, r.StatusCode)
	require.Equal(t, "5", r.Header.Get("Retry-After"))
	w.trading.paperErr = nil
	require.Equal(t, 201, w.call("POST", "/api/paper/account", "{}", ann.auth(), key).StatusCode)
	require.Equal(t, 201, w.call("POST", "/api/paper/account", "{}", ann.auth(), key).StatusCode)
	require.Equal(t, 2, w.trading.papers)
}

func TestCommand_bad_keys(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	for _, key := range []string{strings.Repeat("k", 129), "\u009b31m"} {
		r := w.call("POST", "/api/paper/account", "{}", ann.auth(), header{"Idempotency-Key": key})
		require.Equal(t, 422, r.StatusCode)
		require.Equal(t, []string{"Idempotency-Key"}, r.fields())
	}
}

// Every command of the issue honours the header.
func TestCommand_routes(t *testing.T) {
	w := newWorld(t)
	var honouring []string
	for _, operation := range operations(w.server.api.OpenAPI()) {
		for _, parameter := range operation.Parameters {
			if parameter.Name == headerCommandKey {
				honouring = append(honouring, operation.Path)
			}
		}
	}
	require.ElementsMatch(t, honouring, []string{"/api/strategy/start", "/api/strategy/stop", "/api/strategy/{strategyId}/config",
		"/api/user/strategy/start", "/api/user/strategy/stop", "/api/user/strategy/{strategyId}/config",
		"/api/v2/connect", "/api/v2/disconnect", "/api/v2/positions/close", "/api/v2/positions/add-sl", "/api/v2/positions/ensure-sl", "/api/killswitch", "/api/killswitch/reset", "/api/paper/account",
		"/api/admin/halt", "/api/admin/resume"})
}

func TestCommand_whose_answer_was_lost(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	w.storage.lost = true
	r := w.call("POST", "/api/strategy/start", startBody, ann.auth(), header{"Idempotency-Key": "k"})
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, true, r.body["repeated"])
	require.Zero(t, w.trading.called("StartStrategy"), "not carried out again")
}

// The tree and storage know for which command they work.
func TestCommand_travels_with_its_context(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	require.Equal(t, 201, w.call("POST", "/api/strategy/start", startBody, ann.auth(), header{"Idempotency-Key": "k-17"}).StatusCode)
	require.Equal(t, 1, w.trading.called("command k-17"))
}

// A key belongs to what its request names, the strategy in its path included.
func TestCommand_key_of_another_path(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	key := header{"Idempotency-Key": "edit-1"}
	body := map[string]any{"config": map[string]any{"preset": "original"}}
	path := func(name string) string {
		return "/api/strategy/" + string(trade.NewStrategyID(ann.id, name, trade.Market{Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}, Instrument: bitcoin})) + "/config"
	}
	first := w.call("PUT", path("Razor"), body, ann.auth(), key)
	require.Less(t, first.StatusCode, 500, first.text)
	require.Equal(t, first.text, w.call("PUT", path("Razor"), body, ann.auth(), key).text)
	require.Equal(t, "idempotency_key_reused", w.call("PUT", path("Thor"), body, ann.auth(), key).code())
}
