package simulator

import (
	"net/netip"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// authorize finds the login of a private call: its token, its header, or its connection's.
func (c *call) authorize(need string) *wireError {
	g, err := c.grantOf()
	if err != nil {
		return err
	}
	if !g.allows(need) {
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
		if g := c.e.grants[token]; g != nil && c.valid(g) {
			return g, nil
		}
	case c.r.basic[0] != "":
		return c.keyGrant(c.r.basic[0], func(k *core.Key) bool { return k.PublicKey == "" && same(k.Secret, c.r.basic[1]) })
	case c.r.signed != nil:
		s := c.r.signed
		return c.keyGrant(s.id, func(k *core.Key) bool {
			return signedBy(k, s.at+"\n"+s.nonce+"\n"+s.data, s.sig) && c.e.fresh(k.Client, s.at, s.nonce, s.sig)
		})
	case c.conn.grant != nil && c.valid(c.conn.grant):
		return c.conn.grant, nil
	}
	return nil, errUnauthorized
}

// keyGrant is the login of a key that comes with the request itself.
func (c *call) keyGrant(client string, proves func(*core.Key) bool) (*grant, *wireError) {
	k := c.e.core.KeyByClient(client)
	if !c.opens(k) || !proves(k) {
		return nil, errCredentials
	}
	all := asked{seconds: tokenSeconds}
	return &grant{account: k.Account, key: k, secret: k.Secret, scope: all.within(strings.Fields(k.Scope), k.Name)}, nil
}

// signed is the deri-hmac-sha256 header and what it covers.
type signed struct{ id, at, nonce, sig, data string }

// opens tells whether a key may be used from where the call comes.
func (c *call) opens(k *core.Key) bool {
	return k != nil && !k.Disabled && (len(k.Allowed) == 0 || listed(k.Allowed, c.conn.address))
}

// valid tells whether a login still holds: it has neither run out nor been revoked, its key is as
// it was, and it is used from where it may be.
func (c *call) valid(g *grant) bool {
	return g.deadline >= c.e.now() && c.e.grants[g.access] == g && c.e.core.KeyByClient(g.key.Client) == g.key &&
		same(g.secret, g.key.Secret) && c.opens(g.key) && (g.address == "" || g.address == c.conn.address)
}

// listed tells whether an address is among addresses and networks.
func listed(list []string, address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, entry := range list {
		if p, err := parseNetwork(entry); err == nil && p.Contains(a.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// parseNetwork reads an address, or a network such as 10.0.0.0/8.
func parseNetwork(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
