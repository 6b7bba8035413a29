package deribit_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/deribit"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

// live is the simulated exchange, its switches and a client, over real sockets.
type live struct {
	*simulator.Exchange
	t     *testing.T
	venue *deribit.Venue
}

// newLive starts both; sessions share a socket by so many.
func newLive(t *testing.T, addressLimit, sessions int) *live {
	already := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, already) })
	exchange, err := simulator.New(simulator.Options{Seed: 1, ConnectionsPerAddress: addressLimit, Log: zerolog.Nop()})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(t.Context()))
	t.Cleanup(exchange.Close)
	return &live{exchange, t, deribit.New(deribit.Options{
		Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}, URL: exchange.URL(), Logger: zerolog.Nop(), Connections: 28,
		SessionsPerConnection: sessions, Linger: 10 * time.Millisecond, ReconnectMin: 50 * time.Millisecond, ReconnectMax: 400 * time.Millisecond,
	})}
}

func (l *live) fault(name string, t simulator.Trouble) {
	l.t.Helper()
	require.NoError(l.t, l.Admin().Fault(l.t.Context(), name, t))
}

// user is a session with all that it was told.
type user struct {
	broker.Session
	t       *testing.T
	account int64

	mu     sync.Mutex
	events []broker.SessionEvent
}

func (l *live) user() *user {
	l.t.Helper()
	made, err := l.Admin().Account(l.t.Context(), map[string]string{"USDC": "10000"}, "")
	require.NoError(l.t, err)
	u := &user{t: l.t, account: made.ID}
	u.Session = l.venue.OpenSession(trade.Key{ID: made.Key, Secret: made.Secret}, u.hear)
	l.t.Cleanup(u.Close)
	return u
}

func (u *user) hear(e broker.SessionEvent) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.events = append(u.events, e)
}

// told lists the events of one type.
func told[E broker.SessionEvent](u *user) (list []E) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, e := range u.events {
		if e, ok := e.(E); ok {
			list = append(list, e)
		}
	}
	return list
}

// await waits for so many events of one type and gives the last one.
func await[E broker.SessionEvent](u *user, n int) E {
	u.t.Helper()
	require.Eventually(u.t, func() bool { return len(told[E](u)) >= n }, 20*time.Second, 5*time.Millisecond)
	all := told[E](u)
	require.Len(u.t, all, n)
	return all[n-1]
}

func (u *user) buy(label string) error {
	_, err := u.Place(u.t.Context(), trade.Order{Role: trade.Entry, Instrument: "BTC_USDC-PERPETUAL", Side: trade.Buy,
		Amount: trade.MustDec("0.001"), Type: trade.MarketOrder, Label: label})
	return err
}

func TestLive_F12_a_dropped_socket_costs_no_fill(t *testing.T) {
	l := newLive(t, 32, 10)
	u, other := l.user(), l.user()
	await[broker.SessionUp](u, 1)
	await[broker.SessionUp](other, 1)
	began := u.Now().Add(-time.Minute)
	l.fault("swallow", simulator.Trouble{Account: u.account, Methods: []string{"private/buy"}, Count: 1})
	lost := make(chan error)
	go func() { lost <- u.buy("lost") }()
	require.Eventually(t, func() bool { return len(told[broker.Filled](u)) > 0 }, 10*time.Second, time.Millisecond)
	l.fault("drop", simulator.Trouble{Account: u.account})
	require.Equal(t, broker.Unknown, broker.OutcomeOf(<-lost))
	for _, one := range []*user{u, other} {
		await[broker.SessionDown](one, 1)
		await[broker.SessionUp](one, 2)
	}
	fills, err := u.Fills(t.Context(), "BTC_USDC-PERPETUAL", 0, began)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(fills, func(f trade.Fill) bool { return f.Label == "lost" }))
	orders, err := u.OrdersByLabel(t.Context(), "USDC", "lost")
	require.NoError(t, err)
	require.Len(t, orders, 1, "sent once")
	require.LessOrEqual(t, l.venue.Stats().Connections, 1)
	require.Empty(t, told[broker.Filled](other), "nobody else hears of it")
}

func TestLive_F14_a_slow_link_lets_cancels_through(t *testing.T) {
	l := newLive(t, 32, 10)
	u := l.user()
	await[broker.SessionUp](u, 1)
	placed, err := u.Place(t.Context(), trade.Order{Role: trade.Target, Instrument: "BTC_USDC-PERPETUAL", Side: trade.Buy, Amount: trade.MustDec("0.001"),
		Type: trade.LimitOrder, Price: trade.MustDec("1000"), Label: "resting"})
	require.NoError(t, err)
	l.fault("slow-link", simulator.Trouble{Account: u.account, Ms: 150})
	var work sync.WaitGroup
	for range 5 {
		work.Go(func() { _, _ = u.OpenOrders(t.Context()) })
	}
	_, err = u.Cancel(t.Context(), placed.Order.ID)
	require.NoError(t, err)
	work.Wait()
	require.NoError(t, l.Admin().Clear(t.Context()))
	require.Empty(t, told[broker.SessionDown](u))
}

// The rate limit is breached, as if somebody else had spent the account's credit: with the socket
// closed, all who share it come back.
func TestLive_F31_a_breach_that_closes_the_socket(t *testing.T) {
	l := newLive(t, 32, 10)
	u, other := l.user(), l.user()
	await[broker.SessionUp](u, 1)
	await[broker.SessionUp](other, 1)
	l.fault("limit", simulator.Trouble{Account: u.account, Methods: []string{"private/buy"}, Count: 1, Close: true})
	breach := time.Now()
	err := u.buy("breach")
	require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
	require.True(t, broker.As(err).Busy)
	for _, one := range []*user{u, other} {
		await[broker.SessionDown](one, 1)
		await[broker.SessionUp](one, 2)
	}
	require.NoError(t, other.buy("at once"), "her credit is her own")
	require.NoError(t, u.buy("when it has refilled"))
	require.Greater(t, time.Since(breach), 1100*time.Millisecond, "one credit over a reserve of five, at 5 a second")
}

func TestLive_F32_the_exchange_allows_fewer_sockets_than_we_think(t *testing.T) {
	l := newLive(t, 3, 1)
	users := make([]*user, 5)
	for n := range users {
		users[n] = l.user()
	}
	up := func() (n int) {
		for _, u := range users {
			n += len(told[broker.SessionUp](u))
		}
		return n
	}
	require.Eventually(t, func() bool {
		s := l.venue.Stats()
		return up() == 3 && s.WaitingConnections == 2 && s.RefusedConnections > 3
	}, 20*time.Second, 5*time.Millisecond, "three are in, and the others try again and again")
	began, refused := time.Now(), l.venue.Stats().RefusedConnections
	for _, u := range users {
		if len(told[broker.SessionUp](u)) > 0 {
			u.Close()
			break
		}
	}
	require.Eventually(t, func() bool { return up() == 4 }, 10*time.Second, 5*time.Millisecond, "a place that is free is taken")
	require.Less(t, l.venue.Stats().RefusedConnections-refused, 3+int64(time.Since(began)/(20*time.Millisecond)), "no loop")
}

func TestLive_F33_maintenance_and_a_full_queue(t *testing.T) {
	l := newLive(t, 32, 10)
	u, other := l.user(), l.user()
	await[broker.SessionUp](u, 1)
	await[broker.SessionUp](other, 1)
	l.fault("queue-full", simulator.Trouble{Account: u.account, Count: 1})
	err := u.buy("full")
	require.True(t, broker.As(err).Busy, "%v", err)
	require.Empty(t, told[broker.SessionDown](u), "a queue that is full is no loss")

	l.fault("refuse", simulator.Trouble{Account: u.account, Code: 11051, Message: "system_maintenance"})
	err = u.buy("closed")
	require.True(t, broker.As(err).Closed, "%v", err)
	down := await[broker.SessionDown](u, 1)
	require.True(t, broker.As(down.Err).Closed)
	struck := func() int64 {
		f, err := l.Admin().Faults(t.Context())
		require.NoError(t, err)
		return f.Struck["refuse"]
	}
	require.Eventually(t, func() bool { return struck() >= 6 }, 20*time.Second, 20*time.Millisecond, "it is tried again")
	require.NoError(t, l.Admin().Clear(t.Context()))
	await[broker.SessionUp](u, 2)
	require.Len(t, told[broker.SessionDown](u), 1, "told once")
	require.Empty(t, told[broker.SessionDown](other))
}

// Announced maintenance closes the door for everybody, once.
func TestLive_F33_announced_maintenance(t *testing.T) {
	l := newLive(t, 32, 10)
	u, other := l.user(), l.user()
	await[broker.SessionUp](u, 1)
	await[broker.SessionUp](other, 1)
	l.fault("maintenance", simulator.Trouble{})
	for _, one := range []*user{u, other} {
		require.True(t, broker.As(await[broker.SessionDown](one, 1).Err).Closed)
	}
	require.NoError(t, l.Admin().Clear(t.Context()))
	for _, one := range []*user{u, other} {
		await[broker.SessionUp](one, 2)
		require.Len(t, told[broker.SessionDown](one), 1)
	}
}

// What can become of a key while it trades. Whoever shares the socket notices nothing.
func TestLive_F37_F38_key_refused_while_it_is_used(t *testing.T) {
	for name, c := range map[string]struct {
		fault string
		with  simulator.Trouble
		code  string
	}{
		"F37 revoked":         {"revoke", simulator.Trouble{}, "key_revoked"},
		"F37 scope reduced":   {"scope", simulator.Trouble{Scope: "account:read trade:read wallet:none"}, "key_cannot_trade"},
		"F38 address refused": {"address", simulator.Trouble{}, "key_address_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLive(t, 32, 10)
			u, other := l.user(), l.user()
			await[broker.SessionUp](u, 1)
			await[broker.SessionUp](other, 1)
			c.with.Account = u.account
			l.fault(c.fault, c.with)
			require.True(t, broker.As(u.buy("refused")).Auth)
			refused := await[broker.KeyRefused](u, 1)
			require.Equal(t, c.code, trade.CodeOf(refused.Err))
			require.Equal(t, broker.NotSent, broker.OutcomeOf(u.buy("not up")))
			require.NoError(t, other.buy("well"))
			require.Empty(t, told[broker.SessionDown](other))
		})
	}
}
