package simulation

import (
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// user is one person with an account at the exchange and strategies on it.
type user struct {
	w          *World
	id         trade.UserID
	account    trade.AccountID
	number     int64 // of the account at the exchange
	strategies []trade.StrategyID
	limits     trade.Limits
	whale      bool
	hand       bool // has traded at the exchange by hand, or was liquidated
	truth      *truth
	refused    time.Time // when the exchange last refused an amendment
	clear      time.Time // since when nothing has been in the way of looking after the account
	heard      map[trade.OrderID]trade.OrderState
}

// trouble notes that something is in the way of looking after the account just now.
func (u *user) trouble(Fault) { u.hinder(0) }

// hinder notes that it is, for a while to come.
func (u *user) hinder(d time.Duration) {
	if until := u.w.now.Add(d); until.After(u.clear) {
		u.clear = until
	}
}

// notify brings a notification to every process that listens.
func (u *user) notify(m message) {
	for _, s := range u.w.sessions {
		if s.n.u == u {
			s.deliver(m)
		}
	}
}

// act is something that the user does on the page: it needs a living process, and is answered when
// the database has taken it.
func (u *user) act(name string, commit func(d *database), then func(*connection)) {
	s := u.w.server
	if s == nil || s.w.now.Before(s.asleep) || u.w.weather[DatabaseAway].on(u.w.now) {
		return
	}
	u.w.queue.add(u.w.now.Add(u.w.delay(1, 20)), func() {
		if s.epoch != u.w.db.epoch {
			return
		}
		commit(u.w.db)
		s.after(u.w.delay(1, 3), func() {
			u.w.note("%s: %s", u.id, name)
			if n := s.link(u); n != nil && n.account != nil {
				then(n)
			}
		})
	})
}

func (u *user) anyStrategy() trade.StrategyID {
	return u.strategies[u.w.rand.IntN(len(u.strategies))]
}

// stopStrategy stops one by hand, for good.
func (u *user) stopStrategy(id trade.StrategyID, closing bool) {
	u.act(fmt.Sprint("stop ", id, closing), func(d *database) { d.setStatus(id, trade.Stopped, trade.ManualStop, u.w.now) },
		func(n *connection) { n.stop(id, closing) })
}

// stop ends the executor of a strategy, and its trade if that is wanted.
func (n *connection) stop(id trade.StrategyID, closing bool) {
	for _, e := range n.executors {
		if e.id == id && !n.s.w.sabotage.ignoreStop {
			e.stopped = true
		}
	}
	now := n.s.now()
	n.apply(n.feed(func(a *trade.Account) trade.Outcome {
		if closing {
			return a.CloseStrategy(id, trade.ExitStrategyStop, now)
		}
		return a.BreakOff(id, trade.ExitStrategyStop, now)
	}))
}

func (u *user) startStrategy(id trade.StrategyID) {
	u.act(fmt.Sprint("start ", id), func(d *database) {
		if d.strategies[id].status != trade.Active && d.users[u.id].killed == nil {
			d.setStatus(id, trade.Active, trade.ManualStart, u.w.now)
		}
	}, func(n *connection) { n.restart(id) })
}

func (n *connection) restart(id trade.StrategyID) {
	for _, e := range n.executors {
		if e.id == id && !e.stopped {
			return
		}
	}
	n.follow(id)
}

// pause is what a strategy asks for when somebody else has closed its position.
func (u *user) pause(e *executor) {
	e.stopped = true
	u.act(fmt.Sprint("pause ", e.id), func(d *database) {
		if d.strategies[e.id].status == trade.Active {
			d.setStatus(e.id, trade.Paused, trade.ExecutionError, u.w.now)
		}
	}, func(n *connection) { n.stop(e.id, false) })
}

// kill stops everything of the user and closes it.
func (u *user) kill() {
	u.act("kill switch", func(d *database) {
		d.users[u.id].killed = &trade.Kill{Scope: trade.KillAccount, Close: true, At: u.w.now}
		for _, id := range u.strategies {
			d.setStatus(id, trade.Stopped, trade.ManualStop, u.w.now)
		}
	}, func(n *connection) {
		n.reloadRisk()
		for _, id := range u.strategies {
			n.stop(id, false)
		}
	})
}

// reloadRisk reads limits and kill switches again.
func (n *connection) reloadRisk() {
	risk, now := n.s.w.sabotage.risk(n.s.w.db.risk(n.u.account)), n.s.now()
	n.apply(n.feed(func(a *trade.Account) trade.Outcome { return a.SetRisk(risk, now) }))
}

func (u *user) resetKill() {
	u.act("kill switch reset", func(d *database) { d.users[u.id].killed = nil }, func(n *connection) { n.reloadRisk() })
	for _, id := range u.strategies {
		u.startStrategy(id)
	}
}

func (u *user) closePosition(i trade.Instrument) {
	u.act(fmt.Sprint("close ", i), func(*database) {}, func(n *connection) {
		if !n.compared || u.w.sabotage.deaf {
			return
		}
		for range 2 { // a double click
			now := n.s.now()
			n.apply(n.feed(func(a *trade.Account) trade.Outcome {
				out, _, _ := a.ClosePosition(i, trade.ExitManual, now)
				return out
			}))
		}
	})
}

// protect asks for a stop under whatever is open.
func (u *user) protect() {
	spec := u.w.specs[u.w.rand.IntN(len(u.w.specs))]
	u.act(fmt.Sprint("protect ", spec.Instrument), func(*database) {}, func(n *connection) {
		now, ticker := n.s.now(), u.w.ticker(spec.Instrument)
		cmd := trade.ProtectCommand{Instrument: spec.Instrument, Percent: trade.NewDec(1), Spec: spec, Ticker: ticker}
		n.apply(n.feed(func(a *trade.Account) trade.Outcome {
			out, _, _ := a.Protect(cmd, now)
			return out
		}))
	})
}

// disconnect ends the connection by hand; its brackets stay at the exchange.
func (u *user) disconnect() {
	u.act("disconnect", func(d *database) {
		d.users[u.id].wanted = false
		for _, id := range u.strategies {
			if d.strategies[id].status == trade.Active {
				d.setStatus(id, trade.Paused, trade.ManualDisconnect, u.w.now)
			}
		}
	}, func(n *connection) { n.close(); n.settleFlight() })
}

func (u *user) reconnect() {
	s := u.w.server
	if s == nil || u.w.now.Before(s.asleep) || u.w.weather[DatabaseAway].on(u.w.now) {
		return
	}
	d := u.w.db
	if d.users[u.id].wanted {
		return
	}
	d.users[u.id].wanted = true
	for _, id := range u.strategies {
		if i := d.strategies[id]; i.act == trade.ManualDisconnect {
			d.setStatus(id, trade.Active, trade.ManualConnect, u.w.now)
		}
	}
	u.trouble(Disconnect)
	s.connect(u)
}

// edit gives a strategy a new version of its configuration, from the next entry on.
func (u *user) edit(id trade.StrategyID) {
	u.act(fmt.Sprint("edit ", id), func(d *database) { d.strategies[id].version++ }, func(n *connection) {
		for _, e := range n.executors {
			if e.id == id {
				e.config = u.w.configOf(u, u.w.db.strategies[id], e.spec)
			}
		}
	})
}

// ---- at the exchange, behind our back ----

func (u *user) tradeByHand() {
	u.hand = true
	spec := u.w.specs[u.w.rand.IntN(len(u.w.specs))]
	amount := spec.MinAmount.Mul(trade.NewDec(1 + u.w.rand.Int64N(20)))
	side := trade.Buy
	if u.w.rand.IntN(2) == 0 {
		side = trade.Sell
	}
	u.w.note("%s trades %s %s %s by hand", u.id, side, amount, spec.Instrument)
	u.w.venue.byHand(u, spec.Instrument, side, amount, false)
}

// closeByHand takes some or all of each position out.
func (u *user) closeByHand(all bool) {
	u.hand = true
	for _, p := range u.w.venue.positions(u) {
		amount, side := p.Size.Abs(), trade.Sell
		if p.Size.Sign() < 0 {
			side = trade.Buy
		}
		if half := amount.Div(trade.NewDec(2)).FloorTo(u.w.spec(p.Instrument).AmountStep); !all && half.Sign() > 0 {
			amount = half
		}
		u.w.note("%s closes %s of %s by hand", u.id, amount, p.Instrument)
		u.w.venue.byHand(u, p.Instrument, side, amount, true)
	}
}

// cancelByHand cancels one of the live orders, a stop perhaps.
func (u *user) cancelByHand() {
	orders := u.w.venue.x.OpenOrders(u.w.venue.x.Account(u.number), core.Filter{})
	if len(orders) == 0 {
		return
	}
	o := orders[u.w.rand.IntN(len(orders))]
	u.w.note("%s cancels %s by hand", u.id, o.Label)
	_, _ = u.w.venue.apply(core.Command{Cancel: &core.Cancel{Account: u.number, Order: o.ID}})
}
