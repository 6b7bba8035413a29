package actors

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/bench"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

const pagesOpen = 200

// BenchmarkDelivery is M13: a price goes to 200 pages, each of another user, beside a prepared message
// that is written to as many sockets. Each round is over when every page has it. With a stalled reader
// among them: the others must not be slower for it.
func BenchmarkDelivery(b *testing.B) {
	plain, stalled := newDelivery(b, 0), newDelivery(b, 1)
	raw := rawBroadcast(b)
	b.Run("prepared", func(b *testing.B) { bench.Compare(b, 50, bench.Timed(raw), bench.Timed(plain)) })
	b.Run("stalled", func(b *testing.B) { bench.Compare(b, 50, bench.Timed(plain), bench.Timed(stalled)) })
}

// receivers are the far ends of sockets, which count what they are sent.
type receivers struct {
	url  string
	got  sync.WaitGroup
	wait atomic.Bool // whether what comes counts for a round
}

// follow opens a page that follows the price. Whoever does not read stops once it has begun.
func (r *receivers) follow(tb testing.TB, reads bool) {
	conn, _, err := websocket.DefaultDialer.Dial(r.url, nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close() })
	for _, frame := range []string{`{"type":"subscribe","topics":["ticker:deribit:paper:BTC_USDC-PERPETUAL"]}`, `{"type":"ping"}`} {
		require.NoError(tb, conn.WriteMessage(websocket.TextMessage, []byte(frame)))
	}
	_, pong, err := conn.ReadMessage()
	require.NoError(tb, err)
	require.Contains(tb, string(pong), "pong")
	if reads {
		r.count(conn)
	}
}

// count counts what comes.
func (r *receivers) count(conn *websocket.Conn) {
	go func() {
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
			if r.wait.Load() {
				r.got.Done()
			}
		}
	}()
}

// serveSockets accepts sockets and hands them on.
func serveSockets(tb testing.TB, take func(*websocket.Conn)) string {
	upgrader := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := upgrader.Upgrade(w, r, nil); err == nil {
			take(conn)
		}
	}))
	tb.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// rawBroadcast is the floor.
func rawBroadcast(tb testing.TB) func(int) {
	accepted := make(chan *websocket.Conn, pagesOpen)
	r := &receivers{url: serveSockets(tb, func(c *websocket.Conn) { accepted <- c })}
	var conns []*websocket.Conn
	for range pagesOpen {
		conn, _, err := websocket.DefaultDialer.Dial(r.url, nil)
		require.NoError(tb, err)
		tb.Cleanup(func() { _ = conn.Close() })
		r.count(conn)
		conns = append(conns, <-accepted)
	}
	r.wait.Store(true)
	data := encode(tickerAt(btc, 100).Ticker)
	return func(n int) {
		for range n {
			r.got.Add(pagesOpen)
			frame := append(append([]byte(`{"type":"update","topic":"ticker:deribit:paper:BTC_USDC-PERPETUAL","seq":1,"time":"2026-11-25T12:00:00.000Z","data":`), data...), '}')
			message, err := websocket.NewPreparedMessage(websocket.TextMessage, frame)
			require.NoError(tb, err)
			for _, conn := range conns {
				require.NoError(tb, conn.WritePreparedMessage(message))
			}
			r.got.Wait()
		}
	}
}

// newDelivery is the tree with as many pages, and so many more that do not read.
func newDelivery(tb testing.TB, stalled int) func(int) {
	venue := newVenueFake(paperVenue)
	env := &Env{Storage: newStorageFake(), Log: zerolog.Nop(), connection: newConnection, executor: newExecutor, Venues: map[trade.Venue]broker.Venue{paperVenue: venue}}
	s := newSystem(env, kit.Options{})
	require.NoError(tb, s.Start())
	tb.Cleanup(func() { s.Stop(context.Background()) })
	var users atomic.Int64
	r := &receivers{url: serveSockets(tb, func(c *websocket.Conn) {
		_ = s.OpenSession(context.Background(), benchUser(users.Add(1)), "s", &benchSocket{conn: c}) // ends with the socket
		_ = c.Close()
	})}
	var sessions []kit.Ref
	for i := range pagesOpen + stalled {
		r.follow(tb, i < pagesOpen)
		sessions = append(sessions, s.kit.Ref(env.userRef(benchUser(int64(i+1))).ID()+"/session-1"))
	}
	r.wait.Store(true)
	m := &market{id: btcPaper, ticker: tickerAt(btc, 100).Ticker}
	return func(n int) {
		for range n {
			r.got.Add(pagesOpen)
			var moved any = m.tickerMoved()
			for _, session := range sessions {
				session.Tell(moved)
			}
			r.got.Wait()
		}
	}
}

func benchUser(n int64) trade.UserID {
	return trade.UserID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n))
}

// benchSocket is a socket of the server's library.
type benchSocket struct {
	conn *websocket.Conn
	mu   sync.Mutex
}

func (s *benchSocket) ReadText() ([]byte, error) {
	_, text, err := s.conn.ReadMessage()
	return text, err
}

func (s *benchSocket) WriteText(frame []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	return s.conn.WriteMessage(websocket.TextMessage, frame)
}

func (s *benchSocket) Close(int, string) { _ = s.conn.Close() }
