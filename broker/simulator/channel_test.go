package simulator_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *socket) subscribe(channels ...string) {
	c.t.Helper()
	want := []any{}
	for _, ch := range channels {
		want = append(want, ch)
	}
	require.Equal(c.t, want, c.call("private/subscribe", object{"channels": channels}))
}

// fresh gives what has come of a channel until now.
func (c *socket) fresh(channel string) []any {
	c.t.Helper()
	c.call("public/test", nil)
	return c.drain(channel)
}

func TestSubscribe_names(t *testing.T) {
	c := newStage(t, unlimited).login(alice)
	for name, known := range map[string]bool{
		"book." + btc + ".raw": true, "book." + btc + ".agg2": true, "book." + btc + ".none.20.agg2": true,
		"book." + btc + ".3.10.100ms": false, "book." + btc + ".5.5.100ms": false, "book." + btc + ".5.10.raw": false, "book." + btc + ".5.10": false,
		"book.BTC-PERPETUAL.1.10.100ms": true, "book." + eth + ".5.10.100ms": true, "book." + eth + ".1.10.100ms": false, // a cent is off its grid
		"ticker." + btc + ".agg2": true, "incremental_ticker." + btc: true, "incremental_ticker." + btc + ".100ms": false, "quote." + btc + ".100ms": false,
		"trades." + btc + ".raw": true, "trades.option.BTC.raw": true, "trades.any.BTC.raw": false, "trades.future.any.100ms": true, "trades.future.DOGE.100ms": false,
		"chart.trades." + btc + ".1D": true, "chart.trades." + btc + ".1d": false, "chart.trades." + btc: false, "chart.quotes." + btc + ".1": false,
		"perpetual." + btc + ".raw": true, "perpetual." + btc: false, "perpetual.BTC-28MAR25.raw": true,
		"deribit_price_index.eth_usdc": true, "deribit_price_index": false, "deribit_price_ranking.btc_usd": true, "deribit_price_statistics.btc_usd": true,
		"estimated_expiration_price.btc_usdc": true, "estimated_expiration_price.doge_usd": false, "deribit_volatility_index.btc_usd": false,
		"platform_state": true, "platform_state.public_methods_state": true, "platform_state.x": false,
		"instrument.state.any.any": true, "instrument.state.combo.any": false, "instrument.future.any": false,
		"user.orders." + btc + ".raw": true, "user.orders.combo.any.raw": true, "user.orders.any.any.1s": false, "user.orders.any.raw": false, "user.orders.x.any.raw": false,
		"user.trades.option.BTC.agg2": true, "user.changes.future.usdc.100ms": true, "user.changes.": false, "user": false, "user.": false,
		"user.portfolio.btc": true, "user.portfolio.any": true, "user.portfolio": false, "user.portfolio.DOGE": false,
		"user.lock": true, "user.lock.BTC": false, "user.access_log": true, "user.mmp_trigger.btc_usd": true, "user.mmp_trigger.all": true, "user.mmp_trigger": false,
		"": false, ".": false, "raw": false, "BOOK." + btc + ".raw": false, "ticker." + btc + ".raw ": false,
	} {
		want := []any{}
		if known {
			want = append(want, name)
		}
		require.Equal(t, want, c.call("private/subscribe", object{"channels": []string{name}}), name)
	}
	c.refused(-32602, "private/subscribe", object{"channels": "quote." + btc})
	c.refused(-32602, "private/subscribe", nil)
}

func TestSubscribe_raw_needs_a_login(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	c.refused(13778, "public/subscribe", object{"channels": []string{"quote." + btc, "book." + btc + ".raw"}})
	c.refused(13009, "private/subscribe", object{"channels": []string{"quote." + btc}})
	require.Empty(t, c.fresh("quote."+btc), "none of the call is subscribed to")
	require.Equal(t, []any{}, c.call("public/subscribe", object{"channels": []string{"book.DOGE.raw"}}), "what does not exist is left out")
	token := tokenOf(s.dial(), alice)
	require.Len(t, c.call("public/subscribe", object{"channels": []string{"book." + btc + ".raw"}, "access_token": token}), 1, "a token is a login")
}

func TestSubscribe_private(t *testing.T) {
	s := newStage(t, func(o *simulator.Options) {
		reader := alice
		reader.Scope = "trade:read account:none"
		o.Accounts = []simulator.AccountSpec{reader, bob}
	})
	c := s.login(alice)
	require.Equal(t, []any{"user.orders.any.any.raw"}, c.call("private/subscribe",
		object{"channels": []string{"user.orders.any.any.raw", "user.portfolio.any", "user.access_log", "user.lock"}}), "beyond the key's scope")
	require.Equal(t, []any{}, c.call("public/subscribe", object{"channels": []string{"user.orders." + btc + ".raw"}}), "a private channel")
}

func TestSubscribe_labels(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	channels := []string{"user.portfolio.btc", "quote." + btc}
	c.refused(-32602, "private/subscribe", object{"channels": channels, "label": "seventeen letters"})
	c.call("private/subscribe", object{"channels": channels, "label": "sixteen letters!"})
	require.Equal(t, "sixteen letters!", c.nextLabel("user.portfolio.btc"))
	require.Nil(t, c.nextLabel("quote."+btc), "a public channel has none")
}

func TestTicker_incremental(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	channel := "incremental_ticker." + btc
	c.call("public/subscribe", object{"channels": []string{channel}})
	held := c.next(channel).(object)
	require.Equal(t, "snapshot", held["type"])
	for range 3 {
		for range 10 {
			s.pass(100 * time.Millisecond)
		}
		told := c.fresh(channel)
		require.Len(t, told, 1, "once a second")
		require.Equal(t, "change", field(told[0], "type"))
		require.Equal(t, btc, field(told[0], "instrument_name"))
		require.NotContains(t, told[0], "state", "what has not changed")
		for k, v := range told[0].(object) {
			held[k] = v
		}
		whole := c.call("public/ticker", object{"instrument_name": btc}).(object)
		whole["type"] = "change"
		require.Equal(t, whole, held)
	}
}

func TestQuote_is_told_when_it_changes(t *testing.T) {
	s := newStage(t)
	c, other := s.login(alice), s.login(bob)
	channel := "quote." + btc
	c.subscribe(channel)
	first := c.next(channel)
	for range 9 {
		s.pass(100 * time.Millisecond)
	}
	other.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "limit", "price": parsePrice(around(t, other, "-1"))})
	require.Empty(t, c.fresh(channel), "an order behind the best changes nothing")
	price := dec(t, field(first, "best_ask_price")).Sub(trade.MustDec("0.1"))
	other.call("private/buy", object{"instrument_name": btc, "amount": 0.003, "type": "limit", "price": price.Float()})
	s.pass(time.Second / 10)
	require.Len(t, c.fresh(channel), 1)
}

func TestTrades_gather(t *testing.T) {
	s := newStage(t)
	c, trader := s.login(alice), s.login(bob)
	raw, agg, all, none := "trades."+btc+".raw", "trades."+btc+".agg2", "trades.future.USDC.100ms", "trades.option.BTC.raw"
	c.subscribe(raw, agg, all, none)
	trader.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	require.Len(t, c.fresh(raw), 1)
	trader.call("private/sell", object{"instrument_name": eth, "amount": 0.01, "type": "market"})
	require.Empty(t, c.fresh(raw), "another instrument")
	trader.call("private/sell", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	require.Len(t, c.fresh(raw), 1)
	require.Empty(t, c.fresh(agg))
	s.pass(100 * time.Millisecond)
	batch := c.fresh(all)
	require.Len(t, batch, 1)
	require.Len(t, batch[0], 3)
	require.Empty(t, c.fresh(agg))
	s.pass(time.Second)
	batch = c.fresh(agg)
	require.Len(t, batch, 1)
	require.Len(t, batch[0], 3, "two of ours and the second's")
	last := trade.Zero
	for _, told := range batch[0].([]any) {
		require.True(t, last.Less(dec(t, field(told, "trade_seq"))), "in order")
		last = dec(t, field(told, "trade_seq"))
	}
	require.Empty(t, c.fresh(none))
}

func TestChart_tells_each_candle_to_its_end(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	channel := "chart.trades." + btc + ".1"
	c.call("public/subscribe", object{"channels": []string{channel}})
	held := map[any]any{}
	for _, step := range []time.Duration{5 * time.Second, time.Second, 50 * time.Second, 3*time.Minute + 10*time.Second, 20 * time.Second} {
		s.clock.Advance(step)
		s.Sync()
		before := trade.Zero
		for _, told := range c.fresh(channel) {
			require.False(t, dec(t, field(told, "tick")).Less(before), "in order")
			before = dec(t, field(told, "tick"))
			held[field(told, "tick")] = told
		}
	}
	require.Len(t, held, 5, "12:00 to 12:04")
	chart := c.call("public/get_tradingview_chart_data", object{"instrument_name": btc, "resolution": "1",
		"start_timestamp": noon.UnixMilli(), "end_timestamp": noon.Add(time.Hour).UnixMilli()})
	ticks := field(chart, "ticks").([]any)
	require.Len(t, ticks, len(held))
	for n, tick := range ticks {
		for _, name := range []string{"open", "high", "low", "close", "volume", "cost"} {
			require.Equal(t, field(chart, name).([]any)[n], field(held[tick], name), "%v %s", tick, name)
		}
	}
}

// quietMarket is a minute with trades and one without.
func quietMarket(t *testing.T) func(*simulator.Options) {
	file := filepath.Join(t.TempDir(), "ticks.csv")
	require.NoError(t, os.WriteFile(file, []byte("timestamp_ms,price,amount\n1000,90000,1\n2000,90010,2\n121000,90020,1\n"), 0o600))
	return func(o *simulator.Options) { o.Market = "ticks:" + file }
}

func TestChart_fills_a_minute_without_trades(t *testing.T) {
	s := newStage(t, quietMarket(t))
	c := s.dial()
	channel := "chart.trades." + btc + ".1"
	c.call("public/subscribe", object{"channels": []string{channel}})
	s.pass(time.Minute)
	told := c.fresh(channel)
	filled := told[len(told)-1]
	require.Equal(t, noon.Add(time.Minute).UnixMilli(), int64(dec(t, field(filled, "tick")).Float()))
	for _, name := range []string{"open", "high", "low", "close"} {
		amount(t, "90010", field(filled, name))
	}
	amount(t, "0", field(filled, "volume"))
	s.pass(59 * time.Second)
	require.Empty(t, c.fresh(channel), "it was told once, at its beginning")
}

func TestIndex_channels(t *testing.T) {
	clock := simulator.NewManualClock(time.Date(2025, 3, 10, 7, 29, 58, 0, time.UTC))
	s := newStage(t, func(o *simulator.Options) { o.Clock = clock })
	s.clock = clock
	c := s.dial()
	price, ranking, statistics, expiration := "deribit_price_index.btc_usd", "deribit_price_ranking.btc_usd", "deribit_price_statistics.btc_usd", "estimated_expiration_price.btc_usd"
	c.call("public/subscribe", object{"channels": []string{price, ranking, statistics, expiration, "perpetual." + btc + ".100ms", "perpetual.BTC-28MAR25.100ms"}})
	require.Len(t, c.fresh(price), 1)
	day := c.next(statistics)
	c.news = nil
	for range 10 {
		s.pass(100 * time.Millisecond)
	}
	index := field(c.call("public/get_index_price", object{"index_name": "btc_usd"}), "index_price")
	told := c.fresh(price)
	require.Len(t, told, 1, "once a second")
	require.Equal(t, index, field(told[0], "price"))
	require.Equal(t, "btc_usd", field(told[0], "index_name"))
	source := c.next(ranking).([]any)
	require.Len(t, source, 1)
	require.Equal(t, index, field(source[0], "price"))
	amount(t, "100", field(source[0], "weight"))
	require.True(t, dec(t, field(day, "low24h")).Less(dec(t, field(day, "high24h"))))
	end := c.next(expiration)
	require.Equal(t, false, field(end, "is_estimated"))
	amount(t, "1801", field(end, "seconds"))
	require.NotContains(t, end, "left_ticks")
	require.NotNil(t, field(c.next("perpetual."+btc+".100ms"), "interest"))
	require.Empty(t, c.fresh("perpetual.BTC-28MAR25.100ms"), "a future has no interest")

	s.pass(time.Second)
	end = c.next(expiration)
	require.Equal(t, true, field(end, "is_estimated"))
	amount(t, "1800", field(end, "seconds"))
	amount(t, "1800", field(end, "left_ticks"))
	amount(t, "1800", field(end, "total_ticks"))
	require.Len(t, c.fresh(statistics), 1)
	s.pass(30 * time.Minute)
	require.Len(t, c.fresh(statistics), 30, "once a minute")
	all := c.fresh(expiration)
	amount(t, "86400", field(all[len(all)-1], "seconds"))
}

func TestPlatform_state(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	c.call("public/subscribe", object{"channels": []string{"platform_state", "instrument.state.any.any", "platform_state.public_methods_state"}})
	require.Equal(t, object{"locked": "false"}, c.call("public/status", nil))
	s.admin("/instruments/"+btc, object{"state": "locked"})
	require.Equal(t, "deactivated", field(c.next("instrument.state.any.any"), "state"))
	require.Equal(t, object{"price_index": "btc_usdc", "locked": true}, c.next("platform_state"))
	require.Equal(t, object{"locked": "partial", "locked_indices": []any{"btc_usdc"}}, c.call("public/status", nil))
	s.admin("/instruments/"+btc, object{"tick_size": "0.5"})
	s.admin("/instruments/"+btc, object{"state": "open"})
	require.Equal(t, object{"price_index": "btc_usdc", "locked": false}, c.next("platform_state"))
	s.Close()
	require.Equal(t, object{"maintenance": true}, c.next("platform_state"))
}

func TestUser_channels_gather(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	raw, hundred, agg := "user.orders."+btc+".raw", "user.orders.future.USDC.100ms", "user.orders.any.any.agg2"
	trades, foreign := "user.trades.any.any.agg2", "user.orders.option.any.raw"
	changes, here := "user.changes.any.any.agg2", "user.changes."+btc+".100ms"
	c.subscribe(raw, hundred, agg, trades, foreign, changes, here)
	placed := c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "limit", "price": parsePrice(around(t, c, "-1"))})
	id := field(placed, "order", "order_id")
	c.call("private/edit", object{"order_id": id, "amount": 0.02})
	c.call("private/cancel", object{"order_id": id})
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	c.call("private/buy", object{"instrument_name": eth, "amount": 0.01, "type": "market"})

	one := c.fresh(raw)
	require.Len(t, one, 4, "each state of each order")
	for n, state := range []string{"open", "open", "cancelled", "filled"} {
		require.Equal(t, state, field(one[n], "order_state"))
	}
	require.Empty(t, c.fresh(hundred))
	s.pass(100 * time.Millisecond)
	list := c.fresh(hundred)
	require.Len(t, list, 1)
	require.Len(t, list[0], 3, "the last state of each order")
	require.Equal(t, "cancelled", field(list[0].([]any)[0], "order_state"))
	amount(t, "0.02", field(list[0].([]any)[0], "amount"))
	told := c.fresh(here)
	require.Len(t, told, 1)
	require.Len(t, field(told[0], "orders"), 2)
	require.Len(t, field(told[0], "trades"), 1)
	require.Len(t, field(told[0], "positions"), 1)
	for _, ch := range []string{agg, trades, changes} {
		require.Empty(t, c.fresh(ch))
	}
	for range 9 {
		s.pass(100 * time.Millisecond)
	}
	require.Len(t, c.fresh(agg), 1)
	fills := c.fresh(trades)
	require.Len(t, fills, 1)
	require.Len(t, fills[0], 2)
	both := c.fresh(changes)
	require.Len(t, both, 2, "a message for each instrument")
	require.Equal(t, btc, field(both[0], "instrument_name"))
	require.Equal(t, eth, field(both[1], "instrument_name"))
	require.Empty(t, c.fresh(foreign))
	s.pass(2 * time.Second)
	require.Empty(t, c.fresh(agg), "nothing more happened")
}

func TestUser_portfolio_and_access(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.subscribe("user.portfolio.usdc", "user.access_log", "user.lock", "user.mmp_trigger.btc_usd")
	before := c.next("user.portfolio.usdc")
	require.Equal(t, "USDC", field(before, "currency"))
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	after := c.next("user.portfolio.usdc")
	require.True(t, dec(t, field(after, "available_funds")).Less(dec(t, field(before, "available_funds"))))
	c.call("private/buy", object{"instrument_name": "BTC-PERPETUAL", "amount": 10, "type": "market"})
	for _, told := range c.fresh("user.portfolio.usdc") {
		require.Equal(t, "USDC", field(told, "currency"))
	}
	s.dial().refused(13004, "public/auth", object{"grant_type": "client_credentials", "client_id": alice.Key, "client_secret": "wrong"})
	told := c.next("user.access_log")
	require.Equal(t, "failure", field(told, "log"))
	s.login(alice)
	require.Equal(t, "success", field(c.next("user.access_log"), "log"))
	require.Empty(t, c.fresh("user.lock"))
}
