package deribit

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func newTestLimiter(t *testing.T) *limiter {
	l := newLimiter(Limits{}.withDefaults(), &queueDepth{})
	t.Cleanup(l.stop)
	return l
}

// spend takes credits without waiting until there are none for the priority, and tells how many there were.
func spend(l *limiter, p pool, priority Priority) (n int) {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
		release, err := l.take(ctx, p, priority)
		cancel()
		if err != nil {
			return n
		}
		release()
		n++
	}
}

func TestLimiter_keeps_a_reserve_for_protection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTestLimiter(t)
		require.Equal(t, 15, spend(l, poolMatching, PriorityEntry))
		require.Equal(t, 0, spend(l, poolMatching, PriorityExit))
		require.Equal(t, 4, spend(l, poolMatching, PriorityCancel), "one of five is left for what arrives bunched")
		time.Sleep(time.Hour)
		require.Equal(t, 19, spend(l, poolMatching, PriorityStop), "never more than the burst")
		require.Equal(t, 75, spend(l, poolRead, PriorityRead), "pools are apart")
	})
}

func TestLimiter_serves_the_most_urgent_first(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTestLimiter(t)
		spend(l, poolMatching, PriorityCancel)
		served := make(chan Priority, 10)
		for _, p := range []Priority{PriorityRead, PriorityEntry, PriorityExit, PriorityStop, PriorityCancel} {
			go func() {
				release, err := l.take(t.Context(), poolMatching, p)
				if err == nil {
					served <- p
					release()
				}
			}()
			synctest.Wait()
		}
		require.Equal(t, 1, l.depth.read()[PriorityCancel])
		for want := range priorities {
			require.Equal(t, want, <-served)
		}
		require.Zero(t, l.depth.read()[PriorityRead])
	})
}

func TestLimiter_waits_no_longer_than_it_must(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTestLimiter(t)
		spend(l, poolMatching, PriorityCancel)
		began := time.Now()
		_, err := l.take(t.Context(), poolMatching, PriorityCancel)
		require.NoError(t, err)
		require.InDelta(t, 0.2, time.Since(began).Seconds(), 0.01)
	})
}

func TestLimiter_bounds_what_is_in_flight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTestLimiter(t)
		var releases []func()
		for range maxInFlight - 1 {
			release, err := l.take(t.Context(), poolMatching, PriorityEntry)
			require.NoError(t, err)
			releases = append(releases, release)
		}
		require.Zero(t, spend(l, poolMatching, PriorityEntry))
		release, err := l.take(t.Context(), poolMatching, PriorityCancel)
		require.NoError(t, err, "the last place is for cancels and stops")
		release()
		releases[0]()
		require.Positive(t, spend(l, poolMatching, PriorityEntry))
	})
}

func TestLimiter_gives_up_with_its_caller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTestLimiter(t)
		l.drained(poolMatching)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := l.take(ctx, poolMatching, PriorityEntry)
		require.Equal(t, broker.NotSent, broker.OutcomeOf(err))
		require.True(t, broker.As(err).Busy)
		require.Zero(t, l.depth.read()[PriorityEntry])
	})
}

func TestLimiter_takes_over_the_exchange_s_figures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		p.on("private/get_account_summaries", func(asked) string {
			return `{"id":1,"summaries":[{"currency":"USDC","limits":{"non_matching_engine":{"burst":200,"rate":40},"matching_engine":{"trading":{"total":{"burst":100,"rate":30}}}}}]}`
		})
		s, _ := p.open(p.venue())
		l := s.(*Session).limiter
		require.Equal(t, Credit{100, 30}, l.pools[poolMatching].Credit)
		require.Equal(t, 94, spend(l, poolMatching, PriorityCancel))
	})
}

func TestPriorityOf(t *testing.T) {
	require.Equal(t, PriorityStop, priorityOf(trade.Order{Role: trade.Stop, Type: trade.StopMarketOrder, ReduceOnly: true}))
	require.Equal(t, PriorityExit, priorityOf(trade.Order{Role: trade.Exit, ReduceOnly: true}))
	require.Equal(t, PriorityExit, priorityOf(trade.Order{Role: trade.Target, Type: trade.LimitOrder, ReduceOnly: true}))
	require.Equal(t, PriorityEntry, priorityOf(trade.Order{Role: trade.Entry}))
}
