package simulator

import (
	"slices"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// keyFaults strike the keys of an account.
func keyFaults() map[string]fault {
	return map[string]fault{
		"revoke":  {takes: "account!", start: revokeKeys},
		"scope":   {takes: "account! scope! kind", kinds: "login live", start: rescope},
		"address": {takes: "account! code message", start: refuseAddress},
	}
}

// revokeKeys disables the keys of an account: logins are refused and live tokens end.
func revokeKeys(e *engine, t *trouble) *adminError {
	return e.changeKeys(t, func(k *core.Key) (change, back core.SetKey) {
		was, disabled := k.Disabled, true
		return core.SetKey{Disabled: &disabled}, core.SetKey{Disabled: &was}
	})
}

// rescope changes the most that an account's keys may do. What is taken away is gone at once; what is
// added counts from the next login, or in live tokens too.
func rescope(e *engine, t *trouble) *adminError {
	if t.Kind == "live" {
		for _, g := range e.grants {
			if g.account == t.Account {
				g.rescope(t.Scope)
			}
		}
	}
	return e.changeKeys(t, func(k *core.Key) (change, back core.SetKey) {
		was := k.Scope
		return core.SetKey{Scope: &t.Scope}, core.SetKey{Scope: &was}
	})
}

// rescope gives a live login a key's scope in place of what it asked for.
func (g *grant) rescope(scope string) {
	g.scope = slices.DeleteFunc(g.scope, func(word string) bool {
		kind, _, _ := strings.Cut(word, ":")
		return slices.Contains(keyKinds, kind)
	})
	g.scope = append(g.scope, strings.Fields(scope)...)
	slices.Sort(g.scope)
}

// changeKeys changes every key of an account, and changes them back when the fault is cleared.
func (e *engine) changeKeys(t *trouble, how func(*core.Key) (change, back core.SetKey)) *adminError {
	var backs []core.SetKey
	for _, k := range slices.Clone(e.core.Account(t.Account).Keys) {
		change, back := how(k)
		change.Account, change.Key = t.Account, k.ID
		back.Account, back.Key = t.Account, k.ID
		if bad := e.ordered(core.Command{SetKey: &change}); bad != nil {
			return bad
		}
		backs = append(backs, back)
	}
	t.undo = func() {
		for n := range backs {
			_ = e.ordered(core.Command{SetKey: &backs[n]}) // a key that is gone needs nothing
		}
	}
	return nil
}

// refuseAddress refuses an account's logins and calls for where they come from.
func refuseAddress(_ *engine, t *trouble) *adminError {
	if t.Code == 0 {
		t.Code = errUnauthorized.Code
	}
	if t.Message == "" {
		t.Message = errUnauthorized.Message
	}
	return nil
}
