package simulator

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/fasthttp/websocket"
)

// addresses counts the connections of each address.
type addresses struct {
	mu   sync.Mutex
	open map[string]int
	max  int
}

func (a *addresses) enter(address string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.max > 0 && a.open[address] >= a.max {
		return false
	}
	a.open[address]++
	return true
}

// bound changes how many there may be; 0 is no limit. Those that there are stay.
func (a *addresses) bound(max int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.max = max
}

func (a *addresses) leave(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[address]--; a.open[address] <= 0 {
		delete(a.open, address)
	}
}

var upgrader = websocket.Upgrader{
	ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &sync.Pool{},
	CheckOrigin: func(*http.Request) bool { return true },
}

// ServeHTTP serves the API: a WebSocket at /ws/api/v2, single calls at /api/v2/{method}.
func (x *Exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := x.engine.Load()
	if e == nil {
		http.Error(w, "the exchange is starting", http.StatusServiceUnavailable)
		return
	}
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	if !x.addresses.enter(address) {
		http.Error(w, "too many connections", http.StatusTooManyRequests)
		return
	}
	defer x.addresses.leave(address)
	switch path := strings.TrimSuffix(r.URL.Path, "/"); {
	case path == "/ws/api/v2":
		x.serveSocket(e, w, r, address)
	case path == "/api/v2" || strings.HasPrefix(path, "/api/v2/"):
		serveCall(e, w, r, address, strings.TrimPrefix(strings.TrimPrefix(path, "/api/v2"), "/"))
	default:
		http.NotFound(w, r)
	}
}

func (x *Exchange) serveSocket(e *engine, w http.ResponseWriter, r *http.Request, address string) {
	if status := e.handshakeFault(); status != 0 {
		http.Error(w, "no handshake", status)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := newConn(e, ws, address)
	if !e.submit(func() { e.join(c) }) {
		ws.Close()
		return
	}
	go c.write()
	c.read()
}

func serveCall(e *engine, w http.ResponseWriter, r *http.Request, address, name string) {
	c := &conn{e: e, address: address, channels: map[channelID]*channel{}, reply: make(chan []byte, 1)}
	in := e.micros()
	q, bad := httpRequest(w, r, name)
	if q == nil {
		writeAnswer(w, http.StatusBadRequest, envelope(nil, "error", errorBody(bad), in, e.micros()))
		return
	}
	q.in = in
	if !e.submit(func() { e.handle(c, q, bad) }) {
		http.Error(w, "the exchange is restarting", http.StatusServiceUnavailable)
		return
	}
	select {
	case answer, told := <-c.reply:
		if !told {
			panic(http.ErrAbortHandler) // a swallowed answer
		}
		status := http.StatusOK
		switch {
		case c.status != 0:
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(c.status)
			_, _ = w.Write(answer)
			return
		case c.failed:
			status = http.StatusBadRequest
		}
		writeAnswer(w, status, answer)
	case <-e.done:
		http.Error(w, "the exchange is restarting", http.StatusServiceUnavailable)
	case <-r.Context().Done():
	}
}

func writeAnswer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// httpRequest reads a call from a body, or from a path and its query.
func httpRequest(w http.ResponseWriter, r *http.Request, name string) (*request, *wireError) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, frameMax))
	if err != nil {
		return nil, errTooLarge
	}
	q := &request{method: name, params: params{}}
	var bad *wireError
	if len(body) > 0 {
		if q, bad = parseRequest(body); q == nil {
			return nil, bad
		}
	}
	if name != "" {
		q.method = name
	}
	for k, v := range r.URL.Query() {
		if _, there := q.params[k]; !there {
			q.params[k], _ = json.Marshal(v[0])
		}
	}
	q.credentials(r, string(body))
	return q, bad
}

func (q *request) credentials(r *http.Request, body string) {
	header := r.Header.Get("Authorization")
	if token, ok := strings.CutPrefix(header, "Bearer "); ok {
		q.bearer = strings.TrimSpace(token)
	}
	if id, secret, ok := r.BasicAuth(); ok {
		q.basic = [2]string{id, secret}
	}
	if rest, ok := strings.CutPrefix(header, "deri-hmac-sha256 "); ok {
		q.signed = signedHeader(rest, r.Method, r.URL, body)
	}
}

// signedHeader reads id=..,ts=..,sig=..,nonce=.. and puts together what it signs.
func signedHeader(header, method string, u *url.URL, body string) *signed {
	s := &signed{data: strings.ToUpper(method) + "\n" + u.RequestURI() + "\n" + body + "\n"}
	for _, part := range strings.Split(header, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch k {
		case "id":
			s.id = v
		case "ts":
			s.at = v
		case "sig":
			s.sig = v
		case "nonce":
			s.nonce = v
		}
	}
	return s
}
