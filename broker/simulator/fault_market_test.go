package simulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

func percent(s string) trade.Dec { return trade.MustDec(s) }

func mark(t *testing.T, c *socket) trade.Dec {
	t.Helper()
	return dec(t, field(c.call("public/ticker", object{"instrument_name": btc}), "mark_price"))
}

// A gap through a stop-limit order: it has fired and is not filled, until the price comes back.
func TestFault_shock_jumps_over_a_stop_limit(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.call("private/buy", market("entry"))
	c.call("private/sell", object{"instrument_name": btc, "amount": 0.01, "type": "stop_limit", "trigger": "mark_price", "reduce_only": true, "label": "stop",
		"trigger_price": parsePrice(around(t, c, "-1")), "price": parsePrice(around(t, c, "-1.1"))})
	before := mark(t, c)
	s.fault("shock", simulator.Trouble{Instrument: btc, Percent: percent("-2.5")})
	s.pass(time.Second)
	fallen := mark(t, c)
	require.True(t, fallen.Less(before.Mul(percent("0.98"))), "%s after %s", fallen, before)
	stopped := c.call("private/get_open_orders", nil).([]any)
	require.Len(t, stopped, 1)
	require.Equal(t, "open", field(stopped[0], "order_state"), "it has fired")
	require.Len(t, c.call("private/get_positions", object{"currency": "any"}), 1, "and is jumped over")
	require.Len(t, s.faults().Active, 1)
	s.clear("shock")
	s.pass(2 * time.Second)
	require.Empty(t, c.call("private/get_positions", object{"currency": "any"}))
}

func TestFault_shock_lapses(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	before := mark(t, c)
	s.fault("shock", simulator.Trouble{Percent: percent("10"), Ms: 2500, Kind: "decays"})
	s.pass(time.Second)
	require.True(t, before.Mul(percent("1.09")).Less(mark(t, c)))
	s.pass(4 * time.Second)
	require.True(t, mark(t, c).Less(before.Mul(percent("1.01"))))
	require.Empty(t, s.faults().Active)
	_, answer := s.adminTry("admin-token", "/faults/shock", object{"percent": "-99"})
	require.Contains(t, answer["error"], "percent")
}

// A shock is in the journal: after a restart the prices are what they were.
func TestFault_shock_survives_a_restart(t *testing.T) {
	dir, clock := t.TempDir(), simulator.NewManualClock(noon)
	s := stored(t, dir, clock)
	s.fault("shock", simulator.Trouble{Percent: percent("-5")})
	s.pass(2 * time.Second)
	c := s.login(alice)
	fallen := mark(t, c)
	s.Close()
	s = stored(t, dir, clock)
	require.Equal(t, fallen.String(), mark(t, s.login(alice)).String())
	s.clear()
	s.pass(2 * time.Second)
	require.True(t, fallen.Less(mark(t, s.login(alice))), "clearing ends it though the engine is another")
}

func TestFault_pause_of_the_books(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	s.fault("pause", simulator.Trouble{Ms: 1500})
	c.refused(10041, "private/buy", market(""))
	s.pass(time.Second)
	c.refused(10041, "private/buy", market(""))
	s.pass(time.Second)
	c.call("private/buy", market(""))
}

func TestFault_liquidation_on_demand(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.call("private/subscribe", object{"channels": []string{"user.trades.any.any.raw"}})
	c.call("private/buy", market(""))
	c.next("user.trades.any.any.raw")
	s.fault("liquidate", simulator.Trouble{Account: 70001})
	require.Equal(t, "T", field(c.next("user.trades.any.any.raw").([]any)[0], "liquidation"))
	require.Empty(t, c.call("private/get_positions", object{"currency": "any"}))
	status, answer := s.adminTry("admin-token", "/faults/liquidate", object{"account": 70001})
	require.Equal(t, 400, status)
	require.Contains(t, answer["error"], "no_position")
}
