package deribit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
)

// Deadlines. An order's is longer than the five seconds in which matching may start it. A write
// that the network does not take ends the link before a cancel behind it has waited in vain.
const (
	dialTimeout   = 10 * time.Second
	checkTimeout  = 15 * time.Second
	setupTimeout  = 30 * time.Second
	readTimeout   = 10 * time.Second
	orderTimeout  = 8 * time.Second
	cancelTimeout = 5 * time.Second
	writeTimeout  = 3 * time.Second
	leaveTimeout  = 2 * time.Second
)

const (
	readBuffer   = 1024
	writeBuffer  = 4096     // from a shared pool; a whole order fits, so it leaves as one frame
	maxFrameSize = 32 << 20 // the list of all instruments is some 5 MB
)

var writeBuffers sync.Pool

// callsToOpen is what opening a socket asks before a login: the time and the heartbeat.
const callsToOpen = 2

// open waits for a free connection, opens a socket, measures the clock, makes sure of whose socket
// it is and has it show life. waits hears why it takes long. The link is ended with close, or ends by itself.
func (v *Venue) open(ctx context.Context, c class, waits func(error), notify notifier) (*link, error) {
	for range callsToOpen {
		release, err := v.address.take(ctx, poolRead, PriorityStop)
		if err != nil {
			return nil, err
		}
		release()
	}
	l, err := v.connect(ctx, c, waits, notify)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	if err = v.greet(ctx, l); err == nil {
		err = l.heartbeat(ctx, v.options.Heartbeat)
	}
	v.strained(err)
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// connect opens a socket when there is room for one. One that the exchange has no room for after
// all keeps its place in the line.
func (v *Venue) connect(ctx context.Context, c class, waits func(error), notify notifier) (*link, error) {
	t, err := v.slots.acquire(ctx, c, waits)
	for err == nil {
		var conn *websocket.Conn
		if conn, err = v.dial(ctx); err == nil {
			v.slots.opened(t)
			return v.newLink(conn, notify, func() { v.slots.release(t) }), nil
		}
		if !errors.Is(err, errAddressRefused) {
			v.slots.release(t)
			return nil, err
		}
		v.options.Logger.Warn().Msg("deribit.connection.refused")
		v.slots.turnedAway(t)
		err = v.slots.wait(ctx, t, errAddressRefused, waits)
	}
	return nil, fmt.Errorf("wait for a free connection: %w", err)
}

func (v *Venue) newLink(conn *websocket.Conn, notify notifier, free func()) *link {
	l := &link{
		conn:    conn,
		log:     v.options.Logger,
		notify:  notify,
		reject:  func(frame []byte, err error) { v.setAside(nil, frame, err) },
		free:    free,
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
		return errAddressRefused
	default:
		return fmt.Errorf("connect to the exchange: status %d: %w", response.StatusCode, err)
	}
}
