package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// faults are the troubles that the admin listener can cause.
type faults struct {
	frozen       bool // no public notification goes out
	closeOnLimit bool // a breach of the rate limit closes the socket too
	swallow      []*trouble
	refuse       []*trouble
	unlinked     []*trouble // market orders with linked orders are refused
}

// trouble is a fault for some calls: of an account (0: all), of some methods (none: all private
// ones), so many times (0: until cleared).
type trouble struct {
	Account int64    `json:"account"`
	Methods []string `json:"methods"`
	Count   int      `json:"count"`
	Code    int      `json:"code"`    // refuse only
	Message string   `json:"message"` // refuse only
	forever bool
}

// hits tells whether the trouble strikes, and uses it up.
func (t *trouble) hits(account int64, method string) bool {
	if (t.Account != 0 && t.Account != account) || (len(t.Methods) > 0 && !slices.Contains(t.Methods, method)) {
		return false
	}
	if t.forever {
		return true
	}
	t.Count--
	return t.Count >= 0
}

func struck(list []*trouble, account int64, method string) *trouble {
	for _, t := range list {
		if t.hits(account, method) {
			return t
		}
	}
	return nil
}

// swallows tells whether the answer to an accepted call gets lost.
func (f *faults) swallows(c *call) bool {
	return c.account != nil && struck(f.swallow, c.account.ID, c.r.method) != nil
}

// refusal is the error that a call gets in place of being served.
func (f *faults) refusal(c *call) *wireError {
	account := int64(-1)
	if c.account != nil {
		account = c.account.ID
	}
	if len(f.refuse) == 0 || (account < 0 && !named(f.refuse, c.r.method)) {
		return nil
	}
	if t := struck(f.refuse, account, c.r.method); t != nil {
		return &wireError{Code: t.Code, Message: t.Message}
	}
	return nil
}

// named tells whether a trouble lists a method: public ones are only struck by name.
func named(list []*trouble, method string) bool {
	for _, t := range list {
		if slices.Contains(t.Methods, method) {
			return true
		}
	}
	return false
}

func (f *faults) refusesLinked(account int64, p *core.Place) bool {
	return p.Type == core.MarketType && p.Link != "" && struck(f.unlinked, account, "") != nil
}
