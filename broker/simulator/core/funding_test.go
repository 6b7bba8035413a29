package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// The rate is the premium less 0.025 % either way, within the instrument's cap.
func TestFunding_rate(t *testing.T) {
	for premium, want := range map[int64]struct{ linear, inverse int64 }{ // ten-thousandths of 100,000 USD; billionths
		0:            {0, 0},
		250_000:      {0, 0},
		1_000_000:    {750_000, 750_000},
		-1_000_000:   {-750_000, -750_000},
		10_000_000:   {9_750_000, 5_000_000},
		100_000_000:  {50_000_000, 5_000_000},
		-100_000_000: {-50_000_000, -5_000_000},
	} {
		s := newStage(t, "100000")
		s.script.premium = premium
		s.pass(1)
		require.Equal(t, want.linear, s.MarketOf(linear).FundingRate(), "%d", premium)
		require.Equal(t, want.inverse, s.MarketOf(inverse).FundingRate(), "%d", premium)
		require.Zero(t, s.MarketOf(dated).FundingRate(), "%d", premium)
	}
}

// Inverse: 1,000 USD long at 0.075 % for 8 hours: 1,000 / 100,000 x 0.00075 / 8 in an hour.
func TestFunding_of_the_inverse_perpetual(t *testing.T) {
	s := newStage(t, "100000")
	s.script.premium = 1_000_000
	s.pass(1)
	s.do(place(s.alice, inverse, ticket(1, "1000", "")))
	s.pass(3600)
	same(t, "-0.00000094", s.position(s.alice, inverse).Funding) // 0.0000009375
}

// What was charged is what history tells, even when the source would say otherwise by now.
func TestFunding_history_is_what_was_charged(t *testing.T) {
	s := newStage(t, "100000")
	s.script.premium = 1_000_000
	s.pass(3601)
	s.script.premium = 9_000_000
	m := s.MarketOf(linear)
	charged := "0.00009372" // 3,599 / 3,600 of 0.00009375: the first second had no premium
	same(t, charged, s.FundingBetween(m, dawn, dawn+3600).Round(8))
	require.Len(t, m.Hours, 1)
	same(t, "100000", s.IndexAt(m, dawn+3600))
	s.pass(3600)
	same(t, charged, s.FundingBetween(m, dawn, dawn+3600).Round(8))
	x, err := core.Restore(s.script, []byte(bytesOf(t, s.Exchange)))
	require.NoError(t, err)
	require.Equal(t, s.FundingBetween(m, dawn, dawn+7200), x.FundingBetween(x.MarketOf(linear), dawn, dawn+7200))
}

// 1 BTC at 100,000 needs 2 % + 0.005 % = 2,005 USDC, 0.5 BTC 0.5 x 100,000 x 2.0025 % = 1,001.25.
func TestOrder_margin(t *testing.T) {
	s := newStage(t, "100000")
	one := s.do(place(s.alice, linear, ticket(1, "1", "99000"))).Order
	half := s.do(place(s.alice, linear, ticket(1, "0.5", "99000"))).Order
	same(t, "2005", s.OrderMargin(one))
	same(t, "1001.25", s.OrderMargin(half))
	s.do(place(s.alice, linear, ticket(1, "0.1", "")))
	same(t, "0", s.OrderMargin(s.do(place(s.alice, linear, reducing(ticket(-1, "0.1", "101000")))).Order))
	same(t, "0", s.OrderMargin(s.do(place(s.alice, linear, stop(core.StopMarket, -1, "0.1", "90000", ""))).Order))
}
