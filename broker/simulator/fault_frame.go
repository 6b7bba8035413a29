package simulator

import (
	"bytes"
	"strings"

	"github.com/fasthttp/websocket"
)

// frameFaults send what no client should have to read.
func frameFaults() map[string]fault {
	kinds := "truncated types nan huge array empty html binary unknown"
	return map[string]fault{
		"malformed":  {takes: "account kind", kinds: kinds, start: sendMalformed, once: true},
		"garble":     {takes: inCalls + " kind", kinds: "truncated types html"},
		"http-error": {takes: inCalls + " code kind", kinds: "before after", start: httpStatus},
	}
}

// malformed are frames by what is wrong with them.
func malformed(kind string) []byte {
	switch kind {
	case "types":
		return []byte(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":7,"data":{"last_price":{},"timestamp":"soon","orders":true}}}`)
	case "nan":
		return []byte(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC_USDC-PERPETUAL.100ms","data":{"instrument_name":"BTC_USDC-PERPETUAL","timestamp":0,"last_price":NaN,"mark_price":-Infinity}}}`)
	case "huge":
		return []byte(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":"user.changes.any.any.raw","data":[` + strings.Repeat("[0],", 200_000) + `0]}}`)
	case "array":
		return []byte(`[{"jsonrpc":"2.0","id":1,"result":"ok"}]`)
	case "empty":
		return []byte{}
	case "html":
		return []byte("<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>")
	case "binary":
		return []byte{0x00, 0xff, 0xfe, 0x80, 0x7b}
	case "unknown":
		return []byte(`{"jsonrpc":"2.0","method":"surprise","params":{"type":"nobody knows"}}`)
	}
	return []byte(`{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC_USDC-PERPETUAL.100ms","data":{"last_pri`)
}

func sendMalformed(e *engine, t *trouble) *adminError {
	kind := websocket.TextMessage
	if t.Kind == "binary" {
		kind = websocket.BinaryMessage
	}
	for _, c := range e.conns {
		if c.of(t.Account) {
			e.pending.then = append(e.pending.then, func() { c.pushAs(kind, malformed(t.Kind)) })
			e.faults.count("malformed")
		}
	}
	return nil
}

// garbled is what becomes of the answer to a call.
func (c *call) garbled(frame []byte) []byte {
	t := c.strike("garble")
	switch {
	case t == nil:
		return frame
	case t.Kind == "html":
		return malformed("html")
	case t.Kind == "types":
		for _, key := range []string{`"result":`, `"error":`} {
			if n := bytes.Index(frame, []byte(key)); n >= 0 {
				return append(append(bytes.Clone(frame[:n]), key...), `7.5}`...)
			}
		}
	}
	return frame[:len(frame)/2]
}

// httpStatus is the status that HTTP calls are answered with.
func httpStatus(_ *engine, t *trouble) *adminError {
	if t.Code == 0 {
		t.Code = 502
	}
	if t.Code < 500 || t.Code > 599 {
		return badRequest("code must be between 500 and 599")
	}
	return nil
}

// httpFault finds the HTTP error that strikes a call before or after it is carried out.
func (c *call) httpFault(kind string) bool {
	if c.conn.ws != nil {
		return false
	}
	t := c.e.faults.strike("http-error", c.claimed(), c.r.method, "", kind)
	if t == nil {
		return false
	}
	c.conn.status = t.Code
	c.conn.push(malformed("html"))
	return true
}

// handshakeFault is the HTTP error that a WebSocket's handshake meets; 0 for none.
func (e *engine) handshakeFault() (status int) {
	e.ask(func() {
		if t := e.faults.strike("http-error", 0, "websocket", ""); t != nil {
			status = t.Code
		}
	})
	return status
}
