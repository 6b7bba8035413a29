package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// adminRoutes are the calls of the admin listener; each needs the token.
func (x *Exchange) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /accounts", x.admin(adminAccount))
	mux.HandleFunc("POST /accounts/{id}/scope", x.admin(adminScope))
	mux.HandleFunc("POST /accounts/{id}/keys", x.admin(adminMakeKey))
	mux.HandleFunc("POST /accounts/{id}/keys/{key}", x.admin(adminSetKey))
	mux.HandleFunc("POST /accounts/{id}/web/{method}", x.admin(adminWeb))
	mux.HandleFunc("POST /instruments/{name}", x.admin(adminInstrument))
	mux.HandleFunc("POST /settlement", x.admin(adminSettlement))
	mux.HandleFunc("GET /faults", x.admin(adminFaults))
	mux.HandleFunc("POST /faults/{fault}", x.admin(adminFault))
	mux.HandleFunc("POST /faults/{fault}/clear", x.admin(adminClearFault))
	mux.HandleFunc("POST /faults/clear", x.admin(adminClearFaults))
	mux.HandleFunc("POST /faults/script", x.admin(adminScript))
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		writeAnswer(w, http.StatusOK, newObject().bool("ready", x.engine.Load() != nil).end())
	})
	return mux
}

// adminCall is one call: its body, the engine it is for, and its path.
type adminCall struct {
	e    *engine
	r    *http.Request
	body []byte
}

type adminError = AdminError

func (x *Exchange) admin(do func(adminCall) ([]byte, *adminError)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !same(token, x.opt.AdminToken) {
			refuseAdmin(w, &adminError{http.StatusUnauthorized, "the admin token is missing or wrong"})
			return
		}
		e := x.engine.Load()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if e == nil || err != nil {
			refuseAdmin(w, &adminError{http.StatusServiceUnavailable, "the exchange is starting"})
			return
		}
		var answer []byte
		var bad *adminError
		if !e.ask(func() { answer, bad = do(adminCall{e, r, body}); e.dispatch() }) {
			bad = &adminError{http.StatusServiceUnavailable, "the exchange is restarting"}
		}
		if bad != nil {
			refuseAdmin(w, bad)
			return
		}
		writeAnswer(w, http.StatusOK, answer)
	}
}

func refuseAdmin(w http.ResponseWriter, e *adminError) {
	writeAnswer(w, e.Status, newObject().str("error", e.Words).end())
}

func badRequest(words string) *adminError { return &adminError{http.StatusBadRequest, words} }

// adminAccount makes an account: {"balances":{"USDC":"10000","BTC":"0.1"},"name":..,"scope":..}.
func adminAccount(c adminCall) ([]byte, *adminError) {
	var q struct {
		Name     string                     `json:"name"`
		Scope    string                     `json:"scope"`
		Balances map[string]json.RawMessage `json:"balances"`
	}
	if err := json.Unmarshal(c.body, &q); err != nil {
		return nil, badRequest("the body is not an account")
	}
	balances, bad := readBalances(q.Balances)
	if bad != nil {
		return nil, bad
	}
	spec := AccountSpec{Name: q.Name, Key: randomText(6), Secret: randomText(32), Scope: q.Scope, Balances: balances}
	id, err := c.e.openAccount(spec)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	return newObject().str("accountId", strconv.FormatInt(id, 10)).str("key", spec.Key).str("secret", spec.Secret).end(), nil
}

func readBalances(in map[string]json.RawMessage) (out []core.Balance, bad *adminError) {
	for cur := range in {
		if c := trade.Currency(cur); c != "BTC" && c != "ETH" && c != "USDC" {
			return nil, badRequest("balances are in BTC, ETH and USDC")
		}
	}
	for _, c := range currencies {
		raw, there := in[string(c)]
		if !there {
			continue
		}
		d, err := trade.ParseDec(strings.Trim(string(raw), `"`))
		if err != nil || d.Sign() < 0 {
			return nil, badRequest("a balance must be a decimal of at least 0")
		}
		out = append(out, core.Balance{Currency: c, Amount: d})
	}
	return out, nil
}

func (e *engine) openAccount(s AccountSpec) (int64, *wireError) {
	if s.Scope == "" {
		s.Scope = DefaultScope
	}
	if s.Name == "" {
		s.Name = "paper"
	}
	r, err := e.apply(core.Command{Open: &core.OpenAccount{Name: s.Name, Key: s.Key, Secret: s.Secret, Scope: s.Scope, Balances: s.Balances}})
	return r.Account, err
}

// adminScope changes the most that an account's first key may do. Live logins keep what both allow.
func adminScope(c adminCall) ([]byte, *adminError) {
	var q struct {
		Scope string `json:"scope"`
	}
	id, err := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	if err != nil || json.Unmarshal(c.body, &q) != nil {
		return nil, badRequest("the body needs a scope")
	}
	if _, err := c.e.apply(core.Command{Scope: &core.SetScope{Account: id, Scope: q.Scope}}); err != nil {
		return nil, &adminError{http.StatusNotFound, "there is no such account"}
	}
	return []byte("{}"), nil
}
