package simulator

import (
	"github.com/fasthttp/websocket"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

const (
	version         = "1.2.26"
	firstMillis     = 2_300  // beyond its interval that the first test_request comes late, and
	beatsMillis     = 600    // each further one
	answerMillis    = 10_000 // a test_request must be answered within this
	idleMillis      = 60_500 // a socket that says and hears nothing is dropped after this
	closedHeartbeat = 4000
)

func (c *call) test() ([]byte, *wireError) {
	if c.p.text("expected_result") == "exception" {
		return nil, &wireError{Code: 11094, Message: "internal_server_error"}
	}
	c.conn.testBefore = 0
	return newObject().str("version", version).end(), nil
}

func (c *call) hello() ([]byte, *wireError) { return newObject().str("version", version).end(), nil }

func (c *call) time() ([]byte, *wireError) { return number(c.e.core.Now + c.e.skew.Load()), nil }

func (c *call) setHeartbeat() ([]byte, *wireError) {
	if err := c.socketOnly(); err != nil {
		return nil, err
	}
	seconds, err := c.p.int("interval", 0)
	if err != nil {
		return nil, err
	}
	if seconds < 10 {
		return nil, core.Invalid("interval", "must be at least 10")
	}
	c.conn.heartbeat, c.conn.testBefore = seconds*1000, 0
	c.conn.nextBeat = c.e.now() + c.conn.heartbeat + firstMillis
	return okResult, nil
}

func (c *call) disableHeartbeat() ([]byte, *wireError) {
	if err := c.socketOnly(); err != nil {
		return nil, err
	}
	c.conn.heartbeat, c.conn.testBefore = 0, 0
	return okResult, nil
}

// logout closes the socket without an answer.
func (c *call) logout() ([]byte, *wireError) {
	if err := c.socketOnly(); err != nil {
		return nil, err
	}
	if keep := c.p.text("invalidate_token"); keep != "false" {
		for _, g := range append(c.conn.grants, c.grant) {
			c.e.revoke(g)
		}
	}
	c.conn.cancelOnDisconnect = false // a logout cancels nothing
	c.conn.close(websocket.CloseNormalClosure, "")
	return nil, nil
}

// join takes a new connection in.
func (e *engine) join(c *conn) { e.conns = append(e.conns, c) }

// leave forgets a connection that has ended, with the login that lived on it.
func (e *engine) leave(c *conn) {
	if c.gone {
		return
	}
	if c.held > 0 {
		c.left = true
		return
	}
	c.gone = true
	for _, ch := range c.channels {
		e.drop(ch, c)
	}
	e.abandon(c)
	for _, g := range c.grants {
		if g.session == nil {
			e.revoke(g)
		}
	}
	for i, other := range e.conns {
		if other == c {
			e.conns = append(e.conns[:i], e.conns[i+1:]...)
			return
		}
	}
}

var (
	heartbeatFrame   = []byte(`{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}}`)
	testRequestFrame = []byte(`{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}`)
)

// tend asks a connection for a sign of life, and ends it when none comes or when it does nothing.
func (e *engine) tend(c *conn, now int64) {
	switch {
	case c.testBefore != 0 && now >= c.testBefore:
		c.close(closedHeartbeat, "heartbeat close")
	case c.heartbeat != 0 && now >= c.nextBeat:
		e.askForLife(c, now)
	case c.heartbeat == 0 && len(c.channels) == 0 && now-c.lastUse >= idleMillis:
		c.close(0, "")
	case now-c.lastUse >= inactiveMillis:
		e.abandon(c)
	}
}

// askForLife sends a test_request, beside a heartbeat when nothing else went out for an interval.
func (e *engine) askForLife(c *conn, now int64) {
	c.nextBeat = now + c.heartbeat + beatsMillis
	if now-c.lastSent >= c.heartbeat {
		e.deliver(c, heartbeatFrame)
	}
	e.deliver(c, testRequestFrame)
	if c.testBefore == 0 {
		c.testBefore = now + answerMillis
	}
}
