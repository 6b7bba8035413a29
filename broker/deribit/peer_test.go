package deribit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// peer plays the exchange over in-memory pipes, so that a test runs in virtual time.
type peer struct {
	t        *testing.T
	incoming chan net.Conn

	mu      sync.Mutex
	answers map[string]answer // by method; the default ones are those of a healthy exchange
	asked   []asked
	links   []*peerLink
	refuse  bool // dials fail
	room    int  // sockets that the exchange lets in, 0: any number; the next one gets HTTP 429
	opened  int
	stall   chan struct{} // while it is there, nothing is read
	dials   []time.Time
	offset  time.Duration // exchange time minus local time
	real    bool          // says that it trades real money
	quiet   bool          // sends no heartbeats
	expires int           // life of a token in seconds
	scope   string
}

// answer gives the JSON behind "result": or, when it starts with '!', behind "error":. An empty
// one swallows the request.
type answer func(a asked) string

type asked struct {
	at     time.Time
	id     json.Number
	Method string
	Params map[string]any
	link   *peerLink
}

type peerLink struct {
	out  chan string
	done chan struct{}
	end  func()
}

const healthyScope = "account:read connection mainaccount trade:read_write wallet:none"

func newPeer(t *testing.T) *peer {
	p := &peer{t: t, incoming: make(chan net.Conn), expires: 31536000, scope: healthyScope}
	p.answers = map[string]answer{
		"public/get_time":               func(asked) string { return fmt.Sprint(time.Now().Add(p.offset).UnixMilli()) },
		"public/set_heartbeat":          p.startHeartbeat,
		"public/test":                   func(asked) string { return `{"version":"1.2.26"}` },
		"public/auth":                   p.signIn,
		"public/subscribe":              channelsOf,
		"private/subscribe":             channelsOf,
		"public/unsubscribe":            channelsOf,
		"private/unsubscribe":           channelsOf,
		"private/get_account_summaries": func(asked) string { return `{"id":4711,"summaries":[{"currency":"USDC","balance":10000.5}]}` },
	}
	server := &http.Server{Handler: http.HandlerFunc(p.serve)}
	go func() { _ = server.Serve(p) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

func channelsOf(a asked) string {
	channels, _ := json.Marshal(a.Params["channels"])
	return string(channels)
}

func (p *peer) signIn(asked) string {
	return fmt.Sprintf(`{"access_token":"a%d","refresh_token":"r%d","expires_in":%d,"token_type":"bearer","scope":%q}`,
		p.count("public/auth"), p.count("public/auth"), p.expires, p.scope)
}

func (p *peer) startHeartbeat(a asked) string {
	go func() {
		tick := time.NewTicker(11 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-a.link.done:
				return
			case <-tick.C:
				if !p.silent() {
					a.link.send(`{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}`)
				}
			}
		}
	}()
	return `"ok"`
}

func (p *peer) silent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.quiet
}

// on changes what a method is answered with.
func (p *peer) on(method string, a answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[method] = a
}

func (p *peer) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// The peer is its server's listener.

func (p *peer) Accept() (net.Conn, error) {
	c, open := <-p.incoming
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p *peer) Close() error {
	defer func() { _ = recover() }() // a second close
	close(p.incoming)
	return nil
}

func (p *peer) Addr() net.Addr { return &net.TCPAddr{} }

func (p *peer) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	p.dials = append(p.dials, time.Now())
	refuse := p.refuse
	p.mu.Unlock()
	if refuse {
		return nil, errors.New("connection refused")
	}
	ours, theirs := net.Pipe()
	select {
	case p.incoming <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *peer) serve(w http.ResponseWriter, r *http.Request) {
	if !p.admit() {
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	defer p.set(func() { p.opened-- })
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	l := &peerLink{out: make(chan string, 1000), done: make(chan struct{})}
	l.end = sync.OnceFunc(func() { close(l.done); _ = conn.Close() })
	p.set(func() { p.links = append(p.links, l) })
	go l.write(conn)
	defer l.end()
	for {
		p.await()
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return
		}
		p.handle(l, frame)
	}
}

// await waits while the peer reads nothing.
func (p *peer) await() {
	p.mu.Lock()
	stall := p.stall
	p.mu.Unlock()
	if stall != nil {
		<-stall
	}
}

func (p *peer) admit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.room > 0 && p.opened >= p.room {
		return false
	}
	p.opened++
	return true
}

func (l *peerLink) write(conn *websocket.Conn) {
	for {
		select {
		case <-l.done:
			return
		case frame := <-l.out:
			if conn.WriteMessage(websocket.TextMessage, []byte(frame)) != nil {
				return
			}
		}
	}
}

func (l *peerLink) send(frame string) { l.out <- frame }

func (p *peer) handle(l *peerLink, frame []byte) {
	var request struct {
		ID     json.Number
		Method string
		Params map[string]any
	}
	if err := json.Unmarshal(frame, &request); err != nil {
		p.t.Errorf("the client sent %s: %v", frame, err)
		return
	}
	a := asked{at: time.Now(), id: request.ID, Method: request.Method, Params: request.Params, link: l}
	p.mu.Lock()
	p.asked = append(p.asked, a)
	handler, known := p.answers[a.Method]
	real := p.real
	p.mu.Unlock()
	body := `!{"code":-32601,"message":"Method not found"}`
	if known {
		body = handler(a)
	}
	if body != "" {
		l.send(reply(a.id, body, !real))
	}
}

func reply(id json.Number, body string, testnet bool) string {
	if body[0] == '!' {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":%s,"testnet":%t}`, id, body[1:], testnet)
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s,"usIn":1,"usOut":2,"usDiff":1,"testnet":%t}`, id, body, testnet)
}

// count tells how often a method was asked.
func (p *peer) count(method string) int { return len(p.requests(method)) }

func (p *peer) requests(method string) []asked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.asked), func(a asked) bool { return a.Method != method })
}

// newest is the link that was opened last.
func (p *peer) newest() *peerLink {
	p.mu.Lock()
	defer p.mu.Unlock()
	require.NotEmpty(p.t, p.links)
	return p.links[len(p.links)-1]
}

// dialed tells how often a socket was asked for.
func (p *peer) dialed() int {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.dials)
}

// drop ends every link.
func (p *peer) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.links {
		l.end()
	}
}

// notify sends a subscription's message over the newest link.
func (p *peer) notify(channel, data string) {
	p.newest().send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":%q,"data":%s}}`, channel, data))
	synctest.Wait()
}

func (p *peer) venue(change ...func(*Options)) *Venue {
	o := Options{
		Venue:  trade.Venue{Broker: trade.Deribit, Environment: trade.Paper},
		URL:    "ws://exchange.test/ws/api/v2",
		Logger: zerolog.Nop(),
		Dial:   p.dial,
	}
	for _, c := range change {
		c(&o)
	}
	return New(o)
}

var testKey = trade.Key{ID: "ID", Secret: "AMANDASECRECT"}

// journal keeps the events that a sink was given.
type journal[E any] struct {
	mu     sync.Mutex
	events []E
	times  []time.Time
}

func (j *journal[E]) sink(e E) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, e)
	j.times = append(j.times, time.Now())
}

func (j *journal[E]) all() []E {
	synctest.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.events)
}

// of picks the events of one type.
func of[T, E any](j *journal[E]) (picked []T) {
	for _, e := range j.all() {
		if t, ok := any(e).(T); ok {
			picked = append(picked, t)
		}
	}
	return picked
}

// open starts a session against the peer and closes it with the test.
func (p *peer) open(v *Venue) (broker.Session, *journal[broker.SessionEvent]) {
	return p.openAs(v, testKey)
}

func (p *peer) openAs(v *Venue, key trade.Key) (broker.Session, *journal[broker.SessionEvent]) {
	j := &journal[broker.SessionEvent]{}
	s := v.OpenSession(key, j.sink)
	p.t.Cleanup(s.Close)
	synctest.Wait()
	return s, j
}

func (p *peer) feed(v *Venue) (broker.Feed, *journal[broker.FeedEvent]) {
	j := &journal[broker.FeedEvent]{}
	f := v.OpenFeed(j.sink)
	p.t.Cleanup(f.Close)
	synctest.Wait()
	return f, j
}
