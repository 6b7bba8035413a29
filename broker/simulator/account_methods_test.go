package simulator_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestOrders_by_every_filter(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	low := parsePrice(around(t, c, "-1"))
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "limit", "price": low, "label": "a"})
	c.call("private/buy", object{"instrument_name": inverse, "amount": 10, "type": "limit", "price": low, "label": "b"})
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.002, "type": "market"})
	stop := field(c.call("private/sell", object{"instrument_name": btc, "amount": 0.002, "type": "stop_market", "trigger": "mark_price",
		"trigger_price": low, "reduce_only": true, "label": "a"}), "order", "order_id")
	count := func(want int, method string, p object) {
		t.Helper()
		require.Len(t, c.call("private/"+method, p), want)
	}
	count(3, "get_open_orders", nil)
	count(3, "get_open_orders", object{"kind": "any", "type": "all"})
	count(2, "get_open_orders", object{"type": "limit"})
	count(1, "get_open_orders", object{"type": "trigger_all"})
	count(1, "get_open_orders", object{"type": "stop_all"})
	count(0, "get_open_orders", object{"type": "take_all"})
	count(0, "get_open_orders", object{"kind": "option"})
	count(2, "get_open_orders_by_instrument", object{"instrument_name": btc})
	count(1, "get_open_orders_by_instrument", object{"instrument_name": btc, "type": "stop_market"})
	count(2, "get_open_orders_by_currency", object{"currency": "USDC"})
	count(1, "get_open_orders_by_currency", object{"currency": "BTC", "kind": "future"})
	count(2, "get_open_orders_by_label", object{"currency": "USDC", "label": "a"})
	count(0, "get_open_orders_by_label", object{"currency": "BTC", "label": "a"})
	for _, bad := range []object{{"type": "odd"}, {"kind": "odd"}} {
		c.refused(-32602, "private/get_open_orders", bad)
	}
	c.refused(-32602, "private/get_open_orders_by_currency", nil)
	c.refused(-32602, "private/get_open_orders_by_instrument", nil)

	open := c.call("private/get_open_orders_by_label", object{"currency": "BTC", "label": "b"}).([]any)[0]
	margins := c.call("private/get_order_margin_by_ids", object{"ids": []any{field(open, "order_id"), stop}}).([]any)
	require.Equal(t, "BTC", field(margins[0], "initial_margin_currency"))
	require.Positive(t, dec(t, field(margins[0], "initial_margin")).Sign())
	amount(t, "0", field(margins[1], "initial_margin"))
	c.refused(10004, "private/get_order_margin_by_ids", object{"ids": []string{"nothing"}})
	c.refused(-32602, "private/get_order_margin_by_ids", nil)
	c.refused(-32602, "private/get_margins", object{"instrument_name": btc, "amount": 1})
	require.NotNil(t, field(c.call("private/get_margins", object{"instrument_name": btc, "amount": 0.01, "price": low}), "buy"))

	entry := field(c.call("private/get_trigger_order_history", object{"currency": "USDC"}), "entries").([]any)[0]
	require.Equal(t, "new", field(entry, "order_state"))
	c.call("private/cancel", object{"order_id": stop})
	entry = field(c.call("private/get_trigger_order_history", object{"currency": "USDC", "instrument_name": btc}), "entries").([]any)[0]
	require.Equal(t, []any{"cancel", "cancelled", stop, "market"}, []any{field(entry, "request"), field(entry, "order_state"), field(entry, "trigger_order_id"), field(entry, "order_type")})
	require.Empty(t, field(c.call("private/get_trigger_order_history", object{"currency": "BTC"}), "entries"))
}

func TestHistory_goes_on_where_it_stopped(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	for range 5 {
		c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "market"})
		s.pass(time.Second)
	}
	all := c.call("private/get_order_history_by_currency", object{"currency": "USDC"}).([]any)
	require.Len(t, all, 5)
	p := object{"currency": "USDC", "count": 2, "with_continuation": true}
	var told []any
	for range 3 {
		part := c.call("private/get_order_history_by_currency", p)
		told = append(told, field(part, "orders").([]any)...)
		p["continuation"] = field(part, "continuation")
	}
	require.Nil(t, p["continuation"])
	require.Equal(t, all, told)
	require.Len(t, c.call("private/get_order_history_by_instrument", object{"instrument_name": btc, "offset": 3}), 2)
	require.Empty(t, c.call("private/get_order_history_by_currency", object{"currency": "USDC", "kind": "option"}))

	trades := field(c.call("private/get_user_trades_by_currency", object{"currency": "USDC", "count": 100}), "trades").([]any)
	first := trades[len(trades)-1]
	rest := field(c.call("private/get_user_trades_by_currency", object{"currency": "USDC", "start_id": field(first, "trade_id"), "count": 1}), "trades").([]any)
	require.Equal(t, first, rest[0])
	c.refused(-32602, "private/get_user_trades_by_currency_and_time", object{"currency": "USDC"})
	c.refused(13021, "private/get_user_trades_by_currency", object{"currency": "USDC", "subaccount_id": 70002})
	require.Len(t, field(c.call("private/get_user_trades_by_instrument_and_time", object{"instrument_name": btc, "start_timestamp": 0, "end_timestamp": noon.Add(time.Second).UnixMilli(), "count": 100}), "trades"), len(trades)*2/5)
}

func TestCancel_in_detail(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	low := parsePrice(around(t, c, "-1"))
	place := func() {
		for _, name := range []string{btc, btc, inverse} {
			c.call("private/buy", object{"instrument_name": name, "amount": map[string]any{btc: 0.001, inverse: 10}[name], "type": "limit", "price": low, "label": "x"})
		}
		c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "stop_market", "trigger": "mark_price", "trigger_price": parsePrice(around(t, c, "1")), "label": "x"})
	}
	place()
	groups := c.call("private/cancel_all", object{"detailed": true, "freeze_quotes": true}).([]any)
	require.Len(t, groups, 3)
	require.Equal(t, []any{btc, "USDC", "limit"}, []any{field(groups[0], "instrument_name"), field(groups[0], "currency"), field(groups[0], "type")})
	require.Len(t, field(groups[0], "result"), 2)
	require.Equal(t, []any{inverse, "BTC", "limit"}, []any{field(groups[1], "instrument_name"), field(groups[1], "currency"), field(groups[1], "type")})
	require.Equal(t, "trigger", field(groups[2], "type"))
	require.Equal(t, "user_request", field(field(groups[2], "result").([]any)[0], "cancel_reason"))
	require.Empty(t, c.call("private/cancel_all", object{"detailed": true}))
	for _, k := range []struct {
		method string
		params object
		want   string
	}{
		{"cancel_all_by_kind_or_type", object{"currency": []string{"BTC", "USDC"}, "type": "limit"}, "3"},
		{"cancel_all_by_kind_or_type", object{"currency": "any", "kind": "option"}, "0"},
		{"cancel_all_by_currency", object{"currency": "USDC", "kind": "spot"}, "0"},
		{"cancel_all_by_currency", object{"currency": "USDC", "type": "stop"}, "1"},
		{"cancel_all_by_currency_pair", object{"currency_pair": "btc_usdc", "type": "trigger_all"}, "1"},
		{"cancel_all_by_currency_pair", object{"currency_pair": "btc_usdc", "kind": "future"}, "3"},
		{"cancel_all_by_instrument", object{"instrument_name": btc, "include_combos": true}, "3"},
		{"cancel_by_label", object{"label": "x"}, "4"},
		{"cancel_by_label", object{"label": "x", "currency": "BTC"}, "1"},
		{"cancel_by_label", object{"label": "y"}, "0"},
	} {
		place()
		amount(t, k.want, c.call("private/"+k.method, k.params))
		c.call("private/cancel_all", nil)
	}
	for method, p := range map[string]object{
		"cancel_all":                  {"detailed": "perhaps"},
		"cancel_all_by_instrument":    {"instrument_name": btc, "freeze_quotes": 7},
		"cancel_all_by_currency":      {},
		"cancel_all_by_kind_or_type":  {"currency": []string{"BTC", "XXX"}},
		"cancel_all_by_currency_pair": {"currency_pair": "x"},
		"cancel_by_label":             {},
	} {
		c.refused(-32602, "private/"+method, p)
	}
}

func TestAccount_alone(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "limit", "price": parsePrice(around(t, c, "-1"))})
	sub := c.call("private/get_subaccounts", object{"with_portfolio": true}).([]any)
	require.Len(t, sub, 1)
	require.Equal(t, "main", field(sub[0], "type"))
	amount(t, "0.1", field(sub[0], "portfolio", "btc", "equity"))
	require.Nil(t, field(c.call("private/get_subaccounts", nil).([]any)[0], "portfolio"))
	details := c.call("private/get_subaccounts_details", object{"currency": "USDC", "with_open_orders": true}).([]any)
	require.Len(t, field(details[0], "positions"), 1)
	require.Len(t, field(details[0], "open_orders"), 1)
	require.Nil(t, field(c.call("private/get_subaccounts_details", object{"currency": "BTC"}).([]any)[0], "open_orders"))
	require.Len(t, c.call("private/get_user_locks", nil), 3)
	for _, method := range []string{"get_mmp_config", "get_mmp_status", "get_new_announcements"} {
		require.Empty(t, c.call("private/"+method, object{"index_name": "all"}))
	}
	require.Empty(t, c.call("public/get_announcements", nil))
	c.refused(13021, "private/set_mmp_config", object{"index_name": "btc_usd", "interval": 1, "frozen_time": 1, "max_quote_quantity": 1})
	for _, method := range []string{"get_positions", "get_account_summaries"} {
		c.refused(13021, "private/"+method, object{"subaccount_id": 70002})
		c.call("private/"+method, object{"subaccount_id": 70001})
	}
	require.Len(t, c.call("private/get_positions", nil), 1)
	require.Empty(t, c.call("private/get_positions", object{"kind": "option"}))

	sum := c.call("private/get_account_summary", object{"currency": "USDC", "extended": true})
	amount(t, "0.01", field(sum, "delta_total_map", "btc_usdc"))
	amount(t, "0.00035", field(sum, "fees", "btc_usdc", "perpetual", "default", "taker"))
	position := c.call("private/get_position", object{"instrument_name": btc})
	ratio := dec(t, field(position, "estimated_liquidation_price")).Float() / dec(t, field(position, "index_price")).Float()
	require.InDelta(t, ratio, dec(t, field(sum, "estimated_liquidation_ratio")).Float(), 1e-6)
	require.Nil(t, field(c.call("private/get_account_summary", object{"currency": "USDC"}), "fees"))
}

func TestLog_by_words(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.001, "type": "market"})
	c.call("private/sell", object{"instrument_name": btc, "amount": 0.001, "type": "market"})
	for query, want := range map[string]int{"": 3, "trade": 2, "deposit": 1, "buy": 1, "close sell": 1, "taker": 2, "maker": 0, "settlement": 0, "future": 2} {
		got := field(c.call("private/get_transaction_log", object{"currency": "USDC", "start_timestamp": 0, "end_timestamp": 1 << 50, "query": query}), "logs")
		require.Len(t, got, want, query)
	}
	c.refused(-32602, "private/get_transaction_log", object{"currency": "USDC", "start_timestamp": 0, "end_timestamp": 1, "count": 251})
	c.refused(-32602, "private/get_transaction_log", object{"currency": "USDC", "start_timestamp": 0})
}

func TestMethods_beyond_this_exchange(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	for _, method := range []string{"private/mass_quote", "private/withdraw", "private/create_combo", "public/get_combos", "private/move_positions"} {
		require.Equal(t, "not_implemented", c.refused(10033, method, nil)["message"])
	}
	c.refused(-32601, "private/dance", nil)
	s.dial().refused(13009, "private/withdraw", nil)
}

func TestSelf_trading_is_the_accounts_choice(t *testing.T) {
	s := newStage(t, manager, unlimited)
	c := s.login(alice)
	s.login(bob).refused(13021, "private/set_self_trading_config", object{"mode": "cancel_maker", "extended_to_subaccounts": false})
	mode := func() any {
		return field(c.call("private/get_account_summary", object{"currency": "USDC", "extended": true}), "self_trading_reject_mode")
	}
	require.Equal(t, "reject_taker", mode())
	best := dec(t, field(c.call("public/ticker", object{"instrument_name": btc}), "best_ask_price"))
	inside := object{"instrument_name": btc, "amount": 0.001, "type": "limit", "price": json.Number(best.Sub(trade.MustDec("0.1")).String())}
	resting := field(c.call("private/sell", inside), "order", "order_id")
	require.Equal(t, "order_overlap", c.refused(10003, "private/buy", inside)["message"])
	require.Equal(t, "ok", c.call("private/set_self_trading_config", object{"mode": "cancel_maker", "extended_to_subaccounts": true}))
	require.Equal(t, "cancel_maker", mode())
	c.call("private/buy", inside)
	require.Equal(t, "cancelled", field(c.call("private/get_order_state", object{"order_id": resting}), "order_state"))
	for _, bad := range []object{{"mode": "allow", "extended_to_subaccounts": true}, {"mode": "cancel_maker"}, {"mode": "cancel_maker", "extended_to_subaccounts": 5}} {
		c.refused(-32602, "private/set_self_trading_config", bad)
	}
}
