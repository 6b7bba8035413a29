package main_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// refusal is one bad request and what must come of it.
type refusal struct {
	name, method, path string
	body               any
	status             int
	code, field        string
}

// TestBadInputChangesNothing sends bad requests to every write route: each gets the right status, a
// sentence and, where one is to blame, the field's name; and the database stays as it was.
func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	s, _, url := startAll(t)
	p := newPerson(t, s, "careless@example.com")
	stranger := newPerson(t, s, "stranger@example.com")
	foreign := stranger.id + ":Razor:" + btc + ":deribit:paper"
	before := fingerprint(t, url)

	for _, r := range refusals(foreign) {
		status, got := p.call(r.method, r.path, r.body)
		require.Equal(t, r.status, status, "%s: %v", r.name, got)
		require.Equal(t, false, got["success"], r.name)
		require.NotEmpty(t, got["error"], "%s: a sentence", r.name)
		require.NotEmpty(t, got["requestId"], "%s: a request id", r.name)
		if r.code != "" {
			require.Equal(t, r.code, got["code"], r.name)
		}
		if r.field != "" {
			require.Contains(t, toText(t, got["fields"]), r.field, "%s: %v", r.name, got)
		}
	}
	require.Equal(t, before, fingerprint(t, url), "the database is unchanged")
}

func refusals(foreign string) []refusal {
	post := func(name, path string, body any, status int, code, field string) refusal {
		return refusal{name, "POST", path, body, status, code, field}
	}
	start := func(change object) object {
		body := fastTest()
		for k, v := range change {
			body[k] = v
		}
		return body
	}
	const unprocessable, missing = http.StatusUnprocessableEntity, http.StatusNotFound
	return []refusal{
		post("register: not JSON", "/api/auth/register", "{", 400, "", ""),
		post("register: nothing", "/api/auth/register", object{}, unprocessable, "", "email"),
		post("register: short password", "/api/auth/register", object{"email": "x@example.com", "password": "short", "disclaimerAccepted": true}, unprocessable, "", "password"),
		post("register: no disclaimer", "/api/auth/register", object{"email": "x@example.com", "password": password, "disclaimerAccepted": false}, unprocessable, "", "disclaimerAccepted"),
		post("register: unknown field", "/api/auth/register", object{"email": "x@example.com", "password": password, "disclaimerAccepted": true, "isAdmin": true}, unprocessable, "", "isAdmin"),
		post("register: wrong type", "/api/auth/register", object{"email": 5, "password": password, "disclaimerAccepted": true}, unprocessable, "", "email"),
		post("register: taken", "/api/auth/register", object{"email": "stranger@example.com", "password": password, "disclaimerAccepted": true}, 409, "email_taken", ""),
		post("login: wrong password", "/api/auth/login", object{"email": "careless@example.com", "password": "not the pass phrase"}, 401, "", ""),
		post("owner: wrong token", "/api/setup/owner", object{"token": "guess", "email": "x@example.com", "password": password, "disclaimerAccepted": true}, 403, "", ""),
		post("credentials: unknown environment", "/api/user/credentials", object{"environment": "moon", "apiKey": "abcd1234", "apiSecret": "s3cr3t-s3cr3t"}, unprocessable, "", "environment"),
		post("credentials: no secret", "/api/user/credentials", object{"environment": "paper", "apiKey": "abcd1234"}, unprocessable, "", "apiSecret"),
		post("credentials: refused key", "/api/user/credentials", object{"environment": "paper", "apiKey": "abcd1234", "apiSecret": "not-the-secret"}, unprocessable, "key_refused", ""),
		post("credentials: too large", "/api/user/credentials", object{"environment": "paper", "apiKey": strings.Repeat("k", 5000), "apiSecret": "s"}, unprocessable, "", "apiKey"),
		post("connect: no key", "/api/v2/connect", object{"environment": "paper"}, 400, "no_credentials", ""),
		post("connect: no environment", "/api/v2/connect", object{}, unprocessable, "", "environment"),
		post("connect: unknown broker", "/api/v2/connect", object{"environment": "paper", "broker": "mtgox"}, unprocessable, "", "broker"),
		post("start: not connected", "/api/strategy/start", start(nil), 409, "not_connected", ""),
		post("start: unknown strategy", "/api/strategy/start", start(object{"strategyName": "Moonshot"}), unprocessable, "", "strategyName"),
		post("start: bad instrument", "/api/strategy/start", start(object{"instrument": "btc; drop table"}), unprocessable, "", "instrument"),
		post("start: no disclaimer", "/api/strategy/start", start(object{"disclaimerAccepted": false}), unprocessable, "", "disclaimerAccepted"),
		post("start: unknown parameter", "/api/strategy/start", start(object{"strategyName": "Razor", "config": object{"turbo": 1}}), unprocessable, "", "turbo"),
		post("start: out of range", "/api/strategy/start", start(object{"strategyName": "Razor", "config": object{"stopLossPercent": 99}}), unprocessable, "", "stopLossPercent"),
		post("start: real money with Fast Test", "/api/strategy/start", start(object{"environment": "live"}), unprocessable, "", ""),
		post("stop: somebody else's", "/api/strategy/stop", object{"strategyId": foreign}, missing, "strategy_not_found", ""),
		post("stop: nonsense", "/api/strategy/stop", object{"strategyId": "x"}, missing, "strategy_not_found", ""),
		post("stop: nothing", "/api/strategy/stop", object{}, unprocessable, "", "strategyId"),
		post("close: not connected", "/api/v2/positions/close", object{"environment": "paper", "instrument": btc}, 409, "not_connected", ""),
		{"sessions: somebody else's", "DELETE", "/api/auth/sessions/00000000-0000-4000-8000-000000000000", nil, missing, "", ""},
		{"credentials: delete none", "DELETE", "/api/user/credentials?broker=deribit&environment=paper", nil, missing, "", ""},
	}
}

// fingerprint sums up every row that a write route could have changed.
func fingerprint(t *testing.T, url string) map[string]string {
	t.Helper()
	ctx := context.Background()
	db, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer db.Close(ctx)
	sums := map[string]string{}
	for _, table := range []string{"users", "user_credentials", "connections", "user_strategies", "orders", "fills", "trades", "decisions"} {
		var sum string
		row := db.QueryRow(ctx, "SELECT count(*) || ':' || coalesce(md5(string_agg((to_jsonb(t) - 'last_login')::text, ',' ORDER BY t::text)), '') FROM "+table+" t")
		require.NoError(t, row.Scan(&sum), table)
		sums[table] = sum
	}
	return sums
}
