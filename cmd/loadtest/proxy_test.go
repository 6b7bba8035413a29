package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

// proxy stands before a server and spoils what goes through it.
type proxy struct {
	target string
	page   http.Handler
	url    string

	mu      sync.Mutex
	request func(http.ResponseWriter, *http.Request) (answered bool)
	frame   func(on *pipe, frame []byte) []byte // nil: the frame is lost
	pipes   []*pipe
}

// pipe is one WebSocket through the proxy; the writes to it take turns.
type pipe struct {
	mu   sync.Mutex
	near *websocket.Conn
	lost uint64 // frames of the topic that was thinned out
}

func (p *pipe) send(frame []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.near.WriteMessage(websocket.TextMessage, frame)
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	address, err := url.Parse(target)
	require.NoError(t, err)
	p := &proxy{target: target, page: httputil.NewSingleHostReverseProxy(address)}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// ServeHTTP passes a request on, spoilt.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/ws" {
		p.stream(w, r)
		return
	}
	p.mu.Lock()
	spoil := p.request
	p.mu.Unlock()
	if spoil == nil || !spoil(w, r) {
		p.page.ServeHTTP(w, r)
	}
}

func (p *proxy) stream(w http.ResponseWriter, r *http.Request) {
	far, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(p.target, "http")+r.URL.String(), nil)
	if err != nil {
		w.WriteHeader(response.StatusCode)
		return
	}
	defer far.Close()
	near, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer near.Close()
	on := &pipe{near: near}
	p.mu.Lock()
	p.pipes = append(p.pipes, on)
	p.mu.Unlock()
	var sides sync.WaitGroup
	defer sides.Wait()
	sides.Go(func() {
		defer far.Close()
		for {
			kind, frame, err := near.ReadMessage()
			if err != nil || far.WriteMessage(kind, frame) != nil {
				return
			}
		}
	})
	for {
		_, frame, err := far.ReadMessage()
		if err != nil {
			_ = near.Close() // ends the other side too
			return
		}
		if frame = p.spoil(on, frame); frame != nil && on.send(frame) != nil {
			return
		}
	}
}

func (p *proxy) spoil(on *pipe, frame []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.frame == nil {
		return frame
	}
	return p.frame(on, frame)
}
