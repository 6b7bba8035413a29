package simulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (s *stage) http(method, path, body string, header http.Header) (int, object) {
	s.t.Helper()
	q, err := http.NewRequest(method, s.HTTPURL()+path, bytes.NewReader([]byte(body)))
	require.NoError(s.t, err)
	q.Header = header
	r, err := http.DefaultClient.Do(q)
	require.NoError(s.t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	require.NoError(s.t, err)
	return r.StatusCode, parse(s.t, text)
}

func TestHTTP_takes_query_and_body(t *testing.T) {
	s := newStage(t)
	status, answer := s.http("GET", "/public/get_instrument?instrument_name="+btc, "", nil)
	require.Equal(t, 200, status)
	amount(t, "0.1", field(answer, "result", "tick_size"))
	amount(t, "0.0001", field(answer, "result", "contract_size"))

	status, answer = s.http("POST", "", `{"jsonrpc":"2.0","id":"x","method":"public/ticker","params":{"instrument_name":"BTC-PERPETUAL"}}`, nil)
	require.Equal(t, 200, status)
	require.Equal(t, "x", answer["id"])

	status, answer = s.http("GET", "/public/get_instrument?instrument_name=DOGE", "", nil)
	require.Equal(t, 400, status)
	require.Equal(t, "instrument not found", field(answer, "error", "data", "reason"))
	status, _ = s.http("GET", "/public/subscribe?channels=[\"platform_state\"]", "", nil)
	require.Equal(t, 400, status)

	basic := http.Header{}
	q := http.Request{Header: basic}
	q.SetBasicAuth("alicekey", "alicesecret")
	status, answer = s.http("GET", "/private/buy?instrument_name="+btc+"&amount=0.01&type=market&reduce_only=false", "", basic)
	require.Equal(t, 200, status, "%v", answer)
	require.Equal(t, "filled", field(answer, "result", "order", "order_state"))

	_, login := s.http("GET", "/public/auth?grant_type=client_credentials&client_id=alicekey&client_secret=alicesecret", "", nil)
	bearer := http.Header{"Authorization": {"Bearer " + field(login, "result", "access_token").(string)}}
	status, answer = s.http("GET", "/private/get_position?instrument_name="+btc, "", bearer)
	require.Equal(t, 200, status)
	amount(t, "0.01", field(answer, "result", "size"))
}

func TestHTTP_signature_header(t *testing.T) {
	s := newStage(t)
	path := "/private/get_positions?currency=BTC"
	ts := strconv.FormatInt(noon.UnixMilli(), 10)
	sig := signature("alicesecret", ts+"\nn1\nGET\n/api/v2"+path+"\n\n")
	header := http.Header{"Authorization": {"deri-hmac-sha256 id=alicekey,ts=" + ts + ", sig=" + sig + ",nonce=n1"}}
	status, answer := s.http("GET", path, "", header)
	require.Equal(t, 200, status, "%v", answer)
	status, _ = s.http("GET", path, "", header)
	require.Equal(t, 400, status, "a nonce counts once")
}

// Over GET every value is text, whatever its kind.
func TestHTTP_takes_text_for_every_kind(t *testing.T) {
	s := newStage(t, unlimited)
	basic := http.Header{}
	(&http.Request{Header: basic}).SetBasicAuth("alicekey", "alicesecret")
	get := func(code int, path string, q url.Values) any {
		t.Helper()
		status, answer := s.http("GET", path+"?"+q.Encode(), "", basic)
		if code != 0 {
			require.Equal(t, 400, status)
			require.Equal(t, strconv.Itoa(code), field(answer, "error", "code").(json.Number).String())
			return answer["error"]
		}
		require.Equal(t, 200, status, "%v", answer)
		require.NotContains(t, answer, "id")
		return answer["result"]
	}
	price := around(t, s.dial(), "-1")
	order := field(get(0, "/private/buy", url.Values{"instrument_name": {btc}, "amount": {"0.002"}, "contracts": {"20"}, "price": {price}, "post_only": {"true"},
		"reduce_only": {"false"}, "valid_until": {strconv.FormatInt(noon.Add(time.Minute).UnixMilli(), 10)}, "label": {"7"}}), "order")
	require.Equal(t, "7", field(order, "label"))
	require.Equal(t, true, field(order, "post_only"))
	id := field(order, "order_id").(string)
	require.Len(t, get(0, "/private/get_order_margin_by_ids", url.Values{"ids": {`["` + id + `"]`}}), 1)
	legs := `[{"amount":0.001,"direction":"sell","type":"limit","price":` + around(t, s.dial(), "2") + `,"reduce_only":true}]`
	linked := get(0, "/private/buy", url.Values{"instrument_name": {btc}, "amount": {"0.001"}, "price": {price}, "linked_order_type": {"one_triggers_other"}, "otoco_config": {legs}})
	require.Len(t, field(linked, "order", "oto_order_ids"), 1)
	require.Equal(t, true, field(get(0, "/private/edit", url.Values{"order_id": {id}, "amount": {"0.001"}, "price": {price}}), "order", "replaced"))
	require.NotNil(t, get(0, "/private/get_account_summary", url.Values{"currency": {"usdc"}, "extended": {"true"}, "subaccount_id": {"70001"}}))
	require.Len(t, get(0, "/private/cancel_all", url.Values{"detailed": {"true"}}), 1)
	for _, q := range []url.Values{{"instrument_name": {btc}, "amount": {"much"}}, {"instrument_name": {btc}, "amount": {"0.001"}, "price": {price}, "post_only": {"maybe"}},
		{"instrument_name": {btc}, "amount": {"0.001"}, "price": {price}, "valid_until": {"soon"}}} {
		get(-32602, "/private/buy", q)
	}
	get(10030, "/private/unsubscribe_all", nil)
	get(10030, "/public/disable_heartbeat", nil)
	get(-32601, "/private/nothing", nil)
	get(11044, "/private/cancel", url.Values{"order_id": {id}})
}

func TestHTTP_takes_requests_in_a_body(t *testing.T) {
	s := newStage(t)
	for name, k := range map[string]struct {
		verb, path, body string
		status           int
		id, code         any
	}{
		"a post":             {"POST", "", `{"jsonrpc":"2.0","id":7,"method":"public/get_time"}`, 200, json.Number("7"), nil},
		"a get":              {"GET", "", `{"jsonrpc":"2.0","id":"a","method":"public/get_time","params":{}}`, 200, "a", nil},
		"a path as well":     {"POST", "/public/get_time", `{"jsonrpc":"2.0","id":8,"params":{}}`, 200, json.Number("8"), nil},
		"no id":              {"POST", "", `{"jsonrpc":"2.0","method":"public/get_time"}`, 200, nil, nil},
		"no method":          {"POST", "", `{"jsonrpc":"2.0","id":9}`, 400, json.Number("9"), json.Number("-32601")},
		"positional":         {"POST", "", `{"jsonrpc":"2.0","id":10,"method":"public/ticker","params":["` + btc + `"]}`, 400, json.Number("10"), json.Number("-32602")},
		"another version":    {"POST", "", `{"jsonrpc":"1.0","id":11,"method":"public/get_time"}`, 400, json.Number("11"), json.Number("-32600")},
		"no json":            {"POST", "", `{"jsonrpc`, 400, nil, json.Number("11050")},
		"too large":          {"POST", "", `{"x":"` + strings.Repeat("x", 33_000) + `"}`, 400, nil, json.Number("-32600")},
		"without a login":    {"POST", "/private/get_positions", "", 400, nil, json.Number("13009")},
		"a socket's command": {"POST", "", `{"jsonrpc":"2.0","id":12,"method":"public/set_heartbeat","params":{"interval":10}}`, 400, json.Number("12"), json.Number("10030")},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := s.http(k.verb, k.path, k.body, nil)
			require.Equal(t, k.status, status)
			require.Equal(t, k.id, answer["id"])
			require.Equal(t, k.code, field(answer, "error", "code"))
			require.Equal(t, "2.0", answer["jsonrpc"])
			require.Equal(t, true, answer["testnet"])
		})
	}
}
