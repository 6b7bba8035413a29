package deribit

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func d(s string) trade.Dec { return trade.MustDec(s) }

// same compares what was read with what is meant: decimals by their value, not their digits.
func same(t *testing.T, want, got any) {
	t.Helper()
	require.JSONEq(t, text(t, want), text(t, got))
}

// The forms in which the real exchange is known to write an order, each beside what it means.
func TestParseOrder_forms(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		want trade.VenueOrder
	}{
		"resting, with figures that are floats": {
			`{"order_id":"USDC-104819327443","order_state":"open","order_type":"limit","instrument_name":"ETH_USDC-PERPETUAL","direction":"buy","price":2973.55,
			"amount":0.001,"contracts":1.0,"filled_amount":0.0,"average_price":0.0,"label":"intent-7","time_in_force":"good_til_cancelled","post_only":true,
			"reject_post_only":false,"reduce_only":false,"replaced":false,"api":true,"web":false,"mmp":false,"risk_reducing":false,"is_liquidation":false,
			"creation_timestamp":1767978363493,"last_update_timestamp":1767978363500,"user_id":7,"max_show":0.001,"new_in_2027":{"a":[1]}}`,
			trade.VenueOrder{ID: "USDC-104819327443", Label: "intent-7", Instrument: "ETH_USDC-PERPETUAL", Side: trade.Buy, Type: "limit", State: "open",
				Amount: d("0.001"), Price: d("2973.55"), Time: millis(1767978363500)}},
		"an untriggered stop: a word for a price, no fill figures": {
			`{"order_id":"USDC-SLMS-7","order_state":"untriggered","order_type":"stop_market","price":"market_price","trigger":"mark_price","trigger_price":95000.0,
			"triggered":false,"instrument_name":"BTC_USDC-PERPETUAL","direction":"sell","amount":1e-2,"reduce_only":true,"label":"","creation_timestamp":1767978363493}`,
			trade.VenueOrder{ID: "USDC-SLMS-7", Instrument: btc, Side: trade.Sell, Type: "stop_market", State: "untriggered",
				Amount: d("0.01"), TriggerPrice: d("95000"), ReduceOnly: true, Time: millis(1767978363493)}},
		"the order that it became": {
			`{"order_id":"USDC-1048","order_state":"filled","order_type":"market","trigger_order_id":"USDC-SLMS-7","price":94810.1,"amount":0.01,"filled_amount":0.01,
			"average_price":94999.123456789,"instrument_name":"BTC_USDC-PERPETUAL","direction":"sell","reduce_only":true,"last_update_timestamp":1767978363493}`,
			trade.VenueOrder{ID: "USDC-1048", Instrument: btc, Side: trade.Sell, Type: "market", State: "filled", Amount: d("0.01"), Filled: d("0.01"),
				Price: d("94810.1"), AveragePrice: d("94999.123456789"), ReduceOnly: true, TriggeredBy: "USDC-SLMS-7", Time: millis(1767978363493)}},
		"an inverse one whose id is bare digits": {
			`{"order_id":66581975120,"order_state":"open","order_type":"limit","price":6.45e4,"amount":2.2e3,"contracts":220,"filled_amount":1.0e1,"average_price":64500,
			"instrument_name":"BTC-PERPETUAL","direction":"buy","label":null}`,
			trade.VenueOrder{ID: "66581975120", Instrument: "BTC-PERPETUAL", Side: trade.Buy, Type: "limit", State: "open", Amount: d("2200"), Filled: d("10"),
				Price: d("64500"), AveragePrice: d("64500")}},
		"a leg that waits": {
			`{"order_id":"OTO-80322590","order_state":"untriggered","is_secondary_oto":true,"primary_order_id":"66581975120","order_type":"limit","price":118000,"amount":1000,
			"trigger_fill_condition":"incremental","oco_ref":"5","instrument_name":"BTC-PERPETUAL","direction":"sell","reduce_only":true}`,
			trade.VenueOrder{ID: "OTO-80322590", Instrument: "BTC-PERPETUAL", Side: trade.Sell, Type: "limit", State: "untriggered", Amount: d("1000"), Price: d("118000"),
				ReduceOnly: true, OCORef: "5", Secondary: true}},
		"a cancelled leg": {
			`{"order_id":"USDC-9","order_state":"cancelled","cancel_reason":"oco_other_closed","price":null,"average_price":null,"trigger_price":null}`,
			trade.VenueOrder{ID: "USDC-9", State: "cancelled", CancelReason: "oco_other_closed"}},
		"a refused trigger": {
			`{"order_id":"ETH-SLTS-28","order_state":"rejected:reduce_direction","cancel_reason":""}`,
			trade.VenueOrder{ID: "ETH-SLTS-28", State: "rejected", CancelReason: "reduce_direction"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseOrder(fastjson.MustParse(c.json))
			require.NoError(t, err)
			same(t, c.want, got)
		})
	}
	for name, text := range map[string]string{
		"no id": `{"order_state":"open"}`, "null": `null`, "a list": `[]`, "a negative amount": `{"order_id":"1","amount":-1}`,
		"a negative fill": `{"order_id":"1","filled_amount":-1e-3}`, "an amount in words": `{"order_id":"1","amount":"much"}`, "half a millisecond": `{"order_id":"1","last_update_timestamp":1.5}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseOrder(fastjson.MustParse(text))
			require.Error(t, err)
		})
	}
}

func TestParseFill_forms(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		want trade.Fill
	}{
		"a rebate": {
			`{"trade_id":"USDC-7","trade_seq":30289432,"instrument_name":"BTC_USDC-PERPETUAL","timestamp":1767978363493,"order_id":"USDC-1","order_type":"limit","matching_id":null,
			"direction":"sell","price":95100.5,"amount":1.0e-2,"contracts":100.0,"fee":-1.5e-7,"fee_currency":"USDC","liquidity":"M","index_price":95099.87,"mark_price":95100.12,
			"tick_direction":2,"state":"filled","label":"l","reduce_only":false,"post_only":true,"mmp":false,"risk_reducing":false,"api":true,"profit_loss":-12.5,"self_trade":false}`,
			trade.Fill{ID: "USDC-7", Seq: 30289432, Order: "USDC-1", Label: "l", Instrument: btc, Side: trade.Sell, Price: d("95100.5"), Amount: d("0.01"),
				Fee: d("-0.00000015"), FeeCurrency: "USDC", ProfitLoss: d("-12.5"), Index: d("95099.87"), Maker: true, Time: millis(1767978363493)}},
		"a liquidation": {
			`{"trade_id":"240000029","trade_seq":5,"instrument_name":"BTC-PERPETUAL","order_id":"104","order_type":"liquidation","direction":"buy","price":6.45e4,"amount":100,
			"fee":0.00001,"fee_currency":"BTC","liquidity":"T","liquidation":"T"}`,
			trade.Fill{ID: "240000029", Seq: 5, Order: "104", Instrument: "BTC-PERPETUAL", Side: trade.Buy, Price: d("64500"), Amount: d("100"), Fee: d("0.00001"),
				FeeCurrency: "BTC", Liquidation: true}},
		"a fill against somebody else's liquidation": {
			`{"trade_id":"9","trade_seq":6,"instrument_name":"BTC-PERPETUAL","order_id":"105","order_type":"limit","direction":"sell","price":64500,"amount":100,
			"fee":0,"fee_currency":"BTC","liquidity":"M","liquidation":"T"}`,
			trade.Fill{ID: "9", Seq: 6, Order: "105", Instrument: "BTC-PERPETUAL", Side: trade.Sell, Price: d("64500"), Amount: d("100"), FeeCurrency: "BTC", Maker: true}},
		"both sides liquidated": {
			`{"trade_id":"9","trade_seq":6,"order_type":"limit","price":64500,"amount":100,"liquidity":"M","liquidation":"MT"}`,
			trade.Fill{ID: "9", Seq: 6, Price: d("64500"), Amount: d("100"), Maker: true, Liquidation: true}},
		"without profit and label": {
			`{"trade_id":"1","trade_seq":1,"price":1,"amount":1,"profit_loss":null,"label":null,"fee":0.0}`,
			trade.Fill{ID: "1", Seq: 1, Price: d("1"), Amount: d("1")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseFill(fastjson.MustParse(c.json))
			require.NoError(t, err)
			same(t, c.want, got)
		})
	}
	for name, text := range map[string]string{
		"no id": `{"price":1,"amount":1}`, "no price": `{"trade_id":"1","amount":1}`, "price 0": `{"trade_id":"1","price":0.0,"amount":1}`,
		"no amount": `{"trade_id":"1","price":1}`, "a negative amount": `{"trade_id":"1","price":1,"amount":-1}`, "a broken sequence": `{"trade_id":"1","price":1,"amount":1,"trade_seq":"x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseFill(fastjson.MustParse(text))
			require.Error(t, err, "a fill that is booked wrongly costs more than one that is asked for again")
		})
	}
}

func TestParseTicker_forms(t *testing.T) {
	whole := trade.Ticker{Instrument: btc, Bid: d("97231.1"), BidAmount: d("0.5723"), Mark: d("97233.4217")}
	for name, c := range map[string]struct {
		json string
		want trade.Ticker
	}{
		"an empty side is null":        {`{"best_bid_price":97231.1,"best_bid_amount":5.723e-1,"best_ask_price":null,"best_ask_amount":null,"mark_price":97233.4217}`, whole},
		"an empty side is 0":           {`{"best_bid_price":97231.10,"best_bid_amount":0.5723,"best_ask_price":0.0,"best_ask_amount":0.0,"mark_price":97233.4217}`, whole},
		"an empty side is left out":    {`{"best_bid_price":97231.1,"best_bid_amount":0.5723,"mark_price":97233.4217,"greeks":{"delta":1}}`, whole},
		"nothing is known":             {`{}`, trade.Ticker{Instrument: btc}},
		"more digits than we can hold": {`{"mark_price":0.12345678901234567891234}`, trade.Ticker{Instrument: btc, Mark: d("0.1234567890123456789")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseTicker(btc, fastjson.MustParse(c.json))
			require.NoError(t, err)
			same(t, c.want, got)
		})
	}
	for _, text := range []string{`{"mark_price":-1}`, `{"best_ask_amount":-0.1}`, `{"last_price":{}}`, `{"index_price":"x"}`, `{"timestamp":true}`} {
		_, err := parseTicker(btc, fastjson.MustParse(text))
		require.Error(t, err, text)
	}
}

func TestParseCandle_forms(t *testing.T) {
	got, err := parseCandle(fastjson.MustParse(`{"tick":1767978360000,"open":97231.0,"high":9.73e4,"low":97200,"close":97250.5,"volume":0.0,"cost":0.0}`))
	require.NoError(t, err)
	same(t, trade.Candle{OpenTime: millis(1767978360000), Open: d("97231"), High: d("97300"), Low: d("97200"), Close: d("97250.5")}, got)
	for _, text := range []string{`{"open":1,"high":1,"low":1,"close":1}`, `{"tick":1,"open":1,"high":1,"low":1}`, `{"tick":1,"open":0,"high":1,"low":1,"close":1}`,
		`{"tick":1,"open":1,"high":1,"low":1,"close":1,"volume":-1}`} {
		_, err := parseCandle(fastjson.MustParse(text))
		require.Error(t, err, text)
	}
	_, err = parseCandles(fastjson.MustParse(`{"ticks":[60000],"open":[1],"high":[1],"low":[1],"close":[null],"volume":[1]}`))
	require.Error(t, err, "a candle without a price")
}

// A detail of an error is an object, a bare string, null or not there.
func TestAnswered_forms(t *testing.T) {
	for text, want := range map[string]broker.Error{
		`{"code":-32602,"message":"Invalid params","data":{"reason":"must conform to tick size","param":"price"}}`: {Outcome: broker.Refused, Code: -32602,
			Reason: "Invalid params: must conform to tick size", Param: "price"},
		`{"code":13009,"message":"unauthorized","data":{"reason":"invalid_token"}}`: {Outcome: broker.Refused, Code: 13009, Reason: "unauthorized: invalid_token", Auth: true},
		`{"code":11050,"message":"bad_request","data":"invalid json"}`:              {Outcome: broker.Refused, Code: 11050, Reason: "bad_request: invalid json"},
		`{"code":10028,"message":"too_many_requests","data":null}`:                  {Outcome: broker.NotSent, Code: 10028, Reason: "too_many_requests", Busy: true},
		`{"code":10009,"message":"not_enough_funds"}`:                               {Outcome: broker.Refused, Code: 10009, Reason: "not_enough_funds"},
		`{"code":11044,"message":"not_open_order","data":[]}`:                       {Outcome: broker.Refused, Code: 11044, Reason: "not_open_order", Gone: true},
	} {
		require.Equal(t, want, *answered(fastjson.MustParse(text)), text)
	}
}

// One happening with parts that can be read and parts that cannot: the good parts are told.
func TestNotify_forms(t *testing.T) {
	const order, fill = `{"order_id":"1","order_state":"open"}`, `{"trade_id":"1","price":1,"amount":1}`
	for name, c := range map[string]struct {
		channel, data string
		told, bad     int
	}{
		"one happening":                {"user.changes.any.any.raw", `{"instrument_name":"X","orders":[` + order + `],"trades":[` + fill + `],"positions":[{"size":-1.5}]}`, 3, 0},
		"a combo with a negative fill": {"user.changes.any.any.raw", `{"orders":[` + order + `],"trades":[{"trade_id":"1","price":-1,"amount":1},` + fill + `],"positions":[]}`, 2, 1},
		"lists left out":               {"user.changes.any.any.raw", `{"orders":null}`, 0, 0},
		"a raw order is an object":     {"user.orders.any.any.raw", order, 1, 0},
		"slower ones are a list":       {"user.orders.BTC_USDC-PERPETUAL.100ms", `[` + order + `,` + order + `]`, 2, 0},
		"fills are a list":             {"user.trades.any.any.raw", `[` + fill + `]`, 1, 0},
		"currency in small letters":    {"user.portfolio.btc", `{"currency":"btc","balance":0.1,"equity":-0.05}`, 1, 0},
		"a channel nobody knows":       {"user.lock", `{"locked":true}`, 0, 0},
		"no data":                      {"user.changes.any.any.raw", `null`, 0, 0},
		"no order":                     {"user.orders.any.any.raw", `{}`, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newListener()
			h.link.handle([]byte(`{"jsonrpc":"2.0","method":"subscription","params":{"label":"x","channel":"` + c.channel + `","data":` + c.data + `}}`))
			require.Len(t, h.heard, c.told)
			require.EqualValues(t, c.bad, h.feed.venue.Stats().Unreadable)
		})
	}
	h := newListener()
	h.link.handle([]byte(`{"method":"subscription","params":{"channel":"user.portfolio.btc","data":{"currency":"btc","balance":0.1,"equity":-5e-2}}}`))
	same(t, broker.BalanceChanged{Balance: trade.Balance{Currency: "BTC", Balance: d("0.1"), Equity: d("-0.05")}}, h.heard[0])
}

// An answer is told by its id alone; what cannot be one leaves the request waiting, and one that
// makes no sense leaves its outcome unknown.
func TestLink_answers_of_every_form(t *testing.T) {
	for name, c := range map[string]struct {
		frame   string
		outcome broker.Outcome // 0: done
		waiting bool
	}{
		"keys in any order":       {`{"usDiff":1,"result":{"order_id":"1"},"usOut":2,"testnet":true,"usIn":1,"id":1,"jsonrpc":"2.0"}`, 0, false},
		"an error beside null":    {`{"id":1,"result":null,"error":{"code":11044,"message":"not_open_order"}}`, broker.Refused, false},
		"a null error":            {`{"id":1,"result":{"order_id":"1"},"error":null}`, 0, false},
		"neither":                 {`{"id":1}`, broker.Unknown, false},
		"another kind of result":  {`{"id":1,"result":"ok"}`, broker.Unknown, false},
		"an error without a code": {`{"id":1,"error":{}}`, broker.Refused, false},
		"an id in quotes":         {`{"id":"1","result":{"order_id":"1"}}`, 0, true},
		"another id":              {`{"id":2,"result":{"order_id":"1"}}`, 0, true},
		"no id":                   {`{"error":{"code":11050,"message":"bad_request","data":"invalid json"}}`, 0, true},
		"no object":               {`"id"`, 0, true},
		"no JSON":                 {`{"id":1,`, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newListener()
			call := h.await(1, "private/cancel")
			h.link.handle([]byte(c.frame))
			select {
			case <-call.done:
				require.False(t, c.waiting)
				if c.outcome == 0 {
					require.NoError(t, call.err)
				} else {
					require.Equal(t, c.outcome, broker.OutcomeOf(call.err))
				}
			default:
				require.True(t, c.waiting)
			}
		})
	}
}

func millis(n int64) time.Time { return time.UnixMilli(n).UTC() }

func text(t *testing.T, v any) string {
	t.Helper()
	written, err := json.Marshal(v)
	require.NoError(t, err)
	return string(written)
}
