package simulator

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// managesKeys checks the login of a call about keys: what it lacks is scope_exceeded here, and the
// methods that change what a key may do need the second factor too.
func (c *call) managesKeys(need string, secondFactor bool) *wireError {
	if !c.grant.allows(need) {
		return errScopeExceeded
	}
	if given := c.p.text("authorization_data"); secondFactor && (c.e.opt.SecondFactor == "" || !same(given, c.e.opt.SecondFactor)) {
		return errSecondFactor
	}
	return nil
}

func (c *call) listKeys() ([]byte, *wireError) {
	if err := c.managesKeys("account:read", true); err != nil {
		return nil, err
	}
	return list(c.account.Keys, renderKey), nil
}

func (c *call) createKey() ([]byte, *wireError) {
	if err := c.managesKeys("account:read_write", true); err != nil {
		return nil, err
	}
	m := core.MakeKey{Account: c.account.ID, Client: randomText(4), Secret: randomText(32), PublicKey: c.p.text("public_key")}
	var err *wireError
	if m.Scope, err = c.keyScope(); err != nil {
		return nil, err
	}
	if m.Name, err = c.keyName(); err != nil {
		return nil, err
	}
	if m.Features, err = c.features(); err != nil {
		return nil, err
	}
	if m.PublicKey != "" {
		if parsePublicKey(m.PublicKey) == nil {
			return nil, core.Invalid("public_key", "must be an Ed25519 or RSA key in PEM")
		}
		m.Secret = fingerprint(m.PublicKey)
	}
	return c.keyed("new_api_key", core.Command{MakeKey: &m})
}

// fingerprint stands where other keys have their secret.
func fingerprint(publicKey string) string {
	sum := md5.Sum([]byte(strings.TrimSpace(publicKey)))
	return hex.EncodeToString(sum[:])
}

// keyed changes keys, notes it in the access log and answers with the key.
func (c *call) keyed(what string, command core.Command) ([]byte, *wireError) {
	r, err := c.e.apply(command)
	if err != nil {
		return nil, err
	}
	c.noteAccess(c.account.ID, what, r.Key.Client)
	return renderKey(r.Key), nil
}
