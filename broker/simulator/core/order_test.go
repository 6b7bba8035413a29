package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func TestPlace_refuses(t *testing.T) {
	s := newStage(t, "100000")
	tif := func(t core.Ticket, v string) core.Ticket { t.TIF = v; return t }
	post := func(t core.Ticket) core.Ticket { t.PostOnly = true; return t }
	for name, c := range map[string]struct {
		t    core.Ticket
		want *core.Error
	}{
		"amount zero":                {ticket(1, "0", ""), core.Invalid("amount", "")},
		"amount off the step":        {ticket(1, "0.00015", ""), core.Invalid("amount", "")},
		"price off the tick":         {ticket(1, "0.01", "99999.95"), core.Invalid("price", "")},
		"price zero":                 {core.Ticket{Side: 1, Amount: trade.MustDec("0.01"), Type: core.Limit}, core.Invalid("price", "")},
		"unknown type":               {core.Ticket{Side: 1, Amount: trade.MustDec("0.01"), Type: "trailing_take"}, core.Invalid("type", "")},
		"buy above the band":         {ticket(1, "0.01", "101600"), &core.Error{Code: 10007}},
		"sell below the band":        {ticket(-1, "0.01", "98400"), &core.Error{Code: 10005}},
		"reduce-only without any":    {reducing(ticket(1, "0.01", "")), core.ErrReduceDirection},
		"market with a time":         {tif(ticket(1, "0.01", ""), core.ImmediateOrCancel), core.Invalid("time_in_force", "")},
		"post-only at once":          {post(tif(ticket(1, "0.01", "99000"), core.ImmediateOrCancel)), &core.Error{Code: 11055}},
		"trigger missing":            {core.Ticket{Side: 1, Amount: trade.MustDec("0.01"), Type: core.StopMarket, TriggerPrice: trade.NewDec(101_000)}, core.Invalid("trigger", "")},
		"sell stop above the mark":   {stop(core.StopMarket, -1, "0.01", "100500", ""), core.ErrTriggerTooHigh},
		"buy stop below the mark":    {stop(core.StopMarket, 1, "0.01", "99500", ""), core.ErrTriggerTooLow},
		"sell take below the mark":   {stop(core.TakeMarket, -1, "0.01", "99500", ""), core.ErrTriggerTooLow},
		"buy take above the mark":    {stop(core.TakeMarket, 1, "0.01", "100500", ""), core.ErrTriggerTooHigh},
		"stop limit without a limit": {stop(core.StopLimit, -1, "0.01", "99500", ""), core.Invalid("price", "")},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.refused(c.want, place(s.alice, linear, c.t))
		})
	}
	s.refused(core.ErrUnknownInstrument, place(s.alice, "SOL_USDC-PERPETUAL", ticket(1, "1", "")))
	late := place(s.alice, linear, ticket(1, "0.01", ""))
	late.Place.ValidUntil = s.now*1000 - 1
	s.refused(core.ErrTimedOut, late)
}

func TestValid_until_is_inclusive(t *testing.T) {
	s := newStage(t, "100000")
	c := place(s.alice, linear, ticket(1, "0.01", ""))
	c.Place.ValidUntil = s.now * 1000
	require.Equal(t, core.Filled, s.do(c).Order.State)
}

func TestTime_in_force(t *testing.T) {
	tif := func(v string) func(core.Ticket) core.Ticket {
		return func(t core.Ticket) core.Ticket { t.TIF = v; return t }
	}
	for name, c := range map[string]struct {
		change func(core.Ticket) core.Ticket
		amount string
		state  string
		filled int64
	}{
		"good til cancelled rests":     {tif(core.GoodTilCancelled), "2", core.Open, -1},
		"immediate or cancel ends":     {tif(core.ImmediateOrCancel), "2", core.Cancelled, -1},
		"fill or kill takes nothing":   {tif(core.FillOrKill), "2", core.Cancelled, 0},
		"fill or kill takes all of it": {tif(core.FillOrKill), "0.1", core.Filled, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			r := s.do(place(s.alice, linear, c.change(ticket(1, c.amount, "100000.1"))))
			require.Equal(t, c.state, r.Order.State)
			if c.filled >= 0 {
				require.Equal(t, c.filled, r.Order.Filled)
			} else {
				require.Positive(t, r.Order.Filled) // the first level, 0.15 to 0.45 BTC
				require.Less(t, r.Order.Filled, int64(4_500))
			}
		})
	}
}

func TestPost_only_stays_out_of_the_spread(t *testing.T) {
	s := newStage(t, "100000")
	p := ticket(1, "0.01", "100050")
	p.PostOnly = true
	r := s.do(place(s.alice, linear, p))
	require.Equal(t, core.Open, r.Order.State)
	same(t, "100000", core.Perpetuals()[0].Price(r.Order.Price)) // the best ask is 100,000.1
	p.RejectPostOnly = true
	s.refused(core.ErrPostOnly, place(s.bob, linear, p))
}

func TestReduce_only_is_capped(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	r := s.do(place(s.alice, linear, reducing(ticket(-1, "0.05", ""))))
	require.Equal(t, int64(100), r.Order.Amount)
	same(t, "0", s.position(s.alice, linear).Size)
}

func TestReduce_only_rests_shrink_with_the_position(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	r := s.do(place(s.alice, linear, reducing(ticket(-1, "0.01", "101000"))))
	s.do(place(s.alice, linear, ticket(-1, "0.004", "")))
	require.Equal(t, int64(60), s.order(s.alice, r.Order.ID).Amount)
	s.do(core.Command{Close: &core.Close{Account: s.alice, Instrument: linear, Type: core.MarketType}})
	o := s.order(s.alice, r.Order.ID)
	require.Equal(t, core.Cancelled, o.State)
	require.Equal(t, core.ByReduceOnly, o.CancelReason)
}

func TestSelf_trade_is_refused(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.01", "100000")))
	s.refused(core.ErrOverlap, place(s.alice, linear, ticket(-1, "0.01", "")))
	r := s.do(place(s.bob, linear, ticket(-1, "0.01", "")))
	require.Equal(t, core.Filled, r.Order.State)
	same(t, "100000", core.Perpetuals()[0].Price(r.Trades[0].Price))
}

// Two bids at one price: the older is filled first. A smaller amount keeps the place, a larger one
// or another price loses it.
func TestEdit_and_the_queue(t *testing.T) {
	edit := func(amount, price string) *core.Edit {
		a, p := trade.MustDec(amount), trade.MustDec(price)
		return &core.Edit{Amount: &a, Price: &p}
	}
	for name, c := range map[string]struct {
		edit  *core.Edit
		first bool // alice is still first
	}{
		"smaller keeps":     {edit("0.01", "100000"), true},
		"same keeps":        {edit("0.02", "100000"), true},
		"larger loses":      {edit("0.03", "100000"), false},
		"there and back":    {edit("0.02", "99999.9"), false},
		"a better price is": {edit("0.02", "100000"), true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			carol := s.open("carol")
			a := s.do(place(s.alice, linear, ticket(1, "0.02", "100000")))
			s.do(place(s.bob, linear, ticket(1, "0.02", "100000")))
			c.edit.Account, c.edit.Order = s.alice, a.Order.ID
			e := s.do(core.Command{Edit: c.edit})
			require.Equal(t, a.Order.ID, e.Order.ID)
			require.True(t, e.Order.Replaced)
			s.do(place(carol, linear, ticket(-1, "0.01", "100000")))
			require.Equal(t, c.first, s.order(s.alice, a.Order.ID).Filled == 100)
		})
	}
}

func TestEdit_refuses(t *testing.T) {
	s := newStage(t, "100000")
	a := s.do(place(s.alice, linear, ticket(1, "0.02", "100000"))).Order
	st := s.do(place(s.alice, linear, stop(core.StopMarket, -1, "0.01", "99000", ""))).Order
	s.do(place(s.bob, linear, ticket(-1, "0.01", "100000")))
	low, far, off, above := trade.MustDec("0.01"), trade.NewDec(120_000), trade.MustDec("99000.05"), trade.NewDec(100_500)
	s.refused(core.ErrInvalidAmount, core.Command{Edit: &core.Edit{Account: s.alice, Order: a.ID, Amount: &low}})
	s.refused(&core.Error{Code: 10007}, core.Command{Edit: &core.Edit{Account: s.alice, Order: a.ID, Price: &far}})
	s.refused(core.Invalid("price", ""), core.Command{Edit: &core.Edit{Account: s.alice, Order: a.ID, Price: &off}})
	s.refused(core.Invalid("trigger_price", ""), core.Command{Edit: &core.Edit{Account: s.alice, Order: a.ID, TriggerPrice: &far}})
	s.refused(core.ErrTriggerTooHigh, core.Command{Edit: &core.Edit{Account: s.alice, Order: st.ID, TriggerPrice: &above}})
	s.refused(core.ErrOrderNotFound, core.Command{Edit: &core.Edit{Account: s.bob, Order: a.ID, Price: &far}})
	s.do(core.Command{Cancel: &core.Cancel{Account: s.alice, Order: a.ID}})
	s.refused(core.ErrNotOpen, core.Command{Edit: &core.Edit{Account: s.alice, Order: a.ID, Price: &far}})
	s.refused(core.ErrNotOpen, core.Command{Cancel: &core.Cancel{Account: s.alice, Order: a.ID}})
}

func TestEdit_by_label_needs_exactly_one(t *testing.T) {
	s := newStage(t, "100000")
	labelled := ticket(1, "0.02", "99000")
	labelled.Label = "twin"
	price := trade.NewDec(99_100)
	edit := core.Command{Edit: &core.Edit{Account: s.alice, Label: "twin", Instrument: linear, Price: &price}}
	s.refused(core.ErrOrderNotFound, edit)
	s.do(place(s.alice, linear, labelled))
	same(t, "99100", core.Perpetuals()[0].Price(s.do(edit).Order.Price))
	s.do(place(s.alice, linear, labelled))
	s.refused(core.ErrNotUnique, edit)
}

func TestEdit_that_would_take_cancels_a_post_only_order(t *testing.T) {
	s := newStage(t, "100000")
	p := ticket(1, "0.01", "99000")
	p.PostOnly, p.RejectPostOnly = true, true
	o := s.do(place(s.alice, linear, p)).Order
	price := trade.NewDec(100_100)
	r := s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: o.ID, Price: &price}})
	require.Equal(t, core.Cancelled, r.Order.State)
	require.Equal(t, core.ByEditPostOnly, r.Order.CancelReason)
}

func TestTriggers_fire_at_their_price(t *testing.T) {
	for name, c := range map[string]struct {
		ticket core.Ticket
		before string // a price at which it must not fire
		at     string
		state  string // of the order that comes of it
	}{
		"sell stop market":  {stop(core.StopMarket, -1, "0.01", "99000", ""), "99000.1", "99000", core.Filled},
		"buy stop market":   {stop(core.StopMarket, 1, "0.01", "101000", ""), "100999.9", "101000", core.Filled},
		"sell take market":  {stop(core.TakeMarket, -1, "0.01", "101000", ""), "100999.9", "101000", core.Filled},
		"buy take market":   {stop(core.TakeMarket, 1, "0.01", "99000", ""), "99000.1", "99000", core.Filled},
		"sell stop limit":   {stop(core.StopLimit, -1, "0.01", "99000", "99500"), "99000.1", "99000", core.Open},
		"sell take limit":   {stop(core.TakeLimit, -1, "0.01", "101000", "100900"), "100999.9", "101000", core.Filled},
		"buy stop limit":    {stop(core.StopLimit, 1, "0.01", "101000", "100500"), "100999.9", "101000", core.Open},
		"by index":          {by("index_price", stop(core.StopMarket, -1, "0.01", "99000", "")), "99000.1", "99000", core.Filled},
		"by the last trade": {by("last_price", stop(core.StopMarket, -1, "0.01", "99000", "")), "99000.1", "99000", core.Filled},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			parent := s.do(place(s.alice, linear, c.ticket)).Order
			require.Equal(t, core.Untriggered, parent.State)
			s.move(c.before)
			require.Equal(t, core.Untriggered, s.order(s.alice, parent.ID).State)
			s.move(c.at)
			require.Equal(t, core.Triggered, s.order(s.alice, parent.ID).State)
			child := s.child(s.alice, parent.ID)
			require.Equal(t, c.state, child.State)
		})
	}
}

func by(trigger string, t core.Ticket) core.Ticket {
	t.Trigger = trigger
	return t
}

func (s *stage) child(account int64, parent string) *core.Order {
	s.t.Helper()
	a := s.Account(account)
	for _, o := range append(s.ClosedOrders(a, core.Filter{}), s.OpenOrders(a, core.Filter{})...) {
		if o.TriggeredBy == parent {
			return o
		}
	}
	require.Fail(s.t, "no child of "+parent)
	return nil
}

func TestStop_without_a_position_is_rejected_when_it_fires(t *testing.T) {
	s := newStage(t, "100000")
	o := s.do(place(s.alice, linear, reducing(stop(core.StopMarket, -1, "0.01", "99000", "")))).Order
	s.move("98000")
	got := s.order(s.alice, o.ID)
	require.Equal(t, core.Rejected, got.State)
	require.Equal(t, "reduce_direction", got.CancelReason)
}

func TestCancel_many_takes_what_the_filter_finds(t *testing.T) {
	label := "mine"
	for name, c := range map[string]struct {
		filter core.Filter
		count  int
	}{
		"all":            {core.Filter{}, 4},
		"by instrument":  {core.Filter{Instrument: inverse}, 1},
		"by currency":    {core.Filter{Currency: "USDC"}, 3},
		"by label":       {core.Filter{Label: &label}, 1},
		"limit orders":   {core.Filter{Type: "limit"}, 3},
		"trigger orders": {core.Filter{Type: "trigger_all"}, 1},
		"stops":          {core.Filter{Type: "stop"}, 1},
		"takes":          {core.Filter{Type: "take"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "100000")
			mine := ticket(1, "0.01", "99000")
			mine.Label = label
			s.do(place(s.alice, linear, mine))
			s.do(place(s.alice, linear, ticket(1, "0.01", "98900")))
			s.do(place(s.alice, linear, stop(core.StopMarket, -1, "0.01", "98000", "")))
			s.do(place(s.alice, inverse, ticket(1, "10", "99000")))
			s.do(place(s.bob, linear, ticket(1, "0.01", "99000")))
			r := s.do(core.Command{CancelMany: &core.CancelMany{Account: s.alice, Filter: c.filter}})
			require.Len(t, r.Orders, c.count)
			require.Len(t, s.OpenOrders(s.Account(s.alice), core.Filter{}), 4-c.count)
			require.Len(t, s.OpenOrders(s.Account(s.bob), core.Filter{}), 1)
		})
	}
}

func TestGood_til_day_ends_at_settlement(t *testing.T) {
	s := newStage(t, "100000")
	d := ticket(1, "0.01", "99000")
	d.TIF = core.GoodTilDay
	o := s.do(place(s.alice, linear, d)).Order
	s.pass(20*3600 - 1)
	require.Equal(t, core.Open, s.order(s.alice, o.ID).State)
	s.pass(1)
	require.Equal(t, core.BySettlement, s.order(s.alice, o.ID).CancelReason)
}
