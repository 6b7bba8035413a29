package deribit

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

var update = flag.Bool("update", false, "record the simulated exchange's frames anew")

const (
	recordedFile = "testdata/recorded.jsonl" // frames as the simulated exchange sends them
	readFile     = "testdata/read.jsonl"     // what the client makes of them
)

// recording is one frame with the method it answers or the channel it is news of.
type recording struct {
	Of    string          `json:"of"`
	Frame json.RawMessage `json:"frame"`
}

func recordings(t testing.TB) (list []recording) {
	file, err := os.ReadFile(recordedFile)
	require.NoError(t, err)
	for line := range bytes.Lines(file) {
		var r recording
		require.NoError(t, json.Unmarshal(line, &r))
		list = append(list, r)
	}
	return list
}

// recorder is a raw conversation with a simulated exchange whose clock stands still in between.
type recorder struct {
	t        *testing.T
	exchange *simulator.Exchange
	clock    *simulator.ManualClock
	ws       *websocket.Conn
	id       int
	frames   []recording
}

func record(t *testing.T) []recording {
	r := &recorder{t: t, clock: simulator.NewManualClock(time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))}
	exchange, err := simulator.New(simulator.Options{Clock: r.clock, Seed: 7, NoRateLimits: true, Log: zerolog.Nop(), Accounts: []simulator.AccountSpec{{
		Name: "recorded", Key: "key", Secret: "secret", Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(10_000)}, {Currency: "BTC", Amount: trade.MustDec("0.1")}}}}})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(t.Context()))
	defer exchange.Close()
	r.exchange = exchange
	r.ws, _, err = websocket.DefaultDialer.Dial(exchange.URL(), nil)
	require.NoError(t, err)
	defer r.ws.Close()
	r.converse()
	return r.frames
}

// say sends a request and takes every frame until its answer.
func (r *recorder) say(method, params string) (answer []byte) {
	r.t.Helper()
	r.id++
	require.NoError(r.t, r.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, r.id, method, params)))
	for {
		_, frame, err := r.ws.ReadMessage()
		require.NoError(r.t, err)
		var head struct {
			ID     int
			Method string
			Params struct{ Channel, Type string }
		}
		require.NoError(r.t, json.Unmarshal(frame, &head), "%s", frame)
		if head.Method == "" {
			r.keep(method, frame)
			require.Equal(r.t, r.id, head.ID)
			return frame
		}
		if head.Params.Channel == "" {
			head.Params.Channel = head.Params.Type
		}
		r.keep(head.Params.Channel, frame)
	}
}

// keep leaves out what differs from run to run, and the middle of long lists.
func (r *recorder) keep(of string, frame []byte) {
	var v any
	d := json.NewDecoder(bytes.NewReader(frame))
	d.UseNumber()
	require.NoError(r.t, d.Decode(&v))
	text, err := json.Marshal(shortened(v))
	require.NoError(r.t, err)
	r.frames = append(r.frames, recording{of, text})
}

func shortened(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			switch key {
			case "access_token", "refresh_token":
				v[key] = "1582000000000.1JzMP0-token"
			case "bids", "asks": // a book without its middle is none
			default:
				v[key] = shortened(member)
			}
		}
	case []any:
		const few = 4
		if len(v) > few {
			v = v[:few]
		}
		for i := range v {
			v[i] = shortened(v[i])
		}
		return v
	}
	return v
}

func (r *recorder) pass(d time.Duration) {
	for ; d > 0; d -= 100 * time.Millisecond {
		r.clock.Advance(100 * time.Millisecond)
		r.exchange.Sync()
	}
}

// orderOf is the id of the order in an answer.
func orderOf(answer []byte) string {
	var a struct {
		Result struct {
			Order struct {
				ID string `json:"order_id"`
			}
		}
	}
	_ = json.Unmarshal(answer, &a)
	return fmt.Sprintf(`{"order_id":%q}`, a.Result.Order.ID)
}

// with adds a member to an object's text.
func with(object, member string) string { return strings.TrimSuffix(object, "}") + "," + member + "}" }

// converse makes the exchange say everything that the client reads, in all its forms.
func (r *recorder) converse() {
	const one = `{"instrument_name":"BTC_USDC-PERPETUAL"}`
	r.say("public/hello", `{"client_name":"recorder","client_version":"1"}`)
	r.say("public/get_time", `{}`)
	r.say("public/get_instruments", `{"currency":"any","kind":"future"}`)
	r.say("public/ticker", one)
	r.say("public/ticker", `{"instrument_name":"BTC-PERPETUAL"}`)
	r.say("public/ticker", `{"instrument_name":"NO_SUCH-PERPETUAL"}`)
	r.say("public/get_tradingview_chart_data", with(one, `"start_timestamp":1773143700000,"end_timestamp":1773144000000,"resolution":"1"`))
	r.say("public/auth", `{"grant_type":"client_credentials","client_id":"key","client_secret":"wrong"}`)
	r.say("private/get_positions", `{"currency":"any"}`)
	r.say("public/auth", `{"grant_type":"client_credentials","client_id":"key","client_secret":"secret"}`)
	r.say("public/subscribe", `{"channels":["ticker.BTC_USDC-PERPETUAL.100ms","chart.trades.BTC_USDC-PERPETUAL.1","book.BTC_USDC-PERPETUAL.100ms","instrument.state.future.any","platform_state","no.such"]}`)
	r.say("private/subscribe", `{"channels":["user.changes.any.any.raw","user.orders.any.any.raw","user.orders.BTC_USDC-PERPETUAL.100ms","user.trades.any.any.raw","user.portfolio.any"]}`)
	r.pass(2 * time.Second)
	r.say("private/get_account_summaries", `{"extended":true}`)

	resting := orderOf(r.say("private/buy", with(one, `"amount":0.001,"type":"limit","price":10000,"label":"rest","post_only":false`)))
	r.say("private/edit", with(resting, `"amount":0.002,"price":10000.5,"post_only":false,"reduce_only":false`))
	r.say("private/get_order_state", resting)
	r.say("private/cancel", resting)
	r.say("private/cancel", resting)
	r.say("private/get_order_state_by_label", `{"currency":"USDC","label":"rest"}`)
	r.say("private/buy", with(one, `"amount":0.001,"type":"limit","price":10000.123`))
	r.say("private/buy", with(one, `"amount":100000,"type":"market"`))

	r.say("private/buy", with(one, `"amount":0.01,"type":"market","label":"e","valid_until":1773144060000,"linked_order_type":"one_triggers_one_cancels_other",
		"trigger_fill_condition":"incremental","otoco_config":[{"amount":0.01,"direction":"sell","type":"limit","price":114000,"label":"t","reduce_only":true,"post_only":false},
		{"amount":0.01,"direction":"sell","type":"stop_market","trigger":"mark_price","trigger_price":10000,"label":"s","reduce_only":true}]`))
	r.pass(2 * time.Second)
	r.say("private/get_open_orders", `{}`)
	r.say("private/get_positions", `{"currency":"any"}`)
	r.say("private/get_user_trades_by_instrument", with(one, `"count":10,"sorting":"asc"`))
	waiting := orderOf(r.say("private/sell", with(one, `"amount":0.01,"type":"stop_market","trigger":"mark_price","trigger_price":10001,"label":"alone","reduce_only":true`)))
	r.say("private/edit", with(waiting, `"amount":0.01,"trigger_price":10002,"post_only":false,"reduce_only":true`))
	r.say("private/sell", `{"instrument_name":"BTC-PERPETUAL","amount":100,"type":"market","label":"inverse"}`)
	r.say("private/close_position", with(one, `"type":"market"`))
	r.pass(time.Second)
	r.say("private/get_positions", `{"currency":"any"}`)
	r.say("private/get_open_orders", `{}`)
	r.say("private/get_transaction_log", `{"currency":"USDC","start_timestamp":1773143000000,"end_timestamp":1773145000000,"count":10}`)
	r.say("private/no_such_method", `{}`)
	r.say("public/test", `{}`)
}

// The recorded frames still have the shapes that the simulated exchange sends.
func TestRecorded_shapes_are_the_exchange(t *testing.T) {
	fresh := record(t)
	if *update {
		var file bytes.Buffer
		for _, r := range fresh {
			line, err := json.Marshal(r)
			require.NoError(t, err)
			file.Write(append(line, '\n'))
		}
		require.NoError(t, os.WriteFile(recordedFile, file.Bytes(), 0o644))
	}
	require.Equal(t, shapes(t, recordings(t)), shapes(t, fresh),
		"the simulated exchange says something in another form; record it anew and look at what changed: go test ./broker/deribit -run Recorded -update")
}

// shapes lists every member that was seen, by method or channel, with the kinds of its values.
func shapes(t *testing.T, list []recording) []string {
	seen := map[string]bool{}
	for _, r := range list {
		var v any
		require.NoError(t, json.Unmarshal(r.Frame, &v))
		members(r.Of, v, seen)
	}
	return slices.Sorted(maps.Keys(seen))
}

func members(path string, v any, seen map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			members(path+"."+key, member, seen)
		}
	case []any:
		for _, item := range v {
			members(path+"[]", item, seen)
		}
	default:
		seen[fmt.Sprintf("%s %T", path, v)] = true
	}
}

// What the client reads in each recorded frame, beside what it read when it was recorded: and
// every number is one that the frame has.
func TestRecorded_frames_are_read(t *testing.T) {
	h := newListener()
	var got bytes.Buffer
	var books [][]byte // what a book says is the sum of all that came
	for n, r := range recordings(t) {
		h.heard = nil
		if strings.HasPrefix(r.Of, "book.") {
			books = append(books, r.Frame)
		}
		var head struct{ ID uint64 }
		require.NoError(t, json.Unmarshal(r.Frame, &head))
		if readers[r.Of] != nil {
			c := h.await(head.ID, r.Of)
			h.link.handle(r.Frame)
			<-c.done
			if c.err != nil {
				require.Contains(t, string(r.Frame), `"error"`, "line %d: %v", n+1, c.err)
				h.heard = append(h.heard, c.err.Error())
			}
		} else {
			h.link.handle(r.Frame)
		}
		require.Zero(t, h.feed.venue.Stats().Unreadable, "line %d", n+1)
		sent := [][]byte{r.Frame}
		if top, known := h.feed.Book(btc, 3); known && strings.HasPrefix(r.Of, "book.") {
			h.heard, sent = append(h.heard, top), books
		}
		for _, heard := range h.heard {
			line, err := json.Marshal(map[string]any{"of": r.Of, fmt.Sprintf("%T", heard): heard})
			require.NoError(t, err)
			got.Write(append(line, '\n'))
		}
		h.genuine(t, sent)
	}
	if *update {
		require.NoError(t, os.WriteFile(readFile, got.Bytes(), 0o644))
	}
	want, err := os.ReadFile(readFile)
	require.NoError(t, err)
	require.Equal(t, strings.Split(string(want), "\n"), strings.Split(got.String(), "\n"))
}
