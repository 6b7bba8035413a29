package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

func TestRate_limit_answers_10028_and_refills(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	order := object{"instrument_name": btc, "amount": 0.001, "type": "limit", "price": parsePrice(around(t, c, "-1"))}
	for range 20 {
		c.call("private/buy", order)
	}
	require.Equal(t, "too_many_requests", c.refused(10028, "private/buy", order)["message"])
	s.login(bob).call("private/buy", order) // buckets are per account
	s.pass(time.Second)
	for range 5 {
		c.call("private/cancel_all_by_instrument", object{"instrument_name": btc})
	}
	c.refused(10028, "private/cancel_all_by_instrument", object{"instrument_name": btc})
	c.call("private/cancel_all", nil) // has a pool of its own
}

func TestConnections_of_one_address_are_limited(t *testing.T) {
	s := newStage(t, func(o *simulator.Options) { o.ConnectionsPerAddress = 2 })
	first := s.dial()
	s.dial()
	_, r, err := websocket.DefaultDialer.Dial(s.URL(), nil)
	require.Error(t, err)
	require.Equal(t, http.StatusTooManyRequests, r.StatusCode)
	first.ws.Close()
	require.Eventually(t, func() bool {
		ws, _, err := websocket.DefaultDialer.Dial(s.URL(), nil)
		if err == nil {
			ws.Close()
		}
		return err == nil
	}, 5*time.Second, 10*time.Millisecond)
}
