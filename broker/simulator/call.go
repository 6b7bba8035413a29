package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// call is one request on its way through the engine.
type call struct {
	e       *engine
	conn    *conn
	r       *request
	p       params
	account *core.Account
	desk    *desk
	grant   *grant
}

// method is how a method is served: the scope it needs ("" for public ones), the pool it pays
// from, and what it does.
type method struct {
	need string
	pool pool
	do   func(*call) ([]byte, *wireError)
}

// handle serves one request and answers it.
func (e *engine) handle(c *conn, r *request, bad *wireError) {
	if c.gone {
		return
	}
	e.advance()
	c.lastUse = e.now()
	k := &call{e: e, conn: c, r: r, p: r.params}
	result, err := []byte(nil), bad
	if err == nil {
		result, err = k.serve()
	}
	if err == nil && r.method == "private/logout" {
		e.dispatch()
		return
	}
	if err != nil || !e.faults.swallows(k) {
		k.answer(result, err)
	} else if c.ws == nil {
		close(c.reply)
	}
	e.greet(k)
	e.dispatch()
}

func (c *call) serve() ([]byte, *wireError) {
	m, ok := methods[c.r.method]
	if !ok {
		return nil, errMethodNotFound
	}
	credits := c.conn.credits
	if m.need != "" {
		if err := c.authorize(m.need); err != nil {
			return nil, err
		}
		credits = c.desk.credits
	} else if c.conn.grant != nil {
		credits = c.e.desk(c.conn.grant.account).credits
	}
	if !c.e.opt.NoRateLimits && !credits.take(m.pool, c.e.now()) {
		if c.e.faults.closeOnLimit {
			c.e.pending.then = append(c.e.pending.then, func() { c.conn.close(4000, "too_many_requests") }) // after the answer
		}
		return nil, errTooMany
	}
	if err := c.e.faults.refusal(c); err != nil {
		return nil, err
	}
	return m.do(c)
}

func (c *call) answer(result []byte, err *wireError) {
	key, body := "result", result
	if err != nil {
		key, body = "error", errorBody(err)
		c.conn.failed = true
	}
	c.e.deliver(c.conn, envelope(c.r.id, key, body, c.r.in, max(c.r.in, c.e.micros())))
}

// socketOnly refuses a method over HTTP.
func (c *call) socketOnly() *wireError {
	if c.conn.ws == nil {
		return errNeedsSocket
	}
	return nil
}

// market finds the instrument that a call names.
func (c *call) market() (*core.Market, *wireError) {
	name := c.p.text("instrument_name")
	if name == "" {
		return nil, core.Invalid("instrument_name", "value required")
	}
	m := c.e.core.MarketOf(instrumentName(name))
	if m == nil {
		return nil, core.ErrUnknownInstrument
	}
	return m, nil
}

var okResult = []byte(`"ok"`)

// methods are those that the exchange serves.
var methods map[string]method

func init() {
	methods = map[string]method{
		"public/auth":                                   {"", freePool, (*call).login},
		"public/test":                                   {"", freePool, (*call).test},
		"public/hello":                                  {"", freePool, (*call).hello},
		"public/get_time":                               {"", freePool, (*call).time},
		"public/status":                                 {"", freePool, (*call).status},
		"public/set_heartbeat":                          {"", readPool, (*call).setHeartbeat},
		"public/disable_heartbeat":                      {"", readPool, (*call).disableHeartbeat},
		"public/subscribe":                              {"", subscribePool, (*call).subscribe},
		"public/unsubscribe":                            {"", readPool, (*call).unsubscribe},
		"public/unsubscribe_all":                        {"", readPool, (*call).unsubscribeAll},
		"public/get_instruments":                        {"", instrumentsPool, (*call).instruments},
		"public/get_instrument":                         {"", readPool, (*call).instrument},
		"public/get_currencies":                         {"", readPool, (*call).currencies},
		"public/ticker":                                 {"", readPool, (*call).ticker},
		"public/get_order_book":                         {"", readPool, (*call).orderBook},
		"public/get_book_summary_by_currency":           {"", readPool, (*call).bookSummary},
		"public/get_index_price":                        {"", readPool, (*call).indexPrice},
		"public/get_tradingview_chart_data":             {"", readPool, (*call).chart},
		"public/get_last_trades_by_instrument":          {"", readPool, (*call).lastTrades},
		"public/get_last_trades_by_instrument_and_time": {"", readPool, (*call).lastTrades},

		"public/get_funding_rate_value":   {"", readPool, (*call).fundingValue},
		"public/get_funding_rate_history": {"", readPool, (*call).fundingHistory},

		"private/logout":          {"account:none", freePool, (*call).logout},
		"private/subscribe":       {"account:none", subscribePool, (*call).subscribe},
		"private/unsubscribe":     {"account:none", readPool, (*call).unsubscribe},
		"private/unsubscribe_all": {"account:none", readPool, (*call).unsubscribeAll},

		"private/buy":                         {"trade:read_write", matchingPool, (*call).buy},
		"private/sell":                        {"trade:read_write", matchingPool, (*call).sell},
		"private/edit":                        {"trade:read_write", matchingPool, (*call).edit},
		"private/edit_by_label":               {"trade:read_write", matchingPool, (*call).editByLabel},
		"private/cancel":                      {"trade:read_write", matchingPool, (*call).cancel},
		"private/cancel_all":                  {"trade:read_write", matchingPool, (*call).cancelAll},
		"private/cancel_all_by_instrument":    {"trade:read_write", matchingPool, (*call).cancelByInstrument},
		"private/cancel_all_by_currency":      {"trade:read_write", matchingPool, (*call).cancelByCurrency},
		"private/cancel_all_by_kind_or_type":  {"trade:read_write", matchingPool, (*call).cancelByKind},
		"private/cancel_all_by_currency_pair": {"trade:read_write", matchingPool, (*call).cancelByPair},
		"private/cancel_by_label":             {"trade:read_write", matchingPool, (*call).cancelByLabel},
		"private/close_position":              {"trade:read_write", matchingPool, (*call).closePosition},

		"private/enable_cancel_on_disconnect":  {"account:read_write", readPool, (*call).enableCOD},
		"private/disable_cancel_on_disconnect": {"account:read_write", readPool, (*call).disableCOD},
		"private/get_cancel_on_disconnect":     {"account:read", readPool, (*call).getCOD},

		"private/get_positions":                          {"trade:read", readPool, (*call).positions},
		"private/get_position":                           {"trade:read", readPool, (*call).position},
		"private/get_open_orders":                        {"trade:read", readPool, (*call).openOrders},
		"private/get_open_orders_by_instrument":          {"trade:read", readPool, (*call).openByInstrument},
		"private/get_open_orders_by_currency":            {"trade:read", readPool, (*call).openByCurrency},
		"private/get_open_orders_by_label":               {"trade:read", readPool, (*call).openByLabel},
		"private/get_order_state":                        {"trade:read", readPool, (*call).orderState},
		"private/get_order_state_by_label":               {"trade:read", readPool, (*call).orderStateByLabel},
		"private/get_order_history_by_instrument":        {"trade:read", readPool, (*call).historyByInstrument},
		"private/get_order_history_by_currency":          {"trade:read", readPool, (*call).historyByCurrency},
		"private/get_trigger_order_history":              {"trade:read", readPool, (*call).triggerHistory},
		"private/get_user_trades_by_instrument":          {"trade:read", readPool, (*call).tradesByInstrument},
		"private/get_user_trades_by_instrument_and_time": {"trade:read", readPool, (*call).tradesByInstrument},
		"private/get_user_trades_by_currency":            {"trade:read", readPool, (*call).tradesByCurrency},
		"private/get_user_trades_by_currency_and_time":   {"trade:read", readPool, (*call).tradesByCurrency},
		"private/get_user_trades_by_order":               {"trade:read", readPool, (*call).tradesByOrder},
		"private/get_margins":                            {"trade:read", readPool, (*call).margins},
		"private/get_account_summary":                    {"account:read", readPool, (*call).summary},
		"private/get_account_summaries":                  {"account:read", readPool, (*call).summaries},
		"private/get_transaction_log":                    {"account:read", logPool, (*call).transactionLog},
	}
}
