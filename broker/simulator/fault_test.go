package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

func TestAdmin_needs_its_token(t *testing.T) {
	s := newStage(t)
	status, answer := s.adminTry("wrong", "/accounts", object{"balances": object{"USDC": "1"}})
	require.Equal(t, http.StatusUnauthorized, status)
	require.NotContains(t, answer["error"], "admin-token")
	for name, body := range map[string]any{"another currency": object{"balances": object{"DOGE": "1"}},
		"below zero": object{"balances": object{"USDC": "-1"}}, "no number": object{"balances": object{"USDC": "x"}}, "no object": 7} {
		t.Run(name, func(t *testing.T) {
			status, _ := s.adminTry("admin-token", "/accounts", body)
			require.Equal(t, http.StatusBadRequest, status)
		})
	}
	status, _ = s.adminTry("admin-token", "/faults/nothing", object{})
	require.Equal(t, http.StatusNotFound, status)
}

func TestAdmin_makes_accounts_that_trade(t *testing.T) {
	s := newStage(t)
	made := s.admin("/accounts", object{"balances": object{"USDC": "10000", "BTC": "0.1"}})
	c := s.login(simulator.AccountSpec{Key: made["key"].(string), Secret: made["secret"].(string)})
	amount(t, "10000", field(c.call("private/get_account_summary", object{"currency": "USDC"}), "balance"))
	amount(t, "0.1", field(c.call("private/get_account_summary", object{"currency": "BTC"}), "equity"))
	c.call("private/buy", object{"instrument_name": "BTC-PERPETUAL", "amount": 100, "type": "market"})
}

func TestFault_swallowed_answer_leaves_the_order(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.admin("/faults/swallow", object{"count": 1, "methods": []string{"private/buy"}})
	c.send(`{"jsonrpc":"2.0","id":"lost","method":"private/buy","params":{"instrument_name":"BTC_USDC-PERPETUAL","amount":0.01,"type":"market","label":"quiet"}}`)
	orders := c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "quiet"}).([]any)
	require.Len(t, orders, 1)
	require.Equal(t, "filled", field(orders[0], "order_state"))
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"}) // the next is answered
}

func TestFault_refuses_with_a_code(t *testing.T) {
	s := newStage(t)
	a, b := s.login(alice), s.login(bob)
	s.admin("/faults/refuse", object{"account": 70001, "count": 2, "code": 10041, "message": "settlement_in_progress", "methods": []string{"private/buy"}})
	order := object{"instrument_name": btc, "amount": 0.01, "type": "market"}
	b.call("private/buy", order)
	a.refused(10041, "private/buy", order)
	a.call("private/get_positions", nil)
	a.refused(10041, "private/buy", order)
	a.call("private/buy", order)
}

func TestFault_market_entry_may_not_be_linked(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.admin("/faults/unlinked", object{})
	c.refused(11030, "private/buy", bracket("0.01", around(t, c, "2"), around(t, c, "-2")))
	require.Empty(t, c.call("private/get_positions", object{"currency": "any"}))
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	s.admin("/faults/clear", object{})
	c.call("private/buy", bracket("0.01", around(t, c, "2"), around(t, c, "-2")))
}

func TestFault_frozen_feed_says_nothing(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	channel := "ticker." + btc + ".100ms"
	c.call("public/subscribe", object{"channels": []string{channel}})
	c.next(channel)
	s.admin("/faults/freeze", object{})
	c.call("public/test", nil)
	c.news = nil
	s.pass(5 * time.Second)
	c.call("public/test", nil)
	require.Empty(t, c.news)
	s.admin("/faults/freeze", object{"on": false})
	s.pass(time.Second)
	c.next(channel)
}

func TestFault_drop_cuts_one_accounts_connections(t *testing.T) {
	s := newStage(t)
	a, b := s.login(alice), s.login(bob)
	s.admin("/faults/drop", object{"account": 70001})
	_, _, err := a.ws.ReadMessage()
	require.Error(t, err)
	b.call("public/test", nil)
}

func TestFault_breach_of_the_limit_may_close(t *testing.T) {
	s := newStage(t)
	s.admin("/faults/close-on-limit", object{})
	c := s.dial()
	for n := 0; ; n++ {
		require.Less(t, n, 200)
		c.id++
		c.send(`{"jsonrpc":"2.0","id":1,"method":"public/get_currencies"}`)
		if answer := c.read(); answer["error"] != nil {
			break
		}
	}
	_, _, err := c.ws.ReadMessage()
	require.Error(t, err)
}
