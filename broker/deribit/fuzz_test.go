package deribit

import (
	"bytes"
	"math/big"
	"reflect"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// readers take the results apart that the client asks for.
var readers = map[string]func(*fastjson.Value) (any, error){
	"public/get_instruments":                readAll(parseSpec, ""),
	"public/ticker":                         func(v *fastjson.Value) (any, error) { return parseTicker(btc, v) },
	"public/get_tradingview_chart_data":     read(parseCandles),
	"private/buy":                           read(parsePlaced),
	"private/sell":                          read(parsePlaced),
	"private/edit":                          read(parsePlaced),
	"private/close_position":                read(parsePlaced),
	"private/cancel":                        read(parseOrder),
	"private/get_order_state":               read(parseOrder),
	"private/get_open_orders":               readAll(parseOrder, ""),
	"private/get_order_state_by_label":      readAll(parseOrder, ""),
	"private/get_user_trades_by_instrument": readAll(parseFill, "trades"),
	"private/get_positions":                 readAll(parsePosition, ""),
	"private/get_account_summaries":         readAll(parseBalance, "summaries"),
}

func read[T any](parse func(*fastjson.Value) (T, error)) func(*fastjson.Value) (any, error) {
	return func(v *fastjson.Value) (any, error) { return parse(v) }
}

func readAll[T any](parse func(*fastjson.Value) (T, error), inside string) func(*fastjson.Value) (any, error) {
	return func(v *fastjson.Value) (any, error) {
		if inside != "" {
			v = v.Get(inside)
		}
		var list []T
		err := each(v, func(item *fastjson.Value) error {
			one, err := parse(item)
			list = append(list, one)
			return err
		})
		return list, err
	}
}

// listener is a client whose link is fed by hand: it keeps what would be handed to the owner.
type listener struct {
	link  *link
	feed  *Feed
	heard []any
}

func newListener() *listener {
	h := &listener{}
	v := New(Options{Logger: zerolog.Nop()})
	owner := &inbox{sink: func(e broker.SessionEvent) { h.heard = append(h.heard, e) }}
	session := &Session{venue: v, log: zerolog.Nop(), inbox: owner}
	h.feed = &Feed{venue: v, log: zerolog.Nop(), sink: func(e broker.FeedEvent) { h.heard = append(h.heard, e) },
		watched: map[trade.Instrument]int{btc: 1}, books: map[trade.Instrument]*book{btc: newBook(btc)}}
	h.link = &link{log: zerolog.Nop(), reject: func([]byte, error) {}, pending: map[uint64]*call{},
		cause: errClosed, // so that a test request is not answered
		notify: func(_, channel []byte, data *fastjson.Value) {
			session.notify(channel, data)
			owner.work.Wait()
			h.feed.notify(channel, data)
		}}
	return h
}

// await has the answer with an id read as that of a method.
func (h *listener) await(id uint64, method string) *call {
	c := &call{method: method, done: make(chan struct{}), read: func(v *fastjson.Value) error {
		got, err := readers[method](v)
		if err == nil {
			h.heard = append(h.heard, got)
		}
		return err
	}}
	h.link.pending[id] = c
	return c
}

// eachDec visits every decimal inside v with the name of its field.
func eachDec(v reflect.Value, name string, visit func(name string, d trade.Dec)) {
	switch {
	case v.Type() == reflect.TypeFor[trade.Dec]():
		visit(name, v.Interface().(trade.Dec))
	case v.Kind() == reflect.Struct && v.Type().PkgPath() != "time":
		for i := range v.NumField() {
			eachDec(v.Field(i), v.Type().Field(i).Name, visit)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			eachDec(v.Index(i), name, visit)
		}
	}
}

// neverNegative are the fields that count or size something.
var neverNegative = map[string]bool{"Amount": true, "Filled": true, "BidAmount": true, "AskAmount": true, "Volume": true,
	"AmountStep": true, "MinAmount": true, "TickSize": true, "Bid": true, "Ask": true, "Mark": true, "Last": true,
	"Open": true, "High": true, "Low": true, "Close": true}

// numbersIn lists what is written as a number, in quotes or not, anywhere in a frame.
func numbersIn(v *fastjson.Value, into []*big.Float) []*big.Float {
	text := ""
	switch v.Type() {
	case fastjson.TypeObject:
		v.GetObject().Visit(func(_ []byte, member *fastjson.Value) { into = numbersIn(member, into) })
	case fastjson.TypeArray:
		for _, item := range v.GetArray() {
			into = numbersIn(item, into)
		}
	case fastjson.TypeNumber:
		text = string(v.MarshalTo(nil))
	case fastjson.TypeString:
		text = string(v.GetStringBytes())
	}
	if f, _, err := big.ParseFloat(text, 10, 256, big.ToNearestEven); err == nil && !f.IsInf() {
		into = append(into, f)
	}
	return into
}

// written tells whether d is one of the numbers, to the nineteenth digit.
func written(d trade.Dec, numbers []*big.Float) bool {
	got, _, err := big.ParseFloat(d.String(), 10, 256, big.ToNearestEven)
	if err != nil {
		return false
	}
	for _, n := range numbers {
		allowed := new(big.Float).Mul(new(big.Float).Add(new(big.Float).Abs(n), big.NewFloat(1)), big.NewFloat(1e-18))
		if new(big.Float).Abs(new(big.Float).Sub(got, n)).Cmp(allowed) <= 0 {
			return true
		}
	}
	return false
}

// genuine holds all that was handed on to the frames that it came from.
func (h *listener) genuine(t *testing.T, frames [][]byte) {
	if top, known := h.feed.Book(btc, levelsKept); known {
		for _, l := range append(top.Bids, top.Asks...) {
			require.Positive(t, l.Amount.Sign())
			require.Positive(t, l.Price.Sign())
		}
	}
	if len(h.heard) == 0 {
		return
	}
	var numbers []*big.Float
	for _, frame := range frames {
		if v, err := fastjson.ParseBytes(frame); err == nil {
			numbers = numbersIn(v, numbers)
		}
	}
	for _, heard := range h.heard {
		eachDec(reflect.ValueOf(heard), "", func(name string, d trade.Dec) {
			if neverNegative[name] {
				require.GreaterOrEqual(t, d.Sign(), 0, "%s of %+v", name, heard)
			}
			if !d.IsZero() {
				require.True(t, written(d, numbers), "%s %s was not sent: %+v", name, d, heard)
			}
		})
	}
}

// Whatever an exchange sends, a frame a line: nothing panics, nothing waits, every call that is
// answered ends, and what is handed on was really said.
func FuzzClientFrame(f *testing.F) {
	methods := []string{"private/buy", "public/get_tradingview_chart_data", "private/cancel", "private/get_open_orders", "private/get_user_trades_by_instrument",
		"private/get_positions", "private/get_account_summaries", "public/get_instruments", "public/ticker"}
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"result":{"order":{"order_id":"1","price":"market_price","oto_order_ids":[1,"OTO-1"]},"trades":[{"trade_id":"1","trade_seq":1}]}}`,
		`{"id":1,"result":` + orderAnswer[len(`,"result":`):],
		`{"id":2,"error":{"code":10028,"message":"too_many_requests","data":null},"testnet":false}`,
		`{"error":{"code":11050,"message":"bad_request","data":"invalid json"}}`,
		`{"method":"subscription","params":{"channel":"user.changes.any.any.raw","data":{"orders":[{"order_id":"1","amount":1e5},{"order_id":"2","amount":-1}],"trades":[{}],"positions":[null]}}}`,
		`{"method":"subscription","params":{"channel":"user.orders.any.any.raw","data":{"order_id":"1","amount":0.01,"filled_amount":0.0}}}`,
		`{"method":"subscription","params":{"channel":"user.portfolio.btc","data":{"currency":"btc","balance":"x"}}}`,
		`{"method":"subscription","params":{"channel":"ticker.BTC_USDC-PERPETUAL.100ms","data":` + tickerJSON + `}}`,
		`{"method":"subscription","params":{"channel":"chart.trades.BTC_USDC-PERPETUAL.1","data":{"tick":1767978360000,"open":1,"high":4.5,"low":0.5,"close":2e0,"volume":1.5e-3}}}`,
		`{"method":"subscription","params":{"channel":"chart.trades.BTC_USDC-PERPETUAL.1","data":{"tick":1.5}}}`,
		`{"method":"subscription","params":{"channel":"` + btcBook + `","data":` + bookSnapshot + `}}` + "\n" +
			`{"method":"subscription","params":{"channel":"` + btcBook + `","data":{"type":"change","prev_change_id":90,"change_id":91,"bids":[["change",97231.1,0.25]],"asks":[["delete",97231.2,0.0]]}}}`,
		`{"method":"subscription","params":{"channel":"instrument.state.future.any","data":{"state":"closed","instrument_name":"BTC-PERPETUAL"}}}`,
		`{"method":"heartbeat","params":{"type":"test_request"}}`,
		`{"id":2,"result":{"ticks":[1,2],"open":[1]}}`, `{"id":-1}`, `{"id":1e99,"result":null}`, `{"id":3,"result":{"order_id":1}}`, `{"id":4,"result":[null,7]}`,
		`{"id":6,"result":[{"size":-5.5}]}`, `[]`, `null`, `{"method":null}`, ``, `{`, "\xff\x00",
	} {
		f.Add([]byte(bytes.ReplaceAll([]byte(seed), []byte("\n "), []byte(" "))))
	}
	for _, r := range recordings(f) {
		f.Add([]byte(r.Frame))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		frames := bytes.Split(input, []byte("\n"))
		h := newListener()
		for i, method := range methods {
			h.await(uint64(i+1), method)
		}
		for _, frame := range frames {
			h.link.handle(frame)
		}
		h.link.workers.Wait()
		if top, known := h.feed.Book(btc, levelsKept); known {
			h.heard = append(h.heard, top)
		}
		h.genuine(t, frames)
	})
}
