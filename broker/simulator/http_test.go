package simulator_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"testing"

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
