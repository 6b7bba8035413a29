package core_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// whale is an account that can buy the whole synthetic book, about 50 BTC.
func (s *stage) whale() int64 {
	return s.do(core.Command{Open: &core.OpenAccount{Name: "whale", Key: "whale",
		Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(100_000_000)}}}}).Account
}

func marketLimit(side int64, amount string) core.Ticket {
	t := ticket(side, amount, "")
	t.Type = core.MarketLimit
	return t
}

// The book's last offer is 29 + 29^3/40 = 638 steps of 1 USD from the price, and the spread of a
// tick: 100,638.1. What 200 BTC leave rests there.
func TestMarket_limit_rests_at_its_last_fill(t *testing.T) {
	s := newStage(t, "100000")
	whale := s.whale()
	r := s.do(place(whale, linear, marketLimit(1, "200")))
	require.Equal(t, core.Open, r.Order.State)
	require.Equal(t, core.Limit, r.Order.Type)
	require.Equal(t, core.MarketLimit, r.Order.Original)
	require.Positive(t, r.Order.Filled)
	same(t, "100638.1", r.Order.Instrument.Price(r.Order.Price))
	require.Equal(t, r.Order.Price, r.Trades[len(r.Trades)-1].Price)
	require.Equal(t, core.MarketType, r.Trades[0].OrderType)

	sold := s.do(place(s.bob, linear, ticket(-1, "0.01", "")))
	same(t, "100638.1", sold.Order.Instrument.Price(sold.Trades[0].Price))
	s.do(core.Command{Edit: &core.Edit{Account: whale, Order: r.Order.ID, Price: dec("100500")}})
	same(t, "100500", s.MarketOf(linear).Instrument.Price(s.order(whale, r.Order.ID).Price))
}

func TestMarket_limit_that_fills_is_a_market_order(t *testing.T) {
	s := newStage(t, "100000")
	r := s.do(place(s.alice, linear, marketLimit(1, "0.01")))
	require.Equal(t, core.Filled, r.Order.State)
	require.Equal(t, core.MarketType, r.Order.Type)
	day := marketLimit(1, "0.01")
	day.TIF = core.GoodTilDay
	require.Equal(t, core.Filled, s.do(place(s.alice, linear, day)).Order.State)
	day.TIF = core.ImmediateOrCancel
	s.refused(core.Invalid("time_in_force", ""), place(s.alice, linear, day))
}

// A character is what a reader takes for one: a family of four is seven code points.
func TestLabels_are_counted_in_characters(t *testing.T) {
	s := newStage(t, "100000")
	family := "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466"
	for label, fits := range map[string]bool{
		strings.Repeat("a", 64):       true,
		strings.Repeat("a", 65):       false,
		strings.Repeat("é", 64):       true,
		strings.Repeat("e\u0301", 64): true,
		strings.Repeat(family, 64):    true,
		strings.Repeat(family, 65):    false,
	} {
		c := ticket(1, "0.0001", "99000")
		c.Label = label
		if fits {
			require.Equal(t, label, s.do(place(s.alice, linear, c)).Order.Label)
		} else {
			s.refused(core.Invalid("label", ""), place(s.alice, linear, c))
		}
	}
}

// A stop limit that fires is a limit order like any other: its price must be in the band then, and
// post-only keeps it out of the spread or refuses it.
func TestStop_limit_is_checked_when_it_fires(t *testing.T) {
	post := func(t core.Ticket, reject bool) core.Ticket {
		t.PostOnly, t.RejectPostOnly = true, reject
		return t
	}
	for name, c := range map[string]struct {
		ticket        core.Ticket
		state, reason string
		price         string // of the child
	}{
		"in the band":          {stop(core.StopLimit, -1, "0.01", "99000", "98900"), core.Triggered, "", "98900"},
		"below the band":       {stop(core.StopLimit, -1, "0.01", "99000", "97000"), core.Rejected, "price_too_low", ""},
		"post-only":            {post(stop(core.StopLimit, -1, "0.01", "99000", "98900"), false), core.Triggered, "", "99000"},
		"post-only or not":     {post(stop(core.StopLimit, -1, "0.01", "99000", "98900"), true), core.Rejected, "post_only_reject", ""},
		"more than affordable": {stop(core.StopMarket, -1, "9", "99000", ""), core.Rejected, "not_enough_funds", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			id := s.do(place(s.alice, linear, c.ticket)).Order.ID
			s.move("99000")
			o := s.order(s.alice, id)
			require.Equal(t, c.state, o.State)
			require.Equal(t, c.reason, o.CancelReason)
			if c.price != "" {
				child := s.child(s.alice, id)
				same(t, c.price, child.Instrument.Price(child.Price))
				require.Equal(t, c.ticket.PostOnly, child.State == core.Open)
			}
		})
	}
}

// Orders that end at once, that live for the day and that need a trigger, by the time they fire.
func TestStop_limit_keeps_its_time_in_force(t *testing.T) {
	s := newStage(t, "100000")
	st := stop(core.StopLimit, -1, "0.01", "99000", "99400")
	st.TIF = core.ImmediateOrCancel
	id := s.do(place(s.alice, linear, st)).Order.ID
	s.move("99000")
	require.Equal(t, core.Cancelled, s.child(s.alice, id).State)
	st.TIF, st.TriggerPrice, st.Price = core.GoodTilDay, trade.NewDec(98_000), trade.NewDec(98_000)
	id = s.do(place(s.alice, linear, st)).Order.ID
	s.pass(20 * 3600)
	require.Equal(t, core.BySettlement, s.order(s.alice, id).CancelReason)
}
