package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func (s *stage) cancelsMakers(account int64) {
	s.do(core.Command{SelfTrading: &core.SetSelfTrading{Account: account, Mode: core.CancelMaker}})
}

func TestSelf_trade_cancels_the_maker_when_asked_to(t *testing.T) {
	s := newStage(t, "100000")
	require.Equal(t, core.RejectTaker, s.Account(s.alice).SelfTradingMode())
	s.cancelsMakers(s.alice)
	own := s.do(place(s.alice, linear, ticket(1, "0.01", "100000"))).Order
	s.do(place(s.bob, linear, ticket(1, "0.004", "100000")))
	r := s.do(place(s.alice, linear, ticket(-1, "0.01", "100000")))
	require.Equal(t, core.Cancelled, s.order(s.alice, own.ID).State)
	require.Equal(t, core.ByUser, s.order(s.alice, own.ID).CancelReason)
	require.Len(t, r.Trades, 1) // 0.004 of bob's; the rest is offered
	require.Equal(t, int64(40), r.Order.Filled)
	require.Equal(t, core.Open, r.Order.State)
	same(t, "-0.004", s.position(s.alice, linear).Size)
}

func TestSelf_trade_mode_refuses(t *testing.T) {
	s := newStage(t, "100000")
	s.refused(core.Invalid("mode", ""), core.Command{SelfTrading: &core.SetSelfTrading{Account: s.alice, Mode: "both"}})
	s.refused(core.ErrUnknownAccount, core.Command{SelfTrading: &core.SetSelfTrading{Account: 1, Mode: core.CancelMaker}})
}

// A stop that fires onto the account's own bid: the new order is refused, or the bid goes.
func TestSelf_trade_of_a_stop(t *testing.T) {
	for mode, want := range map[string]struct{ stop, bid, size string }{
		core.RejectTaker: {core.Rejected, core.Open, "0.01"},
		core.CancelMaker: {core.Triggered, core.Cancelled, "0"},
	} {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, "100000")
			s.do(core.Command{SelfTrading: &core.SetSelfTrading{Account: s.alice, Mode: mode}})
			s.do(place(s.alice, linear, ticket(1, "0.01", "")))
			bid := s.do(place(s.alice, linear, ticket(1, "0.02", "99000"))).Order.ID
			st := s.do(place(s.alice, linear, reducing(stop(core.StopMarket, -1, "0.01", "99000", "")))).Order.ID
			s.move("99000")
			require.Equal(t, want.stop, s.order(s.alice, st).State)
			require.Equal(t, want.bid, s.order(s.alice, bid).State)
			same(t, want.size, s.position(s.alice, linear).Size)
			if mode == core.RejectTaker {
				require.Equal(t, "order_overlap", s.order(s.alice, st).CancelReason)
			}
		})
	}
}

// Fill or kill counts what others offer, not what the account itself does.
func TestFill_or_kill_counts_only_what_is_sure(t *testing.T) {
	s := newStage(t, "100000")
	carol := s.open("carol")
	s.cancelsMakers(s.alice)
	fok := func(amount string) core.Command {
		t := ticket(-1, amount, "100000")
		t.TIF = core.FillOrKill
		return place(s.alice, linear, t)
	}
	s.do(place(carol, linear, ticket(-1, "0.01", "")))
	s.do(place(s.bob, linear, ticket(1, "0.01", "100000")))
	s.do(place(s.alice, linear, ticket(1, "0.01", "100000")))
	require.Equal(t, core.Cancelled, s.do(fok("0.02")).Order.State)
	same(t, "0", s.position(s.alice, linear).Size)
	// Two of carol's reduce-only bids of 0.01 for a short position of 0.01: one can fill.
	s.do(place(carol, linear, reducing(ticket(1, "0.01", "100000"))))
	s.do(place(carol, linear, reducing(ticket(1, "0.01", "100000"))))
	require.Equal(t, core.Cancelled, s.do(fok("0.03")).Order.State)
	// Two of dave's that cancel each other: again one.
	dave := s.open("dave")
	s.do(core.Command{Place: &core.Place{Account: dave, Instrument: linear, Ticket: ticket(1, "0.01", "100000"),
		Link: core.OneCancelsOther, Legs: []core.Ticket{ticket(1, "0.01", "100000")}}})
	require.Equal(t, core.Cancelled, s.do(fok("0.04")).Order.State)
	require.Equal(t, core.Filled, s.do(fok("0.03")).Order.State)
	same(t, "-0.03", s.position(s.alice, linear).Size)
	same(t, "0", s.position(carol, linear).Size)
}
