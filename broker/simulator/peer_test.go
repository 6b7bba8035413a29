package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// noon is 2025-03-10 12:00:00 UTC, where manual clocks stand at first.
var noon = time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)

// stage is an exchange under test, with one account, on a clock of its own.
type stage struct {
	*simulator.Exchange
	t     testing.TB
	clock *simulator.ManualClock
}

var alice = simulator.AccountSpec{Name: "alice", Key: "alicekey", Secret: "alicesecret", Balances: []core.Balance{
	{Currency: "USDC", Amount: trade.NewDec(10_000)}, {Currency: "BTC", Amount: trade.MustDec("0.1")}}}

var bob = simulator.AccountSpec{Name: "bob", Key: "bobkey", Secret: "bobsecret", Balances: alice.Balances}

func newStage(t testing.TB, change ...func(*simulator.Options)) *stage {
	t.Helper()
	clock := simulator.NewManualClock(noon)
	opt := simulator.Options{Clock: clock, Seed: 7, AdminToken: "admin-token", Accounts: []simulator.AccountSpec{alice, bob}}
	for _, c := range change {
		c(&opt)
	}
	x, err := simulator.New(opt)
	require.NoError(t, err)
	require.NoError(t, x.Start(context.Background()))
	t.Cleanup(x.Close)
	return &stage{x, t, clock}
}

// pass moves the clock second by second, as time passes, and waits until the exchange has followed.
func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	for ; d > 0; d -= time.Second {
		s.clock.Advance(min(d, time.Second))
		s.Sync()
	}
}

// admin calls the admin listener and wants success.
func (s *stage) admin(path string, body any) map[string]any {
	s.t.Helper()
	status, answer := s.adminTry("admin-token", path, body)
	require.Equal(s.t, http.StatusOK, status, "%s: %v", path, answer)
	return answer
}

func (s *stage) adminTry(token, path string, body any) (int, map[string]any) {
	s.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(s.t, err)
	q, err := http.NewRequest(http.MethodPost, s.AdminURL()+path, bytes.NewReader(raw))
	require.NoError(s.t, err)
	q.Header.Set("Authorization", "Bearer "+token)
	r, err := http.DefaultClient.Do(q)
	require.NoError(s.t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	require.NoError(s.t, err)
	answer := map[string]any{}
	_ = json.Unmarshal(text, &answer)
	return r.StatusCode, answer
}

type object = map[string]any

// everything asks for the whole transaction log of USDC.
var everything = object{"currency": "USDC", "start_timestamp": 0, "end_timestamp": 1 << 50}

// socket is one raw WebSocket connection. Notifications that come while an answer is awaited are kept.
type socket struct {
	t    testing.TB
	ws   *websocket.Conn
	id   int
	news []object
}

func (s *stage) dial() *socket {
	s.t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial(s.URL(), nil)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { ws.Close() })
	return &socket{t: s.t, ws: ws}
}

// login dials and signs in.
func (s *stage) login(a simulator.AccountSpec) *socket {
	s.t.Helper()
	c := s.dial()
	c.call("public/auth", object{"grant_type": "client_credentials", "client_id": a.Key, "client_secret": a.Secret})
	return c
}

func (c *socket) send(frame string) {
	c.t.Helper()
	require.NoError(c.t, c.ws.WriteMessage(websocket.TextMessage, []byte(frame)))
}

// read takes the next frame; numbers stay as they are written.
func (c *socket) read() object {
	c.t.Helper()
	require.NoError(c.t, c.ws.SetReadDeadline(time.Now().Add(20*time.Second)))
	_, frame, err := c.ws.ReadMessage()
	require.NoError(c.t, err)
	return parse(c.t, frame)
}

func parse(t testing.TB, frame []byte) object {
	t.Helper()
	out := object{}
	d := json.NewDecoder(bytes.NewReader(frame))
	d.UseNumber()
	require.NoError(t, d.Decode(&out), "%s", frame)
	return out
}

// ask sends a request and gives the whole answer.
func (c *socket) ask(method string, params object) object {
	c.t.Helper()
	c.id++
	frame, err := json.Marshal(object{"jsonrpc": "2.0", "id": c.id, "method": method, "params": params})
	require.NoError(c.t, err)
	c.send(string(frame))
	for {
		answer := c.read()
		if answer["method"] != nil {
			c.news = append(c.news, answer)
			continue
		}
		require.Equal(c.t, json.Number(jsonInt(c.id)), answer["id"])
		return answer
	}
}

func jsonInt(n int) string { b, _ := json.Marshal(n); return string(b) }

func marshal(v any) (string, error) { b, err := json.Marshal(v); return string(b), err }

// call wants a result.
func (c *socket) call(method string, params object) any {
	c.t.Helper()
	answer := c.ask(method, params)
	require.Nil(c.t, answer["error"], "%s: %v", method, answer["error"])
	return answer["result"]
}

// refused wants an error with a code.
func (c *socket) refused(code int, method string, params object) object {
	c.t.Helper()
	answer := c.ask(method, params)
	require.NotNil(c.t, answer["error"], "%s: %v", method, answer)
	e := answer["error"].(object)
	require.Equal(c.t, json.Number(jsonInt(code)), e["code"], "%v", e)
	return e
}

// next gives the next notification of a channel; those of others stay for later.
func (c *socket) next(channel string) any {
	c.t.Helper()
	for n := 0; ; n++ {
		if n == len(c.news) {
			c.news = append(c.news, c.read())
		}
		if p, ok := c.news[n]["params"].(object); ok && p["channel"] == channel {
			c.news = append(c.news[:n], c.news[n+1:]...)
			return p["data"]
		}
	}
}

func field(v any, path ...string) any {
	for _, k := range path {
		o, ok := v.(object)
		if !ok {
			return nil
		}
		v = o[k]
	}
	return v
}

func dec(t testing.TB, v any) trade.Dec {
	t.Helper()
	n, ok := v.(json.Number)
	require.True(t, ok, "%v is not a number", v)
	d, err := trade.ParseDec(string(n))
	require.NoError(t, err)
	return d
}

func amount(t testing.TB, want string, got any) {
	t.Helper()
	require.Equal(t, trade.MustDec(want).String(), dec(t, got).String())
}
