package http

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	tokenIssuer   = "tradebaas"
	tokenAudience = "tradebaas-api"
	tokenType     = "at+jwt"
	tokenLength   = 4096 // longer ones are not even looked at
	tokensKept    = 50_000
)

// SigningKey signs and verifies access tokens. A key that was replaced stays in the list, behind
// the new one, until its last token has expired.
type SigningKey struct {
	ID     string
	Secret []byte // at least 32 random bytes
}

// claims are all that an access token says. Times are whole seconds: a fraction, an exponent or a
// string does not decode and is refused.
type claims struct {
	Issuer     string         `json:"iss"`
	Audience   string         `json:"aud"`
	Subject    trade.UserID   `json:"sub"`
	SignIn     trade.SignInID `json:"jti"`
	IssuedAt   int64          `json:"iat"`
	NotBefore  int64          `json:"nbf"`
	Expires    int64          `json:"exp"`
	PasswordAt int64          `json:"auth_time"`
}

// The methods of jwt.Claims.

// GetExpirationTime gives exp.
func (c claims) GetExpirationTime() (*jwt.NumericDate, error) { return numeric(c.Expires), nil }

// GetIssuedAt gives iat.
func (c claims) GetIssuedAt() (*jwt.NumericDate, error) { return numeric(c.IssuedAt), nil }

// GetNotBefore gives nbf.
func (c claims) GetNotBefore() (*jwt.NumericDate, error) { return numeric(c.NotBefore), nil }

// GetIssuer gives iss.
func (c claims) GetIssuer() (string, error) { return c.Issuer, nil }

// GetSubject gives sub.
func (c claims) GetSubject() (string, error) { return string(c.Subject), nil }

// GetAudience gives aud.
func (c claims) GetAudience() (jwt.ClaimStrings, error) { return jwt.ClaimStrings{c.Audience}, nil }

func numeric(seconds int64) *jwt.NumericDate {
	if seconds == 0 {
		return nil
	}
	return jwt.NewNumericDate(time.Unix(seconds, 0))
}

// tokens issues and reads access tokens.
type tokens struct {
	signing SigningKey
	keys    map[string][]byte
	age     time.Duration
	now     func() time.Time
	parser  *jwt.Parser

	mu   sync.RWMutex
	seen map[trade.TokenHash]claims // tokens that were read and are good until they expire
}

func newTokens(keys []SigningKey, age time.Duration, now func() time.Time) (*tokens, error) {
	t := &tokens{signing: keys[0], keys: map[string][]byte{}, age: age, now: now, seen: map[trade.TokenHash]claims{}}
	for _, key := range keys {
		if len(key.Secret) < 32 || key.ID == "" {
			return nil, fmt.Errorf("signing key %q: needs an id and at least 32 bytes", key.ID)
		}
		t.keys[key.ID] = key.Secret
	}
	t.parser = jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(tokenIssuer), jwt.WithAudience(tokenAudience),
		jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(), jwt.WithTimeFunc(now))
	return t, nil
}

// issue makes an access token for a sign-in and tells when it ends.
func (t *tokens) issue(user trade.UserID, signIn trade.SignInID, passwordAt time.Time) (string, time.Time, error) {
	now := t.now()
	expires := now.Add(t.age).Truncate(time.Second)
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{Issuer: tokenIssuer, Audience: tokenAudience, Subject: user, SignIn: signIn,
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: expires.Unix(), PasswordAt: passwordAt.Unix()})
	token.Header["typ"] = tokenType
	token.Header["kid"] = t.signing.ID
	signed, err := token.SignedString(t.signing.Secret)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign an access token: %w", err)
	}
	return signed, expires, nil
}

// read gives the claims of a token that is ours and valid now, else errUnauthenticated. A token that was
// read before is known by its hash: its signature costs more than all the rest of a request. That its
// sign-in may have ended meanwhile is asked elsewhere, every time.
func (t *tokens) read(token string) (claims, error) {
	if len(token) > tokenLength {
		return claims{}, errUnauthenticated
	}
	hash := hashOf(token)
	t.mu.RLock()
	c, known := t.seen[hash]
	t.mu.RUnlock()
	if now := t.now().Unix(); known && c.NotBefore <= now && now < c.Expires {
		return c, nil
	}
	c, err := t.verify(token)
	if err == nil {
		t.remember(hash, c)
	}
	return c, err
}

func (t *tokens) remember(hash trade.TokenHash, c claims) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.seen) >= tokensKept {
		clear(t.seen)
	}
	t.seen[hash] = c
}

func (t *tokens) verify(token string) (claims, error) {
	var c claims
	if _, err := t.parser.ParseWithClaims(token, &c, t.key); err != nil {
		return claims{}, errUnauthenticated
	}
	if c.Subject == "" || c.SignIn == "" || c.Expires-c.IssuedAt > int64(t.age/time.Second)+1 {
		return claims{}, errUnauthenticated
	}
	return c, nil
}

// key finds the secret by the token's key id, in the list and nowhere else: a key or an address of
// a key that the token brings along makes it invalid.
func (t *tokens) key(token *jwt.Token) (any, error) {
	for _, foreign := range []string{"jku", "jwk", "x5u", "x5c", "crit"} {
		if _, found := token.Header[foreign]; found {
			return nil, errUnauthenticated
		}
	}
	id, _ := token.Header["kid"].(string)
	secret, found := t.keys[id]
	if !found || token.Header["typ"] != tokenType {
		return nil, errUnauthenticated
	}
	return secret, nil
}

// newOpaque makes a random token of 256 bits and the hash under which it is stored.
func newOpaque() (string, trade.TokenHash) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: the runtime ends the process instead
	token := base64.RawURLEncoding.EncodeToString(random[:])
	return token, hashOf(token)
}

func hashOf(token string) trade.TokenHash { return sha256.Sum256([]byte(token)) }
