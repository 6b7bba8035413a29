package simulator

import "github.com/tradebaas/tradebaas/broker/simulator/core"

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
	disabled := func() (bool, *wireError) { on, err := c.p.flag("enabled"); return !on, err }
	for _, err := range []*wireError{
		c.scopeInto(s),
		given(c, "name", &s.Name, c.keyName),
		given(c, "enabled", &s.Disabled, disabled),
		given(c, "enabled_features", &s.Features, c.features),
		given(c, "ip_whitelist", &s.Allowed, c.allowed),
	} {
		if err != nil {
			return nil, err
		}
	}
	what := "changed_scope"
	if s.Allowed != nil {
		what = "changed_whitelist"
	}
	return c.keyed(what, core.Command{SetKey: s})
}

// given reads a parameter into a change unless it is left out.
func given[T any](c *call, name string, to **T, read func() (T, *wireError)) *wireError {
	if !c.p.has(name) {
		return nil
	}
	v, err := read()
	*to = &v
	return err
}

func (c *call) scopeInto(s *core.SetKey) *wireError {
	scope, err := c.keyScope()
	s.Scope = &scope
	return err
}

func (c *call) scopeKey() ([]byte, *wireError) {
	s, err := c.keyChange(true)
	if err != nil {
		return nil, err
	}
	if err := c.scopeInto(s); err != nil {
		return nil, err
	}
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
