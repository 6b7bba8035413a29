package brokertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// session opens a session of a fresh account and waits until it is up.
func (s *suite) session() (broker.Session, *recorder[broker.SessionEvent]) {
	events := newRecorder[broker.SessionEvent](s.T)
	session := s.Venue.OpenSession(s.NewKey(s), events.add)
	s.Cleanup(session.Close)
	await[broker.SessionUp](events)
	return session, events
}

func (s *suite) sessionUp() {
	key := s.NewKey(s)
	events := newRecorder[broker.SessionEvent](s.T)
	session := s.Venue.OpenSession(key, events.add)
	defer session.Close()
	grant := await[broker.SessionUp](events).Grant
	require.True(s, grant.CanTrade)
	require.False(s, grant.CanWithdraw)
	checked, err := s.Venue.CheckKey(s.ctx(), key)
	require.NoError(s, err)
	require.Equal(s, checked.ExchangeAccount, grant.ExchangeAccount)
	require.WithinDuration(s, time.Now(), session.Now(), time.Minute)
}

func (s *suite) sessionWrongSecret() {
	key := s.NewKey(s)
	key.Secret = "not the secret of this key"
	events := newRecorder[broker.SessionEvent](s.T)
	session := s.Venue.OpenSession(key, events.add)
	defer session.Close()
	refused := await[broker.KeyRefused](events)
	require.ErrorIs(s, refused.Err, trade.ErrKeyRefused)
	_, err := session.Positions(s.ctx())
	s.outcome(broker.NotSent, err)
}

func (s *suite) sessionClosed() {
	session, events := s.session()
	session.Close()
	_, err := session.Balances(s.ctx())
	s.outcome(broker.NotSent, err)
	s.Wire.Drop()
	other, _ := s.session()
	defer other.Close()
	require.Zero(s, count[broker.SessionDown](events), "a session that was closed is not lost")
}
