package brokertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func (s *suite) accountFigures() {
	p := s.enter(trade.Buy)
	balances, err := p.Balances(s.ctx())
	require.NoError(s, err)
	balance := of(balances, p.spec.Settlement)
	require.Positive(s, balance.Balance.Sign())
	require.Positive(s, balance.Equity.Sign())
	require.Positive(s, balance.Available.Sign())
	require.Positive(s, balance.InitialMargin.Sign(), "a position needs margin")
	require.False(s, balance.InitialMargin.Less(balance.MaintenanceMargin))
	p.events.rewind()
	awaitThat(p.events, func(e broker.BalanceChanged) bool { return e.Balance.Currency == p.spec.Settlement })

	now := p.Now()
	funding, err := p.Funding(s.ctx(), p.spec, now.Add(-time.Hour), now)
	require.NoError(s, err)
	require.True(s, funding.Abs().Less(balance.Equity), "%s", funding)
	none, err := p.Funding(s.ctx(), p.spec, now.Add(-48*time.Hour), now.Add(-47*time.Hour))
	require.NoError(s, err)
	require.True(s, none.IsZero(), "no position, no funding")
	delivery, err := p.Delivery(s.ctx(), p.spec, now.Add(-time.Hour), now)
	require.NoError(s, err)
	require.True(s, delivery.Price.IsZero(), "a perpetual is never delivered")
	s.leave(p)
}

func of(balances []trade.Balance, currency trade.Currency) trade.Balance {
	for _, b := range balances {
		if b.Currency == currency {
			return b
		}
	}
	return trade.Balance{}
}

// accountFills reads the fills again by time and by number: each once, in order, none left out.
func (s *suite) accountFills() {
	p := s.enter(trade.Buy)
	s.leave(p)
	since := p.Now().Add(-time.Hour)
	all, err := p.Fills(s.ctx(), p.spec.Instrument, 0, since)
	require.NoError(s, err)
	require.GreaterOrEqual(s, len(all), 2)
	bought, sold := trade.Zero, trade.Zero
	for i, f := range all {
		if i > 0 {
			require.Greater(s, f.Seq, all[i-1].Seq)
		}
		if f.Side == trade.Buy {
			bought = bought.Add(f.Amount)
		} else {
			sold = sold.Add(f.Amount)
		}
	}
	require.True(s, bought.Equal(p.bracket.Amount), "bought %s", bought)
	require.True(s, sold.Equal(p.bracket.Amount), "sold %s", sold)

	after, err := p.Fills(s.ctx(), p.spec.Instrument, all[0].Seq, time.Time{})
	require.NoError(s, err)
	require.Len(s, after, len(all)-1)
	require.Equal(s, all[1].ID, after[0].ID)
	none, err := p.Fills(s.ctx(), p.spec.Instrument, all[len(all)-1].Seq, time.Time{})
	require.NoError(s, err)
	require.Empty(s, none)
}

// accountStrangers makes sure that one account sees nothing of another.
func (s *suite) accountStrangers() {
	stranger, events := s.session()
	p := s.enter(trade.Buy)
	_, err := stranger.Cancel(s.ctx(), p.stop.ID)
	s.outcome(broker.Refused, err)
	found, err := stranger.OrdersByLabel(s.ctx(), p.spec.Settlement, p.bracket.EntryLabel)
	require.NoError(s, err)
	require.Empty(s, found)
	s.requireNothing(stranger)
	s.requireLegs(p)
	s.leave(p)
	require.Zero(s, count[broker.OrderChanged](events))
	require.Zero(s, count[broker.Filled](events))
}
