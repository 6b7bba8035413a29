package simulator

// linkFaults strike connections, and what is sent over them.
func linkFaults() map[string]fault {
	inEvents := inCalls + " ms"
	return map[string]fault{
		"drop":      {takes: "account", start: dropConns, once: true},
		"panic":     {start: failEngine, once: true},
		halfOpen:    {takes: "account", start: deafen},
		"slow-link": {takes: "account ms!"},
		"delay":     {takes: inCalls + " ms! kind", kinds: "both answers events"},

		"lose-events":      {takes: inCalls},
		"duplicate-events": {takes: inEvents},
		"reorder-events":   {takes: inEvents},
	}
}

const halfOpen = "half-open"

func failEngine(*engine, *trouble) *adminError { panic("asked for by the admin listener") }

// of tells whether a connection is signed in to an account; 0 means any connection.
func (c *conn) of(account int64) bool {
	if account == 0 || c.grant.owner() == account {
		return true
	}
	for id := range c.channels {
		if id.account == account {
			return true
		}
	}
	return false
}

// dropConns cuts the connections of an account, or all of them, without a word.
func dropConns(e *engine, t *trouble) *adminError {
	for _, c := range e.conns {
		if c.of(t.Account) {
			c.close(0, "")
		}
	}
	return nil
}

// deafen lets the connections that there are stay open, and neither hear nor say anything.
func deafen(e *engine, t *trouble) *adminError {
	for _, c := range e.conns {
		if c.of(t.Account) {
			c.deaf = halfOpen
			e.faults.note(halfOpen, t)
		}
	}
	t.undo = func() {
		for _, c := range e.conns {
			if c.deaf == halfOpen && c.of(t.Account) {
				c.deaf = ""
			}
		}
	}
	return nil
}

// answerDelay is by how many milliseconds the answer to a call comes late.
func (c *call) answerDelay() int64 {
	if t := c.strike("delay", "both", "answers"); t != nil {
		return t.Ms
	}
	return 0
}

// reorderMillis is how long an event is held back for the one that is to overtake it.
const reorderMillis = 1_000

// event sends a private notification, or what the faults make of it.
func (e *engine) event(ch *channel, to *conn, frame []byte) {
	if len(e.faults.active) == 0 {
		e.overtake(to, frame)
		return
	}
	struck := func(name string, kinds ...string) *trouble {
		return e.faults.strike(name, ch.account, eventMethod(ch.name), "", kinds...)
	}
	if struck("lose-events") != nil {
		return
	}
	if t := struck("reorder-events"); t != nil {
		e.holdBack(to, frame, t.Ms)
		return
	}
	if t := struck("delay", "both", "events"); t != nil {
		e.later(t.Ms, func() { e.overtake(to, frame) })
		return
	}
	e.overtake(to, frame)
	if t := struck("duplicate-events"); t != nil {
		e.later(t.Ms, func() { e.deliver(to, frame) })
	}
}

// holdBack keeps an event until another one has overtaken it, or for a while.
func (e *engine) holdBack(to *conn, frame []byte, ms int64) {
	e.letGo(to)
	to.heldBack = frame
	if ms == 0 {
		ms = reorderMillis
	}
	e.later(ms, func() {
		if len(to.heldBack) > 0 && &to.heldBack[0] == &frame[0] {
			e.letGo(to)
		}
	})
}

// overtake sends an event, and after it the one that was held back.
func (e *engine) overtake(to *conn, frame []byte) {
	e.deliver(to, frame)
	e.letGo(to)
}

func (e *engine) letGo(to *conn) {
	if held := to.heldBack; held != nil {
		to.heldBack = nil
		e.deliver(to, held)
	}
}

// crawl sends a frame later when the connection's link is slow; false when it is not. Frames keep
// their order.
func (e *engine) crawl(to *conn, frame []byte) bool {
	ms, now := int64(0), e.now()
	for _, t := range e.faults.active["slow-link"] {
		if to.of(t.Account) {
			ms = max(ms, t.Ms)
			e.faults.note("slow-link", t)
		}
	}
	if ms == 0 && to.freeAt <= now {
		return false
	}
	to.freeAt = max(to.freeAt, now) + ms
	e.later(to.freeAt-now, func() { e.put(to, frame) })
	return true
}
