package simulator

import "strings"

// methods are those that the exchange knows.
var methods = map[string]method{}

func init() {
	for _, table := range []map[string]method{sessionMethods(), marketMethods(), tradeMethods(), accountMethods()} {
		for name, m := range table {
			methods[name] = m
		}
	}
	for _, name := range beyond {
		m := method{"", readPool, (*call).notImplemented}
		if strings.HasPrefix(name, "private/") {
			m.need = "account:none"
		}
		methods[name] = m
	}
}

func sessionMethods() map[string]method {
	return map[string]method{
		"public/auth":              {"", readPool, (*call).login},
		"public/fork_token":        {"", readPool, (*call).forkToken},
		"public/exchange_token":    {"", readPool, (*call).exchangeToken},
		"public/test":              {"", freePool, (*call).test},
		"public/hello":             {"", readPool, (*call).hello},
		"public/get_time":          {"", readPool, (*call).time},
		"public/status":            {"", readPool, (*call).status},
		"public/get_announcements": {"", readPool, (*call).nothing},
		"public/set_heartbeat":     {"", readPool, (*call).setHeartbeat},
		"public/disable_heartbeat": {"", readPool, (*call).disableHeartbeat},
		"public/subscribe":         {"", subscribePool, (*call).subscribe},
		"public/unsubscribe":       {"", readPool, (*call).unsubscribe},
		"public/unsubscribe_all":   {"", readPool, (*call).unsubscribeAll},
		"private/logout":           {"account:none", freePool, (*call).logout},
		"private/subscribe":        {"account:none", subscribePool, (*call).subscribe},
		"private/unsubscribe":      {"account:none", readPool, (*call).unsubscribe},
		"private/unsubscribe_all":  {"account:none", readPool, (*call).unsubscribeAll},

		"private/enable_cancel_on_disconnect":  {"account:read_write", readPool, (*call).enableCOD},
		"private/disable_cancel_on_disconnect": {"account:read_write", readPool, (*call).disableCOD},
		"private/get_cancel_on_disconnect":     {"account:read", readPool, (*call).getCOD},
	}
}

func marketMethods() map[string]method {
	return map[string]method{
		"public/get_instruments":                        {"", instrumentsPool, (*call).instruments},
		"public/get_instrument":                         {"", readPool, (*call).instrument},
		"public/get_currencies":                         {"", readPool, (*call).currencies},
		"public/ticker":                                 {"", readPool, (*call).ticker},
		"public/get_order_book":                         {"", readPool, (*call).orderBook},
		"public/get_order_book_by_instrument_id":        {"", readPool, (*call).orderBookByID},
		"public/get_contract_size":                      {"", readPool, (*call).contractSize},
		"public/get_book_summary_by_currency":           {"", readPool, (*call).bookSummaryByCurrency},
		"public/get_book_summary_by_instrument":         {"", readPool, (*call).bookSummaryByInstrument},
		"public/get_index_price_names":                  {"", readPool, (*call).indexNames},
		"public/get_supported_index_names":              {"", readPool, (*call).supportedIndexNames},
		"public/get_index_chart_data":                   {"", readPool, (*call).indexChart},
		"public/get_mark_price_history":                 {"", readPool, (*call).markHistory},
		"public/get_expirations":                        {"", readPool, (*call).expirations},
		"public/get_trade_volumes":                      {"", readPool, (*call).tradeVolumes},
		"public/get_historical_volatility":              {"", readPool, (*call).volatility},
		"public/get_delivery_prices":                    {"", readPool, (*call).deliveryPrices},
		"public/get_last_settlements_by_instrument":     {"", readPool, (*call).lastSettlements},
		"public/get_last_settlements_by_currency":       {"", readPool, (*call).lastSettlements},
		"public/get_last_trades_by_currency":            {"", readPool, (*call).lastTradesByCurrency},
		"public/get_last_trades_by_currency_and_time":   {"", readPool, (*call).lastTradesByCurrency},
		"public/get_funding_chart_data":                 {"", readPool, (*call).fundingChart},
		"public/get_index_price":                        {"", readPool, (*call).indexPrice},
		"public/get_tradingview_chart_data":             {"", readPool, (*call).chart},
		"public/get_last_trades_by_instrument":          {"", readPool, (*call).lastTrades},
		"public/get_last_trades_by_instrument_and_time": {"", readPool, (*call).lastTrades},
		"public/get_funding_rate_value":                 {"", readPool, (*call).fundingValue},
		"public/get_funding_rate_history":               {"", readPool, (*call).fundingHistory},
	}
}

func tradeMethods() map[string]method {
	return map[string]method{
		"private/buy":                         {"trade:read_write", matchingPool, (*call).buy},
		"private/sell":                        {"trade:read_write", matchingPool, (*call).sell},
		"private/edit":                        {"trade:read_write", matchingPool, (*call).edit},
		"private/edit_by_label":               {"trade:read_write", matchingPool, (*call).editByLabel},
		"private/cancel":                      {"trade:read_write", matchingPool, (*call).cancel},
		"private/cancel_all":                  {"trade:read_write", matchingPool, (*call).cancelAll},
		"private/cancel_all_by_instrument":    {"trade:read_write", matchingPool, (*call).cancelByInstrument},
		"private/cancel_all_by_currency":      {"trade:read_write", matchingPool, (*call).cancelByCurrency},
		"private/cancel_all_by_kind_or_type":  {"trade:read_write", matchingPool, (*call).cancelByKind},
		"private/cancel_all_by_currency_pair": {"trade:read_write", matchingPool, (*call).cancelByPair},
		"private/cancel_by_label":             {"trade:read_write", matchingPool, (*call).cancelByLabel},
		"private/close_position":              {"trade:read_write", matchingPool, (*call).closePosition},

		"private/get_open_orders":                        {"trade:read", readPool, (*call).openOrders},
		"private/get_open_orders_by_instrument":          {"trade:read", readPool, (*call).openByInstrument},
		"private/get_open_orders_by_currency":            {"trade:read", readPool, (*call).openByCurrency},
		"private/get_open_orders_by_label":               {"trade:read", readPool, (*call).openByLabel},
		"private/get_order_state":                        {"trade:read", readPool, (*call).orderState},
		"private/get_order_state_by_label":               {"trade:read", readPool, (*call).orderStateByLabel},
		"private/get_order_history_by_instrument":        {"trade:read", readPool, (*call).historyByInstrument},
		"private/get_order_history_by_currency":          {"trade:read", readPool, (*call).historyByCurrency},
		"private/get_trigger_order_history":              {"trade:read", readPool, (*call).triggerHistory},
		"private/get_user_trades_by_instrument":          {"trade:read", readPool, (*call).tradesByInstrument},
		"private/get_user_trades_by_instrument_and_time": {"trade:read", readPool, (*call).tradesByInstrument},
		"private/get_user_trades_by_currency":            {"trade:read", readPool, (*call).tradesByCurrency},
		"private/get_user_trades_by_currency_and_time":   {"trade:read", readPool, (*call).tradesByCurrency},
		"private/get_user_trades_by_order":               {"trade:read", readPool, (*call).tradesByOrder},
		"private/get_margins":                            {"trade:read", readPool, (*call).margins},
		"private/get_order_margin_by_ids":                {"trade:read", readPool, (*call).orderMargins},
		"private/get_mmp_config":                         {"trade:read", readPool, (*call).nothing},
		"private/get_mmp_status":                         {"trade:read", readPool, (*call).nothing},
		"private/set_mmp_config":                         {"trade:read_write", readPool, (*call).noMaker},
		"private/reset_mmp":                              {"trade:read_write", readPool, (*call).noMaker},
	}
}

func accountMethods() map[string]method {
	return map[string]method{
		"private/get_positions":         {"trade:read", readPool, (*call).positions},
		"private/get_position":          {"trade:read", readPool, (*call).position},
		"private/get_account_summary":   {"account:read", readPool, (*call).summary},
		"private/get_account_summaries": {"account:read", readPool, (*call).summaries},
		"private/get_transaction_log":   {"account:read", logPool, (*call).transactionLog},
		"private/get_access_log":        {"account:read", readPool, (*call).accessLog},
		"private/get_user_locks":        {"account:read", readPool, (*call).userLocks},
		"private/get_subaccounts":       {"account:read", readPool, (*call).subaccounts},

		"private/set_self_trading_config": {"account:read_write", readPool, (*call).setSelfTrading},

		"private/get_new_announcements": {"account:read", readPool, (*call).nothing},

		"private/get_subaccounts_details":              {"account:read", readPool, (*call).subaccountsDetails},
		"private/get_settlement_history_by_instrument": {"trade:read", readPool, (*call).settlementHistory},
		"private/get_settlement_history_by_currency":   {"trade:read", readPool, (*call).settlementHistory},

		"private/list_api_keys":           {"account:none", readPool, (*call).listKeys},
		"private/create_api_key":          {"account:none", readPool, (*call).createKey},
		"private/edit_api_key":            {"account:none", readPool, (*call).editKey},
		"private/change_scope_in_api_key": {"account:none", readPool, (*call).scopeKey},
		"private/change_api_key_name":     {"account:none", readPool, (*call).nameKey},
		"private/enable_api_key":          {"account:none", readPool, (*call).enableKey},
		"private/disable_api_key":         {"account:none", readPool, (*call).disableKey},
		"private/reset_api_key":           {"account:none", readPool, (*call).resetKey},
		"private/remove_api_key":          {"account:none", readPool, (*call).removeKey},
	}
}
