package actors

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/kittest"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

var btc = btcPaper.Instrument

// counting is a signal that fires long on every candle whose number divides by
// n, and counts how often it was evaluated.
func counting(key string, n int, evaluated *int) testConfig {
	return testConfig{key: key, eval: func(c strategy.Candle) strategy.Analysis {
		*evaluated++
		a := strategy.Analysis{CandleTime: c.OpenTime, Have: 1, Need: 1, Price: c.Close, Signal: strategy.Signal{Type: strategy.None}}
		if int(c.Close)%n == 0 {
			a.Signal.Type = strategy.Long
		}
		return a
	}}
}

// follow makes a probe a follower of the paper market.
func (x *tree) follow(name string, m FollowMarket) *kittest.Probe {
	x.t.Helper()
	p := kittest.NewProbe(x.t, x.kit, name)
	m.Follower, m.From = name, p.Ref
	x.leases[name] = m
	x.renew()
	return p
}

// renew keeps the leases that a test has not forgotten.
func (x *tree) renew() {
	for _, m := range x.leases {
		x.env.toMarket(btcPaper, m)
	}
	synctest.Wait()
}

// silent lets d pass without a word from the feed.
func (x *tree) silent(d time.Duration) {
	for ; d > 0; d -= leaseRenew {
		x.renew()
		wait(min(d, leaseRenew))
	}
}

// trades has the feed show price and candle of the present moment, as a lively market does. The
// price comes twice: one that leaps is believed when it is confirmed.
func (x *tree) trades(mark int64) {
	now := time.Now()
	x.venue.feed().sink(tickerAt(btc, mark))
	synctest.Wait()
	x.venue.feed().sink(tickerAt(btc, mark))
	x.venue.feed().sink(grows(btc, minuteCandle(now.Truncate(minute))))
	synctest.Wait()
}

// lively lets d pass with a tick each second.
func (x *tree) lively(d time.Duration) {
	for ; d > 0; d -= time.Second {
		x.renew()
		x.trades(100)
		wait(time.Second)
	}
}

func (x *tree) market() kit.Ref { return x.kit.Ref(x.env.markets().ID() + "/" + btcPaper.String()) }

func TestMarket_begins_follows_and_signals(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		evaluated := 0
		p := x.follow("executor", FollowMarket{Config: counting("even", 2, &evaluated)})
		require.True(t, kittest.Expect[MarketState](p).Stale)
		x.up()
		require.True(t, x.venue.feed().watches(btc))
		x.trades(100)
		state := kittest.Await[MarketState](p)
		for state.Stale {
			state = kittest.Await[MarketState](p)
		}
		require.Equal(t, btc, state.Spec.Instrument)
		require.Equal(t, trade.NewDec(100), state.Ticker.Mark)
		wait(0)
		require.InDelta(t, candlesKept, evaluated, 2, "the long history comes first")
		evaluated = 0
		p.Drain()

		for range 4 {
			x.lively(time.Minute)
		}
		x.trades(100)
		require.Equal(t, 4, evaluated, "each candle once")
		first, second := kittest.Expect[SignalRaised](p), kittest.Expect[SignalRaised](p)
		require.Equal(t, 2*time.Minute, second.ClosedAt.Sub(first.ClosedAt))
		require.Equal(t, "even", first.Key)
		require.Less(t, first.Now.Sub(first.ClosedAt), 3*time.Second)
		p.Quiet(0)
	})
}

func TestMarket_evaluates_a_signal_once_for_all(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		evaluated := 0
		shared := FollowMarket{Config: counting("shared", 1, &evaluated)}
		var followers []*kittest.Probe
		for i := range 50 {
			followers = append(followers, x.follow(fmt.Sprint("executor-", i), shared))
		}
		page := x.follow("page", FollowMarket{Ticker: true})
		x.up()
		x.lively(time.Second)
		evaluated = 0
		for _, f := range followers {
			f.Drain()
		}
		x.lively(time.Minute)
		require.Equal(t, 1, evaluated)
		for _, f := range followers {
			kittest.Expect[SignalRaised](f)
		}
		page.Drain()
		x.lively(10 * time.Second)
		require.InDelta(t, 10, page.Drain(), 1, "prices are conflated, and only pages hear them")
		require.Zero(t, followers[0].Drain(), "nobody is woken by a tick")
	})
}

func TestMarket_a_failing_signal_concerns_only_those_who_run_it(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		healthy, evaluated := 0, 0
		good := x.follow("good", FollowMarket{Config: counting("good", 1, &healthy)})
		bad := x.follow("bad", FollowMarket{Config: testConfig{key: "bad", eval: func(strategy.Candle) strategy.Analysis {
			if evaluated++; evaluated > candlesKept+10 {
				panic("divide by zero")
			}
			return strategy.Analysis{}
		}}})
		x.up()
		x.lively(30 * time.Second)
		evaluated = candlesKept + 10
		good.Drain()
		x.lively(time.Minute)
		require.Contains(t, kittest.Await[SignalFailed](bad).Reason, "divide by zero")
		require.Equal(t, "good", kittest.Expect[SignalRaised](good).Key)
		d, _ := x.kit.Mailbox(x.market().ID())
		require.EqualValues(t, 1, d.Incarnation, "the market itself must not have failed")

		late := x.follow("late", FollowMarket{Config: testConfig{key: "bad"}})
		require.Contains(t, kittest.Await[SignalFailed](late).Reason, "divide by zero", "a quarantined signal stays so")
	})
}

func TestMarket_restart_loses_nobody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) {
			ready(s, alice)
			s.instances["id"] = storedInstance(alice, "Razor", btcPaper, trade.Active)
		})
		defer x.fell()
		wait(time.Second)
		evaluated := 0
		p := x.follow("executor", FollowMarket{Config: counting("all", 1, &evaluated)})
		x.up()
		x.lively(5 * time.Second)
		id := string(trade.NewStrategyID(alice, "Razor", btcPaper))
		before := len(heard[MarketStarted](x.stage, id))

		strikes := 0
		x.fault.set(func(kind, _ string, msg any) bool {
			_, tick := msg.(broker.TickerChanged)
			if kind == "market" && tick && strikes < 3 {
				strikes++
				return true
			}
			return false
		})
		x.lively(5 * time.Second)
		require.Equal(t, 3, strikes)
		d, _ := x.kit.Mailbox(x.market().ID())
		require.EqualValues(t, 4, d.Incarnation)
		require.Len(t, heard[MarketStarted](x.stage, id), before+3, "everybody is told to renew")

		p.Drain()
		x.renew() // as an executor does on MarketStarted
		x.lively(time.Minute)
		kittest.Await[SignalRaised](p)
		require.True(t, x.venue.feed().watches(btc), "the feed must still be watched")
		require.Equal(t, 1, x.stage.count(id), "no executor may have noticed")
		require.Equal(t, 1, x.stage.count(account(alice).String()))
	})
}

func TestMarkets_restart_has_every_lease_renewed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		razor := storedInstance(alice, "Razor", btcPaper, trade.Active)
		x := grow(t, func(s *storageFake) { ready(s, alice); s.instances[razor.ID] = razor })
		defer x.fell()
		wait(time.Second)
		x.follow("executor", FollowMarket{Ticker: true})
		before := len(heard[MarketStarted](x.stage, string(razor.ID)))
		once := true
		x.fault.set(func(kind, _ string, _ any) bool { hit := kind == "markets" && once; once = once && !hit; return hit })
		x.renew()
		wait(time.Second)
		require.Greater(t, len(heard[MarketStarted](x.stage, string(razor.ID))), before, "without waiting for the next renewal")
		require.Empty(t, heard[MarketStarted](x.stage, account(alice).String()), "a connection follows no market")
		x.renew()
		require.True(t, x.market().Alive())
	})
}

func TestF68_market_restart_at_the_close_of_a_candle_loses_no_signal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		evaluated := 0
		p := x.follow("executor", FollowMarket{Config: counting("all", 1, &evaluated)})
		x.up()
		x.lively(time.Minute)
		p.Drain()
		once := true
		x.fault.set(func(kind, _ string, msg any) bool {
			grown, ok := msg.(broker.CandleChanged)
			hit := once && kind == "market" && ok && grown.Candle.OpenTime.Equal(time.Now().Truncate(minute))
			once = once && !hit
			return hit
		})
		x.trades(100) // the first candle of the next minute: it would have closed the last one
		closed := time.Now()
		wait(500 * time.Millisecond)
		x.renew()
		wait(500 * time.Millisecond)
		require.False(t, once)
		require.Equal(t, closed, kittest.Await[SignalRaised](p).ClosedAt)
	})
}

func TestVenue_restart_is_noticed_by_markets_only(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		p := x.follow("page", FollowMarket{Ticker: true})
		x.up()
		x.lively(2 * time.Second)
		old := x.venue.feed()
		once := true
		x.fault.set(func(kind, _ string, _ any) bool { hit := kind == "venue" && once; once = once && !hit; return hit })
		x.trades(1)
		x.fault.set(nil)
		wait(time.Second)
		require.True(t, old.isClosed(), "the feed of a failed incarnation is closed")
		require.NotSame(t, old, x.venue.feed())
		require.True(t, x.venue.feed().watches(btc), "the market watches again by itself")
		p.Drain()
		x.up()
		x.trades(55)
		wait(time.Second)
		require.Equal(t, trade.NewDec(55), kittest.Await[TickerMoved](p).Ticker.Mark)
	})
}

func TestMarket_leases_end_and_the_market_with_them(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		evaluated := 0
		p := x.follow("executor", FollowMarket{Config: counting("k", 1, &evaluated)})
		x.up()
		x.lively(3 * time.Minute)
		delete(x.leases, "executor")
		x.lively(90 * time.Second)
		p.Drain()
		evaluated = 0
		x.lively(time.Minute)
		require.Zero(t, evaluated, "a signal that nobody renews is not computed")
		require.Zero(t, p.Drain())
		wait(idleAfter)
		require.False(t, x.market().Alive())
		require.False(t, x.venue.feed().watches(btc))

		q := x.follow("again", FollowMarket{Ticker: true})
		x.trades(3)
		wait(time.Second)
		require.Equal(t, trade.NewDec(3), kittest.Await[TickerMoved](q).Ticker.Mark)
	})
}

func TestMarket_price_triggers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		p := kittest.NewProbe(t, x.kit, "executor")
		x.env.toMarket(btcPaper, SetTrigger{Follower: "executor", From: p.Ref, Price: trade.NewDec(110), Above: true})
		synctest.Wait()
		x.up()
		x.lively(2 * time.Second)
		p.Quiet(0)
		x.trades(111)
		require.Equal(t, trade.NewDec(111), kittest.Expect[PriceReached](p).Ticker.Mark)
		x.trades(112)
		p.Quiet(0)
		x.env.toMarket(btcPaper, SetTrigger{Follower: "executor", From: p.Ref, Price: trade.NewDec(90), Above: false})
		x.env.toMarket(btcPaper, ClearTrigger{Follower: "executor"})
		synctest.Wait()
		x.trades(80)
		p.Quiet(0)
		x.env.toMarket(btcPaper, SetTrigger{Follower: "executor", From: p.Ref, Price: trade.NewDec(90), Above: false})
		kittest.Expect[PriceReached](p)
	})
}

func TestMarket_goes_stale_by_silence_and_by_a_lost_link(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		p := x.follow("executor", FollowMarket{Ticker: true})
		x.up()
		x.lively(5 * time.Second)
		p.Drain()
		wait(20 * time.Second)
		require.Contains(t, kittest.Await[MarketState](p).Reason, "silent")
		x.trades(100)
		require.False(t, kittest.Await[MarketState](p).Stale)

		x.venue.feed().sink(broker.FeedDown{Err: errAway})
		state := kittest.Await[MarketState](p)
		require.True(t, state.Stale)
		require.Contains(t, state.Reason, "link")
		x.up()
		x.trades(100)
		for kittest.Await[MarketState](p).Stale {
		}
	})
}

func TestMarket_fills_what_an_outage_left_out(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		evaluated := 0
		p := x.follow("page", FollowMarket{Config: counting("k", 1000000, &evaluated), Candles: []trade.Resolution{trade.OneMinute}})
		x.up()
		x.lively(time.Minute)
		evaluated = 0
		p.Drain()
		x.venue.feed().sink(broker.FeedDown{})
		x.silent(5 * time.Minute)
		require.Zero(t, evaluated)
		x.up()
		x.lively(5 * time.Second)
		require.Equal(t, 6, evaluated, "the one that grew then, and five more")
		for range 6 {
			for !kittest.Await[CandleMoved](p).Final { // pages get them too
			}
		}
	})
}

func TestMarket_a_minute_without_trades_is_confirmed_by_asking(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		evaluated := 0
		p := x.follow("executor", FollowMarket{Config: counting("k", 1, &evaluated)})
		x.up()
		x.trades(100)
		evaluated = 0
		for range 4 { // prices move, but no trade makes a candle
			for range 15 {
				x.venue.feed().sink(tickerAt(btc, 100))
				wait(time.Second)
			}
			x.renew()
		}
		wait(3 * time.Second)
		require.Equal(t, 1, evaluated)
		raised := kittest.Await[SignalRaised](p)
		require.LessOrEqual(t, raised.Now.Sub(raised.ClosedAt), 4*time.Second, "in time for the signal to count")
	})
}

func TestMarket_history_is_asked_for_until_it_comes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		x.venue.fail(errAway)
		p := x.follow("page", FollowMarket{Candles: []trade.Resolution{trade.OneMinute}})
		x.up()
		x.silent(10 * time.Minute)
		require.Greater(t, x.venue.asked, 5)
		require.Less(t, x.venue.asked, 400, "with pauses")
		p.Drain()
		x.venue.fail(nil)
		x.silent(time.Minute)
		require.NotEmpty(t, kittest.Await[CandlesKept](p).Candles)
	})
}

func TestMarket_a_longer_signal_disturbs_nobody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		short, long := 0, 0
		a := x.follow("short", FollowMarket{Config: counting("short", 1, &short)})
		x.up()
		x.lively(5 * time.Second)
		a.Drain()
		b := x.follow("long", FollowMarket{Config: longer{counting("long", 1, &long), 20000}})
		wait(time.Second)
		require.InDelta(t, 20000, long, 2)
		require.Zero(t, a.Drain(), "the others hear nothing of it")
		b.Drain()
		short, long = 0, 0
		x.lively(time.Minute)
		require.Equal(t, 1, short)
		require.Equal(t, 1, long)
	})
}

// longer is a config that needs a longer history.
type longer struct {
	testConfig
	history int
}

func (l longer) History() int { return l.history }

func TestMarket_that_the_exchange_does_not_have(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		p := kittest.NewProbe(t, x.kit, "page")
		doge := trade.Market{Venue: paperVenue, Instrument: "DOGE_USDC-PERPETUAL"}
		x.env.toMarket(doge, FollowMarket{Follower: "page", From: p.Ref, Ticker: true})
		synctest.Wait()
		x.up()
		for {
			if state := kittest.Await[MarketState](p); state.Reason == "the exchange has no such instrument" {
				break
			}
		}
		_, err := x.Ticker(t.Context(), trade.Market{Venue: paperVenue, Instrument: "XRP_USDC-PERPETUAL"})
		require.ErrorIs(t, err, trade.ErrInstrumentNotFound)
	})
}

func TestSystem_markets_without_a_follower(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		got := make(chan int)
		p := x.follow("page", FollowMarket{})
		delete(x.leases, "page")
		wait(4 * time.Minute) // the market has come and gone, the venue stays
		p.Drain()
		go func() {
			specs, _ := x.Instruments(context.Background(), paperVenue)
			got <- len(specs)
		}()
		synctest.Wait()
		x.up()
		require.Equal(t, 2, <-got, "the first one waits until the list is there")

		ticker, err := x.Ticker(t.Context(), btcPaper)
		require.NoError(t, err)
		require.Equal(t, trade.NewDec(77), ticker.Last)
		now := time.Now().Truncate(minute)
		candles, err := x.Candles(t.Context(), btcPaper, trade.OneMinute, now.Add(-10*minute), now)
		require.NoError(t, err)
		require.Len(t, candles, 11)
		require.False(t, x.market().Alive(), "a question starts no market")

		_, err = x.Instruments(t.Context(), liveVenue)
		require.Equal(t, "venue_off", trade.CodeOf(err))
		_, err = x.Ticker(t.Context(), btcLive)
		require.Equal(t, "venue_off", trade.CodeOf(err))

		x.follow("another page", FollowMarket{Ticker: true})
		x.trades(5)
		ticker, err = x.Ticker(t.Context(), btcPaper)
		require.NoError(t, err)
		require.Equal(t, trade.NewDec(5), ticker.Last, "a market that runs answers from memory")
		asked := x.venue.asked
		candles, err = x.Candles(t.Context(), btcPaper, trade.OneMinute, now.Add(-10*minute), now)
		require.NoError(t, err)
		require.Len(t, candles, 11)
		require.Equal(t, asked, x.venue.asked)
	})
}
