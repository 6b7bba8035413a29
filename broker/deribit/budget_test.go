package deribit

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
)

func ignored(error) {}

// line draws tickets one after another and tells in which order they were granted.
type line struct {
	b       *budget
	granted chan string
	tickets map[string]*ticket
}

func (l *line) join(ctx context.Context, name string, c class) {
	go func() {
		if t, err := l.b.acquire(ctx, c, ignored); err == nil {
			l.tickets[name] = t
			l.granted <- name
		}
	}()
	synctest.Wait()
}

func newLine(limit int) *line {
	return &line{b: newBudget(limit, time.Second, 30*time.Second), granted: make(chan string, 100), tickets: map[string]*ticket{}}
}

func TestF32_connections_are_given_in_order_and_to_feeds_first(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		l.join(t.Context(), "first", forSessions)
		require.Equal(t, "first", <-l.granted)
		left, leave := context.WithCancel(t.Context())
		l.join(t.Context(), "second", forSessions)
		l.join(left, "gone", forSessions)
		l.join(t.Context(), "third", forSessions)
		l.join(t.Context(), "feed", forFeed)
		leave()
		synctest.Wait()
		used, waiting, _ := l.b.read()
		require.Equal(t, 1, used)
		require.Equal(t, 3, waiting)
		for _, step := range []struct{ done, next string }{{"first", "feed"}, {"feed", "second"}, {"second", "third"}} {
			l.b.release(l.tickets[step.done])
			synctest.Wait()
			require.Equal(t, step.next, <-l.granted)
		}
	})
}

func TestF32_a_feed_that_reconnects_keeps_its_place(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(2)
		l.b.keep(1)
		l.join(t.Context(), "a", forSessions)
		l.join(t.Context(), "b", forSessions)
		require.Equal(t, "a", <-l.granted)
		require.Empty(t, l.granted, "the other one is the feed's")
		l.join(t.Context(), "feed", forFeed)
		require.Equal(t, "feed", <-l.granted)
		l.b.release(l.tickets["feed"])
		synctest.Wait()
		require.Empty(t, l.granted, "it will be back")
		l.b.keep(-1)
		synctest.Wait()
		require.Equal(t, "b", <-l.granted)
	})
}

func TestF32_one_more_connection_waits_and_is_told_once(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		v := p.venue(func(o *Options) { o.Connections = 28 })
		var first broker.Session
		for range 28 {
			first, _ = p.open(v)
		}
		_, waiting := p.open(v)
		time.Sleep(time.Hour)
		require.Equal(t, 28, p.dialed())
		require.Equal(t, 28, v.Stats().Connections)
		require.Equal(t, 1, v.Stats().WaitingConnections)
		down := of[broker.SessionDown](waiting)
		require.Len(t, down, 1)
		require.ErrorIs(t, down[0].Err, errNoConnection)
		require.Zero(t, down[0].Next)
		first.Close()
		require.Len(t, of[broker.SessionUp](waiting), 1)
	})
}

// The exchange has room for fewer than we think: whoever is turned away keeps his place, everybody
// rests longer and longer, and one at a time is tried.
func TestF32_an_address_that_is_refused_rests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.room = 2
		v := p.venue(func(o *Options) { o.Connections = 28 })
		first, _ := p.open(v)
		p.open(v)
		_, third := p.open(v)
		_, fourth := p.open(v)
		dials := p.dialed()
		require.LessOrEqual(t, dials, 4)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		tried := p.dialed() - dials
		require.Greater(t, tried, 15, "it is tried again")
		require.Less(t, tried, 60, "but not in a loop: every 15 s on average, at most every 30 s")
		require.Equal(t, 2, v.Stats().Connections)
		require.Equal(t, 2, v.Stats().WaitingConnections)
		require.Positive(t, v.Stats().RefusedConnections)
		for _, j := range []*journal[broker.SessionEvent]{third, fourth} {
			require.Len(t, of[broker.SessionDown](j), 1, "told once")
		}
		require.ErrorIs(t, of[broker.SessionDown](third)[0].Err, errAddressRefused)
		first.Close()
		time.Sleep(31 * time.Second)
		require.Len(t, of[broker.SessionUp](third), 1, "who was first in the line")
		require.Empty(t, of[broker.SessionUp](fourth))
		p.set(func() { p.room = 3 })
		time.Sleep(31 * time.Second)
		require.Len(t, of[broker.SessionUp](fourth), 1)
	})
}
