package main_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUsersNeverMeet runs a trade for A and looks for anything of A in all that B can ask for and in
// all that B's page is sent; then B tries A's ids on every route that takes one.
func TestUsersNeverMeet(t *testing.T) {
	t.Parallel()
	s, _, _ := startAll(t)
	a, b := newPerson(t, s, "alice@example.com"), newPerson(t, s, "bob@example.com")
	a.connectPaper()
	b.connectPaper()
	topics := []string{"strategies", "orders", "trades", "positions", "balance", "connection"}
	ears := b.listen(topics...)
	id := a.startStrategy("Fast Test", btc, object{})
	spy := b.listen("analysis:" + id)
	a.eventually("A's trade is closed", func() bool {
		trades := a.trades()
		return len(trades) == 1 && trades[0].(object)["status"] == "closed"
	})
	trace := a.trades()[0].(object)
	secrets := []string{a.id, a.email, trace["id"].(string), trace["entryOrderId"].(string)}

	for _, path := range readRoutes(id) {
		_, raw := b.raw("GET", path, nil)
		for _, secret := range secrets {
			if !strings.Contains(path, escape(id)) {
				require.NotContains(t, string(raw), secret, "B reads %s", path)
			}
		}
	}
	require.Empty(t, b.trades())
	require.Empty(t, b.positions())
	for _, secret := range secrets {
		require.NotContains(t, ears.all(), secret, "B's page")
	}
	requireRefused(t, spy)

	foreign := []struct{ method, path string }{
		{"GET", "/api/strategy/analysis/" + escape(id)}, {"GET", "/api/strategy/metrics/" + escape(id)},
		{"GET", "/api/strategy/decisions/" + escape(id)}, {"GET", "/api/user/strategy/analysis/" + escape(id)},
	}
	for _, f := range foreign {
		status, got := b.call(f.method, f.path, nil)
		require.Equal(t, http.StatusNotFound, status, "%s: %v", f.path, got)
		absent, same := b.call(f.method, strings.Replace(f.path, a.id, "00000000-0000-4000-8000-000000000000", 1), nil)
		require.Equal(t, http.StatusNotFound, absent)
		require.Equal(t, got["error"], same["error"], "absent and not yours read the same")
	}
	status, _ := b.call("POST", "/api/strategy/stop", object{"strategyId": id})
	require.Equal(t, http.StatusNotFound, status)
	sessions := a.must(http.StatusOK, "GET", "/api/auth/sessions", nil)["sessions"].([]any)
	status, _ = b.call("DELETE", "/api/auth/sessions/"+sessions[0].(object)["id"].(string), nil)
	require.Equal(t, http.StatusNotFound, status)
	a.must(http.StatusOK, "GET", "/api/auth/me", nil)
	for _, path := range []string{"/api/admin/users", "/api/admin/credentials-scan"} {
		status, _ = b.call("GET", path, nil)
		require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, status, path)
	}
}

func readRoutes(id string) []string {
	return []string{
		"/api/auth/me", "/api/auth/sessions", "/api/user/credentials", "/api/user/credentials/status" + paperQuery,
		"/api/connection/status", "/api/v2/balance" + paperQuery, "/api/v2/positions" + paperQuery,
		"/api/v2/orders/" + btc + paperQuery, "/api/strategy/status", "/api/user/strategy/status",
		"/api/user/trades/history", "/api/user/trades/stats", "/api/user/trades/equity", "/api/user/trades/export?format=csv",
		"/api/strategy/analysis/" + escape(id), "/api/strategy/decisions/" + escape(id),
	}
}

// requireRefused waits until a subscription to somebody else's topic was answered with an error.
func requireRefused(t *testing.T, l *listener) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(l.all(), `"type":"error"`) }, pollTime, pollTick, "an error frame")
	require.NotContains(t, l.all(), `"type":"snapshot"`)
}
