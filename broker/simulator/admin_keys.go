package simulator

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// adminKeyBody is what the admin listener may say of a key. What is left out stays.
type adminKeyBody struct {
	Scope     *string   `json:"scope"`
	Name      *string   `json:"name"`
	Enabled   *bool     `json:"enabled"`
	Allowed   *[]string `json:"ip_whitelist"`
	PublicKey string    `json:"public_key"`
	Remove    bool      `json:"remove"`
}

func (c adminCall) keyBody() (account int64, q adminKeyBody, bad *adminError) {
	account, err := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	if err != nil || len(c.body) > 0 && json.Unmarshal(c.body, &q) != nil {
		return 0, q, badRequest("the body is not a key")
	}
	if q.Allowed != nil {
		for _, entry := range *q.Allowed {
			if _, err := parseNetwork(entry); err != nil {
				return 0, q, badRequest("ip_whitelist holds addresses and networks")
			}
		}
	}
	if q.PublicKey != "" && parsePublicKey(q.PublicKey) == nil {
		return 0, q, badRequest("public_key is an Ed25519 or RSA key in PEM")
	}
	return account, q, nil
}

// adminMakeKey makes another key of an account, without the second factor that the API asks for.
func adminMakeKey(c adminCall) ([]byte, *adminError) {
	account, q, bad := c.keyBody()
	if bad != nil {
		return nil, bad
	}
	m := core.MakeKey{Account: account, Client: randomText(4), Secret: randomText(32), Scope: DefaultScope, PublicKey: q.PublicKey}
	if q.PublicKey != "" {
		m.Secret = fingerprint(q.PublicKey)
	}
	if q.Scope != nil {
		m.Scope = *q.Scope
	}
	if q.Name != nil {
		m.Name = *q.Name
	}
	if q.Allowed != nil {
		m.Allowed = *q.Allowed
	}
	r, err := c.e.apply(core.Command{MakeKey: &m})
	if err != nil {
		return nil, badRequest(err.Error())
	}
	return renderKey(r.Key), nil
}

// adminSetKey changes or removes one key of an account; logins with it feel it at once.
func adminSetKey(c adminCall) ([]byte, *adminError) {
	account, q, bad := c.keyBody()
	if bad != nil {
		return nil, bad
	}
	id, err := strconv.ParseInt(c.r.PathValue("key"), 10, 64)
	if err != nil {
		return nil, badRequest("a key has a number")
	}
	s := core.SetKey{Account: account, Key: id, Scope: q.Scope, Name: q.Name, Allowed: q.Allowed, Remove: q.Remove}
	if q.Enabled != nil {
		disabled := !*q.Enabled
		s.Disabled = &disabled
	}
	r, refused := c.e.apply(core.Command{SetKey: &s})
	if refused != nil {
		return nil, &adminError{http.StatusNotFound, "there is no such key"}
	}
	return renderKey(r.Key), nil
}
