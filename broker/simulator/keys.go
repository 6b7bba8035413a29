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

// keyChange is the change of the key that a call names.
func (c *call) keyChange(secondFactor bool) (*core.SetKey, *wireError) {
	if err := c.managesKeys("account:read_write", secondFactor); err != nil {
		return nil, err
	}
	id, err := c.p.int("id", 0)
	if err != nil {
		return nil, err
	}
	if id < 1 {
		return nil, core.Invalid("id", "value required")
	}
	return &core.SetKey{Account: c.account.ID, Key: id}, nil
}

// editKey changes all that is named.
func (c *call) editKey() ([]byte, *wireError) {
	s, err := c.keyChange(true)
	if err != nil {
		return nil, err
	}
	scope, err := c.keyScope()
	if err != nil {
		return nil, err
	}
	s.Scope = &scope
	what := "changed_scope"
	if c.p.has("name") {
		name, err := c.keyName()
		if err != nil {
			return nil, err
		}
		s.Name = &name
	}
	if c.p.has("enabled") {
		enabled, err := c.p.flag("enabled")
		if err != nil {
			return nil, err
		}
		disabled := !enabled
		s.Disabled = &disabled
	}
	if c.p.has("enabled_features") {
		features, err := c.features()
		if err != nil {
			return nil, err
		}
		s.Features = &features
	}
	if c.p.has("ip_whitelist") {
		allowed, err := c.allowed()
		if err != nil {
			return nil, err
		}
		s.Allowed, what = &allowed, "changed_whitelist"
	}
	return c.keyed(what, core.Command{SetKey: s})
}

func (c *call) scopeKey() ([]byte, *wireError) {
	s, err := c.keyChange(true)
	if err != nil {
		return nil, err
	}
	scope, err := c.keyScope()
	if err != nil {
		return nil, err
	}
	s.Scope = &scope
	return c.keyed("changed_scope", core.Command{SetKey: s})
}

func (c *call) nameKey() ([]byte, *wireError) {
	s, err := c.keyChange(false)
	if err != nil {
		return nil, err
	}
	name, err := c.keyName()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, core.Invalid("name", "value required")
	}
	s.Name = &name
	r, err := c.e.apply(core.Command{SetKey: s})
	if err != nil {
		return nil, err
	}
	return renderKey(r.Key), nil
}

func (c *call) enableKey() ([]byte, *wireError)  { return c.switchKey(false, false, "enabled_api_key") }
func (c *call) disableKey() ([]byte, *wireError) { return c.switchKey(true, true, "disabled_api_key") }

func (c *call) switchKey(disabled, secondFactor bool, what string) ([]byte, *wireError) {
	s, err := c.keyChange(secondFactor)
	if err != nil {
		return nil, err
	}
	s.Disabled = &disabled
	return c.keyed(what, core.Command{SetKey: s})
}

// resetKey gives a key a new secret; one with a public key has none to reset.
func (c *call) resetKey() ([]byte, *wireError) {
	s, err := c.keyChange(false)
	if err != nil {
		return nil, err
	}
	if k := c.e.core.KeyOf(s.Account, s.Key); k != nil && k.PublicKey != "" {
		return nil, core.Invalid("id", "the key has no secret")
	}
	secret := randomText(32)
	s.Secret = &secret
	return c.keyed("reset_api_key", core.Command{SetKey: s})
}

func (c *call) removeKey() ([]byte, *wireError) {
	s, err := c.keyChange(false)
	if err != nil {
		return nil, err
	}
	s.Remove = true
	if _, err := c.keyed("removed_api_key", core.Command{SetKey: s}); err != nil {
		return nil, err
	}
	return okResult, nil
}
