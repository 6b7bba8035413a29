package simulator

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// keyKinds are the kinds of scope that a key has, in their order; the later ones only when named.
var keyKinds = []string{"account", "block_trade", "trade", "wallet", "block_rfq", "custody"}

const keyKindsAlways = 4

var keyNames = regexp.MustCompile(`^[A-Za-z0-9_]{0,16}$`)

func (c *call) keyName() (string, *wireError) {
	name := c.p.text("name")
	if !keyNames.MatchString(name) {
		return "", core.Invalid("name", "must be at most 16 letters, digits and underscores")
	}
	return name, nil
}

// keyScope reads max_scope, a text or a list. A kind that is not named is none; more than the
// caller has itself is scope_exceeded.
func (c *call) keyScope() (string, *wireError) {
	words := strings.Fields(c.p.text("max_scope"))
	if list, err := c.p.texts("max_scope"); err == nil {
		words = list
	}
	if len(words) == 0 {
		return "", core.Invalid("max_scope", "value required")
	}
	given := map[string]string{}
	for _, word := range words {
		kind, level, _ := strings.Cut(word, ":")
		if _, known := levels[level]; !known || !slices.Contains(keyKinds, kind) {
			return "", core.Invalid("max_scope", "unknown value "+word)
		}
		if !c.grant.allows(word) {
			return "", errScopeExceeded
		}
		given[kind] = level
	}
	out := []string{}
	for n, kind := range keyKinds {
		if level := given[kind]; level != "" {
			out = append(out, kind+":"+level)
		} else if n < keyKindsAlways {
			out = append(out, kind+":none")
		}
	}
	slices.Sort(out)
	return strings.Join(out, " "), nil
}

func (c *call) features() ([]string, *wireError) {
	if !c.p.has("enabled_features") {
		return nil, nil
	}
	features, err := c.p.texts("enabled_features")
	for _, f := range features {
		if f != "restricted_block_trades" && f != "block_trade_approval" {
			return nil, core.Invalid("enabled_features", "unknown value")
		}
	}
	return features, err
}

func (c *call) allowed() ([]string, *wireError) {
	list, err := c.p.texts("ip_whitelist")
	if err != nil {
		return nil, err
	}
	for _, entry := range list {
		if _, err := parseNetwork(entry); err != nil {
			return nil, core.Invalid("ip_whitelist", "must be addresses")
		}
	}
	return list, nil
}

func renderKey(k *core.Key) []byte {
	o := newObject().int("id", k.ID).int("timestamp", k.Created).str("client_id", k.Client).str("client_secret", k.Secret).
		str("name", k.Name).str("max_scope", k.Scope).bool("enabled", !k.Disabled).bool("default", k.ID == 1).
		raw("enabled_features", list(k.Features, text)).raw("ip_whitelist", list(k.Allowed, text))
	if k.PublicKey != "" {
		o.str("public_key", k.PublicKey)
	}
	return o.end()
}
