package http

import (
	nethttp "net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

// dial opens the WebSocket of a listening server.
func dial(t *testing.T, address, query string, headers nethttp.Header) (*websocket.Conn, *nethttp.Response) {
	t.Helper()
	connection, response, err := websocket.DefaultDialer.Dial("ws://"+address+"/ws?"+query, headers)
	if err != nil {
		require.NotNil(t, response, err)
		return nil, response
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection, response
}

func (w *world) ticket(p person) string {
	w.t.Helper()
	r := w.call("POST", "/api/ws/ticket", "{}", p.auth())
	require.Equal(w.t, 200, r.StatusCode, r.text)
	return r.body["ticket"].(string)
}

// requireClosed reads until the server closes and compares the close code.
func requireClosed(t *testing.T, connection *websocket.Conn, code int) {
	t.Helper()
	require.NoError(t, connection.SetReadDeadline(time.Now().Add(5*time.Second)))
	for {
		if _, _, err := connection.ReadMessage(); err != nil {
			require.True(t, websocket.IsCloseError(err, code), "%v", err)
			return
		}
	}
}

func requireEcho(t *testing.T, connection *websocket.Conn, text string) {
	t.Helper()
	require.NoError(t, connection.WriteMessage(websocket.TextMessage, []byte(text)))
	_, frame, err := connection.ReadMessage()
	require.NoError(t, err)
	require.Equal(t, text, string(frame))
}

func TestStream_ticket_opens_once(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	ann := w.join("ann@trade.test")
	ticket := w.ticket(ann)
	connection, response := dial(t, address, "ticket="+ticket, nil)
	require.Equal(t, 101, response.StatusCode)
	require.NotEmpty(t, response.Header.Get("Content-Security-Policy"))
	requireEcho(t, connection, `{"type":"ping"}`)
	_, response = dial(t, address, "ticket="+ticket, nil)
	require.Equal(t, 401, response.StatusCode)

	stale := w.ticket(ann)
	w.clock.advance(ticketAge)
	_, response = dial(t, address, "ticket="+stale, nil)
	require.Equal(t, 401, response.StatusCode)
}

func TestStream_refusals(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	ann := w.join("ann@trade.test")
	for _, query := range []string{"", "ticket=", "ticket=nonsense", "token=" + ann.token, "ticket=" + ann.token, "access_token=" + ann.token} {
		_, response := dial(t, address, query, nethttp.Header{"Authorization": {"Bearer " + ann.token}})
		require.Equal(t, 401, response.StatusCode, query)
	}
	for _, origin := range []string{"http://evil.test", "null", "http://trade.test.evil.test", "https://trade.test"} {
		_, response := dial(t, address, "ticket="+w.ticket(ann), nethttp.Header{"Origin": {origin}})
		require.Equal(t, 403, response.StatusCode, origin)
	}
	connection, _ := dial(t, address, "ticket="+w.ticket(ann), nethttp.Header{"Origin": {"http://trade.test"}})
	requireEcho(t, connection, "own origin")
	plain := w.call("GET", "/ws?ticket=x", nil)
	require.Equal(t, 426, plain.StatusCode)
	require.Equal(t, "upgrade_required", plain.code())

	ticket := w.ticket(ann)
	require.Equal(t, 200, w.call("POST", "/api/auth/logout", "{}", header{"Cookie": ann.cookie}).StatusCode)
	_, response := dial(t, address, "ticket="+ticket, nil)
	require.Equal(t, 401, response.StatusCode, "a ticket dies with its sign-in")
}

func TestStream_ends_with_the_sign_in(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *world, person, person){
		"logout": func(t *testing.T, w *world, ann, _ person) {
			require.Equal(t, 200, w.call("POST", "/api/auth/logout", "{}", header{"Cookie": ann.cookie}).StatusCode)
		},
		"password": func(t *testing.T, w *world, ann, _ person) {
			require.Equal(t, 200, w.call("POST", "/api/auth/password", map[string]any{"currentPassword": goodPassword, "newPassword": "a fresh pass phrase"}, ann.auth()).StatusCode)
		},
		"disabled": func(t *testing.T, w *world, ann, owner person) {
			require.Equal(t, 200, w.call("POST", "/api/admin/users/"+string(ann.id)+"/toggle-active", nil, owner.auth()).StatusCode)
		},
		"deleted": func(t *testing.T, w *world, ann, owner person) {
			require.Equal(t, 200, w.call("DELETE", "/api/admin/users/"+string(ann.id), nil, owner.auth()).StatusCode)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			address := w.listen()
			owner, ann := w.owner(), w.join("ann@trade.test")
			connection, _ := dial(t, address, "ticket="+w.ticket(ann), nil)
			requireEcho(t, connection, "hello")
			started := time.Now()
			end(t, w, ann, owner)
			requireClosed(t, connection, websocket.ClosePolicyViolation)
			require.Less(t, time.Since(started), time.Second)
			require.Eventually(t, func() bool { return w.server.sockets.count() == 0 && w.trading.sessions() == 0 }, 5*time.Second, time.Millisecond)
		})
	}
}

// Whoever stops reading does not stay longer for it: a write that hangs is given up.
func TestStream_ends_for_a_reader_that_stalls(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	ann := w.join("ann@trade.test")
	connection, _ := dial(t, address, "ticket="+w.ticket(ann), nil)
	requireEcho(t, connection, "hello")
	var one *socket
	for open := range w.server.sockets.all[ann.id] {
		one = open
	}
	written := make(chan error, 1)
	go func() { written <- one.WriteText(make([]byte, 64<<20)) }()
	require.Eventually(t, func() bool {
		free := one.mu.TryLock()
		if free {
			one.mu.Unlock()
		}
		return !free
	}, 5*time.Second, time.Millisecond, "the write hangs")
	started := time.Now()
	w.server.endAllSignIns(ann.id)
	require.Error(t, <-written)
	require.Eventually(t, func() bool { return w.server.sockets.count() == 0 }, time.Second, time.Millisecond)
	require.Less(t, time.Since(started), time.Second)
}

func TestStream_frames(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	ann := w.join("ann@trade.test")
	open := func() *websocket.Conn {
		connection, _ := dial(t, address, "ticket="+w.ticket(ann), nil)
		return connection
	}
	allowed := open()
	requireEcho(t, allowed, strings.Repeat("x", frameLimit))
	require.NoError(t, allowed.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", frameLimit+1))))
	requireClosed(t, allowed, websocket.CloseMessageTooBig)

	huge := open()
	_ = huge.WriteMessage(websocket.TextMessage, make([]byte, 10<<20)) // refused while it is still being written
	require.NoError(t, huge.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, _, err := huge.ReadMessage()
	require.Error(t, err)

	binary := open()
	require.NoError(t, binary.WriteMessage(websocket.BinaryMessage, []byte("x")))
	requireClosed(t, binary, websocket.CloseUnsupportedData)

	flood := open()
	for range framesAtOnce + framesPerSec {
		if flood.WriteMessage(websocket.TextMessage, []byte("x")) != nil {
			break
		}
	}
	requireClosed(t, flood, websocket.ClosePolicyViolation)
	require.Eventually(t, func() bool { return w.server.sockets.count() == 0 }, 5*time.Second, time.Millisecond)
}

func TestStream_number_per_user(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.SocketsPerUser = 3 })
	address := w.listen()
	ann, bob := w.join("ann@trade.test"), w.join("bob@trade.test")
	for range 3 {
		connection, _ := dial(t, address, "ticket="+w.ticket(ann), nil)
		requireEcho(t, connection, "hello")
	}
	_, response := dial(t, address, "ticket="+w.ticket(ann), nil)
	require.Equal(t, 429, response.StatusCode)
	require.NotEmpty(t, response.Header.Get("Retry-After"))
	connection, _ := dial(t, address, "ticket="+w.ticket(bob), nil)
	requireEcho(t, connection, "others are not concerned")
}

func TestStream_tickets_are_few(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.join("ann@trade.test"), w.join("bob@trade.test")
	for range ticketsMost {
		w.ticket(ann)
	}
	require.Equal(t, 429, w.call("POST", "/api/ws/ticket", nil, ann.auth()).StatusCode)
	w.ticket(bob)
	w.clock.advance(ticketAge)
	w.ticket(ann)
	require.Len(t, w.server.tickets.all, 1, "what has ended is forgotten")
	require.Len(t, w.server.tickets.queue, 1)
}

func TestStream_panic_ends_one_socket(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	ann := w.join("ann@trade.test")
	bad, _ := dial(t, address, "ticket="+w.ticket(ann), nil)
	good, _ := dial(t, address, "ticket="+w.ticket(ann), nil)
	require.NoError(t, bad.WriteMessage(websocket.TextMessage, []byte("panic")))
	_, frame, err := bad.ReadMessage()
	require.Error(t, err, string(frame))
	requireEcho(t, good, "still here")
	require.Eventually(t, func() bool { return strings.Contains(w.log.String(), "http.stream.panicked") }, 5*time.Second, time.Millisecond)
}

func TestStream_shutdown(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	ann := w.join("ann@trade.test")
	connection, _ := dial(t, address, "ticket="+w.ticket(ann), nil)
	requireEcho(t, connection, "hello")
	ctx, cancel := contextWithTimeout()
	defer cancel()
	require.NoError(t, w.server.Shutdown(ctx))
	requireClosed(t, connection, websocket.CloseGoingAway)
}
