package deribit

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/valyala/fastjson"
)

// Memory for reading is shared: an idle link holds none of it while it waits for a frame.
var (
	parsers fastjson.ParserPool
	inboxes = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}
)

// largeFrame is the size from which memory is not kept: it would never be given back.
const largeFrame = 256 << 10

// readFrames reads until the socket ends or the link's patience does.
func (l *link) readFrames() error {
	for {
		if err := l.conn.SetReadDeadline(time.Now().Add(time.Duration(l.patience.Load()))); err != nil {
			return err
		}
		_, r, err := l.conn.NextReader()
		if err != nil {
			return err
		}
		if err := l.readFrame(r); err != nil {
			return err
		}
	}
}

func (l *link) readFrame(r io.Reader) error {
	inbox := inboxes.Get().(*[]byte)
	frame, err := appendAll((*inbox)[:0], r)
	if err == nil {
		l.handle(frame)
	}
	if cap(frame) < largeFrame {
		*inbox = frame
		inboxes.Put(inbox)
	}
	return err
}

func appendAll(dst []byte, r io.Reader) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
}

// handle reads one frame. What cannot be understood is logged and left; an order that it may have
// answered then ends unknown, which is the truth.
func (l *link) handle(frame []byte) {
	parser := parsers.Get()
	v, err := parser.ParseBytes(frame)
	if err != nil {
		l.reject(frame, err)
		return
	}
	if len(frame) < largeFrame {
		defer parsers.Put(parser)
	}
	switch id := v.Get("id"); {
	case id != nil && id.Type() == fastjson.TypeNumber:
		l.answer(id, v)
	case v.Exists("method"):
		l.notified(v)
	default:
		l.log.Warn().Int("code", v.GetInt("error", "code")).Msg("deribit.frame.unexpected")
	}
}

func (l *link) answer(id, v *fastjson.Value) {
	if play := v.Get("testnet"); play != nil {
		l.learnMoney(play)
	}
	n, err := id.Uint64()
	if err != nil {
		return
	}
	c := l.take(n)
	if c == nil {
		return // its caller has stopped waiting
	}
	defer close(c.done)
	c.err = c.outcome(v)
}

func (c *call) outcome(v *fastjson.Value) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = unreadable(c.method, fmt.Errorf("panic: %v", p))
		}
	}()
	if failure := v.Get("error"); failure != nil && failure.Type() == fastjson.TypeObject {
		return answered(failure)
	}
	result := v.Get("result")
	if result == nil {
		return unreadable(c.method, fmt.Errorf("neither result nor error"))
	}
	if c.read == nil {
		return nil
	}
	if err := c.read(result); err != nil {
		return unreadable(c.method, err)
	}
	return nil
}

func (l *link) notified(v *fastjson.Value) {
	switch string(v.GetStringBytes("method")) {
	case "subscription":
		if l.notify != nil {
			l.notify(v.GetStringBytes("params", "label"), v.GetStringBytes("params", "channel"), v.Get("params", "data"))
		}
	case "heartbeat":
		if string(v.GetStringBytes("params", "type")) == "test_request" {
			l.workers.Go(l.proveAlive)
		}
	}
}
