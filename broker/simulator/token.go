package simulator

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

const (
	tokenSeconds = 31_536_000
	sessionsMax  = 16  // of a key; the oldest gives way
	looseMax     = 256 // logins of a key over HTTP without a session; the oldest gives way
)

// grant is one login: a pair of tokens and what they may do.
type grant struct {
	account  int64
	key      *core.Key
	secret   string // of the key at the login: another one ends it
	access   string // "": the key itself comes with each request
	refresh  string
	scope    []string
	session  *session // nil: it ends with its connection
	address  string   // the only one that may use it, "" for any
	seconds  int64    // that it lives
	deadline int64    // milliseconds
}

// session is a named login that outlives its connection. Each refresh adds a pair of tokens to it.
type session struct {
	id     string
	grants []*grant
}

// randomText makes a secret of n random bytes in hexadecimal.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// issue makes a pair of tokens that may do what is asked within the most. A session that is asked
// for is made unless it is there.
func (c *call) issue(k *core.Key, most []string, ask asked, s *session) *grant {
	g := &grant{account: k.Account, key: k, secret: k.Secret, access: randomText(32), refresh: randomText(32), address: ask.address,
		scope: ask.within(most, k.Name), seconds: ask.seconds, deadline: c.e.now() + ask.seconds*1000, session: s}
	c.e.grants[g.access], c.e.refreshes[g.refresh] = g, g
	switch {
	case ask.session != "":
		if s == nil {
			g.session = c.e.openSession(k.Client)
		}
		g.session.grants = append(g.session.grants, g)
	case c.conn.ws == nil:
		c.e.loose[k.Client] = c.e.keep(c.e.loose[k.Client], g)
	}
	c.conn.grants = append(c.conn.grants, g)
	return g
}

func (e *engine) openSession(client string) *session {
	s := &session{id: randomText(8)}
	all := append(e.sessions[client], s)
	if len(all) > sessionsMax {
		for _, g := range all[0].grants {
			e.revoke(g)
		}
		all = slices.Delete(all, 0, 1)
	}
	e.sessions[client] = all
	return s
}

func (e *engine) keep(loose []*grant, g *grant) []*grant {
	if loose = append(loose, g); len(loose) > looseMax {
		e.revoke(loose[0])
		loose = slices.Delete(loose, 0, 1)
	}
	return loose
}

func (e *engine) revoke(g *grant) {
	delete(e.grants, g.access)
	delete(e.refreshes, g.refresh)
}

// signIn lets the connection act for a login and answers with its tokens.
func (c *call) signIn(g *grant) []byte {
	c.conn.grant = g
	c.conn.cancelOnDisconnect = c.conn.cancelOnDisconnect || c.e.core.Account(g.account).CancelOnDisconnect
	o := g.tokens().raw("enabled_features", list(g.key.Features, text))
	if c.p.has("state") {
		o.str("state", c.p.text("state"))
	}
	return o.end()
}

func (g *grant) tokens() *object {
	o := newObject().str("access_token", g.access).str("refresh_token", g.refresh).int("expires_in", g.seconds).
		str("token_type", "bearer").str("scope", strings.Join(g.scope, " "))
	if g.session != nil {
		o.str("sid", g.session.id)
	}
	return o
}
