package deribit

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/killpoint"
)

// notifier takes a notification; what it is given is valid only while it runs. label is the one
// that was given when subscribing, if any.
type notifier func(label, channel []byte, data *fastjson.Value)

// link is JSON-RPC over one socket: it pairs answers with requests and hands notifications on. It
// knows nothing of accounts, so that several sessions can share one.
type link struct {
	conn   *websocket.Conn
	log    zerolog.Logger
	notify notifier                      // called by the reader only; nil: nobody listens
	reject func(frame []byte, err error) // sets aside what is no JSON
	free   func()                        // gives the connection back to the budget

	turn     chan struct{} // holds one token: whoever has it may write
	patience atomic.Int64  // nanoseconds of silence after which the link counts as dead
	play     atomic.Int32  // what answers say of play money: 0 nothing, 1 real, 2 play

	mu      sync.Mutex
	lastID  uint64
	pending map[uint64]*call
	cause   error // why it ended; set before done is closed

	done    chan struct{} // closed when the reader has ended and every call is answered
	workers sync.WaitGroup
}

// call is one request that waits for its answer. read runs on the reader's goroutine.
type call struct {
	method string
	read   func(result *fastjson.Value) error
	err    error
	done   chan struct{}
}

// call sends a request once and waits for its answer, which read takes apart; what read is given
// is valid only while it runs. The error is a *broker.Error.
func (l *link) call(ctx context.Context, method string, p params, read func(*fastjson.Value) error) error {
	if err := ctx.Err(); err != nil {
		return notSent(err)
	}
	c := &call{method: method, read: read, done: make(chan struct{})}
	id, err := l.register(c)
	if err != nil {
		return notSent(err)
	}
	if err := l.send(ctx, id, method, p); err != nil {
		l.forget(id)
		return err
	}
	if method == "private/buy" || method == "private/sell" {
		killpoint.At(killpoint.AfterWrite)
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
	}
	if l.forget(id) {
		return unknown(fmt.Errorf("%s: %w", method, ctx.Err()))
	}
	<-c.done // the reader has it in hand
	return c.err
}

func (l *link) register(c *call) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause != nil {
		return 0, l.cause
	}
	l.lastID++
	l.pending[l.lastID] = c
	return l.lastID, nil
}

// forget takes a call out; false says that somebody else already has.
func (l *link) forget(id uint64) bool { return l.take(id) != nil }

func (l *link) take(id uint64) *call {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.pending[id]
	delete(l.pending, id)
	return c
}

var frames = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// send writes one request. It waits for its turn, so a frame is never mixed with another.
func (l *link) send(ctx context.Context, id uint64, method string, p params) error {
	select {
	case <-l.turn:
	case <-ctx.Done():
		return notSent(ctx.Err())
	case <-l.done:
		return notSent(l.ending())
	}
	defer func() { l.turn <- struct{}{} }()
	if cause := l.ending(); cause != nil { // a write before this one got stuck
		return notSent(cause)
	}
	frame := frames.Get().(*[]byte)
	defer frames.Put(frame)
	*frame = appendRequest((*frame)[:0], id, method, p)
	if err := l.write(*frame); err != nil {
		l.fail(err)
		return unknown(fmt.Errorf("%s: %w", method, err)) // part of it may have left
	}
	return nil
}

func (l *link) write(frame []byte) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, frame)
}

// fail ends the link. The first cause counts; the reader then finishes the rest.
func (l *link) fail(cause error) {
	l.mu.Lock()
	if l.cause == nil {
		l.cause = cause
	}
	l.mu.Unlock()
	_ = l.conn.Close() // a second close has nothing to add
}

// close ends the link and waits for its goroutines.
func (l *link) close() {
	l.fail(errClosed)
	<-l.done
	l.workers.Wait()
}

// run reads until the socket ends. A frame that makes the decoder panic costs this link, not the process.
func (l *link) run() {
	defer l.finish()
	defer func() {
		if p := recover(); p != nil {
			l.log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("deribit.link.panicked")
			l.fail(fmt.Errorf("panic while reading: %v", p))
		}
	}()
	err := l.readFrames()
	l.fail(err)
	l.tellEnd(err)
}

// tellEnd logs how the socket ended, with the exchange's close code where there is one.
func (l *link) tellEnd(err error) {
	if errors.Is(l.ending(), errClosed) {
		return // by us
	}
	event := l.log.Info().Err(err)
	var said *websocket.CloseError
	if errors.As(err, &said) {
		event = event.Int("code", said.Code).Str("reason", said.Text)
	}
	event.Msg("deribit.link.lost")
}

func (l *link) ending() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// finish answers what is still waiting: it was sent, and now nobody will say what became of it.
func (l *link) finish() {
	l.mu.Lock()
	orphans := l.pending
	l.pending = nil
	cause := l.cause
	l.mu.Unlock()
	for _, c := range orphans {
		c.err = unknown(fmt.Errorf("%s: %w", c.method, cause))
		close(c.done)
	}
	l.free()
	close(l.done)
}

// proveAlive answers a test request. It runs beside the reader, which must never wait for a write.
func (l *link) proveAlive() {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	if err := l.call(ctx, "public/test", nil, nil); err != nil {
		l.log.Debug().Err(err).Msg("deribit.heartbeat.unanswered")
	}
}

// heartbeat asks the exchange to show life at an interval, and from then on takes two intervals
// of silence for a dead link: a half-open socket never says that it is.
func (l *link) heartbeat(ctx context.Context, interval time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	err := l.call(ctx, "public/set_heartbeat", params(nil).number("interval", int64(interval/time.Second)), nil)
	if err == nil {
		l.patience.Store(int64(2 * interval))
	}
	return err
}

func (l *link) learnMoney(play *fastjson.Value) {
	switch play.Type() {
	case fastjson.TypeTrue:
		l.play.Store(2)
	case fastjson.TypeFalse:
		l.play.Store(1)
	}
}

// playMoney tells whether the exchange calls itself a test exchange, and whether it said so at all.
func (l *link) playMoney() (play, told bool) {
	p := l.play.Load()
	return p == 2, p != 0
}
