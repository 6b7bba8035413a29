package simulator_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// open gives the live orders by their labels.
func (c *socket) open() map[any]any {
	c.t.Helper()
	out := map[any]any{}
	for _, o := range c.call("private/get_open_orders", nil).([]any) {
		out[field(o, "label")] = o
	}
	return out
}

func TestFault_leg_of_a_bracket_is_rejected(t *testing.T) {
	for name, c := range map[string]struct{ gone, stays string }{"reject-stop": {"in-s", "in-t"}, "reject-target": {"in-t", "in-s"}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			a := s.login(alice)
			s.fault(name, simulator.Trouble{Account: 70001, Count: 2})
			entry := a.call("private/buy", bracket("0.01", around(t, a, "1"), around(t, a, "-1")))
			require.Equal(t, "filled", field(entry, "order", "order_state"))
			open := a.open()
			require.Len(t, open, 1)
			require.Contains(t, open, c.stays)
			require.Equal(t, "rejected", field(a.labelled(c.gone)[0], "order_state"))

			single := object{"instrument_name": btc, "amount": 0.01, "type": "limit", "price": parsePrice(around(t, a, "1")), "reduce_only": true, "label": "again"}
			if c.gone == "in-s" {
				single = object{"instrument_name": btc, "amount": 0.01, "type": "stop_market", "trigger": "mark_price", "trigger_price": parsePrice(around(t, a, "-1")), "reduce_only": true, "label": "again"}
			}
			a.refused(11030, "private/sell", single)
			a.call("private/sell", single)
			require.Contains(t, a.open(), "again")
			require.EqualValues(t, 2, s.faults().Struck[name])
		})
	}
}

// A part fills and then nobody hears anything: the entry's socket is silent, another one knows.
func TestFault_partial_fill_and_then_silence(t *testing.T) {
	for kind, left := range map[string]string{"cancel": "cancelled", "stay": "open"} {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t)
			a, other := s.login(alice), s.login(alice)
			a.call("private/subscribe", object{"channels": []string{orderEvents}})
			s.fault("partial-fill", simulator.Trouble{Account: 70001, Count: 1, Percent: percent("40"), Kind: kind})
			require.Equal(t, kind == "stay", s.faults().Active[0].Kind == "stay")
			a.send(`{"jsonrpc":"2.0","id":1,"method":"private/buy","params":{"instrument_name":"` + btc + `","amount":0.01,"type":"market","label":"part"}}`)
			require.Eventually(t, func() bool { return len(other.labelled("part")) == 1 }, 5*time.Second, time.Millisecond)
			entry := other.labelled("part")[0]
			require.Equal(t, left, field(entry, "order_state"))
			amount(t, "0.004", field(entry, "filled_amount"))
			amount(t, "0.004", field(other.call("private/get_position", object{"instrument_name": btc}), "size"))
			s.clear("partial-fill")
			require.Empty(t, a.heard(), "what was said meanwhile is lost")
		})
	}
}

func TestFault_partial_fill_and_then_no_socket(t *testing.T) {
	s := newStage(t)
	a := s.login(alice)
	s.fault("partial-fill", simulator.Trouble{Account: 70001, Count: 1, Percent: percent("10"), Close: true})
	a.send(`{"jsonrpc":"2.0","id":1,"method":"private/buy","params":{"instrument_name":"` + btc + `","amount":0.01,"type":"market","label":"part"}}`)
	_, _, err := a.ws.ReadMessage()
	require.Error(t, err)
	amount(t, "0.001", field(s.login(alice).labelled("part")[0], "filled_amount"))
}

func TestFault_both_legs_fill_in_a_race(t *testing.T) {
	s := newStage(t)
	a := s.login(alice)
	a.call("private/buy", bracket("0.01", around(t, a, "1"), around(t, a, "-1")))
	s.fault("oco-race", simulator.Trouble{Account: 70001, Count: 1})
	s.fault("shock", simulator.Trouble{Percent: percent("1.5")})
	s.pass(2 * time.Second)
	require.Empty(t, a.open())
	amount(t, "-0.01", field(a.call("private/get_position", object{"instrument_name": btc}), "size"))
	require.Equal(t, "filled", field(a.labelled("in-t")[0], "order_state"))
	require.EqualValues(t, 1, s.faults().Struck["oco-race"])
}

func TestFault_edit_breaks_the_link(t *testing.T) {
	s := newStage(t)
	a := s.login(alice)
	a.call("private/buy", bracket("0.01", around(t, a, "1"), around(t, a, "-1")))
	require.NotNil(t, field(a.open()["in-t"], "oco_ref"))
	s.fault("unlink", simulator.Trouble{Account: 70001, Count: 1})
	edited := a.call("private/edit", object{"order_id": field(a.open()["in-s"], "order_id"), "amount": 0.01, "trigger_price": parsePrice(around(t, a, "-0.9"))})
	require.Nil(t, field(edited, "order", "oco_ref"))
	require.Nil(t, field(a.open()["in-t"], "oco_ref"))
	a.call("private/cancel", object{"order_id": field(a.open()["in-t"], "order_id")})
	require.Contains(t, a.open(), "in-s", "the sibling stays")
}

// What the core does for a fault is in the journal: a restart strikes no other way.
func TestFault_in_the_core_survives_a_restart(t *testing.T) {
	dir, clock := t.TempDir(), simulator.NewManualClock(noon)
	s := stored(t, dir, clock)
	s.fault("reject-target", simulator.Trouble{Count: 2})
	a := s.login(alice)
	a.call("private/buy", market("entry"))
	target := object{"instrument_name": btc, "amount": 0.01, "type": "limit", "price": parsePrice(around(t, a, "1")), "reduce_only": true}
	a.refused(11030, "private/sell", target)
	s.Close()
	s = stored(t, dir, clock)
	a = s.login(alice)
	require.EqualValues(t, 1, s.faults().Active[0].Struck)
	a.refused(11030, "private/sell", target)
	a.call("private/sell", target)
	s.clear()
	require.Empty(t, s.faults().Struck)
}

// Every switch is told of where its users look.
func TestFaults_are_in_the_documents(t *testing.T) {
	s := newStage(t)
	guide, err := os.ReadFile("../../docs/simulator.md")
	require.NoError(t, err)
	switches := s.faults().Switches
	require.Greater(t, len(switches), 30)
	for name, fields := range switches {
		for _, word := range append(fields, name) {
			require.True(t, bytes.Contains(guide, []byte("`"+word+"`")), "%s of %s", word, name)
		}
	}
}
