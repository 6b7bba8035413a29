package deribit

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// tradingScope is all that a session asks for.
const tradingScope = "connection trade:read_write account:read wallet:none"

// login is what a sign-in gave.
type login struct {
	grant   grant
	access  string
	refresh string
	renewAt time.Time // local time at which the token should be renewed
}

// signature is the hex HMAC-SHA256 of timestamp, nonce and data, each on a line of its own.
func signature(secret string, timestamp int64, nonce, data string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strconv.FormatInt(timestamp, 10) + "\n" + nonce + "\n" + data))
	return hex.EncodeToString(mac.Sum(nil))
}

// signIn logs in without showing the secret itself. now is the exchange's time,
// because a signature is good for a minute of it. No scope means all that the key may do.
func signIn(ctx context.Context, l *link, key trade.Key, now time.Time, scope string) (login, error) {
	nonce := rand.Text()
	p := params(nil).
		text("grant_type", "client_signature").
		text("client_id", key.ID).
		millis("timestamp", now).
		text("nonce", nonce).
		text("data", "").
		text("signature", signature(key.Secret, now.UnixMilli(), nonce, ""))
	if scope != "" {
		p = p.text("scope", scope)
	}
	got, err := authenticate(ctx, l, p)
	return got, refusedKey(err)
}

// renew trades the refresh token for a new pair.
func renew(ctx context.Context, l *link, refresh string) (login, error) {
	return authenticate(ctx, l, params(nil).text("grant_type", "refresh_token").text("refresh_token", refresh))
}

func authenticate(ctx context.Context, l *link, p params) (login, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var got login
	err := l.call(ctx, "public/auth", p, func(result *fastjson.Value) error {
		o := object{v: result}
		got.grant = parseGrant(o.text("scope"))
		got.access = o.text("access_token")
		got.refresh = o.text("refresh_token")
		got.renewAt = renewal(time.Now(), o.number("expires_in"))
		if got.access == "" {
			return errors.New("no access token")
		}
		return o.err
	})
	return got, err
}

// renewal is when four fifths of a token's life are over.
func renewal(now time.Time, seconds int64) time.Time {
	const longest = 365 * 24 * 3600
	if seconds <= 0 || seconds > longest {
		seconds = longest
	}
	return now.Add(max(time.Second, time.Duration(seconds)*time.Second*4/5))
}

// refusedKey gives the exchange's no to a key its place in the trade's vocabulary.
func refusedKey(err error) error {
	e := broker.As(err)
	if e == nil || !e.Auth {
		return err
	}
	refused := *e
	refused.Err = trade.ErrKeyRefused
	if namesAddress(e.Reason) {
		refused.Err = trade.Errorf(trade.Refused, "key_address_refused",
			"The exchange does not take this key from this server's address. Add the address to the key's list at the exchange.")
	}
	return &refused
}

// namesAddress tells whether the exchange's words are about where the key is used from. Which
// words those are is not documented.
func namesAddress(reason string) bool {
	for _, word := range strings.FieldsFunc(strings.ToLower(reason), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if word == "ip" || strings.HasPrefix(word, "whitelist") || strings.HasPrefix(word, "allowlist") {
			return true
		}
	}
	return false
}

// grant is a scope string taken apart.
type grant struct{ trade.Grant }

func parseGrant(scope string) grant {
	g := grant{trade.Grant{Scopes: strings.Fields(scope)}}
	g.CanTrade = g.may("trade:read_write")
	g.CanWithdraw = g.may("wallet:read_write")
	g.CanEditAccount = g.may("account:read_write")
	return g
}

func (g grant) may(scope string) bool {
	for _, s := range g.Scopes {
		if s == scope {
			return true
		}
	}
	return false
}

func (g grant) reads(area string) bool { return g.may(area+":read") || g.may(area+":read_write") }

// rightKey says how to make a key that is taken.
const rightKey = "At the exchange, make a key with trade: read and write, account: read, wallet: none, block trade: none, and nothing else; then save that one here."

// check refuses a login that may do too much, or too little to trade.
func (g grant) check() error {
	switch {
	case g.CanWithdraw:
		return wrongKey("key_can_withdraw", "This key may withdraw money, so it is not used. "+rightKey)
	case g.CanEditAccount:
		return wrongKey("key_can_edit_account", "This key may change the account at the exchange, so it is not used. "+rightKey)
	case g.Excess() != "":
		return wrongKey("key_can_do_more", "This key has the right "+g.Excess()+", which trading does not need, so it is not used. "+rightKey)
	case !g.CanTrade:
		return wrongKey("key_cannot_trade", "This key may not trade. "+rightKey)
	case !g.reads("account"):
		return wrongKey("key_cannot_read_account", "This key may not read the account's balance. "+rightKey)
	}
	return nil
}

func wrongKey(code, sentence string) error {
	return &broker.Error{Outcome: broker.Refused, Auth: true, Reason: "key not accepted",
		Err: trade.Errorf(trade.Refused, code, "%s", sentence)}
}
