package simulator

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

const (
	tokenSeconds    = 31_536_000
	signatureMillis = 60_000
)

// grant is one login: a pair of tokens and what they may do.
type grant struct {
	account  int64
	key      *core.Key
	secret   string // of the key at the login: another one ends it
	access   string
	refresh  string
	scope    []string
	session  string // "" : the grant ends with its connection
	conn     *conn
	deadline int64
}

// randomText makes a secret of n random bytes in hexadecimal.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// login is public/auth.
func (c *call) login() ([]byte, *wireError) {
	switch c.p.text("grant_type") {
	case "client_credentials":
		return c.loginSecret()
	case "client_signature":
		return c.loginSignature()
	case "refresh_token":
		return c.loginRefresh()
	case "":
		return nil, core.Invalid("grant_type", "value required")
	}
	return nil, core.Invalid("grant_type", "unknown value")
}

func (c *call) loginSecret() ([]byte, *wireError) {
	k := c.e.core.KeyByClient(c.p.text("client_id"))
	if !c.opens(k) || !same(k.Secret, c.p.text("client_secret")) {
		return nil, errCredentials
	}
	return c.granted(k, c.p.text("scope"))
}

func (c *call) loginSignature() ([]byte, *wireError) {
	k := c.e.core.KeyByClient(c.p.text("client_id"))
	at, nonce := c.p.text("timestamp"), c.p.text("nonce")
	if !c.opens(k) || !same(sign(k.Secret, at+"\n"+nonce+"\n"+c.p.text("data")), c.p.text("signature")) {
		return nil, errCredentials
	}
	if !c.e.fresh(k.Client, at, nonce) {
		return nil, errCredentials
	}
	return c.granted(k, c.p.text("scope"))
}

// fresh tells whether a signed time is recent and its nonce new.
func (e *engine) fresh(key, at, nonce string) bool {
	ms, err := strconv.ParseInt(at, 10, 64)
	if now := e.now(); err != nil || ms < now-signatureMillis || ms > now+signatureMillis {
		return false
	}
	if nonce == "" {
		return true
	}
	id := key + " " + nonce
	if _, used := e.nonces[id]; used {
		return false
	}
	e.nonces[id] = e.now() + 2*signatureMillis
	return true
}

func (c *call) loginRefresh() ([]byte, *wireError) {
	g := c.e.refreshes[c.p.text("refresh_token")]
	if g == nil || !c.valid(g) {
		return nil, errUnauthorized
	}
	scope := strings.Join(g.scope, " ")
	if g.session == "" {
		c.e.revoke(g)
	}
	return c.granted(g.key, scope)
}

func (c *call) granted(k *core.Key, asked string) ([]byte, *wireError) {
	g := &grant{account: k.Account, key: k, secret: k.Secret, access: randomText(32), refresh: randomText(32), deadline: c.e.now() + tokenSeconds*1000}
	g.scope, g.session = narrow(k, asked)
	if g.session == "" {
		g.conn = c.conn
		c.conn.grants = append(c.conn.grants, g)
	}
	c.e.grants[g.access], c.e.refreshes[g.refresh] = g, g
	c.conn.grant = g
	c.conn.cancelOnDisconnect = c.conn.cancelOnDisconnect || c.e.desk(k.Account).cancelOnDisconnect
	o := newObject().str("access_token", g.access).str("refresh_token", g.refresh).int("expires_in", tokenSeconds).
		str("token_type", "bearer").str("scope", strings.Join(g.scope, " ")).raw("enabled_features", []byte("[]"))
	if state := c.p.text("state"); state != "" {
		o.str("state", state)
	}
	if g.session != "" {
		o.str("sid", g.access[:16])
	}
	return o.end(), nil
}

func (e *engine) revoke(g *grant) {
	delete(e.grants, g.access)
	delete(e.refreshes, g.refresh)
}

// narrow gives what a login gets: what it asked for, within what its key may do. A login that asks
// for nothing gets all that the key may do.
func narrow(k *core.Key, asked string) (scope []string, session string) {
	wanted := map[string]string{}
	life := "connection"
	for _, word := range strings.Fields(asked) {
		kind, level, found := strings.Cut(word, ":")
		switch {
		case kind == "session" && found:
			life, session = word, level
		case found && kind != "name" && kind != "expires" && kind != "ip":
			wanted[kind] = level
		}
	}
	scope = []string{life, "mainaccount", "name:" + k.Name}
	for _, word := range strings.Fields(k.Scope) {
		kind, most, _ := strings.Cut(word, ":")
		if len(wanted) == 0 {
			scope = append(scope, word)
		} else if level, ok := wanted[kind]; ok {
			scope = append(scope, kind+":"+lower(level, most))
		}
	}
	sort.Strings(scope)
	return scope, session
}

var levels = map[string]int{"none": 0, "read": 1, "read_write": 2}

func lower(a, b string) string {
	if levels[a] < levels[b] {
		return a
	}
	return b
}

// allows tells whether a grant covers a need such as trade:read.
func (g *grant) allows(need string) bool { return covers(g.scope, need) }

func covers(scope []string, need string) bool {
	kind, level, _ := strings.Cut(need, ":")
	if levels[level] == 0 {
		return true
	}
	for _, word := range scope {
		if has, most, ok := strings.Cut(word, ":"); ok && has == kind {
			return levels[most] >= levels[level]
		}
	}
	return false
}

// authorize finds the login of a private call: its token, its header, or its connection's.
func (c *call) authorize(need string) *wireError {
	g, err := c.grantOf()
	if err != nil {
		return err
	}
	if !g.allows(need) || !covers(strings.Fields(g.key.Scope), need) {
		return errForbidden
	}
	c.account = c.e.core.Account(g.account)
	c.desk = c.e.desk(g.account)
	c.grant = g
	return nil
}

func (c *call) grantOf() (*grant, *wireError) {
	token := c.p.text("access_token")
	if token == "" {
		token = c.r.bearer
	}
	switch {
	case token != "":
		g := c.e.grants[token]
		if g == nil || !c.valid(g) {
			return nil, errUnauthorized
		}
		return g, nil
	case c.r.basic[0] != "":
		k := c.e.core.KeyByClient(c.r.basic[0])
		if !c.opens(k) || !same(k.Secret, c.r.basic[1]) {
			return nil, errCredentials
		}
		return keyGrant(k), nil
	case c.r.signed != nil:
		return c.headerGrant()
	case c.conn.grant != nil && c.valid(c.conn.grant):
		return c.conn.grant, nil
	}
	return nil, errUnauthorized
}

// keyGrant is the login of a key that comes with each request.
func keyGrant(k *core.Key) *grant {
	scope, _ := narrow(k, "")
	return &grant{account: k.Account, key: k, secret: k.Secret, scope: scope}
}

// opens tells whether a key may be used from where the call comes.
func (c *call) opens(k *core.Key) bool {
	return k != nil && !k.Disabled && (len(k.Allowed) == 0 || slices.Contains(k.Allowed, c.conn.address))
}

// valid tells whether a login still holds: it has not run out, and its key is as it was.
func (c *call) valid(g *grant) bool {
	return g.deadline >= c.e.now() && c.e.core.KeyByClient(g.key.Client) == g.key && same(g.secret, g.key.Secret) && c.opens(g.key)
}

// signed is the deri-hmac-sha256 header and what it covers.
type signed struct{ id, at, nonce, sig, data string }

func (c *call) headerGrant() (*grant, *wireError) {
	s := c.r.signed
	k := c.e.core.KeyByClient(s.id)
	if !c.opens(k) || !same(sign(k.Secret, s.at+"\n"+s.nonce+"\n"+s.data), s.sig) || !c.e.fresh(k.Client, s.at, s.nonce) {
		return nil, errCredentials
	}
	return keyGrant(k), nil
}

func sign(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
