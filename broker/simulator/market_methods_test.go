package simulator_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const inverse = "BTC-PERPETUAL"

func texts(v any) (out []string) {
	for _, s := range v.([]any) {
		out = append(out, s.(string))
	}
	return out
}

// Futures of March and June 2025 are listed beside the perpetuals at noon of the tenth of March.
func TestExpirations(t *testing.T) {
	c := newStage(t).dial()
	all := []string{"28MAR25", "27JUN25", "PERPETUAL"}
	got := c.call("public/get_expirations", object{"currency": "any", "kind": "any"})
	require.Equal(t, all, texts(field(got, "future")))
	require.Empty(t, field(got, "option"))
	require.Equal(t, object{"option": []any{}}, c.call("public/get_expirations", object{"currency": "BTC", "kind": "option"}))
	grouped := c.call("public/get_expirations", object{"currency": "grouped", "kind": "future"})
	require.Equal(t, all, texts(field(grouped, "USDC", "future")))
	require.Empty(t, field(grouped, "ETH", "future"))
	require.Equal(t, []string{"PERPETUAL"}, texts(field(c.call("public/get_expirations", object{"currency": "USDC", "kind": "future", "currency_pair": "eth_usdc"}), "future")))
	for _, bad := range []object{{"currency": "any"}, {"kind": "future"}, {"currency": "XXX", "kind": "future"}, {"currency": "any", "kind": "future", "currency_pair": "x"}} {
		c.refused(-32602, "public/get_expirations", bad)
	}
}

func TestBooks_by_number_and_summaries(t *testing.T) {
	c := newStage(t).dial()
	spec := c.call("public/get_instrument", object{"instrument_name": inverse})
	book := c.call("public/get_order_book_by_instrument_id", object{"instrument_id": field(spec, "instrument_id"), "depth": 1})
	require.Equal(t, c.call("public/get_order_book", object{"instrument_name": inverse, "depth": 1}), book)
	require.Len(t, field(book, "bids"), 1)
	c.refused(-32602, "public/get_order_book_by_instrument_id", object{"instrument_id": 99})
	c.refused(-32602, "public/get_order_book_by_instrument_id", object{"instrument_id": "x"})
	amount(t, "10", field(c.call("public/get_contract_size", object{"instrument_name": inverse}), "contract_size"))

	one := c.call("public/get_book_summary_by_instrument", object{"instrument_name": inverse}).([]any)
	require.Len(t, one, 1)
	ticker := c.call("public/ticker", object{"instrument_name": inverse})
	require.Equal(t, field(ticker, "best_bid_price"), field(one[0], "bid_price"))
	require.Equal(t, field(ticker, "stats", "high"), field(one[0], "high"))
	mid := dec(t, field(ticker, "best_bid_price")).Float()/2 + dec(t, field(ticker, "best_ask_price")).Float()/2
	require.InDelta(t, mid, dec(t, field(one[0], "mid_price")).Float(), 1e-9)
	require.Len(t, c.call("public/get_book_summary_by_currency", object{"currency": "BTC"}), 3)
	require.Empty(t, c.call("public/get_book_summary_by_currency", object{"currency": "BTC", "kind": "option"}))
	c.refused(-32602, "public/get_book_summary_by_currency", object{"currency": "BTC", "kind": "stone"})
	c.refused(-32602, "public/get_book_summary_by_currency", object{})
}

func TestIndices(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	names := []string{"btc_usd", "btc_usdc", "eth_usd", "eth_usdc"}
	require.Equal(t, names, texts(c.call("public/get_index_price_names", nil)))
	require.Equal(t, names, texts(c.call("public/get_supported_index_names", object{"type": "all"})))
	require.Empty(t, c.call("public/get_supported_index_names", object{"type": "spot"}))
	c.refused(-32602, "public/get_supported_index_names", object{"type": "dreamt"})
	long := c.call("public/get_index_price_names", object{"extended": true}).([]any)
	require.Equal(t, object{"name": "btc_usd", "future_combo_creation_enabled": false, "option_combo_creation_enabled": false}, long[0])

	price := field(c.call("public/get_index_price", object{"index_name": "eth_usd"}), "index_price")
	for span, rows := range map[string]int{"1h": 60, "1d": 288, "2d": 288, "1m": 360, "1y": 365, "all": 365} {
		chart := c.call("public/get_index_chart_data", object{"index_name": "eth_usd", "range": span}).([]any)
		require.Len(t, chart, rows, span)
		last := chart[rows-1].([]any)
		if span == "1h" {
			amount(t, strconv.FormatInt(noon.UnixMilli(), 10), last[0])
			require.Equal(t, price, last[1])
		}
	}
	c.refused(-32602, "public/get_index_chart_data", object{"index_name": "eth_usd", "range": "3d"})
	c.refused(-32602, "public/get_index_chart_data", object{"index_name": "x", "range": "1d"})
	span := object{"instrument_name": btc, "start_timestamp": 0, "end_timestamp": 1}
	require.Empty(t, c.call("public/get_mark_price_history", span))
	delete(span, "end_timestamp")
	c.refused(-32602, "public/get_mark_price_history", span)
}

func TestStatistics(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	short := c.call("public/get_trade_volumes", nil).([]any)
	require.Len(t, short, 2)
	require.Nil(t, field(short[0], "futures_volume_7d"))
	long := c.call("public/get_trade_volumes", object{"extended": true}).([]any)[0]
	day, week, month := dec(t, field(long, "futures_volume")).Float(), dec(t, field(long, "futures_volume_7d")).Float(), dec(t, field(long, "futures_volume_30d")).Float()
	require.Equal(t, field(short[0], "futures_volume"), field(long, "futures_volume"))
	require.Greater(t, week, day)
	require.Greater(t, month, week)
	amount(t, "0", field(long, "calls_volume_30d"))

	rows := c.call("public/get_historical_volatility", object{"currency": "BTC"}).([]any)
	require.Len(t, rows, 360)
	amount(t, strconv.FormatInt(noon.UnixMilli(), 10), rows[359].([]any)[0])
	require.Greater(t, dec(t, rows[359].([]any)[1]).Float(), 1.0)
	require.Empty(t, c.call("public/get_historical_volatility", object{"currency": "USDC"}))
	c.refused(-32602, "public/get_historical_volatility", object{"currency": "XXX"})

	for length, count := range map[string]int{"8h": 32, "24h": 24, "1m": 90} {
		chart := c.call("public/get_funding_chart_data", object{"instrument_name": btc, "length": length})
		require.Len(t, field(chart, "data"), count, length)
		require.NotNil(t, field(chart, "current_interest"))
		require.NotNil(t, field(chart, "interest_8h"))
	}
	c.refused(-32602, "public/get_funding_chart_data", object{"instrument_name": btc, "length": "1y"})
}

func TestTrades_of_everybody(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	s.pass(30 * time.Second)
	p := object{"currency": "USDC", "count": 4}
	newest := c.call("public/get_last_trades_by_currency", p)
	require.Len(t, field(newest, "trades"), 4)
	require.Equal(t, true, field(newest, "has_more"))
	ids := func(v any) (out []string) {
		for _, tr := range field(v, "trades").([]any) {
			out = append(out, field(tr, "trade_id").(string))
		}
		return out
	}
	down := ids(newest)
	require.Greater(t, down[0], down[3])
	p["start_id"], p["end_id"] = down[3], down[0]
	up := ids(c.call("public/get_last_trades_by_currency", p))
	require.Equal(t, []string{down[3], down[2], down[1], down[0]}, up, "what has a beginning is read from there")
	p["sorting"] = "desc"
	require.Equal(t, down, ids(c.call("public/get_last_trades_by_currency", p)))
	timed := object{"currency": "any", "kind": "future", "start_timestamp": noon.Add(10 * time.Second).UnixMilli(), "count": 1000}
	c.refused(-32602, "public/get_last_trades_by_currency_and_time", timed)
	timed["end_timestamp"] = noon.Add(20 * time.Second).UnixMilli()
	for _, tr := range field(c.call("public/get_last_trades_by_currency_and_time", timed), "trades").([]any) {
		at := dec(t, field(tr, "timestamp")).Float()
		require.True(t, at >= float64(noon.Add(10*time.Second).UnixMilli()) && at <= float64(noon.Add(20*time.Second).UnixMilli()))
	}
	timed["kind"] = "option"
	require.Empty(t, field(c.call("public/get_last_trades_by_currency_and_time", timed), "trades"))
	for _, bad := range []object{{}, {"currency": "XXX"}, {"currency": "any", "sorting": "up"}, {"currency": "any", "start_id": "x"}, {"currency": "any", "count": 1001}} {
		c.refused(-32602, "public/get_last_trades_by_currency", bad)
	}
}

// Two days with a position: two settlements of the market, two of the account, two delivery prices.
func TestSettlements_are_told(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	c.call("public/subscribe", object{"channels": []string{"platform_state"}})
	for range 2 * 24 * 15 {
		s.clock.Advance(4 * time.Minute)
		s.Sync()
	}
	q := object{"instrument_name": btc, "type": "settlement", "count": 1}
	first := c.call("private/get_settlement_history_by_instrument", q)
	q["continuation"] = field(first, "continuation")
	second := c.call("private/get_settlement_history_by_instrument", q)
	require.Equal(t, "none", field(second, "continuation"))
	both := c.call("private/get_settlement_history_by_currency", object{"currency": "USDC"})
	require.Equal(t, append(field(first, "settlements").([]any), field(second, "settlements").([]any)...), field(both, "settlements"))
	row := field(second, "settlements").([]any)[0]
	require.Equal(t, "settlement", field(row, "type"))
	amount(t, "0.01", field(row, "position"))
	amount(t, strconv.FormatInt(noon.Add(20*time.Hour).UnixMilli(), 10), field(row, "timestamp"))

	public := c.call("public/get_last_settlements_by_instrument", object{"instrument_name": btc, "search_start_timestamp": noon.Add(24 * time.Hour).UnixMilli()})
	require.Len(t, field(public, "settlements"), 1)
	for _, name := range []string{"session_profit_loss", "profit_loss", "funding", "position", "mark_price", "index_price"} {
		require.Equal(t, dec(t, field(row, name)).String(), dec(t, field(field(public, "settlements").([]any)[0], name)).String(), name)
	}
	require.Empty(t, field(c.call("public/get_last_settlements_by_currency", object{"currency": "USDC", "type": "bankruptcy"}), "settlements"))
	require.Len(t, field(c.call("public/get_last_settlements_by_currency", object{"currency": "USDC"}), "settlements"), 8, "two perpetuals, two futures")
	for _, bad := range []object{{}, {"currency": "USDC", "type": "wedding"}, {"currency": "USDC", "continuation": "x"}, {"currency": "USDC", "count": 0}} {
		c.refused(-32602, "public/get_last_settlements_by_currency", bad)
	}

	prices := c.call("public/get_delivery_prices", object{"index_name": "btc_usdc"})
	amount(t, "2", field(prices, "records_total"))
	require.Equal(t, "2025-03-12", field(field(prices, "data").([]any)[0], "date"))
	older := c.call("public/get_delivery_prices", object{"index_name": "btc_usdc", "offset": 1})
	require.Equal(t, "2025-03-11", field(field(older, "data").([]any)[0], "date"))
	log := field(c.call("private/get_transaction_log", object{"currency": "USDC", "start_timestamp": 0, "end_timestamp": 1 << 50, "query": "settlement"}), "logs").([]any)
	require.Len(t, log, 2)
	require.Equal(t, "long", field(log[0], "side"))
	require.Equal(t, field(field(prices, "data").([]any)[0], "delivery_price"), field(log[0], "settlement_price"))
}
