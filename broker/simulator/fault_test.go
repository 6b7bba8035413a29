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
}

func TestAdmin_makes_accounts_that_trade(t *testing.T) {
	s := newStage(t)
	made, err := s.Admin().Account(t.Context(), map[string]string{"USDC": "10000", "BTC": "0.1"}, "")
	require.NoError(t, err)
	require.EqualValues(t, 70003, made.ID)
	c := s.login(simulator.AccountSpec{Key: made.Key, Secret: made.Secret})
	amount(t, "10000", field(c.call("private/get_account_summary", object{"currency": "USDC"}), "balance"))
	amount(t, "0.1", field(c.call("private/get_account_summary", object{"currency": "BTC"}), "equity"))
	c.call("private/buy", object{"instrument_name": "BTC-PERPETUAL", "amount": 100, "type": "market"})
}

// fault turns a switch.
func (s *stage) fault(name string, trouble simulator.Trouble) {
	s.t.Helper()
	require.NoError(s.t, s.Admin().Fault(s.t.Context(), name, trouble))
}

func (s *stage) clear(names ...string) {
	s.t.Helper()
	require.NoError(s.t, s.Admin().Clear(s.t.Context(), names...))
}

func (s *stage) faults() simulator.Faults {
	s.t.Helper()
	f, err := s.Admin().Faults(s.t.Context())
	require.NoError(s.t, err)
	return f
}

func market(label string) object {
	return object{"instrument_name": btc, "amount": 0.01, "type": "market", "label": label}
}

// beside sends a call whose answer is not awaited, and waits until the exchange has taken it.
func (c *socket) beside(method string, params object) {
	c.t.Helper()
	raw, err := marshal(object{"jsonrpc": "2.0", "id": "beside", "method": method, "params": params})
	require.NoError(c.t, err)
	c.send(raw)
	c.call("public/test", nil)
}

func (c *socket) labelled(label string) []any {
	c.t.Helper()
	return c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": label}).([]any)
}

func TestFault_bodies_are_checked(t *testing.T) {
	s := newStage(t)
	for name, c := range map[string]struct {
		path   string
		body   any
		status int
		words  string
	}{
		"another fault":   {"/faults/nothing", object{}, 404, "there is no fault nothing"},
		"another field":   {"/faults/swallow", object{"acount": 70001}, 400, "takes no field acount"},
		"a foreign field": {"/faults/freeze", object{"ms": 5}, 400, "takes no field ms; it takes on, instrument"},
		"a field missing": {"/faults/hold", object{"count": 1}, 400, "needs the field ms"},
		"another type":    {"/faults/swallow", object{"count": "one"}, 400, "count"},
		"a rate too high": {"/faults/swallow", object{"rate": 101}, 400, "rate"},
		"below zero":      {"/faults/swallow", object{"count": -1}, 400, "negative"},
		"another kind":    {"/faults/book-gap", object{"kind": "wide"}, 400, "gap, lost"},
		"nobody":          {"/faults/swallow", object{"account": 1}, 400, "no such account"},
		"no instrument":   {"/faults/freeze", object{"instrument": "DOGE"}, 400, "no such instrument"},
		"no object":       {"/faults/swallow", []int{1}, 400, "not an object"},
		"clear nothing":   {"/faults/nothing/clear", object{}, 404, "there is no fault nothing"},
		"script":          {"/faults/script", []object{{"afterMs": 1, "fault": "swallow", "body": object{"x": 1}}}, 400, "takes no field x"},
		"script of what":  {"/faults/script", []object{{"fault": "nothing"}}, 404, "there is no fault nothing"},
		"script backward": {"/faults/script", []object{{"afterMs": -1, "fault": "clear"}}, 400, "negative"},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := s.adminTry("admin-token", c.path, c.body)
			require.Equal(t, c.status, status, "%v", answer)
			require.Contains(t, answer["error"], c.words)
		})
	}
	require.Empty(t, s.faults().Active)
	var refusal *simulator.AdminError
	require.ErrorAs(t, s.Admin().Fault(t.Context(), "nothing", simulator.Trouble{}), &refusal)
	require.Equal(t, http.StatusNotFound, refusal.Status)
}

func TestFaults_are_listed_and_cleared(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("refuse", simulator.Trouble{Account: 70001, Count: 2, Code: 10041, Message: "settlement_in_progress", Methods: []string{"private/buy"}})
	s.fault("label-lag", simulator.Trouble{Ms: 1000})
	c.refused(10041, "private/buy", market(""))
	f := s.faults()
	require.Len(t, f.Active, 2)
	require.Equal(t, "refuse", f.Active[1].Fault)
	require.Equal(t, 10041, f.Active[1].Code)
	require.EqualValues(t, 1, f.Active[1].Struck)
	c.refused(10041, "private/buy", market(""))
	f = s.faults()
	require.Len(t, f.Active, 1, "a fault that is used up is gone")
	require.EqualValues(t, 2, f.Struck["refuse"], "and its strikes stay counted")
	s.clear("refuse")
	require.Zero(t, s.faults().Struck["refuse"])
	require.Len(t, s.faults().Active, 1)
	s.clear()
	require.Empty(t, s.faults().Active)
}

// The same seed and the same calls give the same faults.
func TestFault_rate_is_chosen_by_the_seed(t *testing.T) {
	pattern := func(seed uint64) (answers []bool) {
		s := newStage(t)
		c, other := s.login(alice), s.login(bob)
		s.fault("refuse", simulator.Trouble{Rate: 30, Seed: seed, Code: 10040, Message: "retry", Methods: []string{"private/get_positions"}})
		for n := range 40 {
			if seed == 5 && n%3 == 0 {
				other.ask("private/get_positions", nil) // another account's calls change nothing
			}
			answers = append(answers, c.ask("private/get_positions", nil)["error"] == nil)
			s.clock.Advance(100 * time.Millisecond)
		}
		return answers
	}
	first := pattern(5)
	require.Contains(t, first, true)
	require.Contains(t, first, false)
	require.Equal(t, first, pattern(5))
	require.NotEqual(t, first, pattern(6))
}

func TestFault_script_runs_by_the_exchanges_time(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	require.NoError(t, s.Admin().Script(t.Context(),
		simulator.Step{AfterMs: 3000, Fault: "clear"},
		simulator.Step{AfterMs: 1000, Fault: "refuse", Body: simulator.Trouble{Code: 11051, Message: "system_maintenance"}},
		simulator.Step{AfterMs: 9000, Fault: "panic"}))
	require.Equal(t, 3, s.faults().Steps)
	c.call("private/get_positions", nil)
	s.pass(time.Second)
	c.refused(11051, "private/get_positions", nil)
	s.pass(2 * time.Second)
	c.call("private/get_positions", nil)
	require.Equal(t, 1, s.faults().Steps)
	s.clear()
	require.Zero(t, s.faults().Steps)
	s.pass(10 * time.Second)
	c.call("private/get_positions", nil)
}
