package http

import (
	"bufio"
	"io"
	"net"
	nethttp "net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// send writes raw bytes and reads whatever comes back until the server closes or falls silent.
func send(t *testing.T, address, raw string) string {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer func() { require.NoError(t, connection.Close()) }()
	_, err = connection.Write([]byte(raw))
	require.NoError(t, err)
	require.NoError(t, connection.SetReadDeadline(time.Now().Add(2*time.Second)))
	answer, _ := io.ReadAll(connection) // a silent but open connection ends with the deadline
	return string(answer)
}

func statusLine(answer string) string {
	line, _, _ := strings.Cut(answer, "\r\n")
	return line
}

// What no honest client sends is refused in the envelope, with every security header.
func TestWire_broken_requests(t *testing.T) {
	w := newWorld(t, secured, func(o *Options) { o.ReadTimeout, o.IdleTimeout = time.Second, time.Second })
	address := w.listen()
	for name, raw := range map[string]string{
		"no HTTP":             "hello\r\n\r\n",
		"unknown method":      "BREW /api/auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"lower-case method":   "get /api/auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"length and chunks":   "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n",
		"two lengths":         "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
		"negative length":     "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabcde",
		"folded header":       "GET /health HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\nConnection: close\r\n\r\n",
		"space before colon":  "GET /api/auth/me HTTP/1.1\r\nHost: x\r\nX-A : b\r\nConnection: close\r\n\r\n",
		"huge header":         "GET /api/auth/me HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 2*headerLimit) + "\r\n\r\n",
		"huge announced body": "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n{",
		"double encoding":     "GET /api/%252e%252e%252fhealth HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			answer := send(t, address, raw)
			require.Regexp(t, `^HTTP/1\.1 4\d\d `, statusLine(answer))
			require.Contains(t, answer, `{"success":false,"error":"`)
			require.NotContains(t, strings.ToLower(answer), "\r\nserver:")
			require.NotContains(t, answer, "healthy", "nothing was smuggled")
			for _, name := range secureHeaders {
				require.Contains(t, strings.ToLower(answer), "\r\n"+strings.ToLower(name)+": ", name)
			}
		})
	}
}

func TestWire_huge_token(t *testing.T) {
	w := newWorld(t)
	connection, err := net.Dial("tcp", w.listen())
	require.NoError(t, err)
	_, _ = connection.Write([]byte("GET /api/auth/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + strings.Repeat(".", 1<<20) + "\r\n\r\n")) // refused half-way
	require.NoError(t, connection.Close())
	require.Equal(t, 200, w.call("GET", "/health", nil).StatusCode)
	require.NotContains(t, w.log.String(), `"status":500`)
}

func TestWire_slow_header(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.ReadTimeout = 100 * time.Millisecond })
	address := w.listen()
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer func() { require.NoError(t, connection.Close()) }()
	_, err = connection.Write([]byte("GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "))
	require.NoError(t, err)
	require.NoError(t, connection.SetReadDeadline(time.Now().Add(5*time.Second)))
	answer, err := io.ReadAll(connection)
	require.NoError(t, err, "the server hung up by itself")
	require.Regexp(t, `^HTTP/1\.1 408 |^$`, statusLine(string(answer)))
}

func TestWire_header_injection(t *testing.T) {
	w := newWorld(t)
	w.call("POST", "/api/auth/login", login("nobody@trade.test", goodPassword), header{"User-Agent": "\u009b31mred"})
	w.join("ann@trade.test")
	w.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword), header{"User-Agent": "a\tb\u009bc"})
	for _, s := range w.storage.signIns {
		require.NotContains(t, s.Device, "\t")
		require.NotContains(t, s.Device, "\u009b")
	}
	require.NotContains(t, w.log.String(), "\u009b")
}

// The log has one line per request and nothing that a person typed.
func TestLog_has_no_secrets(t *testing.T) {
	w := newWorld(t)
	const canary = "canary-7f3e"
	ann := w.join("ann@trade.test")
	w.call("POST", "/api/auth/login", login(canary+"@trade.test", canary+" password"))
	w.call("POST", "/api/auth/login", `{"password":"`+canary)
	w.call("POST", "/api/user/credentials", map[string]any{"environment": "testnet", "apiKey": canary, "apiSecret": canary}, ann.auth())
	w.call("POST", "/api/user/credentials", map[string]any{"environment": canary, "apiKey": canary, "apiSecret": canary}, ann.auth())
	w.call("GET", "/api/auth/me?token="+canary, nil, header{"Authorization": "Bearer " + canary, "Cookie": canary + "=" + canary})
	w.call("GET", "/api/"+canary, nil)
	w.call("GET", "/ws?ticket="+canary, nil)
	w.storage.fail(errDatabase)
	w.call("POST", "/api/auth/login", login(canary+"@trade.test", canary+" password"))
	require.NotContains(t, w.log.String(), canary)
	require.NotContains(t, w.log.String(), ann.token)
	require.Contains(t, w.log.String(), `"method":"POST","route":"/api/user/credentials","status":201`)
	require.Contains(t, w.log.String(), `"route":"none","status":404`)
	for _, entry := range w.storage.audits {
		require.NotContains(t, entry.Subject, canary)
	}
}

func TestErrors_never_show_their_text(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	w.trading.panics = true
	panicked := w.call("GET", "/api/v2/balance?environment=paper", nil, ann.auth())
	require.Equal(t, 500, panicked.StatusCode)
	require.Equal(t, "internal", panicked.code())
	require.NotContains(t, panicked.text, "secret text")
	require.Contains(t, w.log.String(), "secret text of a panic")
	require.Contains(t, w.log.String(), panicked.body["requestId"].(string))
	require.NotEmpty(t, panicked.Header.Get("Content-Security-Policy"))

	w.clock.advance(signInFresh)
	w.storage.fail(errDatabase)
	for _, r := range []reply{
		w.call("GET", "/api/auth/me", nil, ann.auth()), // fails closed
		w.call("POST", "/api/auth/login", login("ann@trade.test", goodPassword)),
		w.call("POST", "/api/auth/register", register("b@trade.test", goodPassword)),
	} {
		require.Equal(t, 500, r.StatusCode, r.text)
		require.NotContains(t, r.text, "users")
		require.NotContains(t, r.text, "10.0.0.5")
	}
	require.Contains(t, w.log.String(), "10.0.0.5")
}

func TestLimits_per_user_and_address(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.UserPerMinute = 5 })
	ann, bob := w.join("ann@trade.test"), w.join("bob@trade.test")
	for range 5 {
		require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	}
	r := w.call("GET", "/api/auth/me", nil, ann.auth())
	require.Equal(t, 429, r.StatusCode)
	require.Equal(t, "12", r.Header.Get("Retry-After"))
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, bob.auth()).StatusCode)
	w.clock.advance(12 * time.Second)
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)

	busy := newWorld(t, func(o *Options) { o.Dev, o.Limits.RequestsPerMinute = false, 3 })
	for range 3 {
		require.Equal(t, 200, busy.call("GET", "/health", nil).StatusCode)
	}
	require.Equal(t, 429, busy.call("GET", "/health", nil).StatusCode)
}

func TestHealth_and_readiness(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "healthy", w.call("GET", "/health", nil).body["status"])
	ready := w.call("GET", "/ready", nil)
	require.Equal(t, 200, ready.StatusCode)
	require.Equal(t, []any{map[string]any{"name": "database", "ok": true}}, ready.body["checks"])
	w.trading.checks = []Check{{Name: "database", OK: false, Detail: "It does not answer."}, {Name: "tree", OK: true}}
	away := w.call("GET", "/ready", nil)
	require.Equal(t, 503, away.StatusCode)
	require.Equal(t, "not_ready", away.code())
	require.Equal(t, []string{"database"}, away.fields())
	require.NotEmpty(t, away.Header.Get("Retry-After"))
	require.Equal(t, 200, w.call("GET", "/health", nil).StatusCode)
}

func TestPage(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/setup?token=x", "/trades/history", "/index.html"} {
		r := w.call("GET", path, nil)
		require.Equal(t, 200, r.StatusCode, path)
		require.Contains(t, r.text, "<title>page")
		require.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
		require.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"))
	}
	asset := w.call("GET", "/assets/app-abc.js", nil, header{"Accept-Encoding": "gzip"})
	require.Equal(t, "gzip", asset.Header.Get("Content-Encoding"))
	require.Equal(t, "public, max-age=31536000, immutable", asset.Header.Get("Cache-Control"))
	require.Equal(t, "text/javascript; charset=utf-8", asset.Header.Get("Content-Type"))
	require.Empty(t, w.call("GET", "/assets/app-abc.js", nil).Header.Get("Content-Encoding"))
	require.Equal(t, 304, w.call("GET", "/assets/app-abc.js", nil, header{"If-None-Match": asset.Header.Get("ETag")}).StatusCode)
	require.Equal(t, 200, w.call("HEAD", "/", nil).StatusCode)
	for _, path := range []string{"/assets/gone.js", "/robots.txt", "/metrics", "/debug/pprof/"} {
		require.Equal(t, 404, w.call("GET", path, nil).StatusCode, path)
	}
	for _, path := range []string{"/../server.go", "/assets/../../server.go", "/%252e%252e/x", "/a%5c..%5cb", "//api/auth/me"} {
		require.Equal(t, 400, w.call("GET", path, nil).StatusCode, path)
	}
	require.Equal(t, 404, w.call("POST", "/trades", "{}").StatusCode)
	docs := w.call("GET", "/docs", nil)
	require.Equal(t, 200, docs.StatusCode)
	require.Contains(t, docs.text, "/api/strategy/start")
	require.NotContains(t, docs.text, "<script")
	require.NotContains(t, docs.text, "//cdn")
	require.Equal(t, "3.1.0", w.call("GET", "/openapi.json", nil).body["openapi"])
}

func TestAdminListener(t *testing.T) {
	registry := prometheus.NewRegistry()
	w := newWorld(t, func(o *Options) { o.Registry = registry })
	w.call("GET", "/health", nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- w.server.ListenAdmin(listener) }()
	response, err := nethttp.Get("http://" + listener.Addr().String() + "/metrics")
	require.NoError(t, err)
	text, err := io.ReadAll(bufio.NewReader(response.Body))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Contains(t, string(text), `tradebaas_http_requests_total{method="GET",route="/health",status="200"} 1`)
	require.Contains(t, string(text), "tradebaas_http_sockets 0")
	profiles, err := nethttp.Get("http://" + listener.Addr().String() + "/debug/pprof/")
	require.NoError(t, err)
	require.NoError(t, profiles.Body.Close())
	require.Equal(t, 200, profiles.StatusCode)
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		require.NotContains(t, w.call("GET", path, nil).text, "tradebaas_http", "not on the public listener")
	}
	ctx, cancel := contextWithTimeout()
	defer cancel()
	require.NoError(t, w.server.Shutdown(ctx))
	require.NoError(t, <-done)
}

func TestOptions_missing(t *testing.T) {
	_, err := New(Options{})
	require.ErrorContains(t, err, "is missing")
	_, err = newOrigins("trade.test", nil, false)
	require.ErrorContains(t, err, "https://example.com")
	_, err = newOrigins("", []string{"*"}, false)
	require.Error(t, err)
}
