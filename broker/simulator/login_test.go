package simulator_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

// The documented vector: secret AMANDASECRECT, time 1576074319000, nonce 1iqt2wls, no data.
func TestLogin_by_signature(t *testing.T) {
	clock := simulator.NewManualClock(time.UnixMilli(1576074319000))
	amanda := simulator.AccountSpec{Name: "amanda", Key: "AMANDA", Secret: "AMANDASECRECT"}
	s := newStage(t, func(o *simulator.Options) { o.Clock, o.Accounts = clock, []simulator.AccountSpec{amanda} })
	c := s.dial()
	login := object{"grant_type": "client_signature", "client_id": "AMANDA", "timestamp": 1576074319000, "nonce": "1iqt2wls",
		"signature": "56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1"}
	require.Equal(t, "bearer", field(c.call("public/auth", login), "token_type"))
	c.refused(13004, "public/auth", login) // the nonce is used
	login["nonce"] = "other"
	c.refused(13004, "public/auth", login) // the signature is another's
	late := object{"grant_type": "client_signature", "client_id": "AMANDA", "timestamp": "1576074200000", "nonce": "",
		"signature": signature("AMANDASECRECT", "1576074200000\n\n")}
	c.refused(13004, "public/auth", late)
	late["timestamp"], late["signature"] = "1576074300000", signature("AMANDASECRECT", "1576074300000\n\n")
	c.call("public/auth", late) // text for a time, and no nonce
}

func signature(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

func TestLogin_and_tokens(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	c.refused(13004, "public/auth", object{"grant_type": "client_credentials", "client_id": "alicekey", "client_secret": "wrong"})
	c.refused(13004, "public/auth", object{"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "wrong"})
	c.refused(-32602, "public/auth", object{})
	first := c.call("public/auth", object{"grant_type": "client_credentials", "client_id": "alicekey", "client_secret": "alicesecret", "state": "back"})
	require.Equal(t, "back", field(first, "state"))
	require.Equal(t, "account:read block_trade:none connection mainaccount name:alice trade:read_write wallet:none", field(first, "scope"))
	c.call("private/get_positions", nil) // the connection is signed in

	second := c.call("public/auth", object{"grant_type": "refresh_token", "refresh_token": field(first, "refresh_token")})
	other := s.dial()
	other.refused(13009, "private/get_positions", object{"access_token": field(first, "access_token")})
	other.call("private/get_positions", object{"access_token": field(second, "access_token")})
	other.refused(13009, "private/get_positions", nil)

	c.ws.Close()
	require.Eventually(t, func() bool {
		return other.ask("private/get_positions", object{"access_token": field(second, "access_token")})["error"] != nil
	}, 5*time.Second, 5*time.Millisecond, "a token ends with its connection")

	kept := other.call("public/auth", object{"grant_type": "client_credentials", "client_id": "bobkey", "client_secret": "bobsecret", "scope": "session:desk"})
	require.NotEmpty(t, field(kept, "sid"))
	other.ws.Close()
	s.Sync()
	s.dial().call("private/get_positions", object{"access_token": field(kept, "access_token")})
}

func TestScopes_have_effect(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	login := object{"grant_type": "client_credentials", "client_id": "alicekey", "client_secret": "alicesecret"}
	login["scope"] = "trade:read account:none wallet:read_write"
	require.Equal(t, "account:none connection mainaccount name:alice trade:read wallet:none", field(c.call("public/auth", login), "scope"))
	c.call("private/get_positions", nil)
	c.refused(13021, "private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	c.refused(13021, "private/get_account_summary", object{"currency": "USDC"})
	require.Equal(t, []any{"user.changes.any.any.raw"},
		c.call("private/subscribe", object{"channels": []string{"user.changes.any.any.raw", "user.portfolio.any"}}))

	made := s.admin("/accounts", object{"balances": object{"USDC": "10000", "BTC": "0.1"}})
	s.admin("/accounts/"+made["accountId"].(string)+"/scope", object{"scope": "account:read_write trade:read_write wallet:read_write"})
	wide := s.dial().call("public/auth", object{"grant_type": "client_credentials", "client_id": made["key"], "client_secret": made["secret"]})
	require.Contains(t, field(wide, "scope"), "wallet:read_write")
}

// client asks for tokens with alice's key.
func (c *socket) client(scope string) any {
	c.t.Helper()
	return c.call("public/auth", object{"grant_type": "client_credentials", "client_id": "alicekey", "client_secret": "alicesecret", "scope": scope})
}

func (c *socket) token(code int, login any) {
	c.t.Helper()
	answer := c.ask("private/get_positions", object{"access_token": field(login, "access_token")})
	if code == 0 {
		require.Nil(c.t, answer["error"])
		return
	}
	require.Equal(c.t, strconv.Itoa(code), field(answer, "error", "code").(json.Number).String())
	require.Equal(c.t, "invalid_token", field(answer, "error", "data", "reason"))
}

func TestLogin_that_expires(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	short := c.client("expires:60 trade:read")
	amount(t, "60", field(short, "expires_in"))
	require.Equal(t, "connection expires:60 mainaccount name:alice trade:read", field(short, "scope"))
	require.Equal(t, json.Number("31536000"), field(s.dial().client("trade:read"), "expires_in"))
	c.token(0, short)
	s.pass(60 * time.Second)
	c.token(0, short)
	s.pass(time.Second)
	c.token(13009, short)
	c.refused(13009, "private/get_positions", nil)
	c.refused(13009, "public/auth", object{"grant_type": "refresh_token", "refresh_token": field(short, "refresh_token")})
	for _, bad := range []string{"expires:0", "expires:x"} {
		require.Equal(t, "scope", field(c.refused(-32602, "public/auth", object{"grant_type": "client_credentials", "client_id": "alicekey",
			"client_secret": "alicesecret", "scope": bad}), "data", "param"))
	}
}

func TestLogin_for_one_address(t *testing.T) {
	s := newStage(t)
	here := s.dial().client("ip:127.0.0.1 trade:read")
	require.Contains(t, field(here, "scope"), "ip:127.0.0.1")
	s.dial().token(0, here)
	away := s.dial().client("ip:10.1.2.3 session:away trade:read")
	s.dial().token(13009, away)
}

func TestLogin_sessions(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	var all []any
	for n := range 16 {
		all = append(all, c.client("session:s"+strconv.Itoa(n)+" trade:read"))
	}
	require.NotEqual(t, field(all[0], "sid"), field(all[1], "sid"))
	c.token(0, all[0])

	renewed := c.call("public/auth", object{"grant_type": "refresh_token", "refresh_token": field(all[0], "refresh_token")})
	require.Equal(t, field(all[0], "sid"), field(renewed, "sid"))
	c.token(0, all[0]) // within a session the old pair stays
	c.token(0, renewed)

	forked := c.call("public/fork_token", object{"refresh_token": field(all[1], "refresh_token"), "session_name": "branch"})
	require.Equal(t, "mainaccount name:alice session:branch trade:read", field(forked, "scope"))
	c.token(13009, all[0]) // it was the seventeenth: the oldest is gone, with all its pairs
	c.token(13009, renewed)
	c.token(0, all[1])
	c.token(0, forked)

	plain := c.client("trade:read")
	c.refused(13021, "public/fork_token", object{"refresh_token": field(plain, "refresh_token"), "session_name": "x"})
	c.refused(-32602, "public/fork_token", object{"refresh_token": field(forked, "refresh_token")})
	c.refused(13009, "public/fork_token", object{"refresh_token": "nothing", "session_name": "x"})
	s.login(bob).token(0, forked)
}

func TestExchange_token(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	login := c.client("trade:read_write account:read")
	own := object{"refresh_token": field(login, "refresh_token"), "subject_id": 70001, "scope": "session:other trade:read account:read_write"}
	other := c.call("public/exchange_token", own)
	require.Equal(t, "account:read mainaccount name:alice session:other trade:read", field(other, "scope"))
	require.NotEmpty(t, field(other, "sid"))
	c.token(0, login)
	s.dial().token(0, other)
	own["subject_id"] = 70002
	c.refused(13021, "public/exchange_token", own)
	delete(own, "subject_id")
	c.refused(-32602, "public/exchange_token", own)
}

func TestLogout_ends_the_tokens_or_not(t *testing.T) {
	s := newStage(t)
	for keep, code := range map[bool]int{true: 0, false: 13009} {
		c := s.dial()
		login := c.client("session:kept trade:read")
		c.id++
		c.send(`{"jsonrpc":"2.0","id":1,"method":"private/logout","params":{"invalidate_token":` + strconv.FormatBool(!keep) + `}}`)
		_, frame, err := c.ws.ReadMessage()
		require.True(t, websocket.IsCloseError(err, 1000), "%s %v", frame, err)
		s.dial().token(code, login)
	}
	status, answer := s.http("GET", "/private/logout", "", http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("alicekey:alicesecret"))}})
	require.Equal(t, 400, status)
	require.Equal(t, json.Number("10030"), field(answer, "error", "code"))
}

func TestLogin_with_a_public_key(t *testing.T) {
	s := newStage(t, manager)
	c := s.login(alice)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	made := c.call("private/create_api_key", object{"max_scope": "trade:read", "name": "pair", "public_key": text, "authorization_data": "246810"})
	require.Equal(t, text, field(made, "public_key"))
	require.Len(t, field(made, "client_secret"), 32, "a fingerprint")

	at := strconv.FormatInt(noon.UnixMilli(), 10)
	sig := base64.RawURLEncoding.EncodeToString(ed25519.Sign(private, []byte(at+"\nn1\n")))
	login := object{"grant_type": "client_signature", "client_id": field(made, "client_id"), "timestamp": at, "nonce": "n1", "signature": sig}
	require.Equal(t, "account:none block_trade:none connection mainaccount name:pair trade:read wallet:none", field(s.dial().call("public/auth", login), "scope"))
	login["nonce"] = "n2"
	c.refused(13004, "public/auth", login)
	c.refused(13004, "public/auth", object{"grant_type": "client_credentials", "client_id": field(made, "client_id"), "client_secret": field(made, "client_secret")})
	c.refused(-32602, "private/create_api_key", object{"max_scope": "trade:read", "public_key": "no key", "authorization_data": "246810"})
	c.refused(-32602, "private/reset_api_key", object{"id": field(made, "id")})
}

func TestAccess_log(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.refused(13004, "public/auth", object{"grant_type": "client_credentials", "client_id": "alicekey", "client_secret": "wrong"})
	log := c.call("private/get_access_log", object{"count": 1})
	amount(t, "2", field(log, "records_total"))
	require.Len(t, field(log, "data"), 1)
	require.Equal(t, "failure", field(field(log, "data").([]any)[0], "log"))
	log = c.call("private/get_access_log", object{"offset": 1})
	require.Equal(t, "success", field(field(log, "data").([]any)[0], "log"))
	require.Equal(t, "127.0.0.1", field(field(log, "data").([]any)[0], "ip"))
	c.refused(-32602, "private/get_access_log", object{"count": 0})
	c.refused(-32602, "private/get_access_log", object{"offset": -1})
	require.Len(t, field(s.login(bob).call("private/get_access_log", nil), "data"), 1)
}

// Logins over HTTP have no connection to end with: a key keeps the last 256.
func TestLogins_over_HTTP_are_bounded(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.dial()
	login := func() any {
		status, answer := s.http("GET", "/public/auth?grant_type=client_credentials&client_id=alicekey&client_secret=alicesecret", "", nil)
		require.Equal(t, 200, status)
		return answer["result"]
	}
	first, second := login(), login()
	for range 254 {
		login()
	}
	c.token(0, first)
	login()
	c.token(13009, first)
	c.token(0, second)
}
