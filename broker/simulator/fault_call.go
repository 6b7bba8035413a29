package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// callFaults strike requests and their answers.
func callFaults() map[string]fault {
	orders := []string{"private/buy", "private/sell", "private/edit", "private/edit_by_label", "private/close_position"}
	return map[string]fault{
		"swallow":    {takes: inCalls},
		"lost":       {takes: inCalls},
		"hold":       {takes: inCalls + " ms!"},
		"refuse":     {takes: inCalls + " code! message"},
		"timed-out":  {takes: inCalls, start: refuseWith(core.ErrTimedOut, orders)},
		"queue-full": {takes: inCalls, start: refuseWith(errQueueFull, orders)},
		"limit":      {takes: inCalls + " close", start: refuseWith(errTooMany, nil)},
		"unlinked":   {takes: "account count rate seed"},
		"label-lag":  {takes: "account ms!", start: inLookups},

		"close-on-limit": {takes: "account"},
	}
}

// refusals are the switches that answer a call with an error, in the order in which they are asked.
var refusals = []string{"limit", "queue-full", "timed-out", "refuse"}

// refuseWith fills in the error that a switch stands for, and the calls that it strikes when none
// are named.
func refuseWith(err *wireError, methods []string) func(*engine, *trouble) *adminError {
	return func(_ *engine, t *trouble) *adminError {
		t.Code, t.Message = err.Code, err.Message
		if len(t.Methods) == 0 {
			t.Methods = methods
		}
		return nil
	}
}

// inLookups lets a fault strike the lookups by label.
func inLookups(_ *engine, t *trouble) *adminError {
	t.Methods = []string{"private/get_order_state_by_label", "private/get_open_orders_by_label"}
	return nil
}

// strike finds the trouble of a switch that strikes a call.
func (c *call) strike(name string, kinds ...string) *trouble {
	if !c.e.faults.any(name) {
		return nil
	}
	return c.e.faults.strike(name, c.claimed(), c.r.method, instrumentName(c.p.text("instrument_name")), kinds...)
}

// claimed is the account that a call says it is of, 0 for none. Nothing is checked: this is for
// what befalls a request on its way.
func (c *call) claimed() int64 {
	if c.account != nil {
		return c.account.ID
	}
	token := c.p.text("access_token") + c.r.bearer
	client := c.p.text("client_id") + c.r.basic[0]
	if c.r.signed != nil {
		client += c.r.signed.id
	}
	switch {
	case token != "":
		return c.e.grants[token].owner()
	case client != "":
		if k := c.e.core.KeyByClient(client); k != nil {
			return k.Account
		}
		return 0
	case c.p.has("refresh_token"):
		return c.e.refreshes[c.p.text("refresh_token")].owner()
	}
	return c.conn.grant.owner()
}

func (g *grant) owner() int64 {
	if g == nil {
		return 0
	}
	return g.account
}

// waylaid tells whether a request is lost before it is served, or served later.
func (c *call) waylaid(bad *wireError) bool {
	if c.conn.deaf != "" {
		return true
	}
	c.untimed()
	if c.httpFault("before") {
		return true
	}
	if c.strike("lost") != nil {
		c.conn.abort()
		return true
	}
	if t := c.strike("hold"); t != nil {
		c.conn.held++
		c.e.later(t.Ms, func() { c.arrive(bad) })
		return true
	}
	return false
}

// arrive serves a call that was held up. The end of its connection, if that came meanwhile, was behind
// it on the way and arrives after it.
func (c *call) arrive(bad *wireError) {
	c.e.advance()
	c.e.serve(c, bad)
	if c.conn.held--; c.conn.held == 0 && c.conn.left {
		c.e.leave(c.conn)
	}
}

// abort ends an HTTP call without an answer.
func (c *conn) abort() {
	if c.ws == nil {
		close(c.reply)
	}
}

// refused is the error that a call gets in place of being served.
func (c *call) refused() *wireError {
	for _, name := range refusals {
		if t := c.strike(name); t != nil {
			if t.Close {
				c.closeAfterAnswer()
			}
			return &wireError{Code: t.Code, Message: t.Message}
		}
	}
	return nil
}

func (c *call) closeAfterAnswer() {
	c.e.pending.then = append(c.e.pending.then, func() { c.conn.close(4000, errTooMany.Message) })
}

// refusesLinked tells whether a market order with linked orders is refused for being one.
func (c *call) refusesLinked(p *core.Place) bool {
	return p.Type == core.MarketType && p.Link != "" && c.strike("unlinked") != nil
}

// known leaves out the orders that lookups by label do not know yet.
func (c *call) known(orders []*core.Order) []*core.Order {
	t := c.strike("label-lag")
	if t == nil {
		return orders
	}
	out := []*core.Order{}
	for _, o := range orders {
		if c.e.core.Now-o.Created >= t.Ms {
			out = append(out, o)
		}
	}
	return out
}

// closesOnLimit tells whether a breach of the rate limit ends the socket as well.
func (c *call) closesOnLimit() bool {
	return c.e.opt.CloseOnLimit || c.e.faults.any("close-on-limit") && c.e.faults.strike("close-on-limit", c.claimed(), "", "") != nil
}

// eventMethod is what a private channel counts as among methods: user.changes, user.orders and so on.
func eventMethod(channel string) string {
	parts := strings.SplitN(channel, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
