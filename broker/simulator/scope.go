package simulator

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// levels order what a scope word such as trade:read allows.
var levels = map[string]int{"none": 0, "read": 1, "read_write": 2}

// asked is what a login asks for.
type asked struct {
	levels  map[string]string // by kind; none at all asks for all that there is
	session string            // "": the login ends with its connection
	seconds int64             // that the tokens live
	address string            // the only one that may use them, "" for any
}

// parseScope reads a scope's words. A level that does not exist counts as none.
func parseScope(words string) (asked, *wireError) {
	a := asked{levels: map[string]string{}, seconds: tokenSeconds}
	for _, word := range strings.Fields(words) {
		kind, value, found := strings.Cut(word, ":")
		switch {
		case !found || kind == "name": // given anyway
		case kind == "session":
			a.session = value
		case kind == "ip":
			a.address = value
		case kind == "expires":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 1 {
				return a, core.Invalid("scope", "invalid expires")
			}
			a.seconds = min(n, tokenSeconds)
		default:
			a.levels[kind] = value
		}
	}
	return a, nil
}

// within gives the scope of a login: what it asked for, as far as the most allows.
func (a asked) within(most []string, name string) []string {
	scope := []string{"connection", "mainaccount"}
	if a.session != "" {
		scope[0] = "session:" + a.session
	}
	if name != "" {
		scope = append(scope, "name:"+name)
	}
	if a.address != "" {
		scope = append(scope, "ip:"+a.address)
	}
	if a.seconds != tokenSeconds {
		scope = append(scope, "expires:"+strconv.FormatInt(a.seconds, 10))
	}
	for _, word := range most {
		kind, level, _ := strings.Cut(word, ":")
		wanted, named := a.levels[kind]
		switch {
		case !slices.Contains(keyKinds, kind):
		case len(a.levels) == 0:
			scope = append(scope, word)
		case named:
			scope = append(scope, kind+":"+lower(wanted, level))
		}
	}
	sort.Strings(scope)
	return scope
}

func lower(a, b string) string {
	switch {
	case levels[a] == 0:
		return "none"
	case levels[a] < levels[b]:
		return a
	}
	return b
}

// covers tells whether a scope's words allow a need such as trade:read.
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

// allows tells whether a login covers a need, by its own scope and by what its key may do now.
func (g *grant) allows(need string) bool {
	return covers(g.scope, need) && covers(strings.Fields(g.key.Scope), need)
}
