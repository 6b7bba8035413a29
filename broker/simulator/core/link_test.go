package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// otoco is a resting limit entry of 10 contracts at the best bid, so that bob decides how much of
// it fills, with a target at 101,000 and a stop at 99,000 of as many contracts as asked.
func otoco(s *stage, condition, legs string) *core.Order {
	entry := ticket(1, "0.001", "100000")
	entry.Label = "entry"
	target, protect := reducing(ticket(-1, legs, "101000")), reducing(stop(core.StopMarket, -1, legs, "99000", ""))
	target.Label, protect.Label = "target", "stop"
	return s.do(core.Command{Place: &core.Place{Account: s.alice, Instrument: linear, Ticket: entry,
		Link: core.OneTriggersOneCancelsOther, Condition: condition, Legs: []core.Ticket{target, protect}}}).Order
}

func (s *stage) bobSells(amount string) {
	s.t.Helper()
	r := s.do(place(s.bob, linear, ticket(-1, amount, "100000")))
	require.Equal(s.t, core.Filled, r.Order.State)
}

func TestOTOCO_places_by_condition(t *testing.T) {
	type step struct {
		sell   string
		target int64
		stop   int64
	}
	for name, c := range map[string]struct {
		condition string
		legs      string
		steps     []step
	}{
		// 10 contracts of entry and legs: the legs follow each fill.
		"incremental": {core.Incremental, "0.001", []step{{"0.0003", 3, 3}, {"0.0005", 8, 8}, {"0.0002", 10, 10}}},
		// legs of 7: 7 x 3/10 = 2.1 -> 2, 7 x 8/10 = 5.6 -> 5, and the rest with the last fill.
		"incremental rounds down": {core.Incremental, "0.0007", []step{{"0.0003", 2, 2}, {"0.0005", 5, 5}, {"0.0002", 7, 7}}},
		// the first contract brings out all; the resting target can reduce but one.
		"first hit":     {core.FirstHit, "0.001", []step{{"0.0001", 1, 10}}},
		"default":       {"", "0.001", []step{{"0.0001", 1, 10}}},
		"complete fill": {core.CompleteFill, "0.001", []step{{"0.0003", 0, 0}, {"0.0006", 0, 0}, {"0.0001", 10, 10}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			otoco(s, c.condition, c.legs)
			for _, st := range c.steps {
				s.bobSells(st.sell)
				require.Equal(t, st.target, s.live(s.alice)["target"], "target after %s", st.sell)
				require.Equal(t, st.stop, s.live(s.alice)["stop"], "stop after %s", st.sell)
			}
		})
	}
}

func TestOTOCO_shows_placeholders_and_then_other_orders(t *testing.T) {
	s := newStage(t, "100000")
	o := otoco(s, core.Incremental, "0.001")
	require.Len(t, o.Legs, 2)
	open := s.OpenOrders(s.Account(s.alice), core.Filter{})
	require.Len(t, open, 3)
	for _, id := range o.Legs {
		ph := s.order(s.alice, id)
		require.True(t, ph.Waiting)
		require.Equal(t, core.Untriggered, ph.State)
		require.Equal(t, o.ID, ph.Primary)
	}
	s.bobSells("0.001")
	for _, id := range o.Legs {
		require.Nil(t, s.OrderOf(s.alice, id), "a placeholder that is placed is gone")
	}
	open = s.OpenOrders(s.Account(s.alice), core.Filter{})
	require.Len(t, open, 2)
	require.Equal(t, open[0].OCO, open[1].OCO)
	require.NotEmpty(t, open[0].OCO)
	require.NotContains(t, o.Legs, open[0].ID)
	require.Equal(t, o.ID, open[0].Primary)
}

func TestOTOCO_cancelled_primary_closes_what_waits(t *testing.T) {
	for condition, left := range map[string]map[string]int64{
		core.Incremental:  {"target": 4, "stop": 4},
		core.CompleteFill: {},
	} {
		t.Run(condition, func(t *testing.T) {
			s := newStage(t, "100000")
			o := otoco(s, condition, "0.001")
			s.bobSells("0.0004")
			s.do(core.Command{Cancel: &core.Cancel{Account: s.alice, Order: o.ID}})
			require.Equal(t, left, s.live(s.alice))
			for _, id := range o.Legs {
				ph := s.order(s.alice, id)
				require.Equal(t, core.Cancelled, ph.State)
				require.Equal(t, core.ByPrimary, ph.CancelReason)
			}
		})
	}
}

func filledBracket(t *testing.T) (*stage, map[string]*core.Order) {
	s := newStage(t, "100000")
	otoco(s, core.Incremental, "0.001")
	s.bobSells("0.001")
	legs := map[string]*core.Order{}
	for _, o := range s.OpenOrders(s.Account(s.alice), core.Filter{}) {
		legs[o.Label] = o
	}
	return s, legs
}

func TestOCO_stop_takes_the_target_away(t *testing.T) {
	s, legs := filledBracket(t)
	s.move("98900")
	require.Equal(t, core.Triggered, s.order(s.alice, legs["stop"].ID).State)
	require.Equal(t, core.ByOCO, s.order(s.alice, legs["target"].ID).CancelReason)
	same(t, "0", s.position(s.alice, linear).Size)
	require.Empty(t, s.live(s.alice))
}

func TestOCO_target_takes_the_stop_away(t *testing.T) {
	s, legs := filledBracket(t)
	s.move("101000.1")
	require.Equal(t, core.Filled, s.order(s.alice, legs["target"].ID).State)
	require.Equal(t, core.ByOCO, s.order(s.alice, legs["stop"].ID).CancelReason)
	same(t, "0", s.position(s.alice, linear).Size)
}

func TestOCO_partial_fill_of_the_target_shortens_the_stop(t *testing.T) {
	s, legs := filledBracket(t)
	s.move("100900") // the target at 101,000 is now the best ask but for 99.9 of spread
	price := trade.MustDec("100900")
	s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: legs["target"].ID, Price: &price}})
	s.do(place(s.bob, linear, ticket(1, "0.0004", "100900")))
	require.Equal(t, map[string]int64{"target": 6, "stop": 6}, s.live(s.alice))
	same(t, "0.0006", s.position(s.alice, linear).Size)
}

func TestOCO_cancel_of_one_cancels_the_other(t *testing.T) {
	s, legs := filledBracket(t)
	s.do(core.Command{Cancel: &core.Cancel{Account: s.alice, Order: legs["stop"].ID}})
	require.Equal(t, core.ByOCO, s.order(s.alice, legs["target"].ID).CancelReason)
}

func TestOCO_edit_keeps_the_link(t *testing.T) {
	s, legs := filledBracket(t)
	trigger := trade.NewDec(99_500)
	r := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: legs["stop"].ID, TriggerPrice: &trigger}})
	require.Equal(t, legs["stop"].OCO, r.Order.OCO)
	s.move("99500")
	require.Equal(t, core.ByOCO, s.order(s.alice, legs["target"].ID).CancelReason)
	same(t, "0", s.position(s.alice, linear).Size)
}

func TestOCO_pair_from_the_start(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.001", "")))
	target, protect := reducing(ticket(-1, "0.001", "101000")), reducing(stop(core.StopMarket, -1, "0.001", "99000", ""))
	target.Label, protect.Label = "target", "stop"
	s.do(core.Command{Place: &core.Place{Account: s.alice, Instrument: linear, Ticket: target, Link: core.OneCancelsOther,
		Legs: []core.Ticket{protect}}})
	require.Equal(t, map[string]int64{"target": 10, "stop": 10}, s.live(s.alice))
	s.move("98000")
	require.Empty(t, s.live(s.alice))
	same(t, "0", s.position(s.alice, linear).Size)
}

func TestOTOCO_market_entry_is_protected_at_once(t *testing.T) {
	s := newStage(t, "100000")
	target, protect := reducing(ticket(-1, "0.01", "101000")), reducing(stop(core.StopMarket, -1, "0.01", "99000", ""))
	target.Label, protect.Label = "target", "stop"
	r := s.do(core.Command{Place: &core.Place{Account: s.alice, Instrument: linear, Ticket: ticket(1, "0.01", ""),
		Link: core.OneTriggersOneCancelsOther, Condition: core.Incremental, Legs: []core.Ticket{target, protect}}})
	require.Equal(t, core.Filled, r.Order.State)
	require.Equal(t, map[string]int64{"target": 100, "stop": 100}, s.live(s.alice))
}

func TestLinked_orders_refuse(t *testing.T) {
	s := newStage(t, "100000")
	for name, c := range map[string]struct {
		link, condition string
		legs            int
		param           string
	}{
		"unknown link":      {"both", "", 1, "linked_order_type"},
		"unknown condition": {core.OneTriggersOther, "half", 1, "trigger_fill_condition"},
		"no leg":            {core.OneTriggersOther, "", 0, "otoco_config"},
		"one leg of two":    {core.OneTriggersOneCancelsOther, "", 1, "otoco_config"},
		"a leg unlinked":    {"", "", 1, "otoco_config"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			legs := make([]core.Ticket, c.legs)
			for n := range legs {
				legs[n] = ticket(-1, "0.01", "101000")
			}
			s.refused(core.Invalid(c.param, ""), core.Command{Place: &core.Place{Account: s.alice, Instrument: linear,
				Ticket: ticket(1, "0.01", ""), Link: c.link, Condition: c.condition, Legs: legs}})
		})
	}
}
