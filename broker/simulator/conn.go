package simulator

import (
	"net"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
)

// outboxMax is how many bytes may wait for a reader before it is dropped as too slow.
const outboxMax = 16 << 20

// conn is one WebSocket connection, or one HTTP call in flight. What the engine keeps of it is
// touched by the engine's goroutine only; the outbox has its own lock.
type conn struct {
	e         *engine
	ws        *websocket.Conn // nil: HTTP
	address   string          // of the other end, without its port
	reply     chan []byte     // HTTP only
	failed    bool            // HTTP only: the answer is an error
	status    int             // HTTP only: of an answer that is no JSON; 0: it is
	grant     *grant
	grants    []*grant // that were made over this connection
	channels  map[channelID]*channel
	greetings []*channel // subscribed to by the call in hand
	gone      bool

	cancelOnDisconnect bool
	orders             map[string]int64 // placed over this connection, with their accounts

	heartbeat  int64 // milliseconds between beats, 0: off
	nextBeat   int64
	testBefore int64 // a test_request must be answered before this time, 0: none is open
	lastUse    int64
	lastSent   int64

	deaf     string // the fault for which it hears and says nothing; "": none
	held     int    // requests that are held up on their way
	left     bool   // the socket has ended, and that will be known when these have arrived
	heldBack []byte // an event that another is to overtake
	freeAt   int64  // milliseconds: when a slow link has carried what is on it

	mu     sync.Mutex
	outbox []outgoing
	size   int
	closed bool
	code   int
	reason string
	wake   chan struct{}
}

func newConn(e *engine, ws *websocket.Conn, address string) *conn {
	return &conn{e: e, ws: ws, address: address, channels: map[channelID]*channel{}, orders: map[string]int64{}, wake: make(chan struct{}, 1), lastUse: e.now()}
}

// outgoing is a frame on its way: text or binary.
type outgoing struct {
	kind  int
	frame []byte
}

// push puts a text frame in the outbox.
func (c *conn) push(frame []byte) { c.pushAs(websocket.TextMessage, frame) }

func (c *conn) pushAs(kind int, frame []byte) {
	if c.ws == nil {
		select {
		case c.reply <- frame:
		default:
		}
		return
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.outbox = append(c.outbox, outgoing{kind, frame})
	c.size += len(frame)
	slow := c.size > outboxMax
	c.mu.Unlock()
	if slow {
		c.close(websocket.ClosePolicyViolation, "connection_too_slow")
		return
	}
	c.poke()
}

func (c *conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// close ends the connection after what is in the outbox. Code 0 drops it without a word.
func (c *conn) close(code int, reason string) {
	c.mu.Lock()
	if !c.closed {
		c.closed, c.code, c.reason = true, code, reason
		if code == 0 {
			c.outbox = nil
		}
	}
	c.mu.Unlock()
	c.poke()
}

// write carries the outbox to the socket until the connection is closed.
func (c *conn) write() {
	defer func() {
		if p := recover(); p != nil {
			c.e.log.Error().Interface("panic", p).Msg("exchange.writer.failed")
		}
		c.ws.Close()
	}()
	for {
		select {
		case <-c.wake:
		case <-c.e.ended:
			c.close(websocket.CloseServiceRestart, "service restart")
		}
		c.mu.Lock()
		frames, closed := c.outbox, c.closed
		c.outbox, c.size = nil, 0
		c.mu.Unlock()
		for _, f := range frames {
			if c.writeFrame(f.kind, f.frame) != nil {
				return
			}
		}
		if closed {
			c.sayGoodbye()
			return
		}
	}
}

func (c *conn) sayGoodbye() {
	if c.code != 0 {
		_ = c.writeFrame(websocket.CloseMessage, websocket.FormatCloseMessage(c.code, c.reason))
		return
	}
	if tcp, ok := c.ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

func (c *conn) writeFrame(kind int, frame []byte) error {
	_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
	return c.ws.WriteMessage(kind, frame)
}

// read hands every frame to the engine until the socket ends.
func (c *conn) read() {
	defer func() {
		c.close(0, "")
		c.e.submit(func() { c.e.leave(c) })
	}()
	c.ws.SetReadLimit(8 * frameMax)
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		in := c.e.micros()
		if len(frame) > frameMax {
			c.push(envelope(nil, "error", errorBody(errTooLarge), in, in))
			continue
		}
		r, bad := parseRequest(frame)
		if r == nil {
			c.push(invalidFrame(bad, in))
			continue
		}
		r.in = in
		if !c.e.submit(func() { c.e.handle(c, r, bad) }) {
			return
		}
	}
}

// invalidFrame answers a frame that is no request: no id, and for broken JSON no times either.
func invalidFrame(bad *wireError, in int64) []byte {
	if bad.Code == 11050 {
		return newObject().raw("error", errorBody(bad)).end()
	}
	return envelope(nil, "error", errorBody(bad), in, in)
}
