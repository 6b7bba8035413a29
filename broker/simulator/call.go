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
	m       method
	account *core.Account
	desk    *desk
	grant   *grant
	web     bool // by hand, on the exchange's own pages
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
	if k := (&call{e: e, conn: c, r: r, p: r.params}); !k.waylaid(bad) {
		e.serve(k, bad)
	}
}

// serve admits a call, queues it or carries it out.
func (e *engine) serve(k *call, bad *wireError) {
	if bad == nil {
		bad = k.admit()
	}
	if bad == nil && e.queued(k) {
		return
	}
	e.finish(k, bad)
}

// finish carries out a call, unless it is refused already, and answers it.
func (e *engine) finish(k *call, err *wireError) {
	var result []byte
	if err == nil {
		result, err = k.m.do(k)
	}
	if err == nil && k.r.method == "private/logout" {
		e.dispatch()
		return
	}
	switch {
	case k.httpFault("after"):
	case err == nil && k.strike("swallow") != nil:
		k.conn.abort()
	default:
		k.answer(result, err)
	}
	e.greet(k)
	e.dispatch()
}

// admit finds a call's method and login and takes its credits.
func (c *call) admit() *wireError {
	m, ok := methods[c.r.method]
	if !ok {
		return errMethodNotFound
	}
	c.m = m
	if err := c.shut(); err != nil {
		return err
	}
	var unauthorized *wireError
	if m.need != "" {
		unauthorized = c.authorize(m.need)
	}
	if err := c.pay(); err != nil {
		return err
	}
	if unauthorized != nil {
		return unauthorized
	}
	return c.refused()
}

func (c *call) answer(result []byte, err *wireError) {
	key, body := "result", result
	if err != nil {
		key, body = "error", errorBody(err)
		c.conn.failed = true
	}
	frame := c.garbled(envelope(c.r.id, key, body, c.r.in, max(c.r.in, c.e.micros())))
	if ms := c.answerDelay(); ms > 0 {
		c.e.later(ms, func() { c.e.deliver(c.conn, frame) })
		return
	}
	c.e.deliver(c.conn, frame)
}

// socketOnly refuses a method over HTTP.
func (c *call) socketOnly() *wireError {
	if c.conn.ws == nil {
		return errNeedsSocket
	}
	return nil
}

var okResult = []byte(`"ok"`)
