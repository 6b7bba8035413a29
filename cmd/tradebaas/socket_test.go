package main_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

// frame is one server frame of the page's WebSocket.
type frame struct {
	Type  string          `json:"type"`
	Topic string          `json:"topic"`
	Seq   int64           `json:"seq"`
	Time  string          `json:"time"`
	Code  string          `json:"code"`
	Data  json.RawMessage `json:"data"`
}

// listener collects the frames of one socket.
type listener struct {
	conn   *websocket.Conn
	mu     sync.Mutex
	frames []frame
	closed chan struct{}
	code   int
}

// listen opens a page's socket and subscribes.
func (p *person) listen(topics ...string) *listener {
	p.tb.Helper()
	ticket := p.must(http.StatusOK, "POST", "/api/ws/ticket", object{})["ticket"].(string)
	url := "ws" + strings.TrimPrefix(p.base, "http") + "/ws?ticket=" + ticket
	conn, _, err := websocket.DefaultDialer.Dial(url, http.Header{"Origin": {p.base}})
	require.NoError(p.tb, err)
	l := &listener{conn: conn, closed: make(chan struct{})}
	go l.read()
	p.tb.Cleanup(func() { conn.Close(); <-l.closed })
	require.NoError(p.tb, conn.WriteJSON(object{"type": "subscribe", "topics": topics}))
	return l
}

func (l *listener) read() {
	defer close(l.closed)
	for {
		_, raw, err := l.conn.ReadMessage()
		if err != nil {
			if e, ok := err.(*websocket.CloseError); ok {
				l.code = e.Code
			}
			return
		}
		var f frame
		if json.Unmarshal(raw, &f) == nil {
			l.mu.Lock()
			l.frames = append(l.frames, f)
			l.mu.Unlock()
		}
	}
}

// on gives the frames of a topic so far.
func (l *listener) on(topic string) []frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []frame
	for _, f := range l.frames {
		if f.Topic == topic {
			found = append(found, f)
		}
	}
	return found
}

// all gives every frame so far as one text.
func (l *listener) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	raw, _ := json.Marshal(l.frames)
	return string(raw)
}
