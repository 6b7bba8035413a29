package deribit

import (
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

func TestDecimal(t *testing.T) {
	for text, want := range map[string]string{
		`0.1`: "0.1", `1.423e-4`: "0.0001423", `2.2e3`: "2200", `1.0`: "1", `-7`: "-7", `null`: "0", `"0.5"`: "0.5",
		`9007199254740993`:           "9007199254740993", // a float would lose the last digit
		`0.1234567890123456789012`:   "0.1234567890123456789",
		`1.2345678901234567890123e1`: "12.345678901234567890",
		`1e-30`:                      "0",
	} {
		d, err := decimal(fastjson.MustParse(text))
		require.NoError(t, err, text)
		require.True(t, trade.MustDec(want).Equal(d), "%s gave %s", text, d)
	}
	for _, text := range []string{`true`, `{}`, `[]`, `"abc"`, `1e300`} {
		_, err := decimal(fastjson.MustParse(text))
		require.Error(t, err, text)
	}
}

func TestParseOrder_keeps_the_cause_of_a_rejection(t *testing.T) {
	order, err := parseOrder(fastjson.MustParse(`{"order_id":"1","order_state":"rejected:reduce_direction"}`))
	require.NoError(t, err)
	require.Equal(t, "rejected", order.State)
	require.Equal(t, "reduce_direction", order.CancelReason)
	order, err = parseOrder(fastjson.MustParse(`{"order_id":"OTO-1","order_state":"untriggered","is_secondary_oto":true}`))
	require.NoError(t, err)
	require.True(t, order.Live() && order.Secondary, "a leg that waits for its entry")
	order, err = parseOrder(fastjson.MustParse(`{"order_id":"USDC-SLMS-7","order_state":"untriggered","is_secondary_oto":true}`))
	require.NoError(t, err)
	require.True(t, order.Live() && !order.Secondary, "the live leg that replaced it, whatever its flag says")
	_, err = parseOrder(nil)
	require.Error(t, err)
}

func TestParams_quotes_what_needs_it(t *testing.T) {
	p := params(nil).text("a", `x"\`).text("b", "é\n").list("c", []string{"1", "2"}).flag("d", true)
	require.JSONEq(t, `{"a":"x\"\\","b":"é\n","c":["1","2"],"d":true}`, string(p)+"}")
	require.JSONEq(t, `{"jsonrpc":"2.0","id":7,"method":"public/test","params":{}}`, string(appendRequest(nil, 7, "public/test", nil)))
}

// Nothing that an exchange sends may bring the process down or answer a request with nonsense.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"result":{"order":{"order_id":"1","price":"market_price","oto_order_ids":[1,"OTO-1"]},"trades":[{"trade_id":"1","trade_seq":1}]}}`,
		`{"id":2,"error":{"code":10028,"message":"too_many_requests","data":null},"testnet":false}`,
		`{"error":{"code":11050,"message":"bad_request","data":"invalid json"}}`,
		`{"method":"subscription","params":{"channel":"user.changes.any.any.raw","data":{"orders":[{"order_id":"1","amount":1e5}],"trades":[{}],"positions":[null]}}}`,
		`{"method":"subscription","params":{"channel":"user.portfolio.btc","data":{"currency":"btc","balance":"x"}}}`,
		`{"method":"subscription","params":{"channel":"ticker.BTC_USDC-PERPETUAL.100ms","data":` + tickerJSON + `}}`,
		`{"method":"subscription","params":{"channel":"chart.trades.BTC_USDC-PERPETUAL.1","data":{"tick":1.5}}}`,
		`{"id":1,"result":{"ticks":[1,2],"open":[1]}}`, `{"id":-1}`, `{"id":1e99,"result":null}`, `[]`, `null`, `{"method":null}`, ``, `{`,
	} {
		f.Add([]byte(seed))
	}
	session := &Session{log: zerolog.Nop(), sink: func(broker.SessionEvent) {}}
	feed := &Feed{log: zerolog.Nop(), sink: func(broker.FeedEvent) {}, watched: map[trade.Instrument]int{btc: 1}}
	f.Fuzz(func(t *testing.T, frame []byte) {
		l := &link{log: zerolog.Nop(), pending: map[uint64]*call{
			1: {method: "private/buy", done: make(chan struct{}), read: func(v *fastjson.Value) error { _, err := parsePlaced(v); return err }},
			2: {method: "public/chart", done: make(chan struct{}), read: func(v *fastjson.Value) error { _, err := parseCandles(v); return err }},
		}}
		l.cause = errClosed // so that a test request in the frame is not answered
		l.notify = func(channel []byte, data *fastjson.Value) {
			session.notify(channel, data)
			feed.notify(channel, data)
		}
		l.handle(frame)
		l.workers.Wait()
	})
}
