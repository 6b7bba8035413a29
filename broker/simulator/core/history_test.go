package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// An order that filled, one that filled in part and was cancelled, and one that never traded.
func TestHistory_keeps_what_has_ended(t *testing.T) {
	s := newStage(t, "100000")
	s.Quiet(true)
	full, none := ticket(1, "0.01", ""), ticket(1, "0.01", "90000")
	full.Label, none.Label = "full", "none"
	s.do(place(s.alice, linear, full))
	id := s.do(place(s.alice, linear, none)).Order.ID
	s.do(core.Command{Cancel: &core.Cancel{Account: s.alice, Order: id}})
	const minute, day = 60, 86_400
	for _, at := range []struct {
		second                  int64
		recent, unfilled        []string
		past, old, pastUnfilled []string
	}{
		{0, []string{"full"}, []string{"full", "none"}, nil, nil, nil},
		{5 * minute, []string{"full"}, []string{"full", "none"}, nil, nil, nil},
		{5*minute + 1, []string{"full"}, []string{"full"}, nil, nil, []string{"none"}},
		{30 * minute, []string{"full"}, []string{"full"}, nil, nil, []string{"none"}},
		{30*minute + 1, nil, nil, []string{"full"}, []string{"full"}, []string{"full", "none"}},
		{2 * day, nil, nil, []string{"full"}, []string{"full"}, []string{"full", "none"}},
		{2*day + 1, nil, nil, nil, []string{"full"}, nil},
	} {
		s.Advance((dawn + at.second) * 1000)
		require.Equal(t, at.recent, s.ended(core.History{}), at.second)
		require.Equal(t, at.unfilled, s.ended(core.History{Unfilled: true}), at.second)
		require.Equal(t, at.past, s.ended(core.History{Historical: true}), at.second)
		require.Equal(t, at.old, s.ended(core.History{Historical: true, Old: true}), at.second)
		require.Equal(t, at.pastUnfilled, s.ended(core.History{Historical: true, Unfilled: true}), at.second)
		require.Len(t, s.RecentOrders(s.Account(s.alice), core.Filter{}), len(at.unfilled))
	}
}

func (s *stage) ended(h core.History) (labels []string) {
	for _, o := range s.EndedOrders(s.Account(s.alice), core.Filter{}, h) {
		labels = append(labels, o.Label)
	}
	return labels
}

// Trades are at hand for 24 hours and then history; none is in both or in neither.
func TestHistory_keeps_trades(t *testing.T) {
	s := newStage(t, "100000")
	s.Quiet(true)
	s.do(place(s.alice, linear, ticket(1, "0.01", "")))
	s.pass(3600)
	s.do(place(s.alice, linear, ticket(1, "0.02", "")))
	a := s.Account(s.alice)
	for second, recent := range map[int64]int{3_600: 2, 86_400: 2, 86_401: 1, 90_000: 1, 90_001: 0} {
		x, err := core.Restore(s.script, []byte(bytesOf(t, s.Exchange)))
		require.NoError(t, err)
		x.Advance((dawn + second) * 1000)
		require.Len(t, x.UserTrades(x.Account(a.ID), false), recent, second)
		require.Len(t, x.UserTrades(x.Account(a.ID), true), 2-recent, second)
	}
}
