package actors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// pageFake is an open page: a socket whose other side is the test.
type pageFake struct {
	t      *testing.T
	in     chan []byte
	gone   chan struct{}
	served chan error

	mu     sync.Mutex
	frames []pageFrame
	code   int
	once   sync.Once
	deaf   bool // WriteText blocks until the socket ends
}

func newPage(t *testing.T) *pageFake {
	return &pageFake{t: t, in: make(chan []byte, 100), gone: make(chan struct{}), served: make(chan error, 1)}
}

var errEnded = errors.New("the socket has ended")

func (p *pageFake) ReadText() ([]byte, error) {
	select {
	case text := <-p.in:
		return text, nil
	case <-p.gone:
		return nil, errEnded
	}
}

func (p *pageFake) WriteText(raw []byte) error {
	p.mu.Lock()
	deaf := p.deaf
	p.mu.Unlock()
	if deaf {
		<-p.gone
		return errEnded
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames = append(p.frames, readFrame(p.t, raw))
	return nil
}

func (p *pageFake) Close(code int, _ string) {
	p.once.Do(func() {
		p.mu.Lock()
		p.code = code
		p.mu.Unlock()
		close(p.gone)
	})
}

func (p *pageFake) ended() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.code
}

// say sends what a page says.
func (p *pageFake) say(format string, args ...any) {
	p.in <- fmt.Appendf(nil, format, args...)
	synctest.Wait()
}

func (p *pageFake) subscribe(topic string) { p.say(`{"type":"subscribe","topics":[%q]}`, topic) }

// read gives the frames that have come since the last call.
func (p *pageFake) read() (list []string) {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.frames {
		list = append(list, f.String())
	}
	p.frames = nil
	return list
}

// open opens a page of user.
func (x *tree) open(user trade.UserID, signIn string) *pageFake {
	p := newPage(x.t)
	go func() { p.served <- x.OpenSession(context.Background(), user, signIn, p) }()
	synctest.Wait()
	return p
}

// publish has alice's connection publish one event.
func (x *tree) publish(user trade.UserID, m Published) {
	m.Source = connectionName(paperVenue)
	x.inside(x.connectionOf(user), func(c *kit.Context) { c.Parent().Tell(m) })
}

func TestSession_snapshot_then_updates(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice); ready(s, bob) })
		defer x.fell()
		wait(time.Second)
		page, other := x.open(alice, "one"), x.open(bob, "two")
		x.publish(alice, Published{Topic: topicOrders, Must: true, Data: encode("before")})
		page.subscribe(topicOrders)
		other.subscribe(topicOrders)
		x.publish(alice, Published{Topic: topicOrders, Must: true, Data: encode("after")})
		x.publish(alice, Published{Topic: topicTrades, Must: true, Data: encode("not asked for")})
		require.Equal(t, []string{`snapshot orders 1 ["orders of deribit:paper"]`, `update orders 2 "after"`}, page.read())
		require.Equal(t, []string{`snapshot orders 1 ["orders of deribit:paper"]`}, other.read(), "nothing of alice's reaches bob")

		page.say(`{"type":"unsubscribe","topics":["orders"]}`)
		x.publish(alice, Published{Topic: topicOrders, Must: true, Data: encode("again")})
		page.say(`{"type":"ping"}`)
		require.Equal(t, []string{`pong  0 `}, page.read())
		page.Close(closeNormal, "")
		require.NoError(t, <-page.served)
		synctest.Wait()
		require.False(t, x.kit.Ref(x.user(alice).ID()+"/session-1").Alive())
	})
}

func TestSession_events_around_a_snapshot(t *testing.T) {
	p := newPages()
	bubble(t, func(t *testing.T) {
		s := kit.NewSystem(kit.Options{})
		defer s.Stop(context.Background())
		got := make(chan any, 10)
		ref, err := s.Start("session", kit.Spec{Kind: "session", New: func() kit.Actor {
			return kit.ActorFunc(func(c *kit.Context) {
				switch c.Message().(type) {
				case Published, pageSnapshot:
					got <- c.Message()
				}
			})
		}})
		require.NoError(t, err)
		p.sessions["s"] = page{Ref: ref}
		event := func(source, data string) Published {
			return Published{Topic: topicOrders, Source: source, Data: encode(data)}
		}
		request := p.gather(topicOrders, "s", []string{"a", "b"})
		p.publish(event("a", "older than a's part"))
		p.ready(SnapshotReady{Topic: topicOrders, Request: request, Source: "a", Items: json.RawMessage(`[1]`)})
		p.publish(event("a", "newer than a's part"))
		p.publish(event("b", "older than b's part"))
		p.publish(Published{Topic: topicTrades, Source: "a", Data: encode("another topic")})
		p.ready(SnapshotReady{Topic: topicOrders, Request: request, Source: "b", Items: json.RawMessage(`[2]`)})
		p.ready(SnapshotReady{Topic: topicOrders, Request: request, Source: "b", Items: json.RawMessage(`[3]`)})
		p.publish(event("b", "later"))
		require.Equal(t, encode("another topic"), (<-got).(Published).Data)
		require.Equal(t, `[1,2]`, string((<-got).(pageSnapshot).Data))
		require.Equal(t, encode("newer than a's part"), (<-got).(Published).Data)
		require.Equal(t, encode("later"), (<-got).(Published).Data)

		request = p.gather(topicOrders, "s", []string{"a", "b"})
		p.ready(SnapshotReady{Topic: topicOrders, Request: request, Source: "a", Items: json.RawMessage(`[1]`)})
		p.late(request)
		require.Equal(t, `[1]`, string((<-got).(pageSnapshot).Data), "a connection that is away holds up nobody")
		require.Empty(t, p.gathers)
	})
}

func TestSession_the_users_own_topics(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		page := x.open(alice, "one")
		page.subscribe(topicConnection)
		page.subscribe(topicStrategies)
		frames := page.read()
		require.Len(t, frames, 2)
		require.Contains(t, frames[0], `"state":"connected"`)
		require.Equal(t, `snapshot strategies 1 []`, frames[1])
		status, err := x.start(alice, btcPaper)
		require.NoError(t, err)
		x.inside(x.env.executorRef(alice, status.ID), func(c *kit.Context) {
			c.Parent().Tell(StrategyChanged{Strategy: status.ID, State: trade.Analysing})
		})
		frames = page.read()
		require.Contains(t, frames[0], `update strategies 2 {"id":"`+string(status.ID))
		require.Contains(t, frames[len(frames)-1], `"state":"analysing"`)
		_, err = x.Disconnect(t.Context(), account(alice))
		require.NoError(t, err)
		require.Contains(t, fmt.Sprint(page.read()), `"state":"disconnected"`)
	})
}

func TestSession_markets(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		page := x.open(alice, "one")
		ticker, candles := tickerPrefix+btcPaper.String(), candlesPrefix+btcPaper.String()+":1m"
		page.subscribe(ticker)
		page.subscribe(candles)
		x.up()
		x.lively(3 * time.Second)
		frames := page.read()
		kinds := map[string]int{}
		for _, f := range frames {
			var kind, topic string
			_, err := fmt.Sscan(f, &kind, &topic)
			require.NoError(t, err)
			kinds[kind+" "+topic]++
		}
		require.Equal(t, 1, kinds["snapshot "+candles])
		require.Equal(t, 1, kinds["snapshot "+ticker])
		require.Greater(t, kinds["update "+ticker], 0)
		require.Greater(t, kinds["update "+candles], 0)

		x.lively(5 * time.Minute)
		require.NotEmpty(t, page.read())
		x.lively(time.Second)
		require.NotEmpty(t, page.read(), "the page's lease is renewed for it")
		hours := candlesPrefix + btcPaper.String() + ":1h"
		page.subscribe(hours)
		x.lively(2 * time.Second)
		all := fmt.Sprint(page.read())
		require.Contains(t, all, "snapshot "+hours)
		require.Contains(t, all, "update "+hours)
		page.say(`{"type":"unsubscribe","topics":[%q]}`, hours)
		page.read()
		x.lively(2 * time.Second)
		all = fmt.Sprint(page.read())
		require.NotContains(t, all, hours)
		require.Contains(t, all, "update "+candles, "the other length goes on")
		page.say(`{"type":"unsubscribe","topics":[%q,%q]}`, ticker, candles)
		page.read()
		x.lively(5 * time.Second)
		require.Empty(t, page.read())
	})
}

func TestSession_analysis_is_computed_while_somebody_looks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		razor := storedInstance(alice, "Razor", btcPaper, trade.Active)
		x := grow(t, func(s *storageFake) { ready(s, alice); s.instances[razor.ID] = razor })
		defer x.fell()
		wait(time.Second)
		topic := analysisPrefix + string(razor.ID)
		first, second := x.open(alice, "one"), x.open(alice, "one")
		first.subscribe(topic)
		require.Equal(t, []string{"snapshot " + topic + ` 1 "thinking"`}, first.read())
		second.subscribe(topic)
		require.Equal(t, []string{"snapshot " + topic + ` 1 "thinking"`}, second.read())
		require.Equal(t, []WatchAnalysis{{On: true}}, heard[WatchAnalysis](x.stage, string(razor.ID)))

		x.inside(x.env.executorRef(alice, razor.ID), func(*kit.Context) { panic("a bug") })
		wait(time.Second)
		x.inside(x.env.executorRef(alice, razor.ID), func(c *kit.Context) {
			c.Parent().Tell(StrategyChanged{Strategy: razor.ID, State: trade.Collecting})
		})
		require.Len(t, heard[WatchAnalysis](x.stage, string(razor.ID)), 2, "a restarted executor is told again")

		first.Close(closeNormal, "")
		synctest.Wait()
		second.say(`{"type":"unsubscribe","topics":[%q]}`, topic)
		all := heard[WatchAnalysis](x.stage, string(razor.ID))
		require.False(t, all[len(all)-1].On)

		second.subscribe(analysisPrefix + string(trade.NewStrategyID(bob, "Razor", btcPaper)))
		require.Contains(t, fmt.Sprint(second.read()), "strategy_not_found", "anybody else's is not there")
	})
}

func TestSession_bad_frames(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		page := x.open(alice, "one")
		for _, tt := range []struct{ say, code string }{
			{`nonsense`, "bad_frame"},
			{`{"type":"dance"}`, "bad_frame"},
			{`{"type":"subscribe","topics":["nothing"]}`, "unknown_topic"},
			{`{"type":"subscribe","topics":["ticker:deribit:moon:BTC-PERPETUAL"]}`, "invalid_venue"},
			{`{"type":"subscribe","topics":["ticker:deribit:live:BTC-PERPETUAL"]}`, "venue_off"},
			{`{"type":"subscribe","topics":["candles:deribit:paper:BTC-PERPETUAL:7m"]}`, "unknown_topic"},
			{`{"type":"subscribe","topics":["analysis:x"]}`, "strategy_not_found"},
		} {
			page.say("%s", tt.say)
			frames := page.read()
			require.Len(t, frames, 1, tt.say)
			require.Contains(t, frames[0], tt.code)
		}
		for i := range 2 * topicsMost {
			page.say(`{"type":"subscribe","topics":["ticker:deribit:paper:AA%d-PERPETUAL"]}`, i)
		}
		require.Contains(t, fmt.Sprint(page.read()), "too_many_topics")
	})
}

func TestSession_a_slow_page_is_closed_and_costs_nobody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		slow, quick := x.open(alice, "one"), x.open(alice, "two")
		slow.subscribe(topicOrders)
		quick.subscribe(topicOrders)
		slow.mu.Lock()
		slow.deaf = true
		slow.mu.Unlock()
		for i := range 3000 {
			x.publish(alice, Published{Topic: topicOrders, Must: true, Data: encode(i)})
		}
		require.Len(t, quick.read(), 3001, "the quick one gets everything")
		wait(9 * time.Second)
		require.Zero(t, slow.ended())
		wait(5 * time.Second)
		require.Equal(t, closeSlow, slow.ended())
		require.NoError(t, <-slow.served)
		require.Zero(t, quick.ended())
	})
}

func TestSession_ends_with_its_sign_in(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		a, b := x.open(alice, "one"), x.open(alice, "two")
		x.EndSessions(alice, "one")
		synctest.Wait()
		require.Equal(t, closePolicy, a.ended())
		require.Zero(t, b.ended())
		x.EndSessions(alice, "")
		synctest.Wait()
		require.Equal(t, closePolicy, b.ended())
		x.EndSessions(bob, "")
		synctest.Wait()
		require.False(t, x.user(bob).Alive(), "nobody is woken for it")
	})
}

func TestSession_of_a_user_that_restarts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		page, other := x.open(alice, "one"), x.open(bob, "two")
		once := true
		x.fault.set(func(kind, id string, _ any) bool {
			hit := once && kind == "user" && id == x.user(alice).ID()
			once = once && !hit
			return hit
		})
		_, err := x.StrategyStatuses(t.Context(), alice)
		require.Error(t, err)
		wait(time.Second)
		require.Equal(t, closeRestart, page.ended(), "the page comes back by itself")
		require.NoError(t, <-page.served)
		require.Zero(t, other.ended())
	})
}

func TestSession_that_fails_closes_its_page_only(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		page, other := x.open(alice, "one"), x.open(alice, "two")
		once := true
		x.fault.set(func(kind, _ string, msg any) bool {
			_, frame := msg.(clientFrame)
			hit := once && kind == "session" && frame
			once = once && !hit
			return hit
		})
		page.say(`{"type":"ping"}`)
		wait(time.Second)
		require.Equal(t, closeRestart, page.ended())
		require.Zero(t, other.ended())
		other.say(`{"type":"ping"}`)
		require.Equal(t, []string{"pong  0 "}, other.read())
	})
}

func TestSession_too_many(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		for range sessionsMost {
			x.open(alice, "one")
		}
		page := x.open(alice, "one")
		require.Equal(t, "too_many_sessions", trade.CodeOf(<-page.served))
		require.Equal(t, closeRestart, page.ended())
	})
}

func TestSession_after_a_reconnect_takes_new_snapshots(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		page := x.open(alice, "one")
		page.subscribe(topicPositions)
		page.read()
		for _, state := range []string{trade.ConnConnecting, trade.ConnConnected} {
			x.inside(x.connectionOf(alice), func(c *kit.Context) {
				c.Parent().Tell(ConnectionChanged{Status: trade.ConnectionStatus{Venue: paperVenue, State: state}})
			})
		}
		require.Equal(t, []string{`snapshot positions 2 ["positions of deribit:paper"]`}, page.read())
	})
}

// Markets do not go on telling a page that is gone.
func TestSession_leaves_its_markets(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		page := x.open(alice, "one")
		page.subscribe(tickerPrefix + btcPaper.String())
		page.Close(closeNormal, "")
		require.NoError(t, <-page.served)
		synctest.Wait()
		before := x.kit.Overview().DeadLetters
		x.lively(5 * time.Second)
		require.Equal(t, before, x.kit.Overview().DeadLetters)
	})
}
