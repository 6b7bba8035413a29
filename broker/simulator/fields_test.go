package simulator_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shape tells of each field of an object what it holds: string, float (written with a point or an
// exponent), int, bool, object, list, null, or several with a bar; a question mark after its name
// says that it may be missing.
type shape map[string]string

// with adds fields to a shape.
func (s shape) with(more shape) shape {
	out := maps.Clone(s)
	maps.Copy(out, more)
	return out
}

func holds(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "bool"
	case nil:
		return "null"
	case []any:
		return "list"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "float"
		}
		return "int"
	}
	return "object"
}

// fits wants an object to have every field of a shape, with what it holds, and none beside.
func fits(t *testing.T, s shape, v any) {
	t.Helper()
	o, ok := v.(object)
	require.True(t, ok, "%v is no object", v)
	for name, want := range s {
		name, optional := strings.CutSuffix(name, "?")
		got, there := o[name]
		require.True(t, there || optional, "%s is missing in %v", name, v)
		if there {
			require.Contains(t, strings.Split(want, "|"), holds(got), "%s is %v", name, got)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		_, known := s[name]
		_, optional := s[name+"?"]
		require.True(t, known || optional, "%s is unknown", name)
	}
}

func each(t *testing.T, s shape, v any) {
	t.Helper()
	require.NotEmpty(t, v)
	for _, item := range v.([]any) {
		fits(t, s, item)
	}
}

var (
	orderShape = shape{"order_id": "string", "order_state": "string", "order_type": "string", "instrument_name": "string", "direction": "string",
		"price": "float|string", "amount": "float", "contracts": "float", "label": "string", "time_in_force": "string", "post_only": "bool",
		"reject_post_only?": "bool", "reduce_only": "bool", "replaced": "bool", "api": "bool", "web": "bool", "mmp": "bool", "risk_reducing": "bool",
		"is_liquidation": "bool", "creation_timestamp": "int", "last_update_timestamp": "int", "user_id": "int"}
	filledShape  = orderShape.with(shape{"filled_amount": "float", "average_price": "float", "price": "float"})
	triggerShape = orderShape.with(shape{"price": "string", "trigger": "string", "trigger_price": "float", "triggered": "bool"})

	publicTradeShape = shape{"trade_id": "string", "trade_seq": "int", "instrument_name": "string", "timestamp": "int", "direction": "string",
		"price": "float", "amount": "float", "contracts": "float", "mark_price": "float", "index_price": "float", "tick_direction": "int"}
	userTradeShape = publicTradeShape.with(shape{"order_id": "string", "order_type": "string", "matching_id": "null", "fee": "float",
		"fee_currency": "string", "liquidity": "string", "state": "string", "label?": "string", "reduce_only": "bool", "post_only": "bool",
		"mmp": "bool", "risk_reducing": "bool", "api": "bool", "profit_loss": "float", "self_trade": "bool"})

	positionShape = shape{"instrument_name": "string", "kind": "string", "direction": "string", "size": "float", "size_currency": "float",
		"average_price": "float", "mark_price": "float", "index_price": "float", "settlement_price": "float", "floating_profit_loss": "float",
		"realized_profit_loss": "float", "total_profit_loss": "float", "realized_funding": "float", "interest_value": "float",
		"initial_margin": "float", "maintenance_margin": "float", "open_orders_margin": "float", "delta": "float", "leverage": "int",
		"estimated_liquidation_price": "float"}

	moneyShape = shape{"currency": "string", "balance": "float", "equity": "float", "margin_balance": "float", "available_funds": "float",
		"available_withdrawal_funds": "float", "initial_margin": "float", "maintenance_margin": "float", "additional_reserve": "float", "spot_reserve": "float"}
	summaryShape = moneyShape.with(shape{"projected_initial_margin": "float", "projected_maintenance_margin": "float", "session_rpl": "float",
		"session_upl": "float", "total_pl": "float", "futures_pl": "float", "futures_session_rpl": "float", "futures_session_upl": "float",
		"options_value": "float", "options_pl": "float", "options_delta": "float", "options_gamma": "float", "options_vega": "float",
		"options_theta": "float", "options_session_rpl": "float", "options_session_upl": "float", "options_gamma_map": "object",
		"options_vega_map": "object", "options_theta_map": "object", "delta_total": "float", "delta_total_map": "object",
		"projected_delta_total": "float", "estimated_liquidation_ratio": "float", "estimated_liquidation_ratio_map": "object",
		"fee_balance": "float", "locked_balance": "float", "margin_model": "string", "cross_collateral_enabled": "bool",
		"portfolio_margining_enabled": "bool", "limits": "object"})
	accountShape = shape{"id": "int", "username": "string", "system_name": "string", "email": "string", "type": "string", "creation_timestamp": "int",
		"security_keys_enabled": "bool", "interuser_transfers_enabled": "bool", "self_trading_reject_mode": "string",
		"self_trading_extended_to_subaccounts": "bool", "login_enabled": "bool", "mmp_enabled": "bool"}

	instrumentShape = shape{"instrument_name": "string", "instrument_id": "int", "kind": "string", "instrument_type": "string", "future_type": "string",
		"base_currency": "string", "quote_currency": "string", "counter_currency": "string", "settlement_currency": "string",
		"settlement_period": "string", "price_index": "string", "tick_size": "float", "tick_size_steps": "list", "min_trade_amount": "float",
		"contract_size": "float", "max_leverage": "int", "maker_commission": "float", "taker_commission": "float",
		"max_liquidation_commission": "float", "block_trade_commission": "float", "block_trade_min_trade_amount": "float",
		"block_trade_tick_size": "float", "is_active": "bool", "state": "string", "rfq": "bool", "creation_timestamp": "int", "expiration_timestamp": "int"}

	statsShape  = shape{"high": "float", "low": "float", "price_change": "float", "volume": "float", "volume_usd": "float", "volume_notional": "float"}
	futureShape = shape{"instrument_name": "string", "timestamp": "int", "state": "string", "stats": "object", "open_interest": "float",
		"best_bid_price": "float", "best_bid_amount": "float", "best_ask_price": "float", "best_ask_amount": "float", "index_price": "float",
		"mark_price": "float", "last_price": "float", "min_price": "float", "max_price": "float", "settlement_price": "float", "estimated_delivery_price": "float"}
	tickerShape = futureShape.with(shape{"current_funding": "float", "funding_8h": "float", "interest_value": "float"})
	bookShape   = shape{"change_id": "int", "bids": "list", "asks": "list"}

	bookSummaryShape = statsShape.with(shape{"instrument_name": "string", "base_currency": "string", "quote_currency": "string", "bid_price": "float|null",
		"ask_price": "float|null", "mid_price": "float|null", "last": "float", "mark_price": "float", "estimated_delivery_price": "float",
		"open_interest": "float", "creation_timestamp": "int", "current_funding?": "float", "funding_8h?": "float"})

	keyShape = shape{"id": "int", "timestamp": "int", "client_id": "string", "client_secret": "string", "name": "string", "max_scope": "string",
		"enabled": "bool", "default": "bool", "enabled_features": "list", "ip_whitelist": "list"}
	tokenShape = shape{"access_token": "string", "refresh_token": "string", "expires_in": "int", "token_type": "string", "scope": "string"}

	logShape = shape{"id": "int", "user_seq": "int", "user_id": "int", "username": "string", "timestamp": "int", "type": "string", "currency": "string",
		"change": "float", "cashflow": "float", "balance": "float", "equity": "float", "commission": "float", "interest_pl": "float",
		"side": "string", "info": "object"}
	depositRow = logShape.with(shape{"instrument_name": "null", "price": "null", "position": "null", "trade_id": "null", "order_id": "null"})
	marketRow  = logShape.with(shape{"instrument_name": "string", "price": "float", "price_currency": "string", "position": "float", "amount": "float",
		"contracts": "float", "mark_price": "float", "index_price": "float"})
	tradeRow      = marketRow.with(shape{"trade_id": "string", "order_id": "string", "user_role": "string", "fee_role": "string", "profit_as_cashflow": "bool"})
	settlementRow = marketRow.with(shape{"trade_id": "null", "order_id": "null", "settlement_price": "float", "total_interest_pl": "float",
		"session_upl": "float", "session_rpl": "float"})

	settlementShape = shape{"type": "string", "timestamp": "int", "instrument_name": "string", "position": "float", "profit_loss": "float",
		"session_profit_loss": "float", "funding": "float", "mark_price": "float", "index_price": "float"}
)

func TestFields_of_the_market(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.dial()
	s.pass(3 * time.Second)
	each(t, instrumentShape, c.call("public/get_instruments", nil))
	dated := object{"instrument_name": "BTC-28MAR25"}
	fits(t, tickerShape, c.call("public/ticker", object{"instrument_name": btc}))
	fits(t, futureShape, c.call("public/ticker", dated))
	fits(t, statsShape, field(c.call("public/ticker", dated), "stats"))
	fits(t, tickerShape.with(bookShape), c.call("public/get_order_book", object{"instrument_name": btc}))
	each(t, bookSummaryShape, c.call("public/get_book_summary_by_currency", object{"currency": "any"}))
	each(t, publicTradeShape, field(c.call("public/get_last_trades_by_instrument", object{"instrument_name": inverse}), "trades"))
	each(t, shape{"currency": "string", "currency_long": "string", "coin_type": "string", "decimals": "int", "min_confirmations": "int",
		"min_withdrawal_fee": "float", "withdrawal_fee": "float", "withdrawal_priorities": "list", "in_cross_collateral_pool": "bool"},
		c.call("public/get_currencies", nil))
	each(t, shape{"timestamp": "int", "index_price": "float", "prev_index_price": "float", "interest_1h": "float", "interest_8h": "float"},
		c.call("public/get_funding_rate_history", object{"instrument_name": btc, "start_timestamp": noon.Add(-3 * time.Hour).UnixMilli(), "end_timestamp": noon.UnixMilli()}))
	chart := c.call("public/get_tradingview_chart_data", object{"instrument_name": btc, "resolution": "60", "start_timestamp": noon.Add(-3 * time.Hour).UnixMilli(), "end_timestamp": noon.UnixMilli()})
	fits(t, shape{"status": "string", "ticks": "list", "open": "list", "high": "list", "low": "list", "close": "list", "volume": "list", "cost": "list"}, chart)
}

func TestFields_of_the_account(t *testing.T) {
	s := newStage(t, unlimited, manager)
	c := s.dial()
	login := c.call("public/auth", object{"grant_type": "client_credentials", "client_id": "alicekey", "client_secret": "alicesecret"})
	fits(t, tokenShape.with(shape{"enabled_features": "list"}), login)
	low := parsePrice(around(t, c, "-1"))

	bought := c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market", "label": "x"})
	fits(t, filledShape, field(bought, "order"))
	each(t, userTradeShape, field(bought, "trades"))
	resting := field(c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "price": low, "post_only": true}), "order")
	fits(t, filledShape, resting)
	require.Contains(t, resting, "reject_post_only")
	amount(t, "0", field(resting, "average_price"))
	fits(t, filledShape.with(shape{"cancel_reason": "string"}), c.call("private/cancel", object{"order_id": field(resting, "order_id")}))
	stop := field(c.call("private/sell", object{"instrument_name": btc, "amount": 0.01, "type": "stop_market", "trigger": "mark_price", "trigger_price": low, "reduce_only": true}), "order")
	fits(t, triggerShape, stop)
	require.Equal(t, "market_price", field(stop, "price"))
	linked := bracket("0.01", around(t, c, "2"), around(t, c, "-2"))
	linked["type"], linked["price"] = "limit", low
	entry := field(c.call("private/buy", linked), "order")
	fits(t, filledShape.with(shape{"oto_order_ids": "list", "is_primary_otoco": "bool", "trigger_fill_condition": "string"}), entry)
	secondary := shape{"is_secondary_oto": "bool", "primary_order_id": "string", "trigger_fill_condition": "string", "oco_ref": "string"}
	for n, s := range []shape{orderShape.with(shape{"price": "float"}), triggerShape} {
		id := field(entry, "oto_order_ids").([]any)[n]
		fits(t, s.with(secondary), c.call("private/get_order_state", object{"order_id": id}))
	}

	position := c.call("private/get_position", object{"instrument_name": btc})
	fits(t, positionShape, position)
	require.Equal(t, []any{position}, c.call("private/get_positions", object{"currency": "USDC"}))
	fits(t, summaryShape, c.call("private/get_account_summary", object{"currency": "USDC"}))
	fits(t, summaryShape.with(accountShape).with(shape{"fees": "object"}), c.call("private/get_account_summary", object{"currency": "USDC", "extended": true}))
	all := c.call("private/get_account_summaries", object{"extended": true})
	fits(t, accountShape.with(shape{"summaries": "list"}), all)
	each(t, summaryShape.with(shape{"fees": "object"}), field(all, "summaries"))
	fits(t, moneyShape, field(c.call("private/get_subaccounts", object{"with_portfolio": true}).([]any)[0], "portfolio", "usdc"))
	each(t, keyShape, c.managed("private/list_api_keys", object{}))
	each(t, shape{"id": "int", "ip": "string", "timestamp": "int", "country": "string", "city": "string", "log": "string", "data?": "string"},
		field(c.call("private/get_access_log", nil), "data"))
	each(t, shape{"timestamp": "int", "trigger": "string", "trigger_price": "float", "trigger_order_id": "string", "order_id": "string",
		"order_state": "string", "request": "string", "instrument_name": "string", "direction": "string", "price": "float|string", "amount": "float",
		"order_type": "string", "last_update_timestamp": "int", "reduce_only": "bool", "post_only": "bool", "label?": "string", "is_secondary_oto?": "bool", "oco_ref?": "string", "trigger_offset?": "float"},
		field(c.call("private/get_trigger_order_history", object{"currency": "USDC"}), "entries"))
}

func TestFields_of_the_log(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	s.clock.Advance(21 * time.Hour)
	s.Sync()
	c = s.login(alice)
	rows := map[string]shape{"deposit": depositRow, "trade": tradeRow, "settlement": settlementRow}
	seen := map[string]bool{}
	for _, row := range field(c.call("private/get_transaction_log", everything), "logs").([]any) {
		kind := field(row, "type").(string)
		seen[kind] = true
		fits(t, rows[kind], row)
	}
	require.Len(t, seen, len(rows))
	each(t, settlementShape, field(c.call("private/get_settlement_history_by_currency", object{"currency": "USDC"}), "settlements"))
	each(t, settlementShape, field(c.call("public/get_last_settlements_by_currency", object{"currency": "BTC"}), "settlements"))
}
