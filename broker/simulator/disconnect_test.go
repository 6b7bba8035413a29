package simulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// reasons gives why each of alice's orders was cancelled, nil for a live one, by label.
func (c *socket) reasons() map[string]any {
	c.t.Helper()
	out := map[string]any{}
	for _, o := range c.call("private/get_open_orders", nil).([]any) {
		out[field(o, "label").(string)] = nil
	}
	for _, o := range c.call("private/get_order_history_by_instrument", object{"instrument_name": btc, "include_unfilled": true, "count": 100}).([]any) {
		out[field(o, "label").(string)] = field(o, "cancel_reason")
	}
	return out
}

func (c *socket) rest(t *testing.T, label string) {
	t.Helper()
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "limit", "label": label, "price": parsePrice(around(t, c, "-1"))})
}

// cancelled waits until an order is cancelled for want of its connection.
func (c *socket) cancelled(s *stage, label string) {
	c.t.Helper()
	require.Eventually(c.t, func() bool { s.Sync(); return c.reasons()[label] == "cancel_on_disconnect" }, 5*time.Second, 5*time.Millisecond)
}

func TestCancel_on_disconnect_of_a_connection(t *testing.T) {
	s := newStage(t, manager, unlimited)
	watcher, plain, careful := s.login(alice), s.login(alice), s.login(alice)
	s.login(bob).refused(13021, "private/enable_cancel_on_disconnect", nil)
	careful.refused(-32602, "private/enable_cancel_on_disconnect", object{"scope": "world"})

	plain.rest(t, "plain")
	careful.rest(t, "before")
	require.Equal(t, "ok", careful.call("private/enable_cancel_on_disconnect", nil))
	require.Equal(t, object{"scope": "connection", "enabled": true}, careful.call("private/get_cancel_on_disconnect", nil))
	require.Equal(t, object{"scope": "connection", "enabled": false}, plain.call("private/get_cancel_on_disconnect", nil))
	careful.rest(t, "after")
	stop := bracket("0.01", around(t, careful, "2"), around(t, careful, "-2"))
	stop["label"] = "entry"
	careful.call("private/buy", stop)
	require.Len(t, watcher.call("private/get_open_orders", nil), 5, "the legs of the bracket are live")
	plain.ws.Close()
	careful.ws.Close()
	watcher.cancelled(s, "after")
	require.Equal(t, "cancel_on_disconnect", watcher.reasons()["before"], "what was placed before it was on, too")
	require.Nil(t, watcher.reasons()["plain"])
	require.Len(t, watcher.call("private/get_open_orders", nil), 1, "and the legs that came of its entry")
}

func TestCancel_on_disconnect_of_an_account(t *testing.T) {
	dir := t.TempDir()
	durable := func(o *simulator.Options) { manager(o); unlimited(o); o.DataDir = dir }
	s := newStage(t, durable)
	c := s.login(alice)
	c.call("private/enable_cancel_on_disconnect", object{"scope": "account"})
	require.Equal(t, object{"scope": "account", "enabled": true}, c.call("private/get_cancel_on_disconnect", object{"scope": "account"}))
	require.Equal(t, object{"scope": "connection", "enabled": false}, c.call("private/get_cancel_on_disconnect", nil), "it is for later connections")
	s.Close()

	s = newStage(t, durable)
	watcher, later := s.login(alice), s.login(alice)
	require.Equal(t, object{"scope": "connection", "enabled": true}, later.call("private/get_cancel_on_disconnect", nil))
	later.rest(t, "later")
	later.call("private/disable_cancel_on_disconnect", nil)
	later.ws.Close()
	other := s.login(alice)
	other.rest(t, "other")
	other.ws.Close()
	watcher.cancelled(s, "other")
	require.Nil(t, watcher.reasons()["later"])
	watcher.call("private/disable_cancel_on_disconnect", object{"scope": "account"})
	require.Equal(t, false, field(s.login(alice).call("private/get_cancel_on_disconnect", nil), "enabled"))
}

func TestCancel_on_disconnect_follows_silence_not_a_logout(t *testing.T) {
	s := newStage(t, manager, unlimited)
	leaving, deaf, silent := s.login(alice), s.login(alice), s.login(alice)
	for label, c := range map[string]*socket{"leaving": leaving, "deaf": deaf, "silent": silent} {
		c.call("private/enable_cancel_on_disconnect", nil)
		c.rest(t, label)
	}
	leaving.send(`{"jsonrpc":"2.0","id":5,"method":"private/logout"}`)
	leaving.closed(1000)
	deaf.call("public/set_heartbeat", object{"interval": 10})
	silent.call("private/subscribe", object{"channels": []string{"user.orders.any.any.agg2"}})
	s.tenths(23 * time.Second)
	s.login(alice).cancelled(s, "deaf")
	s.pass(576 * time.Second)
	reasons := s.login(alice).reasons()
	require.Nil(t, reasons["silent"])
	s.pass(2 * time.Second)
	reasons = s.login(alice).reasons()
	require.Equal(t, "cancel_on_disconnect", reasons["silent"], "ten minutes without a word")
	require.Nil(t, reasons["leaving"])
	silent.call("public/test", nil)
}
