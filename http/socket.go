package http

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"
	"golang.org/x/time/rate"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	frameLimit    = 64 << 10
	pingEvery     = 25 * time.Second
	silenceMost   = 60 * time.Second // two pings without an answer
	writeTimeout  = 10 * time.Second
	framesPerSec  = 20
	framesAtOnce  = 60
	closePatience = 300 * time.Millisecond
	reasonLongest = 120 // bytes in a close frame
)

var errSocketClosed = errors.New("socket is closed")

// socket is an upgraded WebSocket. It pings by a timer, without a goroutine of its own.
type socket struct {
	frames *rate.Limiter

	mu         sync.Mutex // guards what follows; writes to the connection hold it
	connection *websocket.Conn
	closed     bool
	code       int // with which it was closed
	reason     string
	ping       *time.Timer

	raw  atomic.Pointer[net.Conn] // to end a write that hangs, which holds mu
	over atomic.Bool              // closed, for the reader
}

func newSocket() *socket { return &socket{frames: rate.NewLimiter(framesPerSec, framesAtOnce)} }

func (s *socket) open(connection *websocket.Conn) {
	connection.SetReadLimit(frameLimit)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connection = connection
	_ = s.await(connection) // a dead connection shows at the next read
	connection.SetPongHandler(func(string) error { return s.await(connection) })
	if s.closed { // the sign-in ended or the server stopped between admission and upgrade
		s.end()
		return
	}
	raw := connection.NetConn()
	if library, wrapped := raw.(interface{ UnsafeConn() net.Conn }); wrapped {
		raw = library.UnsafeConn() // the library takes its wrapper back when the socket is done
	}
	s.raw.Store(&raw)
	s.ping = time.AfterFunc(pingEvery, s.beat)
}

// await gives the peer another minute to say something, unless the socket has ended.
func (s *socket) await(connection *websocket.Conn) error {
	err := connection.SetReadDeadline(time.Now().Add(silenceMost))
	if s.over.Load() {
		return errSocketClosed
	}
	return err
}

func (s *socket) beat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	_ = s.connection.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) // silence ends it anyway
	s.ping.Reset(pingEvery)
}

// ReadText waits for the next text frame. Binary frames, oversized ones, too many and silence end
// the socket with the fitting code.
func (s *socket) ReadText() ([]byte, error) {
	kind, frame, err := s.connection.ReadMessage()
	if err != nil {
		return nil, fmt.Errorf("read a frame: %w", err)
	}
	if err := s.await(s.connection); err != nil {
		return nil, err
	}
	if kind != websocket.TextMessage {
		s.Close(websocket.CloseUnsupportedData, "text only")
		return nil, errSocketClosed
	}
	if !s.frames.Allow() {
		s.Close(websocket.ClosePolicyViolation, "too many messages")
		return nil, errSocketClosed
	}
	return frame, nil
}

// WriteText sends one text frame within ten seconds.
func (s *socket) WriteText(frame []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.connection == nil {
		return errSocketClosed
	}
	_ = s.connection.SetWriteDeadline(time.Now().Add(writeTimeout)) // a failure shows in the write
	if err := s.connection.WriteMessage(websocket.TextMessage, frame); err != nil {
		return fmt.Errorf("write a frame: %w", err)
	}
	return nil
}

// Close sends a close frame and ends the socket; a reader returns soon. Safe to repeat. A peer that
// does not read, or does not answer, cannot outlive its sign-in for it.
func (s *socket) Close(code int, reason string) {
	if raw := s.raw.Load(); raw != nil {
		_ = (*raw).SetWriteDeadline(time.Now().Add(closePatience)) // closing below ends it anyway
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed, s.code, s.reason = true, code, reason
	s.over.Store(true)
	if s.connection != nil {
		s.end()
	}
}

func (s *socket) end() {
	if s.ping != nil {
		s.ping.Stop()
	}
	frame := websocket.FormatCloseMessage(s.code, clipped(s.reason, reasonLongest))
	_ = s.connection.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second)) // the peer may be gone
	// The server library closes the connection itself, once the reader has returned: after the
	// peer's own close frame or a moment later.
	_ = s.connection.SetReadDeadline(time.Now().Add(closePatience))
}

// sockets counts open WebSockets per user and can end them all.
type sockets struct {
	perUser int // below 0: no limit

	mu     sync.Mutex
	all    map[trade.UserID]map[*socket]trade.SignInID
	closed bool
}

func newSockets(perUser int) *sockets {
	return &sockets{perUser: perUser, all: map[trade.UserID]map[*socket]trade.SignInID{}}
}

func (s *sockets) add(user trade.UserID, signIn trade.SignInID, one *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.perUser >= 0 && len(s.all[user]) >= s.perUser {
		return false
	}
	if s.all[user] == nil {
		s.all[user] = map[*socket]trade.SignInID{}
	}
	s.all[user][one] = signIn
	return true
}

func (s *sockets) remove(user trade.UserID, one *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all[user], one)
	if len(s.all[user]) == 0 {
		delete(s.all, user)
	}
}

func (s *sockets) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, own := range s.all {
		count += len(own)
	}
	return count
}

// endSignIn ends the sockets of a sign-in with 1008, "" all of the user's, without waiting. The
// user's actor does the same; this also reaches a socket that it does not know yet.
func (s *sockets) endSignIn(user trade.UserID, signIn trade.SignInID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one, own := range s.all[user] {
		if signIn == "" || own == signIn {
			go one.Close(websocket.ClosePolicyViolation, "signed out")
		}
	}
}

// closeAll ends every socket with 1001 and admits no new one.
func (s *sockets) closeAll() {
	s.mu.Lock()
	s.closed = true
	var open []*socket
	for _, own := range s.all {
		for one := range own {
			open = append(open, one)
		}
	}
	s.mu.Unlock()
	var done sync.WaitGroup
	for _, one := range open {
		done.Go(func() { one.Close(websocket.CloseGoingAway, "the server is stopping") })
	}
	done.Wait()
}
