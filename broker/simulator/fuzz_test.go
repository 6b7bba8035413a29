package simulator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

// fence is the request that follows a fuzzed one: its answer shows that the engine lives.
const fence = `{"jsonrpc":"2.0","id":"fence","method":"public/test"}`

// Whatever a client sends in one frame: the engine goes on, and the frame is answered, or ends its
// connection in a way that is documented.
func FuzzServerFrame(f *testing.F) {
	for _, seed := range requestSeeds() {
		f.Add([]byte(seed))
	}
	s := newStage(f, unlimited)
	f.Fuzz(func(t *testing.T, frame []byte) {
		guest, trader := s.dialFor(t), s.dialFor(t)
		require.NoError(t, trader.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":"in","method":"public/auth","params":{
			"grant_type":"client_credentials","client_id":"alicekey","client_secret":"alicesecret"}}`)))
		_, _, err := trader.ReadMessage()
		require.NoError(t, err)
		answered(t, guest, frame)
		answered(t, trader, frame)
	})
}

func (s *stage) dialFor(t *testing.T) *websocket.Conn {
	ws, _, err := websocket.DefaultDialer.Dial(s.URL(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = ws.Close() })
	require.NoError(t, ws.SetReadDeadline(time.Now().Add(20*time.Second)))
	return ws
}

// answered sends a frame and the fence, and wants an answer to both.
func answered(t *testing.T, ws *websocket.Conn, frame []byte) {
	t.Helper()
	_ = ws.WriteMessage(websocket.TextMessage, frame) // what cannot be written was ended by the other side
	_ = ws.WriteMessage(websocket.TextMessage, []byte(fence))
	answers := 0
	for {
		_, got, err := ws.ReadMessage()
		if err != nil {
			require.True(t, documentedEnd(frame, err), "%q ended the connection: %v", frame, err)
			return
		}
		var head struct {
			ID     json.RawMessage
			Method string
			Result json.RawMessage
			Error  json.RawMessage
		}
		require.NoError(t, json.Unmarshal(got, &head), "%q was answered with %q", frame, got)
		if head.Method != "" {
			continue // news of a channel
		}
		require.True(t, (head.Result == nil) != (head.Error == nil), "result and error exclude each other: %s", got)
		if string(head.ID) == `"fence"` && (answers > 0 || !bytes.Contains(frame, []byte("fence"))) {
			require.True(t, answers == 1 || answers == 0 && logsOut(frame), "%q had %d answers", frame, answers)
			return
		}
		answers++
	}
}

// documentedEnd tells whether a frame may have ended its connection: private/logout has no answer,
// and a frame that no buffer should hold is not read to its end.
func documentedEnd(frame []byte, err error) bool {
	var closed *websocket.CloseError
	switch {
	case len(frame) > 8*32<<10:
		return true
	case logsOut(frame):
		return !errors.As(err, &closed) || closed.Code != websocket.CloseServiceRestart
	}
	return false
}

// logsOut tells whether a frame asks for the end: that has no answer, and the fence may still have one.
func logsOut(frame []byte) bool {
	var request struct{ Method string }
	return json.Unmarshal(frame, &request) == nil && request.Method == "private/logout"
}

// requestSeeds are requests of every kind, good and bad.
func requestSeeds() (seeds []string) {
	const market = `"instrument_name":"BTC_USDC-PERPETUAL"`
	for method, params := range map[string]string{
		"public/auth":                                  `{"grant_type":"client_signature","client_id":"alicekey","timestamp":"1741608000000","nonce":"n","data":"","signature":"00"}`,
		"public/hello":                                 `{"client_name":"x","client_version":1}`,
		"public/set_heartbeat":                         `{"interval":10}`,
		"public/subscribe":                             `{"channels":["ticker.BTC_USDC-PERPETUAL.100ms","book.BTC_USDC-PERPETUAL.none.10.100ms","book.BTC_USDC-PERPETUAL.raw","a.b"],"label":"l"}`,
		"private/subscribe":                            `{"channels":["user.changes.any.any.raw","user.portfolio.any"]}`,
		"public/unsubscribe":                           `{"channels":[]}`,
		"public/get_instruments":                       `{"currency":"any","kind":"future","expired":"false"}`,
		"public/ticker":                                `{` + market + `}`,
		"public/get_order_book":                        `{` + market + `,"depth":5}`,
		"public/get_tradingview_chart_data":            `{` + market + `,"start_timestamp":1741607000000,"end_timestamp":1741608000000,"resolution":"1"}`,
		"public/get_last_trades_by_instrument":         `{` + market + `,"count":3,"start_seq":1,"sorting":"asc"}`,
		"public/get_funding_rate_history":              `{` + market + `,"start_timestamp":0,"end_timestamp":1741608000000}`,
		"public/get_index_price":                       `{"index_name":"btc_usd"}`,
		"private/buy":                                  `{` + market + `,"amount":0.001,"type":"limit","price":1e5,"label":"x","time_in_force":"fill_or_kill"}`,
		"private/sell":                                 `{` + market + `,"contracts":"10","type":"stop_market","trigger":"mark_price","trigger_price":90000.5,"reduce_only":true}`,
		"private/edit":                                 `{"order_id":"USDC-1","amount":-1,"price":null}`,
		"private/edit_by_label":                        `{"label":"x",` + market + `,"amount":0.002}`,
		"private/cancel":                               `{"order_id":7}`,
		"private/cancel_all":                           `{"detailed":true}`,
		"private/cancel_by_label":                      `{"label":"x","currency":"usdc"}`,
		"private/close_position":                       `{` + market + `,"type":"market"}`,
		"private/get_open_orders":                      `{"kind":"future","type":"all"}`,
		"private/get_order_state_by_label":             `{"currency":"USDC","label":"x"}`,
		"private/get_order_history_by_instrument":      `{` + market + `,"count":-1,"offset":99999999999999999999}`,
		"private/get_user_trades_by_instrument":        `{` + market + `,"start_seq":9223372036854775807}`,
		"private/get_user_trades_by_currency_and_time": `{"currency":"USDC","start_timestamp":1e13,"end_timestamp":-1}`,
		"private/get_margins":                          `{` + market + `,"amount":1e19,"price":1e-19}`,
		"private/get_positions":                        `{"currency":"any"}`,
		"private/get_account_summaries":                `{"extended":"true"}`,
		"private/get_transaction_log":                  `{"currency":"USDC","start_timestamp":0,"end_timestamp":1741608000000,"continuation":1}`,
		"private/list_api_keys":                        `{}`,
		"private/logout":                               `{"invalidate_token":true}`,
		"public/nothing":                               `[1]`,
	} {
		seeds = append(seeds, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params))
	}
	bracket := `{"jsonrpc":"2.0","id":"b","method":"private/buy","params":{` + market + `,"amount":0.01,"type":"market","valid_until":1741608005000,
		"linked_order_type":"one_triggers_one_cancels_other","trigger_fill_condition":"incremental","otoco_config":[
		{"amount":0.01,"direction":"sell","type":"limit","price":200000,"reduce_only":true},
		{"amount":0.01,"direction":"sell","type":"stop_market","trigger":"mark_price","trigger_price":1000,"reduce_only":true}]}}`
	return append(seeds, bracket, ``, `{`, `null`, `[]`, `[{"id":1}]`, `7`, `"x"`, `{}`, `{"id":1}`, `{"id":{},"method":"public/test"}`, `{"id":-0.5e9,"method":"public/test","params":null}`,
		`{"id":1,"method":7}`, `{"id":1,"method":"public/test","params":"x"}`, `{"id":1,"method":"public/test"} {"id":2}`, "\xff\xfe", `{"method":"public/test"}`,
		`{"id":"fence","method":"public/get_time"}`, string(bytes.Repeat([]byte("["), 10_000)), string(bytes.Repeat([]byte(" "), 33<<10)))
}
