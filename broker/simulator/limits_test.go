package simulator_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
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

// A call in flight over HTTP holds a connection as a socket does.
func TestConnections_limit_counts_calls_over_HTTP(t *testing.T) {
	s := newStage(t, func(o *simulator.Options) { o.ConnectionsPerAddress = 32 })
	for range 32 {
		s.dial()
	}
	r, err := http.Get(s.HTTPURL() + "/public/test")
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, http.StatusTooManyRequests, r.StatusCode)
	require.Empty(t, r.Header.Get("Retry-After"))
}

// spend asks until the pool is empty and tells how often it was answered.
func (c *socket) spend(method string, p object) (n int) {
	c.t.Helper()
	for ; n < 1_000; n++ {
		if answer := c.ask(method, p); answer["error"] != nil {
			require.Equal(c.t, json.Number("10028"), field(answer, "error", "code"))
			return n
		}
	}
	return n
}

func TestPools_of_an_account(t *testing.T) {
	s := newStage(t)
	c := s.login(alice) // pays for the login as a guest
	for method, k := range map[string]struct {
		params object
		burst  int // of a full pool
		after  int // more, after ten seconds
	}{
		"private/get_positions":       {nil, 100, 100},
		"public/get_instruments":      {object{"kind": "option"}, 50, 10},
		"private/subscribe":           {object{"channels": []string{"platform_state"}}, 10, 10},
		"private/get_transaction_log": {everything, 8, 8},
		"private/cancel_all":          {nil, 20, 20},
	} {
		t.Run(method, func(t *testing.T) {
			c.t = t
			require.Equal(t, k.burst, c.spend(method, k.params))
			s.pass(10 * time.Second)
			require.Equal(t, k.after, c.spend(method, k.params))
			s.pass(60 * time.Second)
		})
	}
}

func tierOf(t *testing.T, c *socket) (burst, rate string) {
	t.Helper()
	l := field(c.call("private/get_account_summary", object{"currency": "USDC"}), "limits")
	amount(t, "100", field(l, "non_matching_engine", "burst"))
	amount(t, "20", field(l, "non_matching_engine", "rate"))
	require.Equal(t, field(l, "matching_engine", "trading", "total"), field(l, "matching_engine", "cancel_all"))
	total := field(l, "matching_engine", "trading", "total")
	return field(total, "burst").(json.Number).String(), field(total, "rate").(json.Number).String()
}

// What an account traded in seven days decides how many orders it may send; it counts from the next hour on.
func TestTier_follows_the_volume(t *testing.T) {
	s := newStage(t, func(o *simulator.Options) {
		rich := alice
		rich.Balances = []core.Balance{{Currency: "BTC", Amount: trade.NewDec(100)}}
		o.Accounts = []simulator.AccountSpec{rich}
	})
	c := s.login(alice)
	volume := 0.0
	for n := 0; volume <= 1_000_000; n++ {
		side := []string{"private/buy", "private/sell"}[n%2]
		order := field(c.call(side, object{"instrument_name": "BTC-PERPETUAL", "amount": 100_000, "type": "market"}), "order")
		volume += dec(t, field(order, "filled_amount")).Float()
		s.pass(time.Second)
	}
	burst, rate := tierOf(t, c)
	require.Equal(t, "20 5", burst+" "+rate)
	c.call("public/subscribe", object{"channels": []string{"platform_state"}}) // else it is idle
	s.clock.Advance(time.Hour)
	s.Sync()
	c = s.login(alice)
	burst, rate = tierOf(t, c)
	require.Equal(t, "30 10", burst+" "+rate)
	require.Equal(t, 30, c.spend("private/cancel_all_by_currency", object{"currency": "BTC"}))
	s.pass(time.Second)
	require.Equal(t, 10, c.spend("private/cancel_all_by_currency", object{"currency": "BTC"}))
}

// Who has not signed in pays with his address, over all connections.
func TestPools_of_an_address(t *testing.T) {
	s := newStage(t, counted)
	a, b := s.dial(), s.dial()
	require.Equal(t, 100, a.spend("public/ticker", object{"instrument_name": btc}))
	b.refused(10028, "public/ticker", object{"instrument_name": btc})
	status, answer := s.http("GET", "/public/ticker?instrument_name="+btc, "", nil)
	require.Equal(t, 400, status)
	require.Equal(t, json.Number("10028"), field(answer, "error", "code"))
	b.refused(10028, "private/get_positions", object{"access_token": "guess"})
	b.call("public/test", nil)
	s.pass(time.Second)
	require.Equal(t, 20, b.spend("public/ticker", object{"instrument_name": btc}))
}

func TestLimit_may_close_the_socket(t *testing.T) {
	s := newStage(t, counted, func(o *simulator.Options) { o.CloseOnLimit = true })
	c := s.dial()
	require.Equal(t, 100, c.spend("public/get_time", nil))
	c.closed(4000)
}

// counted is an exchange that holds addresses to limits, as the real one does.
func counted(o *simulator.Options) { o.ConnectionsPerAddress = 32 }
