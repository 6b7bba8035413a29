package simulator_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

func TestFault_maintenance(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.call("public/subscribe", object{"channels": []string{"platform_state"}})
	s.fault("maintenance", simulator.Trouble{})
	require.Equal(t, object{"maintenance": true}, c.next("platform_state"))
	c.refused(11051, "private/buy", market(""))
	c.refused(11051, "public/ticker", object{"instrument_name": btc})
	c.refused(11051, "public/auth", object{"grant_type": "client_credentials", "client_id": alice.Key, "client_secret": alice.Secret})
	c.call("public/status", nil)
	c.call("public/get_time", nil)
	s.clear("maintenance")
	require.Equal(t, object{"maintenance": false}, c.next("platform_state"))
	c.call("private/buy", market(""))
}

func TestFault_maintenance_that_ends_sockets_and_itself(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("maintenance", simulator.Trouble{Close: true, Ms: 5000})
	_, _, err := c.ws.ReadMessage()
	require.True(t, websocket.IsCloseError(err, websocket.CloseServiceRestart), "%v", err)
	c = s.dial()
	c.refused(11051, "public/ticker", object{"instrument_name": btc})
	s.pass(5 * time.Second)
	c.call("public/ticker", object{"instrument_name": btc})
}

func TestFault_cap_of_connections(t *testing.T) {
	s := newStage(t)
	first := s.dial()
	s.dial()
	s.fault("connections", simulator.Trouble{Limit: 2})
	_, refusal, err := websocket.DefaultDialer.Dial(s.URL(), nil)
	require.Error(t, err)
	require.Equal(t, http.StatusTooManyRequests, refusal.StatusCode)
	first.call("public/test", nil)
	s.clear()
	s.dial()
}

func TestFault_smaller_bucket(t *testing.T) {
	s := newStage(t)
	a, b := s.login(alice), s.login(bob)
	s.fault("bucket", simulator.Trouble{Account: 70001, Limit: 2})
	a.call("private/buy", market(""))
	a.call("private/buy", market(""))
	a.refused(10028, "private/buy", market(""))
	s.clock.Advance(500 * time.Millisecond)
	a.call("private/buy", market("")) // two a second come back
	a.refused(10028, "private/buy", market(""))
	for range 10 {
		b.call("private/buy", market(""))
	}
	s.fault("bucket", simulator.Trouble{Account: 70001, Limit: 1, Kind: "read"})
	a.call("private/get_positions", nil)
	a.refused(10028, "private/get_positions", nil)
	s.clear()
	s.pass(5 * time.Second)
	for range 20 {
		a.call("private/buy", market(""))
		a.call("private/get_positions", nil)
	}
}

// All times that the exchange tells are off, and it judges by them.
func TestFault_clock_is_off(t *testing.T) {
	for name, ms := range map[string]int64{"ahead": 30_000, "behind": -30_000} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c := s.login(alice)
			s.fault("clock", simulator.Trouble{Ms: ms})
			off := json.Number(jsonInt(int(noon.UnixMilli() + ms)))
			require.Equal(t, off, c.call("public/get_time", nil))
			require.Equal(t, off, field(c.call("public/ticker", object{"instrument_name": btc}), "timestamp"))
			answer := c.ask("public/test", nil)
			require.Equal(t, string(off)+"000", string(answer["usIn"].(json.Number)))
			order := market("")
			order["valid_until"] = noon.UnixMilli() + ms - 1
			c.refused(13888, "private/buy", order)
			order["valid_until"] = noon.UnixMilli() + ms + 1
			placed := c.call("private/buy", order)
			require.Equal(t, off, field(placed, "order", "creation_timestamp"))
			require.Equal(t, off, field(placed, "trades").([]any)[0].(object)["timestamp"])
			trades := c.call("private/get_user_trades_by_instrument_and_time", object{"instrument_name": btc,
				"start_timestamp": noon.UnixMilli() + ms - 1, "end_timestamp": noon.UnixMilli() + ms + 1})
			require.Len(t, field(trades, "trades"), 1)
			s.fault("clock", simulator.Trouble{Ms: -ms})
			require.Equal(t, json.Number(jsonInt(int(noon.UnixMilli()-ms))), c.call("public/get_time", nil))
			s.clear("clock")
			require.Equal(t, json.Number(jsonInt(int(noon.UnixMilli()))), c.call("public/get_time", nil))
		})
	}
}

func TestFault_clock_judges_signatures(t *testing.T) {
	s := newStage(t)
	s.fault("clock", simulator.Trouble{Ms: 3_600_000})
	c := s.dial()
	at := func(moment time.Time) object {
		stamp := strconv.FormatInt(moment.UnixMilli(), 10)
		return object{"grant_type": "client_signature", "client_id": alice.Key, "timestamp": stamp, "nonce": "n",
			"signature": signature(alice.Secret, stamp+"\nn\n")}
	}
	c.refused(13004, "public/auth", at(noon))
	c.call("public/auth", at(noon.Add(time.Hour)))
}
