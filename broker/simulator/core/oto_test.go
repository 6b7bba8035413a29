package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func labelled(label string, t core.Ticket) core.Ticket {
	t.Label = label
	return t
}

func linked(account int64, link, condition string, primary core.Ticket, legs ...core.Ticket) core.Command {
	return core.Command{Place: &core.Place{Account: account, Instrument: linear, Ticket: primary, Link: link, Condition: condition, Legs: legs}}
}

// 10 contracts, legs of 7: each part is 7 x fill / 10, rounded down, and the last fill brings the rest.
func TestOTO_incremental_rounds_every_part_down(t *testing.T) {
	for name, c := range map[string]struct{ sells, live []int64 }{
		"one by one": {[]int64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, []int64{0, 0, 0, 0, 0, 0, 0, 0, 0, 7}},
		"twos":       {[]int64{2, 2, 2, 2, 2}, []int64{1, 2, 3, 4, 7}},
		"3, 5, 2":    {[]int64{3, 5, 2}, []int64{2, 5, 7}},
		"9, 1":       {[]int64{9, 1}, []int64{6, 7}},
		"at once":    {[]int64{10}, []int64{7}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			s.do(linked(s.alice, core.OneTriggersOther, core.Incremental, ticket(1, "0.001", "100000"),
				labelled("stop", stop(core.StopMarket, -1, "0.0007", "99000", ""))))
			for n, sell := range c.sells {
				s.bobSells(core.Perpetuals()[0].Amount(sell).String())
				require.Equal(t, c.live[n], s.live(s.alice)["stop"], "after %d", n+1)
			}
		})
	}
}

// A take-profit and two more entries on one fill; they are no pair.
func TestOTO_legs_are_apart(t *testing.T) {
	s := newStage(t, "100000")
	o := s.do(linked(s.alice, core.OneTriggersOther, "", ticket(1, "0.001", "100000"),
		labelled("a", ticket(1, "0.001", "99000")), labelled("b", ticket(1, "0.002", "98900")), labelled("c", reducing(ticket(-1, "0.001", "101000"))))).Order
	require.Len(t, o.Legs, 3)
	s.bobSells("0.001")
	require.Equal(t, map[string]int64{"a": 10, "b": 20, "c": 10}, s.live(s.alice))
	for _, live := range s.OpenOrders(s.Account(s.alice), core.Filter{}) {
		require.Empty(t, live.OCO)
	}
	label := "a"
	s.do(core.Command{CancelMany: &core.CancelMany{Account: s.alice, Filter: core.Filter{Label: &label}}})
	require.Equal(t, map[string]int64{"b": 20, "c": 10}, s.live(s.alice))
}

// A stop entry hands its legs on to the order that it becomes.
func TestOTOCO_of_a_trigger_order(t *testing.T) {
	s := newStage(t, "100000")
	o := s.do(linked(s.alice, core.OneTriggersOneCancelsOther, core.Incremental, stop(core.StopMarket, 1, "0.001", "101000", ""),
		labelled("target", reducing(ticket(-1, "0.001", "102000"))), labelled("stop", reducing(stop(core.StopMarket, -1, "0.001", "99000", ""))))).Order
	s.move("101000")
	require.Equal(t, core.Triggered, s.order(s.alice, o.ID).State)
	child := s.child(s.alice, o.ID)
	require.Equal(t, core.Filled, child.State)
	require.Equal(t, o.Legs, child.Legs)
	require.Equal(t, map[string]int64{"target": 10, "stop": 10}, s.live(s.alice))
	for _, live := range s.OpenOrders(s.Account(s.alice), core.Filter{}) {
		require.Equal(t, child.ID, live.Primary)
	}
	s.move("99000")
	require.Empty(t, s.live(s.alice))
}

// One that is rejected when it fires takes its legs along.
func TestOTO_of_a_trigger_order_that_is_rejected(t *testing.T) {
	s := newStage(t, "100000")
	o := s.do(linked(s.alice, core.OneTriggersOther, "", stop(core.StopMarket, 1, "9", "101000", ""), reducing(ticket(-1, "9", "102000")))).Order
	s.move("101000")
	require.Equal(t, core.Rejected, s.order(s.alice, o.ID).State)
	require.Equal(t, core.ByPrimary, s.order(s.alice, o.Legs[0]).CancelReason)
}

// A leg that may not be placed is rejected; the other one lives on.
func TestOTOCO_leg_that_is_refused(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(-1, "0.005", ""))) // short: the entry only reduces, the target cannot
	otoco(s, core.Incremental, "0.001")
	s.bobSells("0.001")
	require.Equal(t, map[string]int64{"stop": 10}, s.live(s.alice))
	closed := s.ClosedOrders(s.Account(s.alice), core.Filter{})
	target := closed[len(closed)-1]
	require.Equal(t, "target", target.Label)
	require.Equal(t, core.Rejected, target.State)
	require.Equal(t, "reduce_direction", target.CancelReason)
}

// A leg that the account cannot carry is rejected when its turn comes; one that is live does not grow.
func TestOTO_leg_without_funds(t *testing.T) {
	s := newStage(t, "100000")
	s.do(linked(s.alice, core.OneTriggersOther, core.Incremental, ticket(1, "0.001", "100000"), labelled("more", ticket(1, "6", "99000"))))
	s.bobSells("0.0004") // 2.4 BTC more: 2.4004 x 100,000 x 2.012 % = 4,830
	require.Equal(t, int64(24_000), s.live(s.alice)["more"])
	s.bobSells("0.0006") // 6.001 x 100,000 x 2.03 % = 12,182 of 10,000
	require.Equal(t, int64(24_000), s.live(s.alice)["more"])
	closed := s.ClosedOrders(s.Account(s.alice), core.Filter{})
	require.Equal(t, "not_enough_funds", closed[len(closed)-1].CancelReason)
}

// 100 may wait, in all markets together.
func TestOTO_orders_are_limited(t *testing.T) {
	s := newStage(t, "100000")
	legs := make([]core.Ticket, 10)
	for n := range legs {
		legs[n] = ticket(-1, "0.0001", "101000")
	}
	for range 10 {
		s.do(linked(s.alice, core.OneTriggersOther, "", ticket(1, "0.0001", "99000"), legs...))
	}
	s.refused(core.ErrTooManyOTO, linked(s.alice, core.OneTriggersOther, "", ticket(1, "0.0001", "99000"), legs[0]))
	s.do(linked(s.alice, core.OneCancelsOther, "", ticket(1, "0.0001", "99000"), ticket(1, "0.0001", "98000")))
	s.do(place(s.alice, linear, ticket(1, "0.0001", "99000")))
}

// A pair of 10 contracts each, both resting: 4 of the first are filled.
func TestOCO_by_condition(t *testing.T) {
	for condition, want := range map[string]map[string]int64{
		core.FirstHit:     {"a": 6},
		"":                {"a": 6},
		core.Incremental:  {"a": 6, "b": 6},
		core.CompleteFill: {"a": 6, "b": 10},
	} {
		t.Run(condition, func(t *testing.T) {
			s := newStage(t, "100000")
			s.do(linked(s.alice, core.OneCancelsOther, condition, labelled("a", ticket(1, "0.001", "100000")), labelled("b", ticket(1, "0.001", "99000"))))
			s.bobSells("0.0004")
			require.Equal(t, want, s.live(s.alice))
			s.bobSells("0.0006")
			require.Empty(t, s.live(s.alice))
		})
	}
}

// 10 and 7: 7 x 3/10 = 2.1 -> 2 go; of the 5 left 5 x 5/7 = 3.6 -> 3; the rest with the last fill.
func TestOCO_incremental_rounds_down(t *testing.T) {
	s := newStage(t, "100000")
	s.do(linked(s.alice, core.OneCancelsOther, core.Incremental, labelled("a", ticket(1, "0.001", "100000")), labelled("b", ticket(1, "0.0007", "99000"))))
	for _, step := range []struct {
		sell string
		left int64
	}{{"0.0003", 5}, {"0.0005", 2}, {"0.0002", 0}} {
		s.bobSells(step.sell)
		require.Equal(t, step.left, s.live(s.alice)["b"], step.sell)
	}
}

// What the first of a pair does on arrival tells on the second: it comes shorter, or not at all.
func TestOCO_pair_whose_first_trades_at_once(t *testing.T) {
	for condition, want := range map[string]map[string]int64{
		core.FirstHit:     {"a": 6},
		core.Incremental:  {"a": 6, "b": 6},
		core.CompleteFill: {"a": 6, "b": 10},
	} {
		t.Run(condition, func(t *testing.T) {
			s := newStage(t, "100000")
			s.do(place(s.bob, linear, ticket(-1, "0.0004", "100000")))
			s.do(linked(s.alice, core.OneCancelsOther, condition, labelled("a", ticket(1, "0.001", "100000")), labelled("b", ticket(1, "0.001", "99000"))))
			require.Equal(t, want, s.live(s.alice))
		})
	}
}

// One sale would reach both of a pair: the first one that fills takes the other out of its way.
func TestOCO_pair_in_the_way_of_one_order(t *testing.T) {
	s := newStage(t, "100000")
	s.do(linked(s.alice, core.OneCancelsOther, core.CompleteFill, labelled("a", ticket(1, "0.001", "100000")), labelled("b", ticket(1, "0.001", "100000"))))
	r := s.do(place(s.bob, linear, ticket(-1, "0.002", "100000")))
	require.Equal(t, int64(10), r.Order.Filled)
	same(t, "0.001", s.position(s.alice, linear).Size)
	require.Empty(t, s.live(s.alice))
}

// Two conditional orders that are reached in the same second: the older one fires, the other goes.
func TestOCO_pair_reached_at_once(t *testing.T) {
	s := newStage(t, "100000")
	s.do(linked(s.alice, core.OneCancelsOther, core.Incremental, labelled("a", stop(core.StopMarket, -1, "0.001", "99000", "")),
		labelled("b", stop(core.StopMarket, -1, "0.001", "99100", ""))))
	s.move("98500")
	same(t, "-0.001", s.position(s.alice, linear).Size)
	require.Len(t, s.Account(s.alice).Trades, 1)
}

// An entry that ends partly filled: its legs as far as they are placed stay, or never come.
func TestOTO_of_an_entry_that_ends_at_once(t *testing.T) {
	for condition, left := range map[string]map[string]int64{
		core.Incremental:  {"stop": 4},
		core.FirstHit:     {"stop": 10},
		core.CompleteFill: {},
	} {
		t.Run(condition, func(t *testing.T) {
			s := newStage(t, "100000")
			s.do(place(s.bob, linear, ticket(-1, "0.0004", "100000")))
			entry := ticket(1, "0.001", "100000")
			entry.TIF = core.ImmediateOrCancel
			r := s.do(linked(s.alice, core.OneTriggersOther, condition, entry, labelled("stop", reducing(stop(core.StopMarket, -1, "0.001", "99000", "")))))
			require.Equal(t, core.Cancelled, r.Order.State)
			require.Equal(t, left, s.live(s.alice))
			if waits := s.OrderOf(s.alice, r.Order.Legs[0]); condition != core.FirstHit {
				require.Equal(t, core.ByPrimary, waits.CancelReason)
			}
		})
	}
}

// Cancelling a waiting leg of a pair takes the other one along; the entry stays.
func TestOTOCO_cancel_of_a_waiting_leg(t *testing.T) {
	s := newStage(t, "100000")
	o := otoco(s, core.Incremental, "0.001")
	s.do(core.Command{Cancel: &core.Cancel{Account: s.alice, Order: o.Legs[0]}})
	require.Equal(t, core.ByOCO, s.order(s.alice, o.Legs[1]).CancelReason)
	s.bobSells("0.001")
	require.Empty(t, s.live(s.alice))
	same(t, "0.001", s.position(s.alice, linear).Size)
}

// A leg at market is another order with every part, here of as much again.
func TestOTO_leg_at_market(t *testing.T) {
	s := newStage(t, "100000")
	s.do(linked(s.alice, core.OneTriggersOther, core.Incremental, ticket(1, "0.001", "100000"), ticket(1, "0.001", "")))
	s.bobSells("0.0004")
	same(t, "0.0008", s.position(s.alice, linear).Size)
	s.bobSells("0.0006")
	same(t, "0.002", s.position(s.alice, linear).Size)
	require.Len(t, s.Account(s.alice).Trades, 4)
}

// A leg that would trade with what is left of its own entry is refused like any other order.
func TestOTO_leg_against_its_own_entry(t *testing.T) {
	s := newStage(t, "100000")
	s.do(linked(s.alice, core.OneTriggersOther, core.Incremental, labelled("entry", ticket(1, "0.001", "100000")), reducing(ticket(-1, "0.001", ""))))
	s.bobSells("0.0004")
	closed := s.ClosedOrders(s.Account(s.alice), core.Filter{})
	require.Equal(t, "order_overlap", closed[len(closed)-1].CancelReason)
	require.Equal(t, map[string]int64{"entry": 6}, s.live(s.alice))
}
