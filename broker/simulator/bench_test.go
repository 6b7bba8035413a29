package simulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// BenchmarkEcho is a call that touches nothing, over the same socket: the bare way there and back.
func BenchmarkEcho(b *testing.B) {
	c := newStage(b, unlimited).login(alice)
	for b.Loop() {
		c.call("public/test", nil)
	}
}

// BenchmarkOrder is a market order until its answer, in memory and with the journal's sync.
func BenchmarkOrder(b *testing.B) {
	for name, dir := range map[string]string{"memory": "", "journal": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			c := newStage(b, unlimited, func(o *simulator.Options) { o.DataDir = dir }).login(alice)
			methods := []string{"private/buy", "private/sell"}
			for n := 0; b.Loop(); n++ {
				c.call(methods[n%2], object{"instrument_name": btc, "amount": 0.001, "type": "market"})
			}
		})
	}
}

func unlimited(o *simulator.Options) { o.NoRateLimits = true }

const (
	pipes    = 8   // sockets at once
	window   = 32  // requests under way on each
	perBlock = 500 // requests of each in one block
)

// BenchmarkOrdersPipelined is how many market orders a second get through matching to their
// answers, over several sockets that do not wait for one answer before the next order, beside an
// echo server that is asked in the same way. Blocks of the two take turns.
func BenchmarkOrdersPipelined(b *testing.B) {
	order := func(n int) []byte {
		method := "buy"
		if n%2 == 1 {
			method = "sell"
		}
		return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"private/%s","params":{"instrument_name":"BTC_USDC-PERPETUAL","amount":0.001,"type":"market"}}`, n, method)
	}
	s := newStage(b, unlimited)
	var echoing, trading []*websocket.Conn
	echo := httptest.NewServer(http.HandlerFunc(serveEcho))
	b.Cleanup(echo.Close)
	for range pipes {
		ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(echo.URL, "http"), nil)
		require.NoError(b, err)
		b.Cleanup(func() { _ = ws.Close() })
		echoing, trading = append(echoing, ws), append(trading, s.login(alice).ws)
	}
	var floors, orders, ratios []float64
	for b.Loop() {
		floor, ours := pipeline(b, echoing, order), pipeline(b, trading, order)
		floors, orders, ratios = append(floors, floor), append(orders, ours), append(ratios, ours/floor)
	}
	b.ReportMetric(median(orders), "orders/s")
	b.ReportMetric(median(floors), "echoes/s")
	b.ReportMetric(median(ratios), "ratio")
}

func serveEcho(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	for {
		kind, frame, err := ws.ReadMessage()
		if err != nil || ws.WriteMessage(kind, frame) != nil {
			return
		}
	}
}

// pipeline sends a block of requests over every socket and gives the answers per second.
func pipeline(b *testing.B, sockets []*websocket.Conn, request func(int) []byte) float64 {
	var all sync.WaitGroup
	began := time.Now()
	for _, ws := range sockets {
		free := make(chan struct{}, window)
		all.Go(func() {
			defer close(free)
			for n := range perBlock {
				free <- struct{}{}
				if err := ws.WriteMessage(websocket.TextMessage, request(n)); err != nil {
					b.Error(err)
					return
				}
			}
		})
		all.Go(func() {
			for range perBlock {
				_, answer, err := ws.ReadMessage()
				if err != nil || strings.Contains(string(answer), `"error"`) {
					b.Errorf("%s: %v", answer, err)
					_ = ws.Close()
					for range free { // so that the writer finds out
					}
					return
				}
				<-free
			}
		})
	}
	all.Wait()
	return float64(len(sockets)*perBlock) / time.Since(began).Seconds()
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
