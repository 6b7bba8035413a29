package simulator_test

import (
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

// tenths moves the clock in steps of a tenth of a second, the exchange's own.
func (s *stage) tenths(d time.Duration) {
	for ; d > 0; d -= 100 * time.Millisecond {
		s.clock.Advance(100 * time.Millisecond)
		s.Sync()
	}
}

func kind(frame any) any { return field(frame, "params", "type") }

// quiet wants that nothing but answers has come.
func (c *socket) quiet() {
	c.t.Helper()
	c.call("public/get_time", nil)
	require.Empty(c.t, c.news)
}

// A first test_request comes 12.3 seconds after the interval of ten was set, further ones each 10.6;
// beside a heartbeat only where nothing else went out.
func TestHeartbeat_rhythm(t *testing.T) {
	s := newStage(t, unlimited)
	idle, busy := s.dial(), s.dial()
	idle.refused(-32602, "public/set_heartbeat", object{"interval": 9})
	for _, c := range []*socket{idle, busy} {
		require.Equal(t, "ok", c.call("public/set_heartbeat", object{"interval": 10}))
	}
	for n := range 5 {
		pause := 10_500 * time.Millisecond
		if n == 0 {
			pause = 12_200 * time.Millisecond
		}
		s.tenths(pause)
		busy.quiet()
		s.tenths(100 * time.Millisecond)
		require.Equal(t, "test_request", kind(busy.read()))
		busy.call("public/test", nil)
		require.Empty(t, busy.news)
		require.Equal(t, "heartbeat", kind(idle.read()))
		require.Equal(t, "test_request", kind(idle.read()))
		idle.call("public/test", nil)
	}
	idle.call("public/disable_heartbeat", nil)
	s.tenths(11 * time.Second)
	idle.quiet()
}

func (c *socket) closed(code int) {
	c.t.Helper()
	for {
		if _, _, err := c.ws.ReadMessage(); err != nil {
			require.True(c.t, websocket.IsCloseError(err, code), "%v", err)
			return
		}
	}
}

func TestHeartbeat_unanswered_closes(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	c.call("public/set_heartbeat", object{"interval": 10})
	s.tenths(22_200 * time.Millisecond)
	c.call("public/get_time", nil) // is no answer
	s.tenths(100 * time.Millisecond)
	c.closed(4000)
}

func TestIdle_socket_is_dropped(t *testing.T) {
	s := newStage(t)
	idle, used, listening := s.dial(), s.dial(), s.dial()
	listening.call("public/subscribe", object{"channels": []string{"platform_state"}})
	idle.call("public/test", nil)
	s.tenths(60_400 * time.Millisecond)
	used.call("public/test", nil)
	s.tenths(100 * time.Millisecond)
	_, _, err := idle.ws.ReadMessage()
	require.Error(t, err)
	require.False(t, websocket.IsCloseError(err, 1000, 4000), "without a word: %v", err)
	used.call("public/test", nil)
	listening.call("public/test", nil)
}

func TestLogout_closes_without_an_answer(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.send(`{"jsonrpc":"2.0","id":5,"method":"private/logout"}`)
	_, frame, err := c.ws.ReadMessage()
	require.Error(t, err, "%s", frame)
}
