package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (s *stage) fault(f core.Fault) {
	s.t.Helper()
	if f.Code == 0 {
		f.Code, f.Message = 11030, "other_reject"
	}
	s.do(core.Command{SetFault: &core.SetFault{Fault: f}})
}

// over gives the account's ended orders with a label, oldest first.
func (s *stage) over(account int64, label string) []*core.Order {
	return s.ClosedOrders(s.Account(account), core.Filter{Label: &label})
}

func TestFault_leg_is_rejected_when_it_is_to_be_placed(t *testing.T) {
	for name, other := range map[string]string{core.RejectStop: "target", core.RejectTarget: "stop"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			s.fault(core.Fault{Name: name, Account: s.alice, Odds: core.Odds{Count: 1}})
			otoco(s, core.Incremental, "0.001")
			s.bobSells("0.0003")
			require.Equal(t, map[string]int64{"entry": 7, other: 3}, s.live(s.alice))
			s.bobSells("0.0007")
			require.Equal(t, map[string]int64{other: 10}, s.live(s.alice), "all of the leg is rejected, and nothing else")
			gone := map[string]string{"target": "stop", "stop": "target"}[other]
			for _, o := range s.over(s.alice, gone) {
				require.Equal(t, core.Rejected, o.State)
				require.Equal(t, "other_reject", o.CancelReason)
			}
			otoco(s, core.Incremental, "0.001")
			s.bobSells("0.001")
			require.EqualValues(t, 10, s.live(s.alice)[gone], "the fault is used up")
		})
	}
}

func TestFault_single_order_is_refused_for_what_it_is(t *testing.T) {
	for name, c := range map[string]struct {
		fault string
		order core.Ticket
		plain core.Ticket
	}{
		"stop":       {core.RejectStop, reducing(stop(core.StopMarket, -1, "0.001", "99000", "")), reducing(ticket(-1, "0.001", "101000"))},
		"target":     {core.RejectTarget, reducing(ticket(-1, "0.001", "101000")), ticket(1, "0.001", "99000")},
		"take order": {core.RejectTarget, reducing(stop(core.TakeMarket, -1, "0.001", "101000", "")), reducing(stop(core.StopMarket, -1, "0.001", "99000", ""))},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			s.do(place(s.alice, linear, ticket(1, "0.001", "")))
			s.fault(core.Fault{Name: c.fault, Account: s.alice, Odds: core.Odds{Count: 1}, Code: 10009, Message: "not_enough_funds"})
			require.Nil(t, s.do(place(s.alice, linear, c.plain)).Refused)
			require.Equal(t, 10009, s.do(place(s.alice, linear, c.order)).Refused.Code)
			require.Len(t, s.live(s.alice), 1)
			require.Nil(t, s.do(place(s.alice, linear, c.order)).Refused)
		})
	}
}

// 40 % of 100 contracts fill; their bracket follows the fill.
func TestFault_entry_fills_in_part(t *testing.T) {
	for name, stay := range map[string]bool{"cancelled": false, "stays": true} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			s.fault(core.Fault{Name: core.PartialFill, Account: s.alice, Odds: core.Odds{Count: 1}, Percent: trade.NewDec(40), Stay: stay})
			r := s.do(linked(s.alice, core.OneTriggersOneCancelsOther, core.Incremental, labelled("entry", ticket(1, "0.01", "")),
				labelled("target", reducing(ticket(-1, "0.01", "101000"))), labelled("stop", reducing(stop(core.StopMarket, -1, "0.01", "99000", "")))))
			require.NotNil(t, r.Struck)
			require.EqualValues(t, 40, r.Order.Filled)
			same(t, "0.004", s.position(s.alice, linear).Size)
			want := map[string]int64{"target": 40, "stop": 40}
			if stay {
				want["entry"] = 60
			}
			require.Equal(t, want, s.live(s.alice))
			snapshot, err := s.Snapshot()
			require.NoError(t, err)
			s.Exchange, err = core.Restore(s.script, snapshot)
			require.NoError(t, err)
			s.pass(10)
			require.Equal(t, want, s.live(s.alice))
			if stay {
				s.do(core.Command{Cancel: &core.Cancel{Account: s.alice, Order: r.Order.ID}})
			} else {
				require.Equal(t, core.Cancelled, r.Order.State)
			}
			require.Equal(t, map[string]int64{"target": 40, "stop": 40}, s.live(s.alice))
			require.Nil(t, s.do(place(s.alice, linear, ticket(1, "0.01", ""))).Struck)
		})
	}
	s := newStage(t, "100000")
	s.refused(core.Invalid("percent", ""), core.Command{SetFault: &core.SetFault{Fault: core.Fault{Name: core.PartialFill, Percent: trade.NewDec(100)}}})
}

// 10 contracts bought at 100,000: both legs of 10 fill, so 10 are sold too many.
func TestFault_both_legs_fill(t *testing.T) {
	for name, price := range map[string]string{"target first": "101100", "stop first": "98900"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			otoco(s, core.Incremental, "0.001")
			s.bobSells("0.001")
			s.fault(core.Fault{Name: core.RaceLinked, Odds: core.Odds{Count: 1}})
			s.move(price)
			require.Empty(t, s.live(s.alice))
			same(t, "-0.001", s.position(s.alice, linear).Size)
			filled := map[string]int64{}
			for _, t := range s.Account(s.alice).Trades {
				filled[t.Label] += t.Amount
			}
			require.Equal(t, map[string]int64{"entry": 10, "target": 10, "stop": 10}, filled)
			for _, o := range s.over(s.alice, "target") {
				require.Equal(t, core.Filled, o.State)
			}
		})
	}
}

func TestFault_cancelling_a_leg_is_no_race(t *testing.T) {
	s := newStage(t, "100000")
	otoco(s, core.Incremental, "0.001")
	s.bobSells("0.001")
	s.fault(core.Fault{Name: core.RaceLinked})
	label := "target"
	s.do(core.Command{CancelMany: &core.CancelMany{Account: s.alice, Filter: core.Filter{Label: &label}}})
	require.Empty(t, s.live(s.alice))
	same(t, "0.001", s.position(s.alice, linear).Size)
}

func TestFault_edit_takes_the_link_off(t *testing.T) {
	s := newStage(t, "100000")
	otoco(s, core.Incremental, "0.001")
	s.bobSells("0.001")
	s.fault(core.Fault{Name: core.UnlinkOnEdit, Account: s.alice, Instrument: linear})
	protect := s.ID("stop")
	price := trade.MustDec("99100")
	r := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: protect, TriggerPrice: &price}})
	require.Empty(t, r.Order.OCO)
	require.Empty(t, s.order(s.alice, s.ID("target")).OCO)
	s.move("101100")
	require.Equal(t, map[string]int64{"stop": 10}, s.live(s.alice), "the stop outlives the target")
}

// ID is the id of alice's live order with a label.
func (s *stage) ID(label string) string {
	s.t.Helper()
	live := s.OpenOrders(s.Account(s.alice), core.Filter{Label: &label})
	require.Len(s.t, live, 1)
	return live[0].ID
}

// Faults are state: through a snapshot they strike as they would have, and clearing ends them.
func TestFaults_are_state(t *testing.T) {
	run := func(restore bool) (string, int) {
		s := newStage(t, "100000")
		s.fault(core.Fault{Name: core.PartialFill, Odds: core.Odds{Rate: 50, Seed: 3}, Percent: trade.NewDec(10)})
		struck := 0
		for n := range 20 {
			if s.do(place(s.alice, linear, ticket(1, "0.001", ""))).Struck != nil {
				struck++
			}
			s.pass(1)
			if restore && n == 10 {
				snapshot, err := s.Snapshot()
				require.NoError(t, err)
				s.Exchange, err = core.Restore(s.script, snapshot)
				require.NoError(t, err)
			}
		}
		snapshot, err := s.Snapshot()
		require.NoError(t, err)
		s.do(core.Command{ClearFaults: &core.ClearFaults{Name: core.PartialFill}})
		require.Empty(t, s.Faults)
		return string(snapshot), struck
	}
	plain, struck := run(false)
	require.Greater(t, struck, 3)
	require.Less(t, struck, 17)
	restored, _ := run(true)
	require.Equal(t, plain, restored)
}
