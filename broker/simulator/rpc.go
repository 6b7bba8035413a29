package simulator

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// frameMax is the largest frame or body that the exchange reads.
const frameMax = 32 << 10

// request is one JSON-RPC call.
type request struct {
	id     json.RawMessage // as it came, so that it goes back with its type; nil when absent
	method string
	params params
	in     int64 // microseconds since 1970
	bearer string
	basic  [2]string // id and secret of HTTP basic authentication
	signed *signed   // the signature header of an HTTP request
}

// Error is the wire's error; core's errors are that already.
type wireError = core.Error

var (
	errInvalidJSON    = &wireError{Code: 11050, Message: "bad_request", Reason: "invalid json"}
	errInvalidRequest = &wireError{Code: -32600, Message: "Invalid Request"}
	errMethodNotFound = &wireError{Code: -32601, Message: "Method not found"}
	errTooLarge       = &wireError{Code: -32600, Message: "request entity too large"}
	errUnauthorized   = &wireError{Code: 13009, Message: "unauthorized", Reason: "invalid_token"}
	errCredentials    = &wireError{Code: 13004, Message: "invalid_credentials"}
	errForbidden      = &wireError{Code: 13021, Message: "forbidden"}
	errTooMany        = &wireError{Code: 10028, Message: "too_many_requests"}
	errSecondFactor   = &wireError{Code: 13668, Message: "security_key_authorization_error"}
	errScopeExceeded  = &wireError{Code: 13403, Message: "scope_exceeded"}
	errNeedsSocket    = &wireError{Code: 10030, Message: "must_be_websocket_request"}
	errRawUnauth      = &wireError{Code: 13778, Message: "raw_subscriptions_not_available_for_unauthorized"}
)

func parseRequest(frame []byte) (*request, *wireError) {
	r := struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Method  string          `json:"method"`
		Params  json.RawMessage `json:"params"`
	}{Version: "2.0"}
	err := json.Unmarshal(frame, &r)
	var kind *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &kind) {
		return nil, errInvalidJSON
	}
	out := &request{id: validID(r.ID), method: r.Method, params: params{}}
	if err != nil || r.Version != "2.0" {
		return out, errInvalidRequest
	}
	if trimmed := bytes.TrimSpace(r.Params); len(trimmed) > 0 && !bytes.Equal(trimmed, []byte("null")) {
		if err := json.Unmarshal(trimmed, &out.params); err != nil {
			return out, &wireError{Code: -32602, Message: "Invalid params", Reason: "must be an object"}
		}
	}
	return out, nil
}

// validID keeps an id that is a number or a string.
func validID(id json.RawMessage) json.RawMessage {
	if id = bytes.TrimSpace(id); len(id) > 0 && (id[0] == '"' || id[0] == '-' || (id[0] >= '0' && id[0] <= '9')) {
		return id
	}
	return nil
}

func envelope(id json.RawMessage, key string, body []byte, in, out int64) []byte {
	o := newObject().str("jsonrpc", "2.0")
	if id != nil {
		o.raw("id", id)
	}
	return o.raw(key, body).int("usIn", in).int("usOut", out).int("usDiff", out-in).bool("testnet", true).end()
}

func errorBody(e *wireError) []byte {
	o := newObject().int("code", int64(e.Code)).str("message", e.Message)
	switch {
	case e.Code == 11050:
		o.str("data", e.Reason)
	case e.Param != "":
		o.raw("data", newObject().str("reason", e.Reason).str("param", e.Param).end())
	case e.Reason != "":
		o.raw("data", newObject().str("reason", e.Reason).end())
	}
	return o.end()
}

func notification(channel string, data []byte, label string) []byte {
	p := newObject().str("channel", channel).raw("data", data)
	if label != "" {
		p.str("label", label)
	}
	return newObject().str("jsonrpc", "2.0").str("method", "subscription").raw("params", p.end()).end()
}
