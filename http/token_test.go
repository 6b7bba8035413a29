package http

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// forge signs any header and claims with any secret, as an attacker or a careless library would.
func forge(t *testing.T, head, body map[string]any, secret []byte) string {
	t.Helper()
	encode := func(v map[string]any) string {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := encode(head) + "." + encode(body)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	require.NoError(t, err)
	var body map[string]any
	require.NoError(t, json.Unmarshal(text, &body))
	return body
}

func TestToken_attacks(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	now := w.clock.Now().Unix()
	head := map[string]any{"alg": "HS256", "typ": "at+jwt", "kid": "k1"}
	body := claimsOf(t, ann.token)
	with := func(m map[string]any, name string, value any) map[string]any {
		changed := maps.Clone(m)
		if value == nil {
			delete(changed, name)
		} else {
			changed[name] = value
		}
		return changed
	}
	signed := func(head, body map[string]any) string { return forge(t, head, body, testKey.Secret) }
	parts := strings.Split(ann.token, ".")
	last := parts[2][len(parts[2])-1]
	twin := string(rune(last + 1)) // same bytes after lax decoding, other text
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, header{"Authorization": "Bearer " + signed(head, body)}).StatusCode, "the forge itself works")

	attacks := map[string]string{
		"nothing":              "",
		"garbage":              "abc",
		"dots":                 strings.Repeat(".", 4000),
		"many dots":            strings.Repeat(".", 5000),
		"alg none":             strings.TrimRight(signed(with(head, "alg", "none"), body), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"),
		"alg None":             signed(with(head, "alg", "None"), body),
		"alg NONE":             signed(with(head, "alg", "NONE"), body),
		"alg missing":          signed(with(head, "alg", nil), body),
		"alg RS256":            signed(with(head, "alg", "RS256"), body),
		"alg HS384":            signed(with(head, "alg", "HS384"), body),
		"wrong secret":         forge(t, head, body, []byte("another secret of thirty-two bytes")),
		"empty secret":         forge(t, head, body, nil),
		"no signature":         parts[0] + "." + parts[1] + ".",
		"changed claims":       parts[0] + "." + strings.Split(signed(head, with(body, "sub", stranger)), ".")[1] + "." + parts[2],
		"re-encoded signature": parts[0] + "." + parts[1] + "." + parts[2][:len(parts[2])-1] + twin,
		"padded signature":     ann.token + "=",
		"jwk in header":        signed(with(head, "jwk", map[string]any{"kty": "oct", "k": "AAAA"}), body),
		"jku in header":        signed(with(head, "jku", "http://evil.test/keys"), body),
		"x5u in header":        signed(with(head, "x5u", "http://evil.test/cert"), body),
		"crit in header":       signed(with(head, "crit", []string{"x"}), body),
		"kid path":             signed(with(head, "kid", "../../dev/null"), body),
		"kid unknown":          signed(with(head, "kid", "k9"), body),
		"kid missing":          signed(with(head, "kid", nil), body),
		"kid a number":         signed(with(head, "kid", 1), body),
		"typ JWT":              signed(with(head, "typ", "JWT"), body),
		"typ missing":          signed(with(head, "typ", nil), body),
		"other issuer":         signed(head, with(body, "iss", "somebody")),
		"other audience":       signed(head, with(body, "aud", "another-service")),
		"audience a list":      signed(head, with(body, "aud", []string{"tradebaas-api"})),
		"no subject":           signed(head, with(body, "sub", nil)),
		"no session":           signed(head, with(body, "jti", nil)),
		"other session":        signed(head, with(body, "jti", stranger)),
		"other user":           signed(head, with(body, "sub", stranger)),
		"expired":              signed(head, with(body, "exp", now-1)),
		"exp missing":          signed(head, with(body, "exp", nil)),
		"exp a string":         signed(head, with(body, "exp", "99999999999")),
		"exp a fraction":       signed(head, with(body, "exp", float64(now)+60.5)),
		"exp in 9999":          signed(head, with(body, "exp", 253402300799)),
		"not yet valid":        signed(head, with(body, "nbf", now+60)),
		"nbf missing":          signed(head, with(body, "nbf", nil)),
		"issued in future":     signed(head, with(body, "iat", now+60)),
		"a refresh token":      strings.TrimPrefix(ann.cookie, refreshCookie+"="),
	}
	for name, token := range attacks {
		t.Run(name, func(t *testing.T) {
			w.t = t
			r := w.call("GET", "/api/auth/me", nil, header{"Authorization": "Bearer " + token})
			require.Equal(t, 401, r.StatusCode, r.text)
			require.Equal(t, "unauthenticated", r.code())
		})
	}
	for _, scheme := range []string{"Basic " + ann.token, ann.token, "Bearer", "Bearer  " + ann.token, "Token " + ann.token} {
		require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, header{"Authorization": scheme}).StatusCode, scheme)
	}
	require.Equal(t, 401, w.call("GET", "/api/auth/me?token="+ann.token+"&access_token="+ann.token, nil).StatusCode)
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, header{"Cookie": "tradebaas:auth-token=" + ann.token}).StatusCode)
}

func TestToken_ends(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	w.clock.advance(9*time.Minute + 59*time.Second)
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	w.clock.advance(2 * time.Second)
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
}

// A replaced key verifies until its tokens have expired, and signs nothing new.
func TestToken_key_rotation(t *testing.T) {
	newest := SigningKey{ID: "k2", Secret: []byte("ffffffffffffffffffffffffffffffff")}
	w := newWorld(t, func(o *Options) { o.Keys = []SigningKey{newest, testKey} })
	ann := w.join("ann@trade.test")
	head := map[string]any{"alg": "HS256", "typ": "at+jwt", "kid": "k1"}
	old := forge(t, head, claimsOf(t, ann.token), testKey.Secret)
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, header{"Authorization": "Bearer " + old}).StatusCode)
	crossed := forge(t, map[string]any{"alg": "HS256", "typ": "at+jwt", "kid": "k2"}, claimsOf(t, ann.token), testKey.Secret)
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, header{"Authorization": "Bearer " + crossed}).StatusCode)
	var signedBy map[string]any
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(ann.token, ".")[0])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &signedBy))
	require.Equal(t, "k2", signedBy["kid"])
}

func TestToken_weak_keys(t *testing.T) {
	for _, key := range []SigningKey{{ID: "k", Secret: []byte("short")}, {Secret: testKey.Secret}} {
		_, err := newTokens([]SigningKey{key}, time.Minute, time.Now)
		require.ErrorContains(t, err, "32 bytes")
	}
}
