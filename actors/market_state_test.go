package actors

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// testConfig is a strategy.Config whose signal half is an evaluator of the test's.
type testConfig struct {
	strategy.Config
	key  string
	eval func(strategy.Candle) strategy.Analysis
}

func (c testConfig) SignalKey() string                { return c.key }
func (c testConfig) NewEvaluator() strategy.Evaluator { return testEvaluator(c.eval) }
func (c testConfig) JSON() json.RawMessage            { return json.RawMessage(`{}`) }

type testEvaluator func(strategy.Candle) strategy.Analysis

func (testEvaluator) Need() int                                   { return 1 }
func (e testEvaluator) Close(c strategy.Candle) strategy.Analysis { return e(c) }

func TestLeases(t *testing.T) {
	l := newLeases()
	razor := testConfig{key: "razor{5}"}
	_, fresh := l.follow(FollowMarket{Follower: "a", Config: razor}, at(0))
	require.True(t, fresh)
	_, fresh = l.follow(FollowMarket{Follower: "a", Config: razor}, at(15))
	require.False(t, fresh, "a renewal is nothing new")
	l.follow(FollowMarket{Follower: "b", Config: razor, Analysis: true}, at(0))
	l.follow(FollowMarket{Follower: "page", Ticker: true}, at(0))
	require.Len(t, l.byKey["razor{5}"], 2)
	require.Len(t, l.pages, 2)

	l.expire(at(59))
	require.Len(t, l.byName, 3)
	l.expire(at(60))
	require.Len(t, l.byName, 1, "only the one that renewed is left")
	_, fresh = l.follow(FollowMarket{Follower: "a", Config: testConfig{key: "other"}}, at(60))
	require.True(t, fresh, "another key is another signal")
	require.Empty(t, l.byKey["razor{5}"])
	l.leave("a")
	l.leave("nobody")
	require.Empty(t, l.byName)
	require.Empty(t, l.byKey)
	require.Empty(t, l.pages)
}

func TestTriggers_fire_once_and_in_order(t *testing.T) {
	var list triggers
	set := func(name string, price int64, above bool) {
		list.set(SetTrigger{Follower: name, Price: trade.NewDec(price), Above: above}, at(0))
	}
	names := func(fired []trigger) (n []string) {
		for _, f := range fired {
			n = append(n, f.Follower)
		}
		return n
	}
	set("up 30", 30, true)
	set("up 10", 10, true)
	set("up 20", 20, true)
	set("down 5", 5, false)
	set("down 8", 8, false)
	require.Empty(t, names(list.reach(trade.NewDec(9))))
	require.Empty(t, names(list.reach(trade.Zero)), "no price reaches nothing")
	require.Equal(t, []string{"up 10", "up 20"}, names(list.reach(trade.NewDec(20))))
	require.Empty(t, names(list.reach(trade.NewDec(20))))
	require.Equal(t, []string{"down 8", "down 5"}, names(list.reach(trade.NewDec(1))))
	set("up 30", 40, true) // moved
	require.Empty(t, names(list.reach(trade.NewDec(35))))
	require.Equal(t, 1, list.len())
	list.expire(at(60))
	require.Zero(t, list.len())
}

// Whatever the order of setting, clearing and moving, exactly those fire whose
// price is reached.
func TestTriggers_agree_with_a_plain_list(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var list triggers
	plain := map[string]SetTrigger{}
	for range 5000 {
		name := string(rune('a' + random.IntN(26)))
		switch random.IntN(4) {
		case 0, 1:
			m := SetTrigger{Follower: name, Price: trade.NewDec(random.Int64N(100) + 1), Above: random.IntN(2) == 0}
			list.set(m, at(0))
			plain[name] = m
		case 2:
			list.clear(name)
			delete(plain, name)
		default:
			mark := trade.NewDec(random.Int64N(100) + 1)
			want := map[string]bool{}
			for n, m := range plain {
				if m.Above && !mark.Less(m.Price) || !m.Above && !m.Price.Less(mark) {
					want[n] = true
					delete(plain, n)
				}
			}
			got := map[string]bool{}
			for _, f := range list.reach(mark) {
				got[f.Follower] = true
			}
			require.Equal(t, want, got)
		}
		require.Equal(t, len(plain), list.len())
	}
}

func TestRhythm(t *testing.T) {
	var r rhythm
	require.True(t, r.silent(at(0)), "nothing heard yet")
	now := at(0)
	for range 100 {
		now = now.Add(100 * time.Millisecond)
		r.beat(now)
	}
	require.False(t, r.silent(now.Add(5*time.Second)))
	require.True(t, r.silent(now.Add(5*time.Second+1)), "a lively market is never given more than the floor")
	for range 200 {
		now = now.Add(3 * time.Second)
		r.beat(now)
	}
	require.False(t, r.silent(now.Add(29*time.Second)), "a calm market may be silent longer")
	require.True(t, r.silent(now.Add(31*time.Second)))
	usual := r.usual
	r.beat(now.Add(time.Hour))
	require.Equal(t, usual, r.usual, "an outage teaches nothing")
}

func TestSignal_step(t *testing.T) {
	calm := func(c strategy.Candle) strategy.Analysis { return strategy.Analysis{Price: c.Close} }
	for _, tt := range []struct {
		name   string
		eval   func(strategy.Candle) strategy.Analysis
		steps  int
		failed string
	}{
		{"works", calm, 10, ""},
		{"panics", func(strategy.Candle) strategy.Analysis { panic("index out of range") }, 1, "the signal failed: index out of range"},
		{"is slow", func(c strategy.Candle) strategy.Analysis { time.Sleep(2 * stepBudget); return calm(c) }, 3, "the signal took too long"},
		{"is slow now and then", func(c strategy.Candle) strategy.Analysis {
			if c.OpenTime%2 == 0 {
				time.Sleep(2 * stepBudget)
			}
			return calm(c)
		}, 10, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := &signal{evaluator: testEvaluator(tt.eval)}
				n := 0
				for ok := true; ok && n < 10; n++ {
					ok = s.step(strategy.Candle{OpenTime: int64(n), Close: 5})
				}
				require.Equal(t, tt.steps, n)
				require.Equal(t, tt.failed, s.failed)
			})
		})
	}
}

func TestSignal_warm(t *testing.T) {
	past := []strategy.Candle{{OpenTime: 1, Close: 4}, {OpenTime: 2, Close: 5}}
	calls := 0
	got := warm(context.Background(), testConfig{key: "k", eval: func(c strategy.Candle) strategy.Analysis {
		calls++
		return strategy.Analysis{Price: c.Close}
	}}, past)
	require.Equal(t, 2, calls)
	require.EqualValues(t, 2, got.through)
	require.EqualValues(t, 5, got.analysis.Price)
	require.Empty(t, got.failed)

	got = warm(context.Background(), testConfig{key: "k", eval: func(strategy.Candle) strategy.Analysis { panic("no") }}, past)
	require.Equal(t, "the signal failed on the history: no", got.failed)
}

func TestIntake_keeps_the_newest_and_the_order(t *testing.T) {
	bubble(t, func(t *testing.T) { // where no time passes between two tickers
		woken := 0
		in := newIntake(func() { woken++ })
		btc, eth := trade.Instrument("BTC_USDC-PERPETUAL"), trade.Instrument("ETH_USDC-PERPETUAL")
		in.put(tickerAt(btc, 1))
		in.put(tickerAt(eth, 1))
		in.put(tickerAt(btc, 2))
		in.put(grows(btc, candleAt(0, 1)))
		in.put(broker.InstrumentsChanged{})
		in.put(grows(btc, candleAt(0, 2)))
		in.put(grows(btc, candleAt(1, 3)))
		in.put(broker.InstrumentsChanged{})
		in.put(feedDown())
		in.put(tickerAt(btc, 3))
		require.Equal(t, 1, woken)
		require.Equal(t, []any{tickerAt(btc, 2), tickerAt(eth, 1), grows(btc, candleAt(0, 2)), broker.InstrumentsChanged{}, grows(btc, candleAt(1, 3)),
			feedDown(), tickerAt(btc, 3)}, anys(in.take()))
		require.Empty(t, in.take())
		in.put(broker.InstrumentsChanged{})
		require.Equal(t, 2, woken)
	})
}

func anys[T any](list []T) (out []any) {
	for _, x := range list {
		out = append(out, x)
	}
	return out
}
