package brokertest

import (
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
)

func (s *suite) keyGood() {
	key := s.NewKey(s)
	grant, err := s.Venue.CheckKey(s.ctx(), key)
	require.NoError(s, err)
	require.True(s, grant.CanTrade)
	require.False(s, grant.CanWithdraw)
	require.False(s, grant.CanEditAccount)
	require.NotEmpty(s, grant.ExchangeAccount)
	require.NotEmpty(s, grant.Scopes)

	again, err := s.Venue.CheckKey(s.ctx(), key)
	require.NoError(s, err)
	require.Equal(s, grant.ExchangeAccount, again.ExchangeAccount)
	other, err := s.Venue.CheckKey(s.ctx(), s.NewKey(s))
	require.NoError(s, err)
	require.NotEqual(s, grant.ExchangeAccount, other.ExchangeAccount)
}

func (s *suite) keyWrongSecret() {
	key := s.NewKey(s)
	key.Secret = "not the secret of this key"
	_, err := s.Venue.CheckKey(s.ctx(), key)
	e := s.outcome(broker.Refused, err)
	require.True(s, e.Auth)
	require.NotContains(s, err.Error(), key.Secret)
}

func (s *suite) keyCanWithdraw() {
	grant, err := s.Venue.CheckKey(s.ctx(), s.WithdrawKey(s))
	require.NoError(s, err)
	require.True(s, grant.CanWithdraw, "seen although nothing was asked of it")
}
