package http

import (
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
)

// exampleOf fills the parameters of a path for a user: ids are the user's own, or somebody else's.
func exampleOf(operation *huma.Operation, user string) string {
	id := url.PathEscape(user + ":Fast Test:BTC_USDC-PERPETUAL:deribit:paper")
	path := strings.NewReplacer("{strategyId}", id, "{instrument}", string(bitcoin), "{name}", "fast%20test", "{id}", user).Replace(operation.Path)
	for _, parameter := range operation.Parameters {
		if parameter.In == "query" && parameter.Name == "environment" && parameter.Required {
			path += "?environment=paper"
		}
	}
	return path
}

func guardOf(operation *huma.Operation) string {
	for _, requirement := range operation.Security {
		for scheme := range requirement {
			return scheme
		}
	}
	return ""
}

const stranger = "7d1f2f4e-9a43-4a33-8d2a-0d0f6b4d7c55"

// secureHeaders are on every answer, whatever it is.
var secureHeaders = []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
	"Cross-Origin-Opener-Policy", "Strict-Transport-Security", "Cache-Control"}

func requireSecure(t *testing.T, r reply) {
	t.Helper()
	for _, name := range secureHeaders {
		require.NotEmpty(t, r.Header.Get(name), name)
	}
	require.Empty(t, r.Header.Get("Server"))
	require.Empty(t, r.Header.Get("X-Powered-By"))
	policy := r.Header.Get("Content-Security-Policy")
	for _, part := range []string{"script-src 'self';", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} {
		require.Contains(t, policy, part)
	}
	require.Contains(t, r.Header.Get("Strict-Transport-Security"), "max-age=31536000")
}

func secured(o *Options) { o.PublicURL = "https://trade.test" }

func TestRoutes_all(t *testing.T) {
	w := newWorld(t, secured)
	ann := w.join("ann@trade.test")
	w.owner()
	paths := map[string]map[string]bool{}
	for _, operation := range operations(w.server.api.OpenAPI()) {
		if paths[operation.Path] == nil {
			paths[operation.Path] = map[string]bool{}
		}
		paths[operation.Path][operation.Method] = true
	}
	for _, operation := range operations(w.server.api.OpenAPI()) {
		path := exampleOf(operation, string(ann.id))
		t.Run(operation.Method+" "+operation.Path, func(t *testing.T) {
			w.t = t
			signedOut := w.call(operation.Method, path, nil)
			requireSecure(t, signedOut)
			requireSecure(t, w.call(operation.Method, path, nil, ann.auth()))
			if guardOf(operation) == "bearer" {
				require.Equal(t, 401, signedOut.StatusCode, signedOut.text)
				require.Equal(t, "unauthenticated", signedOut.code())
			}
			if strings.HasPrefix(operation.Path, "/api/") {
				require.Equal(t, "no-store", signedOut.Header.Get("Cache-Control"))
				require.NotEmpty(t, signedOut.Header.Get("X-Request-ID"))
			}
			require.Equal(t, operation.Tags[0] == "Administration", strings.HasPrefix(operation.Path, "/api/admin/"), "administrators' routes are told by their path")
			if strings.HasPrefix(operation.Path, "/api/admin/") {
				asUser := w.call(operation.Method, path, map[string]any{"newPassword": goodPassword}, ann.auth())
				require.Equal(t, 403, asUser.StatusCode, asUser.text)
				require.Equal(t, "admin_only", asUser.code())
			}
			for _, method := range []string{"PUT", "TRACE", "PATCH", "BREW"} { // CONNECT's target is no path
				if paths[operation.Path][method] {
					continue
				}
				wrong := w.call(method, path, nil, ann.auth())
				require.Equal(t, 405, wrong.StatusCode, method)
				require.Equal(t, "method_not_allowed", wrong.code())
				requireSecure(t, wrong)
			}
		})
	}
}

// Ids of somebody else are answered exactly like ids of nobody, on every route that takes one.
func TestRoutes_foreign_ids(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.join("ann@trade.test"), w.join("bob@trade.test")
	start := map[string]any{"strategyName": "Fast Test", "instrument": bitcoin, "environment": "paper"}
	require.Equal(t, 201, w.call("POST", "/api/strategy/start", start, bob.auth()).StatusCode)
	bobs := w.storage.sessionOf(bob.id)
	same := func(method, foreign, nobody string, foreignBody, nobodyBody any) {
		t.Helper()
		a, b := w.call(method, foreign, foreignBody, ann.auth()), w.call(method, nobody, nobodyBody, ann.auth())
		require.Equal(t, 404, a.StatusCode, a.text)
		delete(a.body, "requestId")
		delete(b.body, "requestId")
		require.Equal(t, b.body, a.body)
	}
	suffix := ":Fast%20Test:BTC_USDC-PERPETUAL:deribit:paper"
	for _, root := range []string{"/api/strategy", "/api/user/strategy"} {
		for _, kind := range []string{"/analysis/", "/metrics/", "/decisions/"} {
			same("GET", root+kind+string(bob.id)+suffix, root+kind+stranger+suffix, nil, nil)
		}
		plain := strings.ReplaceAll(suffix, "%20", " ")
		same("PUT", root+"/"+string(bob.id)+suffix+"/config", root+"/"+stranger+suffix+"/config", map[string]any{"config": map[string]any{}}, map[string]any{"config": map[string]any{}})
		same("POST", root+"/stop", root+"/stop", map[string]any{"strategyId": string(bob.id) + plain}, map[string]any{"strategyId": stranger + plain})
		same("GET", root+"/status?strategyId="+string(bob.id)+suffix, root+"/status?strategyId="+stranger+suffix, nil, nil)
	}
	same("DELETE", "/api/auth/sessions/"+bobs, "/api/auth/sessions/"+stranger, nil, nil)
	require.Equal(t, 0, w.trading.called("StopStrategy"))
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, bob.auth()).StatusCode)
}

// What one user reads is asked for under that user's own id.
func TestRoutes_ask_for_the_caller(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	for _, operation := range operations(w.server.api.OpenAPI()) {
		if guardOf(operation) == "bearer" && operation.Method == "GET" {
			w.call("GET", exampleOf(operation, string(ann.id)), nil, ann.auth())
		}
	}
	for _, call := range w.trading.calls {
		require.Contains(t, call, string(ann.id))
	}
	require.NotEmpty(t, w.trading.calls)
}

func TestRoutes_unknown(t *testing.T) {
	w := newWorld(t, secured)
	ann := w.join("ann@trade.test")
	for _, path := range []string{"/api/nothing", "/api", "/api/v2/orders", "/api/v2/orders/a/b", "/api/auth/me/", "/ws/x", "/health/x",
		"/api/user/credentials/decrypted", "/api/debug/strategies", "/api/kv/x", "/api/%252e%252e/health", "/API/auth/me", "/assets/none.js", "/none.txt"} {
		r := w.call("GET", path, nil, ann.auth())
		if path == "/API/auth/me" {
			require.Equal(t, 200, r.StatusCode) // an address of the page: addresses are case-sensitive
			require.Contains(t, r.text, "<title>page")
			continue
		}
		require.Equal(t, 404, r.StatusCode, path)
		require.Equal(t, "not_found", r.code(), path)
		requireSecure(t, r)
	}
	require.Equal(t, 404, w.call("POST", "/api/nothing", "{}", ann.auth()).StatusCode)
}
