package simulator

import (
	"slices"

	"github.com/fasthttp/websocket"
)

// venueFaults strike the exchange as a whole.
func venueFaults() map[string]fault {
	return map[string]fault{
		"maintenance": {takes: "ms close", start: maintain},
		"connections": {takes: "limit!", start: capConnections},
		"bucket":      {takes: "account! limit! kind", kinds: "matching read", start: shrink},
		"clock":       {takes: "ms!", start: shiftClock, backward: true},
	}
}

var errMaintenance = &wireError{Code: 11051, Message: "system_maintenance"}

// openInMaintenance are the calls that are answered all the same: a client needs them to wait for its end.
var openInMaintenance = []string{"public/hello", "public/test", "public/status", "public/get_time", "public/set_heartbeat",
	"public/disable_heartbeat", "public/subscribe", "public/unsubscribe", "public/unsubscribe_all"}

// maintain says that a maintenance begins, and when it is cleared that it is over.
func maintain(e *engine, t *trouble) *adminError {
	e.sayPlatform(newObject().bool("maintenance", true).end())
	t.undo = func() { e.sayPlatform(newObject().bool("maintenance", false).end()) }
	if t.Close {
		conns := slices.Clone(e.conns)
		e.pending.then = append(e.pending.then, func() {
			for _, c := range conns {
				c.close(websocket.CloseServiceRestart, errMaintenance.Message)
			}
		})
	}
	e.lapses("maintenance", t)
	return nil
}

func (e *engine) sayPlatform(data []byte) {
	if ch := e.channels["platform_state"]; ch != nil {
		e.publish(ch, data)
	}
}

// shut refuses a call before anything is asked of its login: in maintenance, or for where it comes from.
func (c *call) shut() *wireError {
	f := &c.e.faults
	if f.any("maintenance") && !slices.Contains(openInMaintenance, c.r.method) {
		f.note("maintenance", f.active["maintenance"][0])
		return errMaintenance
	}
	if !c.ofAccount() {
		return nil
	}
	if t := f.strike("address", c.claimed(), "", ""); t != nil {
		return &wireError{Code: t.Code, Message: t.Message, Reason: "ip_not_allowed"}
	}
	return nil
}

// ofAccount tells whether a call needs an account, or signs in to one.
func (c *call) ofAccount() bool {
	switch c.r.method {
	case "public/auth", "public/fork_token", "public/exchange_token":
		return true
	}
	return c.m.need != ""
}

// capConnections bounds the connections of each address.
func capConnections(e *engine, t *trouble) *adminError {
	e.addresses.bound(int(t.Limit))
	t.undo = func() { e.addresses.bound(e.opt.ConnectionsPerAddress) }
	return nil
}

// shrink makes an account's pools hold fewer calls, and fill no faster.
func shrink(e *engine, t *trouble) *adminError {
	b := e.desk(t.Account).credits
	now := e.now()
	if t.Kind == "read" {
		b.pools[readPool].resize(t.Limit*readCost, min(t.Limit*readCost, readRate), now)
		t.undo = func() { b.pools[readPool].resize(readSize, readRate, e.now()) }
		return nil
	}
	resize := func(burst, rate, now int64) {
		for _, p := range []pool{matchingPool, cancelAllPool} {
			b.pools[p].resize(burst, rate, now)
		}
	}
	resize(t.Limit, min(t.Limit, b.tier.rate), now)
	t.undo = func() { resize(b.tier.burst, b.tier.rate, e.now()) }
	return nil
}
