package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// 40 of 100 contracts are filled: the amount is what the order is in all, and must be above that.
func TestEdit_of_a_partly_filled_order(t *testing.T) {
	s := newStage(t, "100000")
	id := s.do(place(s.alice, linear, ticket(1, "0.01", "100000"))).Order.ID
	s.do(place(s.bob, linear, ticket(-1, "0.004", "100000")))
	edit := func(amount string) core.Command {
		return core.Command{Edit: &core.Edit{Account: s.alice, Order: id, Amount: dec(amount)}}
	}
	s.refused(core.ErrInvalidAmount, edit("0.004"))
	o := s.do(edit("0.005")).Order
	require.Equal(t, int64(40), o.Filled)
	require.Equal(t, int64(10), o.Remaining())
	s.do(place(s.bob, linear, ticket(-1, "0.001", "100000")))
	require.Equal(t, core.Filled, s.order(s.alice, id).State)
	s.refused(core.ErrNotOpen, edit("0.01"))
}

// An edit into the book trades at once, and what is left rests at the new price.
func TestEdit_that_crosses_trades(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.bob, linear, ticket(-1, "0.004", "100000")))
	id := s.do(place(s.alice, linear, ticket(1, "0.01", "99000"))).Order.ID
	r := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: id, Price: dec("100000")}})
	require.Len(t, r.Trades, 1)
	require.Equal(t, int64(40), r.Order.Filled)
	require.Equal(t, core.Open, r.Order.State)
	require.Equal(t, id, r.Order.ID)
}

// A post-only order that is edited into the spread is moved out of it again.
func TestEdit_moves_a_post_only_order(t *testing.T) {
	s := newStage(t, "100000")
	p := ticket(1, "0.01", "99000")
	p.PostOnly = true
	id := s.do(place(s.alice, linear, p)).Order.ID
	r := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: id, Price: dec("100200")}})
	same(t, "100000", r.Order.Instrument.Price(r.Order.Price)) // the best offer is 100,000.1
	require.Empty(t, r.Trades)
}

func TestEdit_of_flags(t *testing.T) {
	s := newStage(t, "100000")
	yes, no := true, false
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	day := ticket(-1, "0.02", "101000")
	day.TIF = core.GoodTilDay
	id := s.do(place(s.alice, linear, day)).Order.ID
	s.refused(&core.Error{Code: 11055}, core.Command{Edit: &core.Edit{Account: s.alice, Order: id, PostOnly: &yes}})
	o := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: id, ReduceOnly: &yes}}).Order
	require.Equal(t, int64(100), o.Amount, "no more than the position")
	// 9.9 BTC in the end need more than the account has, whatever it needed as a reduce-only order.
	s.refused(core.ErrNotEnoughFunds, core.Command{Edit: &core.Edit{Account: s.alice, Order: id, ReduceOnly: &no, Amount: dec("9.9")}})
}

// A trigger order is edited as a whole: amount, limit and trigger.
func TestEdit_of_a_trigger_order(t *testing.T) {
	s := newStage(t, "100000")
	id := s.do(place(s.alice, linear, stop(core.StopLimit, -1, "0.01", "99000", "98900"))).Order.ID
	o := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: id, Amount: dec("0.02"), Price: dec("99300"), TriggerPrice: dec("99500")}}).Order
	require.Equal(t, core.Untriggered, o.State)
	require.True(t, o.Replaced)
	s.move("99500")
	child := s.child(s.alice, id)
	require.Equal(t, int64(200), child.Amount)
	same(t, "99300", child.Instrument.Price(child.Price))
	require.False(t, child.Replaced)
	s.refused(core.ErrNotOpen, core.Command{Edit: &core.Edit{Account: s.alice, Order: id, TriggerPrice: dec("99000")}})
}

// A waiting leg is edited under its OTO id or its label; a part that is placed already stays.
func TestEdit_of_a_waiting_leg(t *testing.T) {
	s := newStage(t, "100000")
	o := otoco(s, core.Incremental, "0.001")
	r := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: o.Legs[0], Price: dec("100900")}})
	require.Equal(t, o.Legs[0], r.Order.ID)
	require.True(t, r.Order.Replaced)
	s.do(core.Command{Edit: &core.Edit{Account: s.alice, Label: "stop", Instrument: linear, TriggerPrice: dec("99100")}})
	s.bobSells("0.0005")
	require.Equal(t, map[string]int64{"entry": 5, "target": 5, "stop": 5}, s.live(s.alice))
	s.refused(core.ErrNotUnique, core.Command{Edit: &core.Edit{Account: s.alice, Label: "stop", Instrument: linear, TriggerPrice: dec("99200")}})
	s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: o.Legs[1], Amount: dec("0.0003")}}) // of the 5 that wait
	s.bobSells("0.0005")
	require.Equal(t, map[string]int64{"target": 10, "stop": 8}, s.live(s.alice))
	for _, live := range s.OpenOrders(s.Account(s.alice), core.Filter{}) {
		want := map[string]string{"target": "100900", "stop": "99100"}[live.Label]
		if live.Conditional() {
			same(t, want, live.TriggerAt())
		} else {
			same(t, want, live.Instrument.Price(live.Price))
		}
	}
}
