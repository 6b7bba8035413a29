package deribit

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// shared is a venue whose sockets carry several sessions. What is left of them ends before the test does.
func (p *peer) shared(seats int, change ...func(*Options)) *Venue {
	v := p.venue(append([]func(*Options){func(o *Options) { o.SessionsPerConnection = seats }}, change...)...)
	p.t.Cleanup(func() {
		time.Sleep(v.options.Linger + time.Second)
		synctest.Wait()
		require.Zero(p.t, v.Stats().Connections, "a socket without sessions is closed")
	})
	return v
}

// tell sends a notification under a label.
func (l *peerLink) tell(label, channel, data string) {
	l.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":%q,"label":%q,"data":%s}}`, channel, label, data))
}

func balance(n int) string {
	return fmt.Sprintf(`{"currency":"USDC","balance":%d,"equity":%d,"available_funds":%d}`, n, n, n)
}

func keyOf(n int) trade.Key { return trade.Key{ID: fmt.Sprint("key", n), Secret: testKey.Secret} }

func TestShared_sessions_on_one_socket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.on("private/get_positions", func(asked) string { return `[]` })
		v := p.shared(100)
		alice, hers := p.openAs(v, keyOf(1))
		_, his := p.openAs(v, keyOf(2))
		require.Equal(t, 1, p.dialed())
		require.Equal(t, 1, p.count("public/set_heartbeat"), "the socket's, not the session's")
		require.Equal(t, 1, p.count("public/get_time"))
		subscribed := p.requests("private/subscribe")
		require.Equal(t, []any{"s1", "a2"}, []any{subscribed[0].Params["label"], subscribed[0].Params["access_token"]})
		require.Equal(t, []any{"s2", "a4"}, []any{subscribed[1].Params["label"], subscribed[1].Params["access_token"]})

		p.newest().tell("s1", "user.portfolio.any", balance(1))
		p.newest().tell("s2", "user.portfolio.any", balance(2))
		p.newest().tell("", "user.portfolio.any", balance(3))
		p.newest().tell("s9", "user.portfolio.any", balance(4))
		require.Equal(t, "1", of[broker.BalanceChanged](hers)[0].Balance.Balance.String())
		require.Equal(t, "2", of[broker.BalanceChanged](his)[0].Balance.Balance.String())
		require.Len(t, of[broker.BalanceChanged](hers), 1, "what names nobody is told to nobody")
		require.Len(t, of[broker.BalanceChanged](his), 1)

		_, err := alice.Positions(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a2", p.requests("private/get_positions")[0].Params["access_token"])

		alice.Close()
		left := p.requests("private/unsubscribe")
		require.Len(t, left, 1)
		require.Equal(t, "a2", left[0].Params["access_token"])
		require.Equal(t, []any{"user.changes.any.any.raw", "user.portfolio.any"}, left[0].Params["channels"])
		require.Zero(t, p.count("private/logout"), "it would close the socket of the others")
		time.Sleep(time.Minute)
		require.Len(t, his.all(), 2, "nothing happened to him")
		require.Equal(t, 1, v.Stats().Connections)
	})
}

func TestShared_socket_outlives_its_last_session_for_a_moment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		s, _ := p.open(v)
		s.Close()
		time.Sleep(9 * time.Second)
		p.open(v)
		require.Equal(t, 1, p.dialed(), "it was still there")
		time.Sleep(time.Minute)
		require.Equal(t, Stats{Connections: 1, Transports: 1, Sessions: 1, Fullest: 1, Queued: v.Stats().Queued}, v.Stats())
	})
}

func TestShared_refused_key_costs_nobody_else_anything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		_, well := p.openAs(v, keyOf(1))
		p.on("public/auth", func(a asked) string {
			if a.Params["client_id"] == "key2" {
				return `!{"code":13004,"message":"invalid_credentials"}`
			}
			return p.signIn(a)
		})
		_, ill := p.openAs(v, keyOf(2))
		require.Len(t, of[broker.KeyRefused](ill), 1)
		time.Sleep(time.Hour)
		require.Len(t, well.all(), 1)
		require.Equal(t, 1, p.dialed())
	})
}

func TestShared_slow_and_panicking_owners_hold_nobody_up(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		stuck := make(chan struct{})
		slow := v.OpenSession(keyOf(1), func(broker.SessionEvent) { <-stuck })
		var told int
		mad := v.OpenSession(keyOf(2), func(broker.SessionEvent) { told++; panic("the owner's") })
		synctest.Wait()
		_, well := p.openAs(v, keyOf(3))
		for n := range 5 {
			for _, label := range []string{"s1", "s2", "s3"} {
				p.newest().tell(label, "user.portfolio.any", balance(n))
			}
		}
		require.Len(t, of[broker.BalanceChanged](well), 5)
		require.Equal(t, 6, told, "an owner's panic loses no event")
		close(stuck)
		slow.Close()
		mad.Close()
	})
}

// An owner who never takes anything loses his own link, not the memory of all.
func TestShared_overrun_owner_is_told_to_compare_again(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		gate, j := make(chan struct{}), &journal[broker.SessionEvent]{}
		s := v.OpenSession(keyOf(1), func(e broker.SessionEvent) {
			j.sink(e)
			<-gate
		})
		_, well := p.openAs(v, keyOf(2))
		link := p.newest()
		many := "[" + strings.Repeat(`{"instrument_name":"BTC-PERPETUAL","size":1},`, 999) + `{"instrument_name":"BTC-PERPETUAL","size":1}]`
		for range 12 {
			link.tell("s1", "user.changes.any.any.raw", `{"positions":`+many+`}`)
		}
		time.Sleep(time.Second)
		close(gate)
		require.Len(t, of[broker.SessionDown](j), 1)
		require.ErrorIs(t, of[broker.SessionDown](j)[0].Err, errSlowOwner)
		require.Len(t, of[broker.SessionUp](j), 2)
		require.Len(t, of[broker.PositionChanged](j), inboxMax)
		require.Len(t, well.all(), 1)
		require.Equal(t, 1, p.dialed())
		s.Close()
	})
}

func TestShared_key_check_borrows_a_socket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(2, func(o *Options) { o.Connections = 1 })
		_, one := p.openAs(v, keyOf(1))
		_, two := p.openAs(v, keyOf(2))
		grant, err := v.CheckKey(t.Context(), keyOf(3))
		require.NoError(t, err)
		require.Equal(t, "4711", grant.ExchangeAccount)
		require.Equal(t, 1, p.dialed(), "although every seat is taken")
		time.Sleep(time.Minute)
		require.Len(t, one.all(), 1)
		require.Len(t, two.all(), 1)
	})
}

// A seat that becomes free is given to whoever waits for another socket.
func TestShared_free_seat_ends_the_wait_for_a_socket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(2, func(o *Options) { o.Connections = 1 })
		first, _ := p.openAs(v, keyOf(1))
		p.openAs(v, keyOf(2))
		_, third := p.openAs(v, keyOf(3))
		require.ErrorIs(t, of[broker.SessionDown](third)[0].Err, errNoConnection)
		require.Equal(t, 1, v.Stats().WaitingConnections)
		first.Close()
		require.Len(t, of[broker.SessionUp](third), 1)
		require.Zero(t, v.Stats().WaitingConnections, "nobody waits for a socket that nobody needs")
	})
}

func TestShared_200_sessions_on_2_sockets_come_back(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(100)
		const sessions = 200
		var journals []*journal[broker.SessionEvent]
		for n := range sessions {
			_, j := p.openAs(v, keyOf(n))
			journals = append(journals, j)
		}
		require.Equal(t, 2, p.dialed())
		require.Equal(t, Stats{Connections: 2, Transports: 2, Sessions: sessions, Fullest: 100, Queued: v.Stats().Queued}, v.Stats())
		p.drop()
		dropped := time.Now()
		time.Sleep(2 * time.Second)
		require.Equal(t, 4, p.dialed())
		require.Equal(t, Stats{Connections: 2, Transports: 2, Sessions: sessions, Fullest: 100, Queued: v.Stats().Queued}, v.Stats())
		back := map[time.Duration]bool{}
		for _, j := range journals {
			require.Len(t, of[broker.SessionDown](j), 1)
			require.Len(t, of[broker.SessionUp](j), 2)
			back[j.times[2].Sub(dropped).Round(time.Millisecond)] = true
		}
		require.Greater(t, len(back), 100, "not all in one moment")
	})
}

// Sessions that lost their sockets again and again leave nothing behind.
func TestF12_shared_sockets_lost_at_any_moment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(5, func(o *Options) { o.Connections = 4 })
		var journals []*journal[broker.SessionEvent]
		for n := range 20 {
			_, j := p.openAs(v, keyOf(n))
			journals = append(journals, j)
		}
		var once sync.Once
		p.on("private/subscribe", func(a asked) string {
			once.Do(a.link.end) // in the middle of a login too
			return channelsOf(a)
		})
		for n := range 50 {
			p.set(func() { p.links[len(p.links)-1-n%4].end() })
			time.Sleep(time.Duration(n) * 7 * time.Millisecond)
		}
		time.Sleep(2 * time.Minute)
		require.Equal(t, 20, v.Stats().Sessions)
		require.Equal(t, 4, v.Stats().Connections)
		for _, j := range journals {
			require.Equal(t, len(of[broker.SessionDown](j))+1, len(of[broker.SessionUp](j))+counted(j, isNotUp))
		}
	})
}

// isNotUp tells a loss that was told without a link in between.
func isNotUp(before, e broker.SessionEvent) bool {
	_, down := e.(broker.SessionDown)
	_, downBefore := before.(broker.SessionDown)
	return down && downBefore
}

func counted(j *journal[broker.SessionEvent], pair func(a, b broker.SessionEvent) bool) (n int) {
	all := j.all()
	for i := 1; i < len(all); i++ {
		if pair(all[i-1], all[i]) {
			n++
		}
	}
	return n
}

// Calls before a login are counted per address: many sockets opened at once pay for them first.
func TestI19_opening_sockets_stays_within_the_address_s_bucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		var mu sync.Mutex
		address, breaches := newBucket(Credit{100, 20}), 0
		for _, method := range []string{"public/get_time", "public/set_heartbeat"} {
			was := p.answers[method]
			p.on(method, func(a asked) string {
				mu.Lock()
				defer mu.Unlock()
				if address.take() < -rounding {
					breaches++
					return `!{"code":10028,"message":"too_many_requests"}`
				}
				return was(a)
			})
		}
		v := p.shared(5, func(o *Options) { o.ReconnectMax = time.Second })
		for n := range 200 {
			p.openAs(v, keyOf(n))
		}
		for range 10 {
			p.drop()
			time.Sleep(2 * time.Second)
		}
		time.Sleep(10 * time.Second)
		require.Equal(t, 200, v.Stats().Sessions)
		require.Equal(t, 40, v.Stats().Connections)
		require.Zero(t, breaches)
	})
}

// While the exchange is away, many sessions that share sockets knock no more often than a few.
func TestShared_outage_is_no_storm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(100)
		for n := range 200 {
			p.openAs(v, keyOf(n))
		}
		before := p.dialed()
		p.set(func() { p.refuse = true })
		p.drop()
		time.Sleep(time.Hour)
		require.Less(t, p.dialed()-before, 600, "two at a time, each time a quarter of a minute apart on average")
		p.set(func() { p.refuse = false })
		time.Sleep(2 * time.Minute)
		require.Equal(t, 200, v.Stats().Sessions)
		require.Equal(t, 2, v.Stats().Connections)
	})
}
