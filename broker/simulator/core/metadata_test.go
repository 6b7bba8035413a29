package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func dec(s string) *trade.Dec {
	d := trade.MustDec(s)
	return &d
}

func respecify(c core.SetInstrument) core.Command {
	if c.Instrument == "" {
		c.Instrument = linear
	}
	return core.Command{SetInstrument: &c}
}

func (s *stage) shut(state string) { s.do(respecify(core.SetInstrument{State: state})) }

// An order keeps the price that it has, off the new grid too; a new price must be on it.
func TestTick_changes_under_live_orders(t *testing.T) {
	for tick, next := range map[string]struct{ off, on, ask string }{
		"0.5":  {"99999.9", "99990.5", "100000.5"},
		"0.25": {"99999.9", "99990.25", "100000.25"},
		"0.01": {"99999.999", "99990.01", "100000.01"},
		"10":   {"99995", "99990", "100010"},
	} {
		t.Run(tick, func(t *testing.T) {
			s := newStage(t, "100000")
			old := s.do(place(s.alice, linear, ticket(1, "0.0003", "99950.1"))).Order.ID
			wait := s.do(place(s.alice, linear, stop(core.StopMarket, 1, "0.0003", "100555.7", ""))).Order.ID
			bought := s.do(place(s.alice, linear, ticket(1, "0.01", ""))).Order.ID
			s.do(respecify(core.SetInstrument{TickSize: dec(tick)}))

			i := s.MarketOf(linear).Instrument
			same(t, tick, i.TickSize)
			same(t, "99950.1", i.Price(s.order(s.alice, old).Price))
			same(t, "100555.7", i.Price(s.order(s.alice, wait).TriggerPrice))
			same(t, "100000.1", s.order(s.alice, bought).AveragePrice(i))
			same(t, "100000.1", i.Price(s.Account(s.alice).Trades[0].Price))
			ask, _ := s.MarketOf(linear).Best(-1)
			same(t, next.ask, i.Price(ask))
			s.refused(core.Invalid("price", ""), place(s.alice, linear, ticket(1, "0.001", next.off)))
			s.refused(core.Invalid("price", ""), core.Command{Edit: &core.Edit{Account: s.alice, Order: old, Price: dec(next.off)}})
			s.do(core.Command{Edit: &core.Edit{Account: s.alice, Order: old, Amount: dec("0.0002")}})
			s.do(place(s.alice, linear, ticket(1, "0.001", next.on)))
			post := ticket(1, "0.001", "100010")
			post.PostOnly = true
			inside := s.do(place(s.bob, linear, post)).Order.Price
			require.Less(t, inside, ask)
			require.Zero(t, inside%i.Step())

			x, err := core.Restore(s.script, []byte(bytesOf(t, s.Exchange)))
			require.NoError(t, err)
			s.move("99930")
			x.Advance(s.now * 1000)
			require.Equal(t, core.Filled, s.order(s.alice, old).State)
			same(t, "99950.1", s.order(s.alice, old).AveragePrice(i))
			require.Equal(t, bytesOf(t, s.Exchange), bytesOf(t, x))
		})
	}
}

// 0.0001 BTC becomes ten contracts of 0.00001: what there is keeps its amount.
func TestContract_becomes_smaller(t *testing.T) {
	s := newStage(t, "100000")
	s.refused(core.Invalid("amount", ""), place(s.alice, linear, ticket(1, "0.01234", "")))
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	rest := s.do(place(s.alice, linear, ticket(1, "0.02", "99000"))).Order.ID
	s.do(respecify(core.SetInstrument{ContractSize: dec("0.00001")}))
	same(t, "0.01", s.position(s.alice, linear).Size)
	require.Equal(t, int64(2_000), s.order(s.alice, rest).Amount)
	require.Equal(t, int64(1_000), s.Account(s.alice).Trades[0].Amount)
	rows := s.Account(s.alice).Log
	same(t, "0.01", rows[len(rows)-1].Instrument.Amount(rows[len(rows)-1].Position))
	s.do(place(s.alice, linear, ticket(1, "0.01234", "")))
	same(t, "0.02234", s.position(s.alice, linear).Size)
	s.do(core.Command{Close: &core.Close{Account: s.alice, Instrument: linear, Type: core.MarketType}})
	same(t, "0", s.position(s.alice, linear).Size)
}

func TestMin_amount(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.0005", "")))
	s.do(respecify(core.SetInstrument{MinAmount: dec("0.001")}))
	s.refused(core.ErrTooLittle, place(s.alice, linear, ticket(1, "0.0005", "")))
	s.do(place(s.alice, linear, ticket(1, "0.0011", "")))
	s.do(place(s.alice, linear, reducing(ticket(-1, "0.0005", "")))) // to close is always allowed
}

func TestSet_instrument_refuses(t *testing.T) {
	s := newStage(t, "100000")
	for param, c := range map[string]core.SetInstrument{
		"instrument_name":  {Instrument: "XRP-PERPETUAL"},
		"tick_size":        {TickSize: dec("0.00001")},
		"contract_size":    {ContractSize: dec("0.0003")},
		"min_trade_amount": {MinAmount: dec("0.00015")},
		"state":            {State: "broken"},
	} {
		s.refused(core.Invalid(param, ""), respecify(c))
	}
}

// Each state refuses in its own words.
func TestBook_states(t *testing.T) {
	for state, want := range map[string]struct{ place, cancel *core.Error }{
		core.BookOpen:       {nil, nil},
		core.BookLocked:     {core.ErrLocked, nil},
		core.BookSettlement: {core.ErrSettling, core.ErrSettling},
		core.BookHalted:     {core.ErrHalted, core.ErrHalted},
	} {
		t.Run(state, func(t *testing.T) {
			s := newStage(t, "100000")
			s.do(place(s.alice, linear, ticket(1, "0.01", "")))
			rest := s.do(place(s.alice, linear, ticket(1, "0.01", "99000"))).Order.ID
			s.do(place(s.alice, inverse, ticket(1, "10", "99000")))
			s.shut(state)
			s.pass(1)
			s.wants(want.place, place(s.alice, linear, ticket(1, "0.01", "99000")))
			s.wants(want.place, core.Command{Edit: &core.Edit{Account: s.alice, Order: rest, Price: dec("99001")}})
			s.wants(want.place, core.Command{Close: &core.Close{Account: s.alice, Instrument: linear, Type: core.MarketType}})
			s.wants(want.cancel, core.Command{Cancel: &core.Cancel{Account: s.alice, Order: rest}})
			s.do(core.Command{CancelMany: &core.CancelMany{Account: s.alice}}) // the inverse order at least
			require.Equal(t, want.cancel == nil, !s.order(s.alice, rest).Alive())
			s.wants(want.cancel, core.Command{CancelMany: &core.CancelMany{Account: s.alice, Filter: core.Filter{Instrument: linear}}})
			s.shut(core.BookOpen)
			s.do(place(s.alice, linear, ticket(1, "0.01", "99000")))
		})
	}
}

func (s *stage) wants(refusal *core.Error, c core.Command) {
	s.t.Helper()
	if refusal == nil {
		s.do(c)
		return
	}
	s.refused(refusal, c)
}

// A book that is made inactive loses its orders.
func TestInactive_book_cancels_its_orders(t *testing.T) {
	s := newStage(t, "100000")
	rest := s.do(place(s.alice, linear, ticket(1, "0.01", "99000"))).Order.ID
	s.shut(core.BookInactive)
	require.Equal(t, core.BySettlement, s.order(s.alice, rest).CancelReason)
	s.refused(core.ErrInactive, place(s.alice, linear, ticket(1, "0.01", "99000")))
}

// In a book that is shut nothing fills, fires or is liquidated; when it opens again it does.
func TestShut_book_waits(t *testing.T) {
	for _, state := range []string{core.BookLocked, core.BookHalted, core.BookSettlement} {
		t.Run(state, func(t *testing.T) {
			s := newStage(t, "100000")
			carol := s.open("carol")
			s.do(place(s.bob, linear, ticket(1, "4", "")))
			rest := s.do(place(s.alice, linear, ticket(1, "0.01", "99990"))).Order.ID
			wait := s.do(place(carol, linear, stop(core.StopMarket, -1, "0.01", "99000", ""))).Order.ID
			s.shut(state)
			last := s.MarketOf(linear).Last
			s.move("98000")
			s.pass(5)
			require.Equal(t, last, s.MarketOf(linear).Last)
			require.True(t, s.order(s.alice, rest).Alive())
			require.True(t, s.order(carol, wait).Alive())
			same(t, "4", s.position(s.bob, linear).Size)
			s.shut(core.BookOpen)
			s.pass(1)
			require.Equal(t, core.Filled, s.order(s.alice, rest).State)
			require.Equal(t, core.Triggered, s.order(carol, wait).State)
			require.Less(t, s.position(s.bob, linear).Size.Float(), 4.0)
		})
	}
}

// A settlement of ten seconds: orders are refused with 10041 until 08:00:10, and wait until then.
func TestSettlement_pauses(t *testing.T) {
	s := newStage(t, "100000")
	s.refused(core.Invalid("seconds", ""), core.Command{SetPause: &core.SetPause{Seconds: 601}})
	s.do(core.Command{SetPause: &core.SetPause{Seconds: 10}})
	s.pass(20*3600 - 1) // 07:59:59
	rest := s.do(place(s.alice, linear, ticket(1, "0.01", "99990"))).Order.ID
	s.move("99000") // 08:00:00
	require.Equal(t, core.BookSettlement, s.MarketOf(linear).State)
	require.True(t, s.order(s.alice, rest).Alive())
	s.refused(core.ErrSettling, place(s.alice, linear, ticket(1, "0.01", "")))
	s.pass(9)
	s.refused(core.ErrSettling, core.Command{Cancel: &core.Cancel{Account: s.alice, Order: rest}})
	s.pass(1)
	require.Equal(t, core.BookOpen, s.MarketOf(linear).State)
	require.Equal(t, core.Filled, s.order(s.alice, rest).State)
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	same(t, "100000", s.MarketOf(linear).Settled)
}
