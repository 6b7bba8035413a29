package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func TestPause_shuts_open_books_for_a_while(t *testing.T) {
	s := newStage(t, "100000")
	s.do(core.Command{PauseBooks: &core.PauseBooks{Instrument: linear, Seconds: 3}})
	s.refused(core.ErrSettling, place(s.alice, linear, ticket(1, "0.01", "")))
	s.do(place(s.alice, inverse, ticket(1, "10", "")))
	s.pass(2)
	s.refused(core.ErrSettling, place(s.alice, linear, ticket(1, "0.01", "")))
	s.pass(1)
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	s.do(core.Command{PauseBooks: &core.PauseBooks{Seconds: 1}})
	s.refused(core.ErrSettling, place(s.alice, inverse, ticket(1, "10", "")))
	s.refused(core.Invalid("seconds", ""), core.Command{PauseBooks: &core.PauseBooks{}})
}

func TestLiquidation_on_demand(t *testing.T) {
	s := newStage(t, "100000")
	s.refused(core.ErrNothingToClose, core.Command{Liquidate: &core.Liquidate{Account: s.alice}})
	s.refused(core.ErrUnknownAccount, core.Command{Liquidate: &core.Liquidate{Account: 1}})
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	s.do(place(s.alice, inverse, ticket(-1, "100", "")))
	s.do(place(s.alice, linear, ticket(1, "0.01", "99000")))
	s.do(core.Command{Liquidate: &core.Liquidate{Account: s.alice}})
	require.Empty(t, s.live(s.alice))
	require.True(t, s.position(s.alice, linear).Size.IsZero())
	require.True(t, s.position(s.alice, inverse).Size.IsZero())
	trades := s.Account(s.alice).Trades
	last := trades[len(trades)-1]
	require.True(t, last.Liquidation)
	fee := last.Instrument.Value(last.Instrument.Amount(last.Amount), last.Instrument.Price(last.Price)).Mul(last.Instrument.LiquidationFee).Round(8)
	same(t, fee.String(), last.Fee)
}

// Both sides of a trade are told which of them was liquidated; only one of them was.
func TestLiquidation_as_the_other_side_sees_it(t *testing.T) {
	s := newStage(t, "100000")
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	s.do(place(s.bob, linear, ticket(1, "0.01", "100000")))
	s.do(core.Command{Liquidate: &core.Liquidate{Account: s.alice}})
	trades := s.Account(s.bob).Trades
	last := trades[len(trades)-1]
	require.True(t, last.Maker)
	require.False(t, last.Liquidation)
	require.Equal(t, "T", last.Liquidated)
}
