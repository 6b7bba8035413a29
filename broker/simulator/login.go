package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// login is public/auth.
func (c *call) login() ([]byte, *wireError) {
	switch c.p.text("grant_type") {
	case "client_credentials":
		return c.loginKey(func(k *core.Key) bool { return k.PublicKey == "" && same(k.Secret, c.p.text("client_secret")) })
	case "client_signature":
		at, nonce := c.p.text("timestamp"), c.p.text("nonce")
		return c.loginKey(func(k *core.Key) bool {
			return signedBy(k, at+"\n"+nonce+"\n"+c.p.text("data"), c.p.text("signature")) && c.e.fresh(k.Client, at, nonce, c.p.text("signature"))
		})
	case "refresh_token":
		return c.loginRefresh()
	case "":
		return nil, core.Invalid("grant_type", "value required")
	}
	return nil, core.Invalid("grant_type", "unknown value")
}

// loginKey signs in with a key that may be used from here and that the request proves to hold.
func (c *call) loginKey(proves func(*core.Key) bool) ([]byte, *wireError) {
	k := c.e.core.KeyByClient(c.p.text("client_id"))
	if k == nil {
		return nil, errCredentials
	}
	if !c.opens(k) || !proves(k) {
		c.noteAccess(k.Account, "failure", "")
		return nil, errCredentials
	}
	ask, err := parseScope(c.p.text("scope"))
	if err != nil {
		return nil, err
	}
	c.noteAccess(k.Account, "success", "")
	return c.signIn(c.issue(k, strings.Fields(k.Scope), ask, nil)), nil
}

// loginRefresh gives a new pair of tokens for an old one, which ends unless it is of a session.
func (c *call) loginRefresh() ([]byte, *wireError) {
	g, err := c.refreshed()
	if err != nil {
		return nil, err
	}
	ask, err := parseScope(strings.Join(g.scope, " "))
	if err != nil {
		return nil, err
	}
	if g.session == nil {
		c.e.revoke(g)
	}
	return c.signIn(c.issue(g.key, g.scope, ask, g.session)), nil
}

// refreshed finds the login of a refresh token.
func (c *call) refreshed() (*grant, *wireError) {
	g := c.e.refreshes[c.p.text("refresh_token")]
	if g == nil || !c.valid(g) {
		return nil, errUnauthorized
	}
	return g, nil
}

// forkToken opens another session beside the one that the refresh token is of. It leaves the
// connection with the login that it has.
func (c *call) forkToken() ([]byte, *wireError) {
	g, err := c.refreshed()
	switch {
	case err != nil:
		return nil, err
	case g.session == nil:
		return nil, errForbidden
	case c.p.text("session_name") == "":
		return nil, core.Invalid("session_name", "value required")
	}
	ask, err := parseScope(strings.Join(g.scope, " "))
	if err != nil {
		return nil, err
	}
	ask.session = c.p.text("session_name")
	return c.issue(g.key, g.scope, ask, nil).tokens().end(), nil
}

// exchangeToken switches to another subaccount. There are none here, so the subject is the account
// itself; what it can do is narrow the scope or open a session.
func (c *call) exchangeToken() ([]byte, *wireError) {
	g, err := c.refreshed()
	if err != nil {
		return nil, err
	}
	subject, err := c.p.int("subject_id", 0)
	switch {
	case err != nil:
		return nil, err
	case subject == 0:
		return nil, core.Invalid("subject_id", "value required")
	case subject != g.account:
		return nil, errForbidden
	}
	words := c.p.text("scope")
	if words == "" {
		words = strings.Join(g.scope, " ")
	}
	ask, err := parseScope(words)
	if err != nil {
		return nil, err
	}
	return c.issue(g.key, g.scope, ask, nil).tokens().end(), nil
}
