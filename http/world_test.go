package http

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/tradebaas/tradebaas/trade"
)

const goodPassword = "nine lives of a grey cat"

var testKey = SigningKey{ID: "k1", Secret: []byte("0123456789abcdef0123456789abcdef")}

// world is a server over fakes, with a clock that only tests move.
type world struct {
	t       *testing.T
	server  *Server
	storage *memory
	trading *tree
	clock   *clock
	log     *safeBuffer
	client  *nethttp.Client // speaks to the server through memory
	dial    func() (net.Conn, error)
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func testPage() fstest.MapFS {
	return fstest.MapFS{
		"index.html":        {Data: []byte("<!doctype html><title>page</title>")},
		"assets/app-abc.js": {Data: []byte(strings.Repeat("console.log(1);\n", 200))},
		"icon.svg":          {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	}
}

func newWorld(t testing.TB, changes ...func(*Options)) *world {
	t.Helper()
	w := &world{clock: &clock{now: time.Date(2026, 11, 24, 12, 0, 0, 123456789, time.UTC)}, trading: newTree(), log: &safeBuffer{}}
	w.t, _ = t.(*testing.T)
	w.storage = newMemory(w.clock)
	options := Options{Storage: w.storage, Trading: w.trading, Actors: w.trading, Paper: w.trading, Readiness: w.trading, Page: testPage(),
		Log: zerolog.New(w.log), Now: w.clock.Now, PublicURL: "http://trade.test", Dev: true, RegistrationOpen: true, OwnerToken: "owner-token",
		Keys: []SigningKey{testKey}, Passwords: PasswordCost{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 4},
		Limits: Limits{RequestsPerMinute: -1, SignInsPerMinute: -1, RegistrationsPerHour: -1, UserPerMinute: -1}}
	for _, change := range changes {
		change(&options)
	}
	server, err := New(options)
	require.NoError(t, err)
	w.server = server
	w.serve(t)
	return w
}

func (w *world) serve(t testing.TB) {
	listener := fasthttputil.NewInmemoryListener()
	done := make(chan error, 1)
	go func() { done <- w.server.Listen(listener) }()
	w.dial = listener.Dial
	dial := func(context.Context, string, string) (net.Conn, error) { return listener.Dial() }
	w.client = &nethttp.Client{Transport: &nethttp.Transport{DialContext: dial, DisableCompression: true},
		CheckRedirect: func(*nethttp.Request, []*nethttp.Request) error { return nethttp.ErrUseLastResponse }}
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		ctx, cancel := contextWithTimeout()
		defer cancel()
		require.NoError(t, w.server.Shutdown(ctx))
		require.NoError(t, <-done)
	})
}

// reply is an answer with its body read.
type reply struct {
	*nethttp.Response
	text string
	body map[string]any
}

func (r reply) code() string {
	code, _ := r.body["code"].(string)
	return code
}

// fields lists the names of the fields that a refusal complains about.
func (r reply) fields() []string {
	var names []string
	list, _ := r.body["fields"].([]any)
	for _, one := range list {
		names = append(names, one.(map[string]any)["field"].(string))
	}
	return names
}

type header map[string]string

// call sends a request through the whole server. body may be nil, a string sent as it is, or a value sent as JSON.
func (w *world) call(method, path string, body any, headers ...header) reply {
	w.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		require.NoError(w.t, err)
		reader = bytes.NewReader(encoded)
	}
	request, err := nethttp.NewRequest(method, "http://trade.test"+path, reader)
	require.NoError(w.t, err)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, set := range headers {
		for name, value := range set {
			if value == "" {
				request.Header.Del(name)
			} else {
				request.Header.Set(name, value)
			}
			if name == "Host" {
				request.Host = value
			}
		}
	}
	response, err := w.client.Do(request)
	require.NoError(w.t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	r := reply{Response: response, text: string(text)}
	_ = json.Unmarshal(text, &r.body) // pages and files are no JSON
	return r
}

// announce sends only the header of a request whose body would have that length, and reads the answer.
func (w *world) announce(method, path string, length int, headers header) reply {
	w.t.Helper()
	connection, err := w.dial()
	require.NoError(w.t, err)
	raw := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: trade.test\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", method, path, length)
	for name, value := range headers {
		raw += name + ": " + value + "\r\n"
	}
	_, err = io.WriteString(connection, raw+"\r\n")
	require.NoError(w.t, err)
	response, err := nethttp.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(w.t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	require.NoError(w.t, connection.Close())
	r := reply{Response: response, text: string(text)}
	require.NoError(w.t, json.Unmarshal(text, &r.body))
	return r
}

// person is a signed-in user.
type person struct {
	id     trade.UserID
	email  string
	token  string
	cookie string
}

func (p person) auth() header { return header{"Authorization": "Bearer " + p.token} }

// join registers and signs in.
func (w *world) join(email string) person {
	w.t.Helper()
	r := w.call("POST", "/api/auth/register", map[string]any{"email": email, "password": goodPassword, "disclaimerAccepted": true})
	require.Equal(w.t, 201, r.StatusCode, r.text)
	return w.login(email, goodPassword)
}

func (w *world) login(email, password string) person {
	w.t.Helper()
	r := w.call("POST", "/api/auth/login", map[string]any{"email": email, "password": password})
	require.Equal(w.t, 200, r.StatusCode, r.text)
	user := r.body["user"].(map[string]any)
	cookie := r.Header.Get("Set-Cookie")
	pair, _, _ := strings.Cut(cookie, ";")
	return person{id: trade.UserID(user["id"].(string)), email: email, token: r.body["accessToken"].(string), cookie: pair}
}

func (w *world) owner() person {
	w.t.Helper()
	r := w.call("POST", "/api/setup/owner", map[string]any{"token": "owner-token", "email": "owner@trade.test", "password": goodPassword, "disclaimerAccepted": true})
	require.Equal(w.t, 201, r.StatusCode, r.text)
	return w.login("owner@trade.test", goodPassword)
}

// listen serves on a real port too and gives its address.
func (w *world) listen() string {
	w.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w.t, err)
	go func() { _ = w.server.app.Server().Serve(listener) }() // ends with the server
	return listener.Addr().String()
}
