package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

func TestFault_malformed_frames(t *testing.T) {
	s := newStage(t)
	for kind, fits := range map[string]func(frame []byte) bool{
		"truncated": func(f []byte) bool { return !json.Valid(f) },
		"types":     func(f []byte) bool { return json.Valid(f) },
		"nan":       func(f []byte) bool { return !json.Valid(f) },
		"huge":      func(f []byte) bool { return json.Valid(f) && len(f) > 500_000 },
		"array":     func(f []byte) bool { return f[0] == '[' },
		"empty":     func(f []byte) bool { return len(f) == 0 },
		"html":      func(f []byte) bool { return f[0] == '<' },
		"binary":    func(f []byte) bool { return f[0] == 0 },
		"unknown":   func(f []byte) bool { return json.Valid(f) },
	} {
		t.Run(kind, func(t *testing.T) {
			a, b := s.login(alice), s.login(bob)
			s.fault("malformed", simulator.Trouble{Account: 70001, Kind: kind})
			sort, frame, err := a.ws.ReadMessage()
			require.NoError(t, err)
			require.True(t, fits(frame), "%.80s", frame)
			require.Equal(t, kind == "binary", sort == websocket.BinaryMessage)
			a.call("public/test", nil)
			b.call("public/test", nil)
			require.Empty(t, b.news)
			a.ws.Close()
		})
	}
}

func TestFault_answers_that_make_no_sense(t *testing.T) {
	s := newStage(t)
	for kind, valid := range map[string]bool{"truncated": false, "types": true, "html": false} {
		t.Run(kind, func(t *testing.T) {
			c := s.login(alice)
			s.fault("garble", simulator.Trouble{Kind: kind, Count: 1, Methods: []string{"private/buy"}})
			c.send(`{"jsonrpc":"2.0","id":"odd","method":"private/buy","params":{"instrument_name":"BTC_USDC-PERPETUAL","amount":0.01,"type":"market","label":"` + kind + `"}}`)
			_, frame, err := c.ws.ReadMessage()
			require.NoError(t, err)
			require.Equal(t, valid, json.Valid(frame), "%s", frame)
			require.Len(t, c.labelled(kind), 1, "it was carried out")
		})
	}
}

func (s *stage) overHTTP(method, query string) (int, string) {
	s.t.Helper()
	q, err := http.NewRequest(http.MethodGet, s.HTTPURL()+"/"+method+"?"+query, nil)
	require.NoError(s.t, err)
	q.SetBasicAuth(alice.Key, alice.Secret)
	answer, err := http.DefaultClient.Do(q)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	return answer.StatusCode, string(text)
}

func TestFault_http_errors(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	order := "instrument_name=" + btc + "&amount=0.01&type=market&label="
	s.fault("http-error", simulator.Trouble{Count: 1})
	status, text := s.overHTTP("private/buy", order+"before")
	require.Equal(t, 502, status)
	require.Contains(t, text, "<html>")
	require.Empty(t, c.labelled("before"))

	s.fault("http-error", simulator.Trouble{Count: 1, Kind: "after", Code: 504})
	status, _ = s.overHTTP("private/buy", order+"after")
	require.Equal(t, 504, status)
	require.Len(t, c.labelled("after"), 1)
	status, _ = s.overHTTP("private/buy", order+"after")
	require.Equal(t, 200, status)

	s.fault("http-error", simulator.Trouble{Code: 503, Methods: []string{"websocket"}})
	_, refusal, err := websocket.DefaultDialer.Dial(s.URL(), nil)
	require.Error(t, err)
	require.Equal(t, 503, refusal.StatusCode)
	c.call("public/test", nil)
	s.clear()
	s.dial()
	code, answer := s.adminTry("admin-token", "/faults/http-error", object{"code": 404})
	require.Equal(t, 400, code)
	require.Contains(t, answer["error"], "599")
}
