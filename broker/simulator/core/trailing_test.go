package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func trailing(side int64, amount, offset string) core.Ticket {
	t := ticket(side, amount, "")
	t.Type, t.Trigger, t.TriggerOffset = core.TrailingStop, "mark_price", trade.MustDec(offset)
	return t
}

// A sale 500 below the best price since it was placed, and a purchase 500 above.
func TestTrailing_stop_follows_its_trigger(t *testing.T) {
	type at struct{ usd, trigger string } // trigger "": it has fired
	for name, c := range map[string]struct {
		ticket core.Ticket
		id     string
		path   []at
	}{
		"sale": {trailing(-1, "0.01", "500"), "USDC-TSMS-19001",
			[]at{{"100000", "99500"}, {"99500.1", "99500"}, {"101000", "100500"}, {"100500.1", "100500"}, {"100900", "100500"}, {"100500", ""}}},
		"sale at once down": {trailing(-1, "0.01", "500"), "USDC-TSMS-19001", []at{{"99500", ""}}},
		"purchase": {trailing(1, "0.01", "500"), "USDC-TSMB-19001",
			[]at{{"100000", "100500"}, {"98000", "98500"}, {"98499.9", "98500"}, {"98100", "98500"}, {"98500", ""}}},
		"by index":          {by("index_price", trailing(-1, "0.01", "500")), "USDC-TSIS-19001", []at{{"101000", "100500"}, {"100500", ""}}},
		"by the last trade": {by("last_price", trailing(-1, "0.01", "500")), "USDC-TSTS-19001", []at{{"101000", "100500"}, {"100500", ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			id := s.do(place(s.alice, linear, c.ticket)).Order.ID
			require.Equal(t, c.id, id)
			for _, at := range c.path {
				s.move(at.usd)
				o := s.order(s.alice, id)
				if at.trigger == "" {
					require.Equal(t, core.Triggered, o.State)
					require.Equal(t, core.Filled, s.child(s.alice, id).State)
					return
				}
				require.Equal(t, core.Untriggered, o.State, at.usd)
				same(t, at.trigger, o.TriggerAt())
			}
		})
	}
}

// The best price stays over an edit: 101,000. At 100,600 an offset of 300 would fire at once.
func TestTrailing_stop_offset_is_edited(t *testing.T) {
	s := newStage(t, "100000")
	id := s.do(place(s.alice, linear, trailing(-1, "0.01", "500"))).Order.ID
	s.move("101000")
	s.move("100600")
	edit := func(offset string) core.Command {
		return core.Command{Edit: &core.Edit{Account: s.alice, Order: id, TriggerOffset: dec(offset)}}
	}
	s.refused(core.ErrTriggerTooHigh, edit("300"))
	s.refused(core.Invalid("trigger_offset", ""), edit("300.05"))
	s.refused(core.ErrTriggerPrice, edit("101000"))
	s.refused(core.Invalid("trigger_price", ""), core.Command{Edit: &core.Edit{Account: s.alice, Order: id, TriggerPrice: dec("99000")}})
	o := s.do(edit("450")).Order
	same(t, "100550", o.TriggerAt())
	require.True(t, o.Replaced)
	s.move("100550")
	require.Equal(t, core.Triggered, s.order(s.alice, id).State)
}

func TestTrailing_stop_refuses(t *testing.T) {
	s := newStage(t, "100000")
	change := func(t core.Ticket, f func(*core.Ticket)) core.Ticket { f(&t); return t }
	for name, c := range map[string]struct {
		t    core.Ticket
		want *core.Error
	}{
		"no offset":            {trailing(-1, "0.01", "0"), core.Invalid("trigger_offset", "")},
		"offset off the tick":  {trailing(-1, "0.01", "0.05"), core.Invalid("trigger_offset", "")},
		"down to nothing":      {trailing(-1, "0.01", "100000"), core.ErrTriggerPrice},
		"no trigger":           {by("", trailing(-1, "0.01", "500")), core.Invalid("trigger", "")},
		"a price of its own":   {change(trailing(-1, "0.01", "500"), func(t *core.Ticket) { t.TriggerPrice = trade.NewDec(99_000) }), core.Invalid("trigger_price", "")},
		"offset of a stop":     {change(stop(core.StopMarket, -1, "0.01", "99000", ""), func(t *core.Ticket) { t.TriggerOffset = trade.NewDec(5) }), core.Invalid("trigger_offset", "")},
		"offset of a limit":    {change(ticket(1, "0.01", "99000"), func(t *core.Ticket) { t.TriggerOffset = trade.NewDec(5) }), core.Invalid("trigger_offset", "")},
		"trigger of a limit":   {by("mark_price", ticket(1, "0.01", "99000")), core.Invalid("trigger", "")},
		"a limit's stop price": {change(ticket(1, "0.01", "99000"), func(t *core.Ticket) { t.TriggerPrice = trade.NewDec(98_000) }), core.Invalid("trigger_price", "")},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.refused(c.want, place(s.alice, linear, c.t))
		})
	}
}

// The entry fills at 100,000 and the leg begins there, not where the price was when it was asked for.
func TestTrailing_stop_as_a_leg_begins_with_the_fill(t *testing.T) {
	s := newStage(t, "103000")
	leg := reducing(trailing(-1, "0.001", "1000"))
	leg.Label = "trail"
	o := s.do(core.Command{Place: &core.Place{Account: s.alice, Instrument: linear, Ticket: ticket(1, "0.001", "102000"),
		Link: core.OneTriggersOther, Legs: []core.Ticket{leg}}}).Order
	same(t, "0", s.order(s.alice, o.Legs[0]).TriggerAt())
	s.move("101000")
	live := s.OpenOrders(s.Account(s.alice), core.Filter{Type: "trailing_all"})
	require.Len(t, live, 1)
	same(t, "100000", live[0].TriggerAt())
	s.move("100000")
	same(t, "0", s.position(s.alice, linear).Size)
}

// A tick of a twentieth in place of a tenth: everything is counted in twentieths then.
func TestTrailing_stop_keeps_its_distance_when_the_tick_changes(t *testing.T) {
	s := newStage(t, "100000")
	id := s.do(place(s.alice, linear, trailing(-1, "0.01", "500"))).Order.ID
	s.do(core.Command{SetInstrument: &core.SetInstrument{Instrument: linear, TickSize: dec("0.05")}})
	same(t, "99500", s.order(s.alice, id).TriggerAt())
	s.move("101000")
	same(t, "100500", s.order(s.alice, id).TriggerAt())
}
