package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

func TestFault_swallowed_answer_leaves_the_order(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("swallow", simulator.Trouble{Count: 1, Methods: []string{"private/buy"}})
	c.beside("private/buy", market("quiet"))
	require.Equal(t, "filled", field(c.labelled("quiet")[0], "order_state"))
	c.call("private/buy", market("")) // the next is answered
}

func TestFault_lost_request_is_not_carried_out(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("lost", simulator.Trouble{Account: 70001, Count: 2, Methods: []string{"private/buy"}})
	s.login(bob).call("private/buy", market(""))
	c.beside("private/buy", market("gone"))
	require.Empty(t, c.labelled("gone"))

	q, err := http.NewRequest(http.MethodGet, s.HTTPURL()+"/private/buy?instrument_name="+btc+"&amount=0.01&type=market&label=gone", nil)
	require.NoError(t, err)
	q.SetBasicAuth(alice.Key, alice.Secret)
	_, err = http.DefaultClient.Do(q)
	require.Error(t, err, "the connection ends without an answer")
	require.Empty(t, c.labelled("gone"))
	c.call("private/buy", market("gone"))
	require.Len(t, c.labelled("gone"), 1)
}

// A request that is held up is judged when it arrives: its time may be up by then.
func TestFault_held_request_arrives_late(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("hold", simulator.Trouble{Ms: 700, Count: 2, Methods: []string{"private/buy"}})
	late := market("late")
	late["valid_until"] = noon.UnixMilli() + 500
	c.beside("private/buy", late)
	c.beside("private/buy", market("in time"))
	require.Empty(t, c.labelled("in time"))
	s.clock.Advance(700 * time.Millisecond)
	s.Sync()
	refused := c.read()
	require.Equal(t, "13888", field(refused, "error", "code").(interface{ String() string }).String())
	require.Equal(t, "filled", field(c.read(), "result", "order", "order_state"))
	require.Empty(t, c.labelled("late"))
	require.Len(t, c.labelled("in time"), 1)
}

// A client that has given up and come back meets what it sent before.
func TestFault_held_request_arrives_after_its_connection(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("hold", simulator.Trouble{Ms: 3000, Count: 1, Methods: []string{"private/buy"}})
	c.beside("private/buy", market("ghost"))
	c.ws.Close()
	back := s.login(alice)
	s.pass(2 * time.Second)
	require.Empty(t, back.labelled("ghost"))
	s.pass(time.Second)
	require.Equal(t, "filled", field(back.labelled("ghost")[0], "order_state"))
}

func TestFault_answer_comes_late(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("delay", simulator.Trouble{Account: 70001, Ms: 2000, Kind: "answers", Methods: []string{"private/buy"}})
	c.beside("private/buy", market("slow"))
	require.Equal(t, "filled", field(c.labelled("slow")[0], "order_state"), "it is carried out at once")
	s.clock.Advance(2 * time.Second)
	s.Sync()
	require.Equal(t, "beside", c.read()["id"])
}

func TestFault_refuses_with_a_code(t *testing.T) {
	s := newStage(t)
	a, b := s.login(alice), s.login(bob)
	s.fault("refuse", simulator.Trouble{Account: 70001, Count: 2, Code: 10041, Message: "settlement_in_progress", Methods: []string{"private/buy"}})
	b.call("private/buy", market(""))
	a.refused(10041, "private/buy", market(""))
	a.call("private/get_positions", nil)
	a.refused(10041, "private/buy", market(""))
	a.call("private/buy", market(""))
}

func TestFault_forced_refusals_of_orders(t *testing.T) {
	for name, code := range map[string]int{"timed-out": 13888, "queue-full": 10047} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c := s.login(alice)
			s.fault(name, simulator.Trouble{Count: 1})
			c.call("private/get_positions", nil)
			c.refused(code, "private/buy", market("no"))
			require.Empty(t, c.labelled("no"))
			c.call("private/buy", market("yes"))
		})
	}
}

func TestFault_limit_once_with_and_without_the_socket(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("limit", simulator.Trouble{Count: 1})
	c.refused(10028, "private/get_positions", nil)
	c.call("private/get_positions", nil)
	s.fault("limit", simulator.Trouble{Count: 1, Close: true, Methods: []string{"private/buy"}})
	c.refused(10028, "private/buy", market(""))
	_, _, err := c.ws.ReadMessage()
	require.Error(t, err)
}

func TestFault_breach_of_the_limit_may_close(t *testing.T) {
	s := newStage(t, counted)
	s.fault("close-on-limit", simulator.Trouble{})
	c := s.dial()
	for n := 0; c.ask("public/get_currencies", nil)["error"] == nil; n++ {
		require.Less(t, n, 200)
	}
	_, _, err := c.ws.ReadMessage()
	require.Error(t, err)
}

func TestFault_market_entry_may_not_be_linked(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("unlinked", simulator.Trouble{})
	c.refused(11030, "private/buy", bracket("0.01", around(t, c, "2"), around(t, c, "-2")))
	require.Empty(t, c.call("private/get_positions", object{"currency": "any"}))
	c.call("private/buy", market(""))
	s.clear("unlinked")
	c.call("private/buy", bracket("0.01", around(t, c, "2"), around(t, c, "-2")))
}

func TestFault_lookups_by_label_lag_behind(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("label-lag", simulator.Trouble{Account: 70001, Ms: 1500})
	placed := c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "limit", "label": "young", "price": parsePrice(around(t, c, "-1"))})
	open := object{"currency": "USDC", "label": "young"}
	require.Empty(t, c.labelled("young"))
	require.Empty(t, c.call("private/get_open_orders_by_label", open))
	require.Len(t, c.call("private/get_open_orders", nil), 1, "only the lookup by label lags")
	c.call("private/get_order_state", object{"order_id": field(placed, "order", "order_id")})
	s.pass(2 * time.Second)
	require.Len(t, c.labelled("young"), 1)
	require.Len(t, c.call("private/get_open_orders_by_label", open), 1)
}
