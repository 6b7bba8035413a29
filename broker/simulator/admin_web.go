package simulator

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// adminWeb does what an account's owner does by hand, on the exchange's own pages: place, edit,
// cancel and close, with the parameters of the private methods. Such orders say web, not api.
func adminWeb(c adminCall) ([]byte, *adminError) {
	id, err := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	account := c.e.core.Account(id)
	if err != nil || account == nil {
		return nil, &adminError{http.StatusNotFound, "there is no such account"}
	}
	name := "private/" + c.r.PathValue("method")
	m := methods[name]
	if m.need != "trade:read_write" {
		return nil, &adminError{http.StatusNotFound, "there is no order method " + name}
	}
	p := params{}
	if json.Unmarshal(c.body, &p) != nil {
		return nil, badRequest("the body is not an object")
	}
	c.e.advance()
	k := &call{e: c.e, conn: &conn{e: c.e}, r: &request{method: name}, p: p, m: m, account: account, desk: c.e.desk(id), web: true}
	result, refusal := m.do(k)
	if refusal != nil {
		return nil, badRequest(refusal.Error())
	}
	return result, nil
}
