package simulator_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// slow is an exchange whose matching takes a while for each request.
func slow(t *testing.T, d time.Duration) *stage {
	return newStage(t, unlimited, func(o *simulator.Options) { o.MatchingTime = d })
}

// order sends an order without waiting for the answer.
func (c *socket) order(id int, instrument string, price float64) {
	c.t.Helper()
	frame, err := json.Marshal(object{"jsonrpc": "2.0", "id": id, "method": "private/buy", "params": object{"instrument_name": instrument,
		"amount": map[string]any{btc: 0.001, "BTC-PERPETUAL": 10}[instrument], "type": "limit", "price": price, "label": "o" + strconv.Itoa(id)}})
	require.NoError(c.t, err)
	c.send(string(frame))
}

// answered wants the next answer to be of a request, with a code or 0.
func (c *socket) answered(id, code int) {
	c.t.Helper()
	answer := c.read()
	require.Equal(c.t, json.Number(strconv.Itoa(id)), answer["id"])
	if code == 0 {
		require.Nil(c.t, answer["error"])
		return
	}
	require.Equal(c.t, json.Number(strconv.Itoa(code)), field(answer, "error", "code"))
}

func TestLock_lets_one_after_another(t *testing.T) {
	s := slow(t, 900*time.Millisecond)
	a, b, other := s.login(alice), s.login(alice), s.login(bob)
	price := parsePrice(around(t, a, "-1"))
	a.order(1, btc, price)
	a.answered(1, 0)
	b.order(2, btc, price) // the same account over another connection
	b.call("private/get_positions", nil)
	a.order(3, "BTC-PERPETUAL", price) // another currency
	a.answered(3, 0)
	other.order(4, btc, price)
	other.answered(4, 0)
	for id := 5; id <= 11; id++ {
		a.order(id, btc, price)
	}
	a.order(12, btc, price) // the ninth that would wait
	a.answered(12, 10047)
	s.tenths(800 * time.Millisecond)
	require.Len(t, a.call("private/get_open_orders_by_currency", object{"currency": "USDC"}), 1)
	s.tenths(100 * time.Millisecond)
	b.answered(2, 0)
	for id := 5; id <= 8; id++ {
		s.tenths(900 * time.Millisecond)
		a.answered(id, 0)
	}
	require.Len(t, a.call("private/get_open_orders_by_currency", object{"currency": "USDC"}), 6)
	s.tenths(500 * time.Millisecond) // five seconds
	for id := 9; id <= 11; id++ {
		a.answered(id, 10050)
	}
}

func TestLock_is_not_waited_for_longer_than_five_seconds(t *testing.T) {
	s := slow(t, 4*time.Second)
	c := s.login(alice)
	price := parsePrice(around(t, c, "-1"))
	for id := 1; id <= 3; id++ {
		c.order(id, btc, price)
	}
	c.answered(1, 0)
	s.tenths(4 * time.Second)
	c.answered(2, 0)
	s.tenths(time.Second)
	c.answered(3, 10050)
	require.Empty(t, c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "o3"}))
}

func TestLock_forgets_what_a_cancel_takes_back(t *testing.T) {
	s := slow(t, time.Second)
	c := s.login(alice)
	price := parsePrice(around(t, c, "-1"))
	for id := 1; id <= 3; id++ {
		c.order(id, btc, price)
	}
	c.answered(1, 0)
	c.send(`{"jsonrpc":"2.0","id":5,"method":"private/cancel_all"}`)
	c.answered(2, 13666)
	c.answered(3, 13666)
	amount(t, "1", c.read()["result"])
	s.tenths(3 * time.Second)
	require.Empty(t, c.call("private/get_open_orders", nil))
}

// Two connections are allowed, so a third one tells that the exchange knows of the end of one.
func TestLock_forgets_what_lost_its_connection(t *testing.T) {
	s := newStage(t, unlimited, func(o *simulator.Options) { o.MatchingTime, o.ConnectionsPerAddress = time.Second, 2 })
	c, lost := s.login(alice), s.login(alice)
	price := parsePrice(around(t, c, "-1"))
	c.order(1, btc, price)
	c.answered(1, 0)
	lost.order(2, btc, price)
	lost.call("private/get_positions", nil)
	lost.ws.Close()
	require.Eventually(t, func() bool {
		ws, _, err := websocket.DefaultDialer.Dial(s.URL(), nil)
		if err == nil {
			ws.Close()
		}
		return err == nil
	}, 5*time.Second, 10*time.Millisecond)
	s.tenths(3 * time.Second)
	require.Empty(t, c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "o2"}))
}
