package deribit

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// A ticker's way from frame to event, beside parsing its JSON alone.
func BenchmarkTickerFrame(b *testing.B) {
	frame := []byte(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC_USDC-PERPETUAL.100ms","data":` + tickerJSON + `}}`)
	b.Run("floor=parse", func(b *testing.B) {
		b.ReportAllocs()
		var parser fastjson.Parser
		for b.Loop() {
			if _, err := parser.ParseBytes(frame); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		events := 0
		feed := &Feed{log: zerolog.Nop(), sink: func(broker.FeedEvent) { events++ }, watched: map[trade.Instrument]int{btc: 1}}
		l := &link{log: zerolog.Nop(), notify: func(_, channel []byte, data *fastjson.Value) { feed.notify(channel, data) }}
		for b.Loop() {
			l.handle(frame)
		}
		require.Equal(b, b.N, events)
	})
}

// An order's way to the exchange and back over loopback, beside a bare WebSocket echo of the same bytes.
func BenchmarkRoundTrip(b *testing.B) {
	frame := appendRequest(nil, 1, "private/buy", benchmarkOrder())
	b.Run("floor=echo", func(b *testing.B) {
		b.ReportAllocs()
		conn := dialLoopback(b, func(in []byte) []byte { return in })
		for b.Loop() {
			if err := conn.WriteMessage(websocket.TextMessage, frame); err != nil {
				b.Fatal(err)
			}
			if _, _, err := conn.ReadMessage(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("request", func(b *testing.B) {
		b.ReportAllocs()
		conn := dialLoopback(b, answerOrder)
		v := New(Options{Logger: zerolog.Nop()})
		l := v.newLink(conn, nil, func() {})
		defer l.close()
		credit := Credit{1e9, 1e9}
		s := &Session{venue: v, limiter: newLimiter(Limits{credit, credit, credit, credit}, &v.queued)}
		s.up.Store(&seat{link: l})
		for b.Loop() {
			placed, err := s.place(context.Background(), trade.Buy, benchmarkOrder(), PriorityEntry)
			if err != nil || placed.Order.ID == "" {
				b.Fatal(err)
			}
		}
	})
}

func benchmarkOrder() params {
	b := bracket()
	return params(nil).text("instrument_name", string(b.Instrument)).dec("amount", b.Amount).text("type", "market").
		text("label", b.EntryLabel).flag("post_only", false).flag("reduce_only", false).millis("valid_until", b.ValidUntil).
		text("linked_order_type", "one_triggers_one_cancels_other").text("trigger_fill_condition", "incremental").
		objects("otoco_config", targetLeg(b), stopLeg(b))
}

var orderAnswer = `,"result":{"order":{"order_id":"58","order_state":"filled","order_type":"market","instrument_name":"BTC_USDC-PERPETUAL","direction":"buy",
"amount":0.01,"filled_amount":0.01,"average_price":100000.1,"label":"l-e","oto_order_ids":["OTO-1","OTO-2"],"last_update_timestamp":1767978363493},
"trades":[{"trade_id":"T-1","trade_seq":5,"order_id":"58","price":100000.1,"amount":0.01,"fee":0.35,"fee_currency":"USDC","timestamp":1767978363493}]},"testnet":true}`

func answerOrder(in []byte) []byte {
	_, rest, _ := bytes.Cut(in, []byte(`"id":`))
	id, _, _ := bytes.Cut(rest, []byte(`,`))
	return append(append([]byte(`{"jsonrpc":"2.0","id":`), id...), orderAnswer...)
}

func dialLoopback(b *testing.B, answer func([]byte) []byte) *websocket.Conn {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			kind, in, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, answer(in)) != nil {
				return
			}
		}
	}))
	b.Cleanup(server.Close)
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	return conn
}
