package deribit

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

var tickerFrame = []byte(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC_USDC-PERPETUAL.100ms","data":` + tickerJSON + `}}`)

// sample is how many ticks a block has; blocks of floor and client take turns, so that both see
// the same machine.
const sample = 2000

// BenchmarkTickToOrder is M1: from a ticker's first byte into a socket until the order that it
// causes has come out of one whole, measured at the exchange's end, beside an echo of the ticker
// over the same loopback. Ratios are medians over the pairs of blocks.
func BenchmarkTickToOrder(b *testing.B) {
	floor, client := echoStage(b), orderStage(b)
	block(b, floor)
	block(b, client) // both are warm
	var p50, p99, floors, clients []float64
	for b.Loop() {
		f, c := block(b, floor), block(b, client)
		p50, p99 = append(p50, at(c, 0.5)/at(f, 0.5)), append(p99, at(c, 0.99)/at(f, 0.99))
		floors, clients = append(floors, at(f, 0.5)), append(clients, at(c, 0.5))
	}
	b.ReportMetric(at(p50, 0.5), "p50_ratio")
	b.ReportMetric(at(p99, 0.5), "p99_ratio")
	b.ReportMetric(at(floors, 0.5), "floor_p50_us")
	b.ReportMetric(at(clients, 0.5), "p50_us")
}

// block takes a sample, in microseconds.
func block(b *testing.B, tick func() time.Duration) []float64 {
	took := make([]float64, sample)
	for i := range took {
		took[i] = float64(tick()) / float64(time.Microsecond)
	}
	return took
}

// at is a quantile.
func at(sample []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(sample))
	return sorted[int(q*float64(len(sorted)-1))]
}

// echoStage is the floor: whoever reads the ticker writes it back.
func echoStage(b *testing.B) func() time.Duration {
	near, far := loopback(b)
	go func() {
		for {
			kind, frame, err := near.ReadMessage()
			if err != nil || near.WriteMessage(kind, frame) != nil {
				return
			}
		}
	}()
	return func() time.Duration { return toAndFro(b, far, far) }
}

// orderStage is the client: a feed on one socket, a session on another, and between them somebody
// who enters at every ticker.
func orderStage(b *testing.B) func() time.Duration {
	feedNear, feedFar := loopback(b)
	orderNear, orderFar := loopback(b)
	credit := Credit{1e9, 1e9}
	v := New(Options{Logger: zerolog.Nop(), Limits: Limits{credit, credit, credit, credit}})
	ticks := make(chan trade.Ticker, 1)
	feed := &Feed{venue: v, log: zerolog.Nop(), watched: map[trade.Instrument]int{btc: 1}, sink: func(e broker.FeedEvent) { ticks <- e.(broker.TickerChanged).Ticker }}
	session := &Session{venue: v, log: zerolog.Nop(), limiter: newLimiter(v.options.Limits, &v.queued)}
	hear := func(_, channel []byte, data *fastjson.Value) { feed.notify(channel, data) }
	feedLink, orderLink := v.newLink(feedNear, hear, func() {}), v.newLink(orderNear, nil, func() {})
	session.up.Store(&seat{link: orderLink})
	b.Cleanup(func() { feedLink.close(); orderLink.close(); close(ticks) })
	placed := make(chan error, 1)
	go func() {
		for t := range ticks {
			_, err := session.PlaceBracket(context.Background(), decide(t))
			placed <- err
		}
	}()
	return func() time.Duration {
		took := toAndFro(b, feedFar, orderFar)
		require.NoError(b, orderFar.WriteMessage(websocket.TextMessage, answerOrder(lastOrder)))
		require.NoError(b, <-placed)
		return took
	}
}

// decide enters long a tick beside the bid.
func decide(t trade.Ticker) trade.Bracket {
	return trade.Bracket{Instrument: t.Instrument, Side: trade.Buy, Amount: trade.MustDec("0.01"), Stop: t.Bid.Sub(trade.NewDec(300)), Target: t.Bid.Add(trade.NewDec(300)),
		ValidUntil: t.Time.Add(5 * time.Second), EntryLabel: "tb-home-3-4b8c-e", StopLabel: "tb-home-3-4b8c-s", TargetLabel: "tb-home-3-4b8c-t"}
}

// lastOrder is the frame that toAndFro read last.
var lastOrder []byte

func toAndFro(b *testing.B, out, in *websocket.Conn) time.Duration {
	began := time.Now()
	if err := out.WriteMessage(websocket.TextMessage, tickerFrame); err != nil {
		b.Fatal(err)
	}
	_, frame, err := in.ReadMessage()
	took := time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	lastOrder = frame
	return took
}

// loopback gives both ends of a WebSocket.
func loopback(b *testing.B) (near, far *websocket.Conn) {
	accepted := make(chan *websocket.Conn, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err == nil {
			accepted <- conn
		}
	}))
	b.Cleanup(server.Close)
	near, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
	require.NoError(b, err)
	far = <-accepted
	b.Cleanup(func() { _ = near.Close(); _ = far.Close() })
	return near, far
}
