package actors

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"
)

// WebSocket close codes that we use.
const (
	closeNormal  = 1000
	closePolicy  = 1008 // signed out, disabled
	closeRestart = 1012 // the server or a part of it begins anew
	closeSlow    = 1013 // the page does not read
)

const (
	eventsMost = 1000     // waiting frames of topics whose events must arrive
	errorsMost = 200      // waiting frames beyond which no error frame is added
	bytesMost  = 16 << 20 // waiting bytes of all frames
	drainMost  = 10 * time.Second
	frameKept  = 4 << 10 // bytes of the place for a frame that a page keeps
)

// waitingFrame is one frame that has not been written.
type waitingFrame struct {
	kind  string // snapshot, update, resync, error or pong
	topic string
	key   string // "" for events, else the newest replaces the older one
	data  json.RawMessage
	code  string
	text  string
}

// outlet is a page's bounded outbox. The session fills it and never waits; a
// goroutine beside the socket drains it. Frames get their number when they are
// taken, so that what was conflated leaves no gap.
type outlet struct {
	ready  chan struct{} // holds one token while there is something to do
	counts *figures

	mu     sync.Mutex
	queue  []waitingFrame
	events int
	bytes  int
	lost   map[string]bool // topics that overflowed: closed until asked for again
	seq    map[string]uint64
	since  time.Time // when the queue last made progress
	closed bool
	code   int
	reason string
	frame  []byte                        // written last; its place is used again
	done   chan struct{}                 // closed with the outlet
	after  func(code int, reason string) // runs then, off the lock
}

func newOutlet(counts *figures) *outlet {
	return &outlet{counts: counts, ready: make(chan struct{}, 1), lost: map[string]bool{}, seq: map[string]uint64{}, done: make(chan struct{})}
}

// put adds a frame. A topic whose events overflow is replaced by one resync.
func (o *outlet) put(f waitingFrame, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f.kind == "snapshot" {
		delete(o.lost, f.topic)
		o.drop(f.topic) // whatever waits is older
	}
	if o.closed || o.lost[f.topic] && f.kind != "error" || f.key != "" && o.replace(f) {
		return
	}
	if f.kind == "error" && len(o.queue) >= errorsMost {
		return
	}
	if o.full(f) {
		o.drop(f.topic)
		o.lost[f.topic] = true
		f = waitingFrame{kind: "resync", topic: f.topic}
	}
	if len(o.queue) == 0 {
		o.since = now
	}
	o.queue = append(o.queue, f)
	o.count(f, 1)
	o.signal()
}

func (o *outlet) full(f waitingFrame) bool {
	return f.topic != "" && (f.key == "" && o.events >= eventsMost || o.bytes+len(f.data) > bytesMost)
}

// replace puts f in the place of an older frame of its key, which may not be
// older than a snapshot that waits.
func (o *outlet) replace(f waitingFrame) bool {
	for i := len(o.queue) - 1; i >= 0; i-- {
		if w := o.queue[i]; w.topic == f.topic && w.key == f.key {
			o.counts.conflated.Inc()
			o.count(w, -1)
			o.queue[i] = f
			o.count(f, 1)
			return true
		}
	}
	return false
}

// drop forgets what waits of a topic.
func (o *outlet) drop(topic string) {
	kept := o.queue[:0]
	for _, w := range o.queue {
		if w.topic == topic && w.topic != "" {
			o.count(w, -1)
		} else {
			kept = append(kept, w)
		}
	}
	clear(o.queue[len(kept):])
	o.queue = kept
}

func (o *outlet) count(f waitingFrame, by int) {
	if f.key == "" {
		o.events += by
	}
	o.bytes += by * len(f.data)
}

// signal wakes the goroutine that drains.
func (o *outlet) signal() {
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

// next waits for a frame and gives it ready to write, until the next call; false when the outlet is
// closed. One goroutine drains.
func (o *outlet) next() ([]byte, bool) {
	for {
		if frame, ok := o.take(time.Now()); ok {
			return frame, true
		}
		select {
		case <-o.ready:
		case <-o.done:
			return nil, false
		}
	}
}

func (o *outlet) take(now time.Time) ([]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(o.queue) == 0 {
		return nil, false
	}
	f := o.queue[0]
	o.queue[0] = waitingFrame{}
	if len(o.queue) == 1 {
		o.queue = o.queue[:0] // the usual case keeps its place
	} else {
		o.queue = o.queue[1:]
	}
	o.count(f, -1)
	o.since = now
	o.counts.frames.WithLabelValues(f.kind).Inc()
	return o.encode(f, now), true
}

func (o *outlet) encode(f waitingFrame, now time.Time) []byte {
	out := append(o.frame[:0], `{"type":"`...)
	out = append(out, f.kind...)
	out = append(out, '"')
	if f.topic != "" {
		out = append(out, `,"topic":`...)
		out = appendText(out, f.topic)
	}
	if f.kind == "snapshot" || f.kind == "update" {
		o.seq[f.topic]++
		out = append(out, `,"seq":`...)
		out = strconv.AppendUint(out, o.seq[f.topic], 10)
	}
	out = append(out, `,"time":"`...)
	out = now.UTC().AppendFormat(out, "2006-01-02T15:04:05.000Z")
	out = append(out, '"')
	if f.code != "" {
		out = append(out, `,"code":`...)
		out = append(out, encode(f.code)...)
		out = append(out, `,"error":`...)
		out = append(out, encode(f.text)...)
	}
	if f.data != nil {
		out = append(out, `,"data":`...)
		out = append(out, f.data...)
	}
	out = append(out, '}')
	if o.frame = nil; cap(out) <= frameKept {
		o.frame = out
	}
	return out
}

// appendText writes a JSON string. Topics are plain, and come with every frame.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return append(out, encode(text)...)
		}
	}
	out = append(out, '"')
	out = append(out, text...)
	return append(out, '"')
}

// stuck tells whether the page has not read for too long.
func (o *outlet) stuck(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue) > 0 && now.Sub(o.since) > drainMost
}

// close ends the outlet; the first code counts. What waits is not written.
func (o *outlet) close(code int, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.closed, o.code, o.reason = true, code, reason
		close(o.done)
		o.tellClosed()
	}
}

// whenClosed has do run once, when the outlet closes or at once if it has. Until then it costs no
// goroutine.
func (o *outlet) whenClosed(do func(code int, reason string)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.after = do
	if o.closed {
		o.tellClosed()
	}
}

func (o *outlet) tellClosed() {
	if o.after != nil {
		go o.after(o.code, o.reason)
	}
}

func (o *outlet) isClosed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}
