package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/valyala/fastjson"
)

const (
	firstPatience = 20 * time.Second // for the first snapshot of every topic
	closePatience = 2 * time.Second
)

// page is one open WebSocket of a person and what it has told so far.
type page struct {
	person *person
	conn   *websocket.Conn
	opened time.Time
	topics []string
	whole  chan struct{} // closed when every topic has sent its first snapshot
	ended  chan struct{} // closed when nothing more is read

	mu      sync.Mutex // guards the rest
	seq     map[string]uint64
	view    view
	closing bool
}

var writeBuffers sync.Pool

// openPage opens the WebSocket and waits until every topic has begun.
func (p *person) openPage(ctx context.Context, due time.Time) error {
	err := p.tryPage(ctx, due)
	p.run.stages.add("socket", time.Since(due), codeOf(err))
	return err
}

func (p *person) tryPage(ctx context.Context, due time.Time) error {
	a, err := p.call(call{method: http.MethodPost, route: "/api/ws/ticket", due: due, body: struct{}{}})
	if err != nil {
		return err
	}
	dialer := websocket.Dialer{HandshakeTimeout: patience, ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &writeBuffers}
	address := "ws" + strings.TrimPrefix(p.run.o.URL, "http") + "/ws?ticket=" + url.QueryEscape(a.text("ticket"))
	conn, response, err := dialer.DialContext(ctx, address, nil)
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return &refusal{"GET /ws", 0, "not_upgraded"}
	}
	g := &page{person: p, conn: conn, opened: time.Now(), topics: p.topics(), whole: make(chan struct{}), ended: make(chan struct{}),
		seq: map[string]uint64{}, view: newView()}
	if err := g.subscribe(g.topics...); err != nil {
		_ = conn.Close()
		return &refusal{"GET /ws", 0, "not_subscribed"}
	}
	p.page.Store(g)
	p.run.open.Add(1)
	go g.read()
	select {
	case <-g.whole:
		return nil
	case <-g.ended:
		return &refusal{"GET /ws", 0, "socket_ended"}
	case <-time.After(firstPatience):
		return &refusal{"GET /ws", 0, "no_snapshot"}
	case <-ctx.Done():
		return fmt.Errorf("open a page: %w", ctx.Err())
	}
}

// topics are what the person's page follows.
func (p *person) topics() []string {
	list := []string{"connection", "strategies", "orders", "trades", "positions", "balance"}
	if p.run.o.Prices {
		list = append(list, "ticker:deribit:paper:"+p.market, "candles:deribit:paper:"+p.market+":1m")
	}
	if id := p.strategyID(); id != "" {
		list = append(list, "analysis:"+id)
	}
	return list
}

func (g *page) subscribe(topics ...string) error {
	return g.conn.WriteJSON(map[string]any{"type": "subscribe", "topics": topics})
}

// read takes frames until the socket ends.
func (g *page) read() {
	defer g.person.run.open.Add(-1)
	defer close(g.ended)
	defer g.conn.Close()
	for {
		_, frame, err := g.conn.ReadMessage()
		if err != nil {
			g.lost(err)
			return
		}
		g.take(frame)
	}
}

// lost counts a socket that the server or the network ended.
func (g *page) lost(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closing {
		code := "socket_lost"
		if closed, ok := err.(*websocket.CloseError); ok {
			code = fmt.Sprint("socket_closed ", closed.Code)
		}
		g.person.run.events.trouble(code)
	}
}

var frameParsers fastjson.ParserPool

func (g *page) take(frame []byte) {
	r := g.person.run
	parser := frameParsers.Get()
	defer frameParsers.Put(parser)
	v, err := parser.ParseBytes(frame)
	if err != nil {
		r.events.trouble("no_json")
		return
	}
	topic := string(v.GetStringBytes("topic"))
	kind, _, _ := strings.Cut(topic, ":")
	r.marks.check(g.person.number, "the topic "+kind, frame)
	if sent, err := time.Parse(time.RFC3339, string(v.GetStringBytes("time"))); err == nil {
		r.stages.add("frame", time.Since(sent), "")
	}
	switch what := string(v.GetStringBytes("type")); what {
	case "snapshot", "update":
		g.told(what, topic, kind, v)
	case "resync":
		r.events.trouble("resync")
		_ = g.subscribe(topic) // a socket that fails is noticed where it is read
	case "error":
		r.events.trouble("error " + string(v.GetStringBytes("code")))
	}
}

// told checks a frame's number and adds it to what the page knows.
func (g *page) told(what, topic, kind string, v *fastjson.Value) {
	g.mu.Lock()
	defer g.mu.Unlock()
	last, got := g.seq[topic], v.GetUint64("seq")
	g.person.run.events.received(kind, last, got)
	g.seq[topic] = got
	if what == "snapshot" {
		g.view.snapshot(kind, v.Get("data"))
	} else {
		g.view.update(kind, v.Get("data"))
	}
	if last == 0 && len(g.seq) == len(g.topics) {
		close(g.whole)
	}
}

// close ends the socket as a browser does that leaves.
func (g *page) close() {
	g.mu.Lock()
	g.closing = true
	g.mu.Unlock()
	frame := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = g.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(closePatience)) // it is closed below whatever comes
	select {
	case <-g.ended:
	case <-time.After(closePatience):
		_ = g.conn.Close()
		<-g.ended
	}
}

// reload closes the page and opens it anew.
func (p *person) reload(ctx context.Context, due time.Time) {
	if old := p.page.Load(); old != nil {
		old.close()
	}
	_ = p.openPage(ctx, due) // counted
}

// events are what the sockets of all people received.
type events struct {
	mu       sync.Mutex
	frames   map[string]int64 // by kind of topic
	gaps     map[string]int64 // frames that are missing by their numbers
	repeats  int64            // frames whose number had been seen
	troubles map[string]int
}

func newEvents() *events {
	return &events{frames: map[string]int64{}, gaps: map[string]int64{}, troubles: map[string]int{}}
}

// received counts a frame. Numbers grow by one per topic and socket, from one.
func (e *events) received(kind string, last, got uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.frames[kind]++
	switch {
	case got <= last:
		e.repeats++
	case got > last+1:
		e.gaps[kind] += int64(got - last - 1)
	}
}

func (e *events) trouble(code string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.troubles[code]++
}

func (e *events) total() (n int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, count := range e.frames {
		n += count
	}
	return n
}
