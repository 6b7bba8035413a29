package actors

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/bench"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

const manyStrategies = 10_000

// BenchmarkCandleClose is M9: a candle closes for 10,000 strategies that share 20 sets of parameters
// and run Razor, beside one message to each of 10,000 actors that does nothing. It is over when the
// market, or all of the actors, have taken it.
func BenchmarkCandleClose(b *testing.B) {
	system := kit.NewSystem(kit.Options{})
	b.Cleanup(func() { system.Stop(context.Background()) })
	bench.Compare(b, 1, bench.Timed(messageEach(b, system)), bench.Timed(closeOne(b)))
}

// messageEach is the floor.
func messageEach(b *testing.B, system *kit.System) func(int) {
	var left sync.WaitGroup
	refs := make([]kit.Ref, manyStrategies)
	for i := range refs {
		ref, err := system.Start(fmt.Sprint("naive-", i), kit.Spec{Kind: "naive", New: func() kit.Actor {
			return kit.ActorFunc(func(c *kit.Context) {
				if _, ok := c.Message().(broker.CandleChanged); ok {
					left.Done()
				}
			})
		}})
		require.NoError(b, err)
		refs[i] = ref
	}
	return func(n int) {
		for range n {
			left.Add(manyStrategies)
			var closed any = broker.CandleChanged{Instrument: btc}
			for _, ref := range refs {
				ref.Tell(closed)
			}
			left.Wait()
		}
	}
}

// closeOne is a market with followers whose signals do not fire.
func closeOne(b *testing.B) func(int) {
	venue := newVenueFake(paperVenue)
	env := &Env{Storage: newStorageFake(), Log: zerolog.Nop(), connection: newConnection, executor: newExecutor, FindStrategy: strategy.Find,
		Venues: map[trade.Venue]broker.Venue{paperVenue: venue}}
	s := newSystem(env, kit.Options{})
	require.NoError(b, s.Start())
	b.Cleanup(func() { s.Stop(context.Background()) })
	var decided atomic.Int64 // candles, as one of them is told
	follower, err := s.kit.Start("followers", kit.Spec{Kind: "followers", Cap: 1 << 30, New: func() kit.Actor {
		return kit.ActorFunc(func(c *kit.Context) {
			if _, ok := c.Message().(AnalysisChanged); ok {
				decided.Add(1)
			}
		})
	}})
	require.NoError(b, err)
	for i := range manyStrategies {
		config, err := strategy.Razor.Parse(fmt.Appendf(nil, `{"emaSlow":%d}`, 60+i%20))
		require.NoError(b, err)
		env.toMarket(btcPaper, FollowMarket{Follower: fmt.Sprint("executor-", i), From: follower, Config: config, Analysis: i == 0})
	}
	env.venues().Tell(ToVenue{Venue: paperVenue, Msg: listInstruments{}})
	require.Eventually(b, func() bool { venue.mu.Lock(); defer venue.mu.Unlock(); return len(venue.feeds) > 0 }, 10*time.Second, time.Millisecond)
	feed := venue.feed()
	feed.sink(broker.FeedUp{})
	require.Eventually(b, func() bool { return feed.watches(btc) }, 10*time.Second, time.Millisecond)
	ask := func() trade.Ticker {
		ticker, err := kit.Ask(context.Background(), env.markets(), func(r kit.Reply[trade.Ticker]) any { return getTicker{Reply: r, Market: btcPaper} })
		require.NoError(b, err)
		return ticker
	}
	at := time.Now().Truncate(minute)
	next := func() {
		at = at.Add(minute)
		feed.sink(grows(btc, minuteCandle(at)))
		ask() // the market has taken the candle when it answers
	}
	require.Eventually(b, func() bool {
		feed.sink(tickerAt(btc, 100))
		feed.sink(grows(btc, minuteCandle(at)))
		return ask().Mark.Equal(trade.NewDec(100)) // the market itself answers once it has its candles
	}, 10*time.Second, 10*time.Millisecond)
	for range 10 {
		next()
	}
	require.Eventually(b, func() bool { return decided.Load() >= 8 }, 10*time.Second, time.Millisecond, "the signals follow the market")
	return func(n int) {
		for range n {
			next()
		}
	}
}
