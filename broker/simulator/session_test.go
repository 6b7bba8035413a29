package simulator_test

import (
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

func TestHeartbeat_is_answered_or_the_socket_closes(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	c.refused(-32602, "public/set_heartbeat", object{"interval": 5})
	require.Equal(t, "ok", c.call("public/set_heartbeat", object{"interval": 10}))
	s.pass(11 * time.Second)
	require.Equal(t, "heartbeat", field(c.read(), "params", "type"))
	require.Equal(t, "test_request", field(c.read(), "params", "type"))
	c.call("public/test", nil)
	s.pass(11 * time.Second)
	c.read()
	require.Equal(t, "test_request", field(c.read(), "params", "type"))
	s.pass(12 * time.Second)
	for {
		if _, _, err := c.ws.ReadMessage(); err != nil {
			require.True(t, websocket.IsCloseError(err, 4000), "%v", err)
			return
		}
	}
}

func TestIdle_socket_is_dropped(t *testing.T) {
	s := newStage(t)
	idle, listening := s.dial(), s.dial()
	listening.call("public/subscribe", object{"channels": []string{"platform_state"}})
	idle.call("public/test", nil)
	s.pass(62 * time.Second)
	_, _, err := idle.ws.ReadMessage()
	require.Error(t, err)
	listening.call("public/test", nil)
}

func TestLogout_closes_without_an_answer(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.send(`{"jsonrpc":"2.0","id":5,"method":"private/logout"}`)
	_, frame, err := c.ws.ReadMessage()
	require.Error(t, err, "%s", frame)
}
