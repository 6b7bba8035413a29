package http

import (
	"errors"
	"fmt"
	"sync"
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
	reasonLongest = 120 // bytes in a close frame
)

var errSocketClosed = errors.New("socket is closed")

// socket is an upgraded WebSocket. It pings by a timer, without a goroutine of its own.
type socket struct {
	frames *rate.Limiter

	mu         sync.Mutex // guards what follows; writes to the connection hold it
	connection *websocket.Conn
	closed     bool
	ping       *time.Timer
}

func newSocket() *socket { return &socket{frames: rate.NewLimiter(framesPerSec, framesAtOnce)} }

func (s *socket) open(connection *websocket.Conn) {
	connection.SetReadLimit(frameLimit)
	_ = connection.SetReadDeadline(time.Now().Add(silenceMost)) // a dead connection shows at the next read
	connection.SetPongHandler(func(string) error {
		return connection.SetReadDeadline(time.Now().Add(silenceMost))
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connection = connection
	if s.closed { // the server stopped between admission and upgrade
		s.end(websocket.CloseGoingAway, "")
		return
	}
	s.ping = time.AfterFunc(pingEvery, s.beat)
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
	_ = s.connection.SetReadDeadline(time.Now().Add(silenceMost))
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

// Close sends a close frame and ends the socket; a reader returns at once. Safe to repeat.
func (s *socket) Close(code int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	if s.connection != nil {
		s.end(code, reason)
	}
}

func (s *socket) end(code int, reason string) {
	if s.ping != nil {
		s.ping.Stop()
	}
	frame := websocket.FormatCloseMessage(code, clipped(reason, reasonLongest))
	_ = s.connection.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second)) // the peer may be gone
	_ = s.connection.Close()
}

// sockets counts open WebSockets per user and can end them all.
type sockets struct {
	perUser int // below 0: no limit

	mu     sync.Mutex
	all    map[trade.UserID]map[*socket]bool
	closed bool
}

func newSockets(perUser int) *sockets {
	return &sockets{perUser: perUser, all: map[trade.UserID]map[*socket]bool{}}
}

func (s *sockets) add(user trade.UserID, one *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.perUser >= 0 && len(s.all[user]) >= s.perUser {
		return false
	}
	if s.all[user] == nil {
		s.all[user] = map[*socket]bool{}
	}
	s.all[user][one] = true
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
