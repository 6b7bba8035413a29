package deribit

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/valyala/fastjson"
)

// Deadlines. An order's is longer than the five seconds in which matching may start it.
const (
	dialTimeout   = 10 * time.Second
	checkTimeout  = 15 * time.Second
	setupTimeout  = 30 * time.Second
	readTimeout   = 10 * time.Second
	orderTimeout  = 8 * time.Second
	cancelTimeout = 5 * time.Second
	writeTimeout  = 5 * time.Second
)

const (
	readBuffer   = 1024
	writeBuffer  = 4096     // from a shared pool; a whole order fits, so it leaves as one frame
	maxFrameSize = 32 << 20 // the list of all instruments is some 5 MB
)

var writeBuffers sync.Pool

// connect waits for a free connection and opens a socket. The link reads at once; it is ended
// with close, or ends by itself.
func (v *Venue) connect(ctx context.Context, notify func([]byte, *fastjson.Value)) (*link, error) {
	if err := v.slots.acquire(ctx); err != nil {
		return nil, fmt.Errorf("wait for a free connection: %w", err)
	}
	conn, err := v.dial(ctx)
	if err != nil {
		v.slots.release()
		return nil, err
	}
	return v.newLink(conn, notify), nil
}

func (v *Venue) newLink(conn *websocket.Conn, notify func([]byte, *fastjson.Value)) *link {
	l := &link{
		conn:    conn,
		log:     v.options.Logger,
		notify:  notify,
		reject:  func(frame []byte, err error) { v.setAside(nil, frame, err) },
		free:    v.slots.release,
		turn:    make(chan struct{}, 1),
		pending: make(map[uint64]*call),
		done:    make(chan struct{}),
	}
	l.turn <- struct{}{}
	l.patience.Store(int64(setupTimeout))
	go l.run()
	return l
}

func (v *Venue) dial(ctx context.Context) (*websocket.Conn, error) {
	dialer := websocket.Dialer{
		NetDialContext:   v.options.Dial,
		HandshakeTimeout: dialTimeout,
		ReadBufferSize:   readBuffer,
		WriteBufferSize:  writeBuffer,
		WriteBufferPool:  &writeBuffers,
	}
	conn, response, err := dialer.DialContext(ctx, v.options.URL, nil)
	if err != nil {
		return nil, dialError(response, err)
	}
	conn.SetReadLimit(maxFrameSize)
	return conn, nil
}

func dialError(response *http.Response, err error) error {
	switch {
	case response == nil:
		return fmt.Errorf("connect to the exchange: %w", err)
	case response.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("the exchange refuses more connections from this address: %w", err)
	default:
		return fmt.Errorf("connect to the exchange: status %d: %w", response.StatusCode, err)
	}
}
