package simulator_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEnvelope(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	for name, k := range map[string]struct {
		frame string
		id    any
		code  int // 0: a result
	}{
		"number id":       {`{"jsonrpc":"2.0","id":7,"method":"public/test"}`, "7", 0},
		"text id":         {`{"jsonrpc":"2.0","id":"a-7","method":"public/test","params":{}}`, "a-7", 0},
		"no id":           {`{"jsonrpc":"2.0","method":"public/get_time"}`, nil, 0},
		"null params":     {`{"jsonrpc":"2.0","id":8,"method":"public/test","params":null}`, "8", 0},
		"no such method":  {`{"jsonrpc":"2.0","id":9,"method":"public/nothing"}`, "9", -32601},
		"positional":      {`{"jsonrpc":"2.0","id":10,"method":"public/test","params":[1]}`, "10", -32602},
		"version 1":       {`{"jsonrpc":"1.0","id":15,"method":"public/test"}`, "15", -32600},
		"no version":      {`{"id":16,"method":"public/test"}`, "16", 0},
		"a number method": {`{"jsonrpc":"2.0","id":17,"method":5}`, "17", -32600},
		"a large id":      {`{"jsonrpc":"2.0","id":9007199254740993,"method":"public/test"}`, "9007199254740993", 0},
		"a null id":       {`{"jsonrpc":"2.0","id":null,"method":"public/test"}`, nil, 0},
		"more parameters": {`{"jsonrpc":"2.0","id":18,"method":"public/test","params":{"whatever":[1,{}]}}`, "18", 0},
		"not json":        {`{"jsonrpc":`, nil, 11050},
		"a batch":         {`[{"jsonrpc":"2.0","id":1,"method":"public/test"}]`, nil, -32600},
		"too large":       {`{"jsonrpc":"2.0","id":11,"method":"public/test","params":{"x":"` + strings.Repeat("x", 33_000) + `"}}`, nil, -32600},
		"without a token": {`{"jsonrpc":"2.0","id":12,"method":"private/get_positions"}`, "12", 13009},
		"a wrong token":   {`{"jsonrpc":"2.0","id":13,"method":"private/get_positions","params":{"access_token":"x"}}`, "13", 13009},
		"an exception":    {`{"jsonrpc":"2.0","id":14,"method":"public/test","params":{"expected_result":"exception"}}`, "14", 11094},
	} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			c.send(k.frame)
			answer := c.read()
			if id, ok := answer["id"]; ok || k.id != nil {
				require.EqualValues(t, k.id, id)
			}
			if k.code == 0 {
				require.NotNil(t, answer["result"])
				require.Equal(t, true, answer["testnet"])
				in, out := dec(t, answer["usIn"]), dec(t, answer["usOut"])
				require.Equal(t, out.Sub(in).String(), dec(t, answer["usDiff"]).String())
				return
			}
			require.Equal(t, strconv.Itoa(k.code), field(answer, "error", "code").(interface{ String() string }).String())
		})
	}
}

func TestAccounts_are_apart(t *testing.T) {
	s := newStage(t)
	a, b := s.login(alice), s.login(bob)
	b.call("private/subscribe", object{"channels": []string{"user.changes.any.any.raw", "user.orders.any.any.raw", "user.trades.any.any.raw"}})
	placed := a.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market", "label": "secret"})
	id := field(placed, "order", "order_id")
	b.refused(10004, "private/get_order_state", object{"order_id": id})
	b.refused(10004, "private/cancel", object{"order_id": id})
	b.refused(10004, "private/edit", object{"order_id": id, "amount": 0.01})
	require.Empty(t, b.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "secret"}))
	require.Empty(t, field(b.call("private/get_user_trades_by_instrument", object{"instrument_name": btc}), "trades"))
	require.Empty(t, b.call("private/get_positions", object{"currency": "any"}))
	require.Empty(t, b.news)
	require.Len(t, a.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "secret"}), 1)
	require.Len(t, a.call("private/get_user_trades_by_order", object{"order_id": id}), len(field(placed, "trades").([]any)))
}

func TestSubscribe_takes_what_exists(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	good := []string{"ticker." + btc + ".100ms", "book." + btc + ".100ms", "book." + btc + ".none.10.100ms", "quote." + btc,
		"trades." + btc + ".100ms", "trades.future.USDC.agg2", "chart.trades." + btc + ".15", "deribit_price_index.btc_usd",
		"deribit_price_index.eth_usdc", "platform_state", "perpetual." + btc + ".100ms", "instrument.state.future.USDC"}
	bad := []string{"ticker.DOGE.100ms", "ticker." + btc + ".1s", "book." + btc + ".none.3.100ms", "chart.trades." + btc + ".7",
		"deribit_price_index.doge_usd", "nonsense", "user.changes.any.any.100ms", "ticker", "", "book." + btc}
	got := c.call("public/subscribe", object{"channels": append(bad, good...)})
	want := []any{}
	for _, g := range good {
		want = append(want, g)
	}
	require.Equal(t, want, got)
	c.refused(13778, "public/subscribe", object{"channels": []string{"ticker." + btc + ".raw"}})
	for _, channel := range []string{"quote." + btc, "deribit_price_index.btc_usd", "book." + btc + ".none.10.100ms"} {
		require.NotNil(t, c.next(channel))
	}
	s.pass(time.Second)
	for _, channel := range []string{"ticker." + btc + ".100ms", "trades." + btc + ".100ms", "chart.trades." + btc + ".15", "perpetual." + btc + ".100ms"} {
		require.NotNil(t, c.next(channel), channel)
	}
	c.call("public/unsubscribe_all", nil)
	c.news = nil
	s.pass(2 * time.Second)
	c.call("public/test", nil)
	require.Empty(t, c.news)
}

func parsePrice(s string) float64 { f, _ := strconv.ParseFloat(s, 64); return f }

func TestPrivate_channels(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.call("private/subscribe", object{"label": "mine", "channels": []string{"user.orders." + btc + ".raw", "user.orders.any.any.100ms",
		"user.trades.any.any.raw", "user.portfolio.any", "user.changes.future.USDC.100ms"}})
	require.Equal(t, "BTC", field(c.next("user.portfolio.any"), "currency"))
	require.Equal(t, "USDC", field(c.next("user.portfolio.any"), "currency"))
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	s.pass(100 * time.Millisecond)
	c.call("public/test", nil)
	byChannel := map[string]any{}
	for _, n := range c.news {
		byChannel[field(n, "params", "channel").(string)] = field(n, "params", "data")
		require.Equal(t, "mine", field(n, "params", "label"))
	}
	require.Equal(t, "filled", field(byChannel["user.orders."+btc+".raw"], "order_state"))
	require.Len(t, byChannel["user.orders.any.any.100ms"], 1)
	require.NotEmpty(t, byChannel["user.trades.any.any.raw"])
	require.Equal(t, "USDC", field(byChannel["user.portfolio.any"], "currency"))
	require.Len(t, field(byChannel["user.changes.future.USDC.100ms"], "positions"), 1)
}

func TestAccount_figures(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market", "label": "one"})
	c.call("private/sell", object{"instrument_name": btc, "amount": 0.01, "type": "market", "reduce_only": true})
	sum := c.call("private/get_account_summaries", object{"extended": true})
	require.Equal(t, "70001", field(sum, "id").(interface{ String() string }).String())
	usdc := field(sum, "summaries").([]any)[2]
	require.Equal(t, "USDC", field(usdc, "currency"))
	amount(t, "20", field(usdc, "limits", "matching_engine", "trading", "total", "burst"))

	trades := field(c.call("private/get_user_trades_by_instrument", object{"instrument_name": btc, "sorting": "asc", "count": 1}), "trades").([]any)
	require.Len(t, trades, 1)
	require.Equal(t, "buy", field(trades[0], "direction"))
	rest := c.call("private/get_user_trades_by_instrument", object{"instrument_name": btc, "start_seq": dec(t, field(trades[0], "trade_seq")).Float() + 1})
	require.Equal(t, false, field(rest, "has_more"))
	require.Equal(t, "sell", field(rest, "trades").([]any)[0].(object)["direction"])

	log := c.call("private/get_transaction_log", object{"currency": "USDC", "start_timestamp": noon.Add(-time.Hour).UnixMilli(),
		"end_timestamp": noon.Add(time.Hour).UnixMilli(), "count": 2})
	require.Len(t, field(log, "logs"), 2)
	require.Equal(t, "close sell", field(field(log, "logs").([]any)[0], "side"))
	older := c.call("private/get_transaction_log", object{"currency": "USDC", "count": 100, "continuation": field(log, "continuation"),
		"start_timestamp": noon.Add(-time.Hour).UnixMilli(), "end_timestamp": noon.Add(time.Hour).UnixMilli()})
	require.Equal(t, "deposit", field(field(older, "logs").([]any)[0], "type"))
	require.Nil(t, field(older, "continuation"))

	history := c.call("private/get_order_history_by_instrument", object{"instrument_name": btc}).([]any)
	require.Len(t, history, 2)
	require.Equal(t, "sell", field(history[0], "direction"))
	require.Equal(t, "zero", field(c.call("private/get_position", object{"instrument_name": btc}), "direction"))
}

func TestPublic_reads(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	require.Len(t, c.call("public/get_instruments", nil), 7)
	require.Len(t, c.call("public/get_instruments", object{"currency": "BTC", "kind": "future"}), 3)
	require.Empty(t, c.call("public/get_instruments", object{"expired": true}))
	require.Empty(t, c.call("public/get_instruments", object{"currency": "any", "kind": "option"}))
	require.Equal(t, "invalid currency", field(c.refused(-32602, "public/get_instruments", object{"currency": "XXX"}), "data", "reason"))
	require.Len(t, c.call("public/get_currencies", nil), 3)
	require.Equal(t, "false", field(c.call("public/status", nil), "locked"))
	require.NotEmpty(t, field(c.call("public/hello", object{"client_name": "test", "client_version": "1"}), "version"))
	require.NotNil(t, field(c.call("public/get_index_price", object{"index_name": "btc_usd"}), "index_price"))
	c.refused(-32602, "public/get_index_price", object{"index_name": "x"})
	require.Equal(t, strconv.FormatInt(noon.UnixMilli(), 10), c.call("public/get_time", nil).(interface{ String() string }).String())
	s.pass(3 * time.Second)
	trades := c.call("public/get_last_trades_by_instrument", object{"instrument_name": btc, "count": 2})
	require.Len(t, field(trades, "trades"), 2)
	require.Equal(t, true, field(trades, "has_more"))
	require.Equal(t, "no_data", field(c.call("public/get_tradingview_chart_data", object{"instrument_name": btc, "resolution": "1",
		"start_timestamp": noon.Add(time.Hour).UnixMilli(), "end_timestamp": noon.Add(2 * time.Hour).UnixMilli()}), "status"))
	day := c.call("public/get_tradingview_chart_data", object{"instrument_name": btc, "resolution": "1D",
		"start_timestamp": noon.Add(-240 * time.Hour).UnixMilli(), "end_timestamp": noon.UnixMilli()})
	require.Len(t, field(day, "ticks"), 10)
}

func TestCancel_by_every_filter(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	price := parsePrice(around(t, c, "-1"))
	for method, params := range map[string]object{
		"private/cancel_all":                  nil,
		"private/cancel_all_by_instrument":    {"instrument_name": btc},
		"private/cancel_all_by_currency":      {"currency": "USDC"},
		"private/cancel_all_by_kind_or_type":  {"currency": "any", "kind": "future", "type": "limit"},
		"private/cancel_all_by_currency_pair": {"currency_pair": "btc_usdc"},
		"private/cancel_by_label":             {"label": "mine", "currency": "usdc"},
	} {
		c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "limit", "price": price, "label": "mine"})
		require.Equal(t, "1", c.call(method, params).(interface{ String() string }).String(), method)
		s.pass(time.Second)
	}
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "limit", "price": price})
	detailed := c.call("private/cancel_all", object{"detailed": true}).([]any)
	require.Len(t, detailed, 1)
	require.Equal(t, "user_request", field(field(detailed[0], "result").([]any)[0], "cancel_reason"))
}

func TestFunding_of_the_past(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	from, to := noon.Add(-24*time.Hour).UnixMilli(), noon.UnixMilli()
	rows := c.call("public/get_funding_rate_history", object{"instrument_name": btc, "start_timestamp": from, "end_timestamp": to}).([]any)
	require.Len(t, rows, 25)
	sum := 0.0
	for _, r := range rows[1:] {
		sum += dec(t, field(r, "interest_1h")).Float()
	}
	value := dec(t, c.call("public/get_funding_rate_value", object{"instrument_name": btc, "start_timestamp": from, "end_timestamp": to}))
	require.InDelta(t, sum, value.Float(), 1e-12)
	require.NotZero(t, value.Float())
	c.refused(-32602, "public/get_funding_rate_value", object{"instrument_name": btc, "start_timestamp": to, "end_timestamp": from})
}
