package deribit

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// The failures of the catalogue that the client must live through, by their numbers. They run in
// virtual time; the same ones against the simulated exchange are in live_test.go.

const cancelled = `{"order_id":"1","order_state":"cancelled"}`

// methods lists what was asked over one link, in order.
func (p *peer) methods(l *peerLink) (list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.asked {
		if a.link == l {
			list = append(list, a.Method)
		}
	}
	return list
}

func TestF12_link_lost_in_the_middle_of_an_order(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, j := p.open(p.venue(func(o *Options) { o.ReconnectMin = time.Second }))
		p.on("private/buy", func(a asked) string { a.link.end(); return "" })
		_, err := s.PlaceBracket(t.Context(), bracket())
		require.Equal(t, broker.Unknown, broker.OutcomeOf(err))
		require.Len(t, of[broker.SessionDown](j), 1)
		_, err = s.PlaceBracket(t.Context(), bracket())
		require.Equal(t, broker.NotSent, broker.OutcomeOf(err), "nothing is sent before the session is up again")

		time.Sleep(2 * time.Second)
		require.Len(t, of[broker.SessionUp](j), 2)
		require.Equal(t, 1, p.count("private/buy"), "and never again by itself")
		require.Equal(t, []string{"public/get_time", "public/set_heartbeat", "public/auth", "private/subscribe", "private/get_account_summaries"},
			p.methods(p.newest()), "login, subscriptions, and then it is the owner's turn to compare")
	})
}

// What happens between the subscription and SessionUp is told, before it.
func TestF12_events_between_subscription_and_up_are_not_lost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.on("private/get_account_summaries", func(a asked) string {
			a.link.tell("s1", "user.portfolio.any", balance(7))
			return `{"id":4711,"summaries":[]}`
		})
		_, j := p.open(p.venue())
		require.IsType(t, broker.BalanceChanged{}, j.all()[0])
		require.IsType(t, broker.SessionUp{}, j.all()[1])
	})
}

func TestF13_half_open_socket_is_found_within_two_heartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		var journals []*journal[broker.SessionEvent]
		for n := range 5 {
			_, j := p.openAs(v, keyOf(n))
			journals = append(journals, j)
		}
		time.Sleep(time.Minute)
		p.set(func() { p.quiet = true })
		time.Sleep(2 * v.options.Heartbeat)
		p.set(func() { p.quiet = false })
		for _, j := range journals {
			require.Len(t, of[broker.SessionDown](j), 1)
			require.ErrorContains(t, of[broker.SessionDown](j)[0].Err, "timeout")
		}
		time.Sleep(time.Second)
		for _, j := range journals {
			require.Len(t, of[broker.SessionUp](j), 2)
		}
		require.Equal(t, 2, p.dialed())
	})
}

func TestF14_cancels_pass_what_is_slow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		s, _ := p.openAs(v, keyOf(1))
		swallow := func(asked) string { return "" }
		for _, method := range []string{"private/subscribe", "private/buy", "private/get_open_orders"} {
			p.on(method, swallow)
		}
		p.on("private/cancel", func(asked) string { return cancelled })
		p.openAs(v, keyOf(2)) // its subscription is never answered
		var work sync.WaitGroup
		took := func(call func() error) *time.Duration {
			began, d := time.Now(), new(time.Duration)
			work.Go(func() {
				require.Equal(t, broker.Unknown, broker.OutcomeOf(call()))
				*d = time.Since(began)
			})
			return d
		}
		entry := took(func() error { _, err := s.PlaceBracket(t.Context(), bracket()); return err })
		read := took(func() error { _, err := s.OpenOrders(t.Context()); return err })
		synctest.Wait()
		began := time.Now()
		_, err := s.Cancel(t.Context(), "1")
		require.NoError(t, err)
		require.Zero(t, time.Since(began))
		work.Wait()
		require.Equal(t, orderTimeout, *entry, "each class has a deadline of its own")
		require.Equal(t, readTimeout, *read)
	})
}

// A network that takes nothing: the write in front is given up before the cancel behind it has
// waited in vain, and the cancel goes over the next socket.
func TestF14_stuck_write_costs_the_socket_not_the_cancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, j := p.open(p.venue())
		p.on("private/cancel", func(asked) string { return cancelled })
		stall := make(chan struct{})
		p.set(func() { p.stall = stall })
		p.on("private/get_positions", func(asked) string { return `[]` })
		_, err := s.Positions(t.Context()) // the peer reads this one, and then no more
		require.NoError(t, err)
		began := time.Now()
		var work sync.WaitGroup
		work.Go(func() {
			_, err := s.OpenOrders(t.Context())
			require.Equal(t, broker.Unknown, broker.OutcomeOf(err), "part of it may have left")
		})
		synctest.Wait()
		_, err = s.Cancel(t.Context(), "1")
		require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
		require.Less(t, time.Since(began), cancelTimeout)
		work.Wait()
		p.set(func() { p.stall = nil })
		close(stall)
		time.Sleep(time.Second)
		require.Len(t, of[broker.SessionUp](j), 2)
		_, err = s.Cancel(t.Context(), "1")
		require.NoError(t, err)
	})
}

// After a breach the pool counts as empty: what protects goes first as it refills, entries last.
func TestF31_after_a_breach_entries_come_last(t *testing.T) {
	for _, closes := range []bool{false, true} {
		t.Run(fmt.Sprint("socket closed ", closes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				s, j := p.open(p.venue())
				p.on("private/buy", func(a asked) string {
					if closes {
						time.AfterFunc(time.Millisecond, a.link.end)
					}
					return `!{"code":10028,"message":"too_many_requests"}`
				})
				_, err := s.PlaceBracket(t.Context(), bracket())
				require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
				require.True(t, broker.As(err).Busy)
				breach := time.Now()
				time.Sleep(700 * time.Millisecond) // long enough to be back
				p.on("private/buy", func(asked) string { return `{"order":{"order_id":"1"}}` })
				p.on("private/sell", func(asked) string { return `{"order":{"order_id":"2"}}` })
				p.on("private/cancel", func(asked) string { return cancelled })
				var work sync.WaitGroup
				for range 3 {
					work.Go(func() { _, _ = s.PlaceBracket(t.Context(), bracket()) })
					work.Go(func() {
						_, _ = s.Place(t.Context(), trade.Order{Role: trade.Exit, Side: trade.Sell, Amount: trade.MustDec("1"), Type: trade.MarketOrder, ReduceOnly: true})
					})
					work.Go(func() { _, _ = s.Cancel(t.Context(), "1") })
				}
				work.Wait()
				var order []string
				var times []time.Duration
				for _, a := range p.since(breach) {
					if slices.Contains([]string{"private/buy", "private/sell", "private/cancel"}, a.Method) {
						order, times = append(order, a.Method), append(times, a.at.Sub(breach))
					}
				}
				require.Equal(t, []string{"private/cancel", "private/cancel", "private/cancel", "private/sell", "private/sell", "private/sell",
					"private/buy", "private/buy", "private/buy"}, order)
				require.Greater(t, times[3], 1700*time.Millisecond, "exits leave the reserve: 6 credits over those of 3 cancels, at 5 a second")
				ups := 1
				if closes {
					ups = 2
				}
				require.Len(t, of[broker.SessionUp](j), ups)
			})
		})
	}
}

// since lists what was asked after a time.
func (p *peer) since(at time.Time) []asked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.asked), func(a asked) bool { return !a.at.After(at) })
}

const maintenance = `!{"code":11051,"message":"system_maintenance"}`

func TestF33_maintenance_is_told_once(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, j := p.open(p.venue())
		p.on("public/auth", func(asked) string { return maintenance })
		p.on("private/buy", func(asked) string { return maintenance })
		_, err := s.PlaceBracket(t.Context(), bracket())
		require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
		require.True(t, broker.As(err).Busy && broker.As(err).Closed)
		before := p.count("public/auth")
		time.Sleep(time.Hour)
		down := of[broker.SessionDown](j)
		require.Len(t, down, 1)
		require.True(t, broker.As(down[0].Err).Closed)
		require.Zero(t, down[0].Next, "nobody knows when it will be over")
		require.Empty(t, of[broker.KeyRefused](j))
		tries := p.count("public/auth") - before
		require.Greater(t, tries, 120, "at most half a minute apart")
		require.Less(t, tries, 500, "and 15 s on average")
		p.on("public/auth", p.signIn)
		time.Sleep(31 * time.Second)
		require.Len(t, of[broker.SessionUp](j), 2)
	})
}

func TestF33_announced_maintenance_keeps_the_socket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		var journals []*journal[broker.SessionEvent]
		for n := range 3 {
			_, j := p.openAs(v, keyOf(n))
			journals = append(journals, j)
		}
		logins := p.count("public/auth")
		p.newest().tell("s1", platformState, `{"price_index":"btc_usd","locked":false}`)
		p.newest().tell("s1", platformState, `{"maintenance":true}`)
		time.Sleep(time.Minute)
		for _, j := range journals {
			require.Len(t, of[broker.SessionDown](j), 1)
			require.True(t, broker.As(of[broker.SessionDown](j)[0].Err).Closed)
			require.Len(t, of[broker.SessionUp](j), 1)
		}
		require.Equal(t, logins, p.count("public/auth"), "nobody knocks at a closed door")
		require.Equal(t, 1, p.dialed())
		p.newest().tell("s1", platformState, `{"maintenance":false}`)
		time.Sleep(31 * time.Second)
		for _, j := range journals {
			require.Len(t, of[broker.SessionUp](j), 2)
			require.Len(t, of[broker.SessionDown](j), 1)
		}
	})
}

func TestF33_fewer_than_eight_requests_are_in_flight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, _ := p.open(p.venue())
		var mu sync.Mutex
		now, most := 0, 0
		slow := func(a asked) string {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.AfterFunc(1500*time.Millisecond, func() {
				mu.Lock()
				now--
				mu.Unlock()
				a.link.send(reply(a.id, `{"order":{"order_id":"1"},"order_id":"1"}`, true))
			})
			return ""
		}
		p.on("private/buy", slow)
		p.on("private/cancel", slow)
		var work sync.WaitGroup
		for range 12 {
			work.Go(func() { _, _ = s.PlaceBracket(t.Context(), bracket()) })
			work.Go(func() { _, _ = s.Cancel(t.Context(), "1") })
		}
		work.Wait()
		require.Equal(t, maxInFlight, most)
		require.Less(t, most, 8)
	})
}

const unauthorized = `!{"code":13009,"message":"unauthorized","data":{"reason":"invalid_token"}}`

// A token that runs out early on a shared socket: one renewal serves all calls that met it, each
// harmless one is repeated once, and the other session notices nothing.
func TestF36_token_expires_in_flight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.shared(10)
		s, hers := p.openAs(v, keyOf(1))
		other, his := p.openAs(v, keyOf(2))
		taken := func(body string) answer {
			return func(a asked) string {
				if a.Params["access_token"] == "a2" {
					return unauthorized
				}
				return body
			}
		}
		p.on("private/get_positions", taken(`[]`))
		p.on("private/cancel", taken(cancelled))
		p.on("private/buy", taken(`{"order":{"order_id":"1"}}`))
		p.on("public/auth", func(a asked) string {
			time.Sleep(time.Millisecond) // every call is on its way by then
			return p.signIn(a)
		})
		var work sync.WaitGroup
		for range 5 {
			work.Go(func() {
				_, err := s.Positions(t.Context())
				require.NoError(t, err)
			})
		}
		work.Go(func() {
			_, err := s.PlaceBracket(t.Context(), bracket())
			require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
			require.True(t, broker.As(err).Busy)
		})
		work.Go(func() {
			_, err := s.Cancel(t.Context(), "1")
			require.NoError(t, err)
		})
		work.Wait()
		require.Equal(t, 5, p.count("public/auth"), "two logins each, and one renewal")
		require.Equal(t, "r2", p.requests("public/auth")[4].Params["refresh_token"])
		require.Equal(t, 10, p.count("private/get_positions"))
		require.Equal(t, 1, p.count("private/buy"), "an order is never repeated")
		_, err := other.Positions(t.Context())
		require.NoError(t, err)
		require.Len(t, hers.all(), 1)
		require.Len(t, his.all(), 1)
	})
}

// An exchange that takes none of the tokens that it gives is no reason to ask for one per call.
func TestF36_useless_tokens_make_no_storm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		s, j := p.open(p.venue())
		p.on("private/get_positions", func(asked) string { return unauthorized })
		for range 600 {
			_, _ = s.Positions(t.Context())
			time.Sleep(time.Second)
		}
		require.Less(t, p.count("public/auth"), 200)
		require.NotEmpty(t, of[broker.SessionDown](j))
		require.Empty(t, of[broker.KeyRefused](j), "the key is well")
	})
}

// refusals are what can become of a key while it is used. what says what the exchange does, and call
// what makes the client see it.
var refusals = []struct {
	name, code string
	change     func(p *peer)
}{
	{"F37_key_revoked", "key_revoked", func(p *peer) {
		p.on("private/get_positions", func(asked) string { return unauthorized })
		p.on("public/auth", func(asked) string { return `!{"code":13004,"message":"invalid_credentials"}` })
	}},
	{"F37_scope_reduced", "key_cannot_trade", func(p *peer) {
		p.on("private/get_positions", func(asked) string { return `!{"code":13021,"message":"forbidden"}` })
		p.set(func() { p.scope = "account:read trade:read wallet:none" })
	}},
	{"F37_scope_grown", "key_can_withdraw", func(p *peer) {
		p.on("private/get_positions", func(asked) string { return `!{"code":13021,"message":"forbidden"}` })
		p.set(func() { p.scope = "account:read trade:read_write wallet:read_write" })
	}},
	{"F38_address_refused", "key_address_refused", func(p *peer) {
		p.on("private/get_positions", func(asked) string { return unauthorized })
		p.on("public/auth", func(asked) string {
			return `!{"code":13004,"message":"invalid_credentials","data":{"reason":"ip_not_whitelisted"}}`
		})
	}},
}

func TestF37_F38_key_is_refused_while_it_is_used(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				v := p.shared(10)
				s, j := p.openAs(v, keyOf(1))
				_, well := p.openAs(v, keyOf(2))
				signIn := p.signIn
				c.change(p)
				before := p.count("public/auth")
				var work sync.WaitGroup
				for range 6 { // several calls run into it at once
					work.Go(func() { _, _ = s.Positions(t.Context()) })
				}
				work.Wait()
				refused := of[broker.KeyRefused](j)
				require.Len(t, refused, 1)
				require.Equal(t, c.code, trade.CodeOf(refused[0].Err))
				require.ErrorContains(t, refused[0].Err, stays)
				require.Len(t, of[broker.SessionDown](j), 1)
				require.LessOrEqual(t, p.count("public/auth")-before, 3, "a refresh, a look at the key and a login at most")

				before = p.count("public/auth")
				time.Sleep(time.Hour)
				require.LessOrEqual(t, p.count("public/auth")-before, 12, "one try in five minutes")
				require.Len(t, of[broker.SessionUp](j), 1, "it does not heal by itself")
				require.Len(t, well.all(), 1, "others on the socket notice nothing")

				p.set(func() { p.scope = healthyScope })
				p.on("public/auth", signIn)
				time.Sleep(6 * time.Minute)
				require.Len(t, of[broker.SessionUp](j), 2, "a key that is right again is taken again")
			})
		})
	}
}

// Rights that were added show in no login that asks for less: the key is looked at once a day.
func TestF37_added_rights_are_seen_within_a_day(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		narrowed := func(a asked) string {
			if a.Params["scope"] == nil && a.Params["grant_type"] == "client_signature" {
				return `{"access_token":"w","refresh_token":"w","expires_in":31536000,"scope":"account:read trade:read_write wallet:read_write"}`
			}
			return p.signIn(a)
		}
		_, j := p.open(p.venue())
		p.on("public/auth", narrowed)
		p.newest().end()
		time.Sleep(time.Minute)
		require.Len(t, of[broker.SessionUp](j), 2, "a reconnect in between asks for what it needs")
		time.Sleep(24 * time.Hour)
		refused := of[broker.KeyRefused](j)
		require.NotEmpty(t, refused)
		require.Equal(t, "key_can_withdraw", trade.CodeOf(refused[0].Err))
		require.Len(t, of[broker.SessionUp](j), 2, "and it stays out")
	})
}
