package http

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
)

// goodBodies has an acceptable body for every route that takes one; a route without an entry fails
// the test below.
var goodBodies = map[string]map[string]any{
	"register":           {"email": "new@trade.test", "password": goodPassword, "fullName": "New", "disclaimerAccepted": true},
	"login":              {"email": "ann@trade.test", "password": goodPassword, "totp": "123456"},
	"refresh":            {},
	"logout":             {},
	"stepUp":             {"password": goodPassword},
	"changePassword":     {"currentPassword": goodPassword, "newPassword": goodPassword + "!"},
	"createOwner":        {"token": "owner-token", "email": "boss@trade.test", "password": goodPassword, "fullName": "Boss", "disclaimerAccepted": true},
	"saveCredentials":    {"broker": "deribit", "environment": "testnet", "apiKey": "key-1234", "apiSecret": "secret-1234"},
	"createPaperAccount": {},
	"connect":            {"broker": "deribit", "environment": "paper"},
	"disconnect":         {"broker": "deribit", "environment": "paper"},
	"closePosition":      {"broker": "deribit", "environment": "paper", "instrument": bitcoin},
	"addStop":            {"broker": "deribit", "environment": "paper", "instrument": bitcoin, "percent": "1.5"},
	"ensureStop":         {"broker": "deribit", "environment": "paper", "instrument": bitcoin},
	"previewStrategy":    {"broker": "deribit", "environment": "paper", "instrument": bitcoin, "strategyName": "Fast Test", "config": map[string]any{}},
	"startStrategy":      {"broker": "deribit", "environment": "paper", "instrument": bitcoin, "strategyName": "Fast Test", "config": map[string]any{}, "disclaimerAccepted": true},
	"changeConfig":       {"config": map[string]any{}},
	"stopStrategy":       {"strategyId": stranger + ":Fast Test:BTC_USDC-PERPETUAL:deribit:paper", "closePosition": false},
	"setLimits":          {"broker": "deribit", "environment": "paper", "limits": goodLimits},
	"setServerLimits":    {"limits": goodLimits},
	"engageKillSwitch":   {"broker": "deribit", "environment": "paper"},
	"resetKillSwitch":    {"broker": "deribit", "environment": "paper"},
	"haltServer":         {"closePositions": true},
	"resumeServer":       {},
	"resetPassword":      {"newPassword": goodPassword},
	"toggleActive":       {},
	"createTicket":       {},
}

var goodLimits = map[string]any{"maxOrderSize": "1000", "maxLeverage": "2.5", "maxOrdersPerMinute": 6, "instruments": []string{string(bitcoin)}}

type badBody struct {
	what   string
	body   any // as world.call takes it
	status int
	code   string
	field  string // that must be named
}

// badBodies breaks a good body in every way that its schema allows to think of.
func badBodies(schema *huma.Schema, required bool, good map[string]any) []badBody {
	with := func(name string, value any) map[string]any {
		body := maps.Clone(good)
		body[name] = value
		return body
	}
	bad := []badBody{
		{"not JSON", `{"a":`, 400, "malformed", ""},
		{"two values", `{} {}`, 400, "malformed", ""},
		{"deep", `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, 400, "malformed", ""},
		{"a list", `[]`, 422, "invalid_input", "body"},
		{"a string", `"x"`, 422, "invalid_input", "body"},
		{"unknown field", with("is_admin", true), 422, "invalid_input", "is_admin"},
		{"someone else's field", with("userId", stranger), 422, "invalid_input", "userId"},
		{"name in another case", with("ENVIRONMENT", "live"), 422, "invalid_input", "ENVIRONMENT"},
	}
	if required {
		bad = append(bad, badBody{"nothing", nil, 400, "malformed", ""}, badBody{"null", `null`, 422, "invalid_input", "body"})
	}
	for name, property := range schema.Properties {
		bad = append(bad, badBody{name + " of a wrong type", with(name, []any{1}), 422, "invalid_input", name})
		if property.Type == "string" {
			bad = append(bad, badBody{name + " a number", with(name, 5), 422, "invalid_input", name})
			bad = append(bad, badBody{name + " too long", with(name, strings.Repeat("x", 1000)), 422, "invalid_input", name})
		}
	}
	for _, name := range schema.Required {
		body := maps.Clone(good)
		delete(body, name)
		bad = append(bad, badBody{name + " missing", body, 422, "invalid_input", name})
		bad = append(bad, badBody{name + " null", with(name, nil), 422, "invalid_input", name})
	}
	return bad
}

func bodyOf(document *huma.OpenAPI, operation *huma.Operation) (*huma.Schema, bool) {
	if operation.RequestBody == nil {
		return nil, false
	}
	schema := operation.RequestBody.Content["application/json"].Schema
	if schema.Ref != "" {
		schema = document.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	return schema, operation.RequestBody.Required
}

func TestInput_bad_bodies(t *testing.T) {
	w := newWorld(t)
	ann := w.owner()
	headers := header{"Authorization": "Bearer " + ann.token, "Cookie": ann.cookie}
	document := w.server.api.OpenAPI()
	for _, operation := range operations(document) {
		schema, required := bodyOf(document, operation)
		if schema == nil {
			continue
		}
		large := w.announce(operation.Method, exampleOf(operation, stranger), bodyLimit+1, headers)
		require.Equal(t, 413, large.StatusCode, operation.OperationID)
		require.Equal(t, "too_large", large.code())
		good, known := goodBodies[strings.TrimSuffix(operation.OperationID, "Alias")]
		require.True(t, known, "goodBodies lacks %s", operation.OperationID)
		for _, bad := range badBodies(schema, required, good) {
			t.Run(operation.OperationID+" "+bad.what, func(t *testing.T) {
				w.t = t
				before, calls := w.storage.written(), len(w.trading.calls)
				r := w.call(operation.Method, exampleOf(operation, stranger), bad.body, headers)
				require.Equal(t, bad.status, r.StatusCode, r.text)
				require.Equal(t, bad.code, r.code())
				require.Equal(t, false, r.body["success"])
				require.NotEmpty(t, r.body["error"])
				require.Equal(t, r.Header.Get("X-Request-ID"), r.body["requestId"])
				if bad.field != "" {
					require.Contains(t, r.fields(), bad.field)
				}
				require.Equal(t, before, w.storage.written(), "the database was changed")
				require.Len(t, w.trading.calls, calls, "the tree was asked")
			})
		}
	}
}

func TestInput_wrong_values(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	cases := []struct {
		path  string
		body  map[string]any
		field string
	}{
		{"/api/auth/register", map[string]any{"email": "nobody", "password": goodPassword, "disclaimerAccepted": true}, "email"},
		{"/api/auth/register", map[string]any{"email": "a@b.test\r\nBcc: x@y.z", "password": goodPassword, "disclaimerAccepted": true}, "email"},
		{"/api/auth/register", map[string]any{"email": "x@trade.test", "password": "Password1", "disclaimerAccepted": true}, "password"},
		{"/api/auth/register", map[string]any{"email": "x@trade.test", "password": "password1234", "disclaimerAccepted": true}, "password"},
		{"/api/auth/register", map[string]any{"email": "x@trade.test", "password": strings.Repeat("x", 129), "disclaimerAccepted": true}, "password"},
		{"/api/auth/register", map[string]any{"email": "someone@trade.test", "password": "Someone@trade.test", "disclaimerAccepted": true}, "password"},
		{"/api/auth/register", map[string]any{"email": "x@trade.test", "password": goodPassword, "disclaimerAccepted": false}, "disclaimerAccepted"},
		{"/api/auth/password", map[string]any{"currentPassword": goodPassword, "newPassword": "short"}, "newPassword"},
		{"/api/user/credentials", map[string]any{"environment": "moon", "apiKey": "k", "apiSecret": "s"}, "environment"},
		{"/api/user/credentials", map[string]any{"environment": "live", "broker": "bank", "apiKey": "k", "apiSecret": "s"}, "broker"},
		{"/api/user/credentials", map[string]any{"environment": "live", "apiKey": "a b", "apiSecret": "s"}, "apiKey"},
		{"/api/user/credentials", map[string]any{"environment": "live", "apiKey": "k", "apiSecret": "s\n"}, "apiSecret"},
		{"/api/user/credentials", map[string]any{"environment": "live", "apiKey": "", "apiSecret": "s"}, "apiKey"},
		{"/api/v2/connect", map[string]any{"environment": "LIVE"}, "environment"},
		{"/api/v2/positions/close", map[string]any{"environment": "paper", "instrument": "' OR 1=1 --"}, "instrument"},
		{"/api/v2/positions/add-sl", map[string]any{"environment": "paper", "instrument": bitcoin}, "price"},
		{"/api/v2/positions/add-sl", map[string]any{"environment": "paper", "instrument": bitcoin, "price": "1", "percent": "1"}, "price"},
		{"/api/v2/positions/add-sl", map[string]any{"environment": "paper", "instrument": bitcoin, "price": "-1"}, "price"},
		{"/api/v2/positions/add-sl", map[string]any{"environment": "paper", "instrument": bitcoin, "percent": "100"}, "percent"},
		{"/api/strategy/start", map[string]any{"environment": "paper", "instrument": "x", "strategyName": "Razor"}, "instrument"},
		{"/api/strategy/start", map[string]any{"environment": "live", "instrument": bitcoin, "strategyName": "Razor"}, "disclaimerAccepted"},
		{"/api/strategy/start", map[string]any{"environment": "paper", "instrument": bitcoin, "strategyName": "Razor", "disclaimerAccepted": false}, "disclaimerAccepted"},
		{"/api/strategy/start", map[string]any{"environment": "paper", "instrument": bitcoin, "strategyName": "Razor", "config": "x"}, "config"},
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d %s %s", i, c.path, c.field), func(t *testing.T) {
			w.t = t
			before := w.storage.written()
			r := w.call("POST", c.path, c.body, ann.auth())
			require.Equal(t, 422, r.StatusCode, r.text)
			require.Contains(t, r.fields(), c.field)
			require.Equal(t, before, w.storage.written())
		})
	}
}

func TestInput_names_all_bad_fields_at_once(t *testing.T) {
	w := newWorld(t)
	r := w.call("POST", "/api/auth/register", map[string]any{"email": 5, "fullName": true, "surprise": 1})
	require.Equal(t, 422, r.StatusCode)
	require.Subset(t, r.fields(), []string{"email", "fullName", "surprise", "password", "disclaimerAccepted"})
	r = w.call("POST", "/api/auth/register", map[string]any{"email": "x", "password": "short", "disclaimerAccepted": false})
	require.ElementsMatch(t, r.fields(), []string{"password", "email", "disclaimerAccepted"}, r.text)
}

func TestInput_queries(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	for path, field := range map[string]string{
		"/api/v2/balance":                                                                "environment",
		"/api/v2/balance?environment=moon":                                               "environment",
		"/api/v2/balance?environment=paper&broker=bank":                                  "broker",
		"/api/v2/ticker/nonsense?environment=paper":                                      "instrument",
		"/api/v2/ticker/%27%20OR%201?environment=paper":                                  "instrument",
		"/api/user/trades/history?limit=1e9":                                             "limit",
		"/api/user/trades/history?limit=1000000000":                                      "limit",
		"/api/user/trades/history?limit=0":                                               "limit",
		"/api/user/trades/history?offset=-1":                                             "offset",
		"/api/user/trades/history?status=half":                                           "status",
		"/api/user/trades/history?from=yesterday":                                        "from",
		"/api/user/trades/history?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z":     "from",
		"/api/user/trades/history?cursor=nonsense":                                       "cursor",
		"/api/user/trades/export?format=exe":                                             "format",
		"/api/user/trades/equity?limit=100000":                                           "limit",
		"/api/v2/candles/BTC_USDC-PERPETUAL?environment=paper&limit=6000":                "limit",
		"/api/v2/candles/BTC_USDC-PERPETUAL?environment=paper&from=2016-01-01T00:00:00Z": "from",
		"/api/v2/candles/BTC_USDC-PERPETUAL?environment=paper&resolution=7":              "resolution",
		"/api/user/repairs?environment=moon":                                             "environment",
		"/api/strategy/status?environment=moon":                                          "environment",
	} {
		r := w.call("GET", path, nil, ann.auth())
		require.Equal(t, 422, r.StatusCode, path+" "+r.text)
		require.Contains(t, r.fields(), field, path)
	}
	require.Equal(t, 404, w.call("GET", "/api/v2/ticker/ETH-PERPETUAL?environment=paper", nil, ann.auth()).StatusCode)
}

func TestInput_other_media(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "application/cbor"} {
		r := w.call("POST", "/api/auth/login", "a[999999999]=1", header{"Content-Type": kind})
		require.Equal(t, 415, r.StatusCode, kind)
		require.Equal(t, "unsupported_media_type", r.code())
	}
	r := w.call("POST", "/api/auth/login", "{}", header{"Content-Encoding": "gzip"})
	require.Equal(t, 415, r.StatusCode)
	require.Equal(t, "unsupported_encoding", r.code())
	body, err := json.Marshal(goodBodies["register"])
	require.NoError(t, err)
	require.Equal(t, 201, w.call("POST", "/api/auth/register", string(body), header{"Content-Type": "Application/JSON; charset=utf-8", "Accept": "text/html"}).StatusCode)
}
