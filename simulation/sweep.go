package simulation

import (
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// This file is a connection's session and its comparing with the exchange.

func (n *connection) sessionUp() {
	n.up, n.compared, n.taking = true, false, false
	n.judge()
	n.snapshot()
}

func (n *connection) sessionDown() {
	n.up, n.compared = false, false
	n.u.trouble(LinkDown)
	n.set(func(a *trade.Account) { a.Online(false) })
	n.judge()
}

// snapshot asks the exchange for everything, one at a time: balances, positions, orders, fills.
func (n *connection) snapshot() {
	if !n.up {
		return
	}
	if n.taking {
		n.again = true
		return
	}
	n.taking, n.again = true, false
	s := trade.Snapshot{Asked: n.s.now(), Fills: map[trade.Instrument][]trade.Fill{}}
	session, v, u := n.session, n.s.w.venue, n.u
	asks := []func(){
		func() { s.Balances = v.balances(u) },
		func() { s.Positions = v.positions(u) },
		func() { s.Orders = v.openOrders(u) },
	}
	for _, i := range n.account.Instruments() {
		after := n.account.Cursor(i)
		asks = append(asks, func() { s.Fills[i] = v.fills(u, i, after) })
	}
	var next func(int)
	next = func(at int) {
		if at == len(asks) {
			n.compare(session, s, nil)
			return
		}
		session.call(request{serve: func() (trade.Answer, error) { return v.read(u, asks[at]) }}, func(_ trade.Answer, err error) {
			if err != nil {
				n.compare(session, s, err)
				return
			}
			next(at + 1)
		})
	}
	next(0)
}

// compare lets the account put right what differs, and opens it for entries when that is stored.
func (n *connection) compare(session *session, s trade.Snapshot, err error) {
	n.taking = false
	switch {
	case !n.up || session != n.session:
		n.snapshot()
		return
	case err != nil:
		n.sweepIn(n.s.w.delay(500, 3000))
		return
	}
	first, now := !n.compared, n.s.now()
	specs := n.s.w.specs
	out := n.feed(func(a *trade.Account) trade.Outcome {
		a.SetSpecs(specs)
		if first {
			a.Online(true)
		}
		return a.Reconcile(s, now)
	})
	connected := session.number
	n.record(out, "", func() {
		if n.session.number == connected && n.up {
			n.compared = true
		}
	})
	if n.sweep == nil {
		n.sweepIn(n.rhythm())
	}
	if n.again {
		n.snapshot()
	}
}

func (n *connection) rhythm() time.Duration {
	if n.account.Idle() {
		return sweepIdle
	}
	return sweepEvery
}

// hurrySweep compares sooner when there is something to look after again.
func (n *connection) hurrySweep() {
	if n.resting && !n.account.Idle() {
		n.sweepIn(sweepEvery)
	}
}

func (n *connection) sweepIn(d time.Duration) {
	n.resting = d == sweepIdle
	n.sweep.stop()
	n.sweep = n.after(d, func() {
		n.sweep = nil
		n.snapshot()
	})
}

// hear takes one notification: orders first, then fills, then positions.
func (n *connection) hear(m message) {
	now := n.s.now()
	for _, v := range m.orders {
		n.apply(n.feed(func(a *trade.Account) trade.Outcome { return a.OnOrder(v, now) }))
	}
	for _, f := range m.fills {
		n.s.point("K6")
		n.apply(n.feed(func(a *trade.Account) trade.Outcome { return a.OnFill(f, now) }))
	}
	for _, p := range m.positions {
		n.apply(n.feed(func(a *trade.Account) trade.Outcome { return a.OnPosition(p, now) }))
	}
	for _, b := range m.balances {
		n.set(func(a *trade.Account) { a.OnBalance(b) })
	}
}
