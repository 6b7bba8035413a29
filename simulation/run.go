package simulation

import (
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Violation is an invariant that did not hold.
type Violation struct {
	Seed      uint64
	At        time.Time
	Elapsed   time.Duration
	Invariant string
	Err       error
}

func (v *Violation) Error() string {
	return fmt.Sprintf("seed %d, %s in: %s: %v", v.Seed, v.Elapsed, v.Invariant, v.Err)
}

// Run lives through one world and gives its figures, or the first invariant that did not hold.
func Run(o Options) (Report, *Violation) {
	w := newWorld(o)
	w.plan()
	w.boot()
	w.second()
	end := w.storm.Add(calm + closing)
	for w.failure == nil {
		e, more := w.queue.next()
		if !more || e.at.After(end) {
			break
		}
		w.now = e.at
		w.step(e)
		w.check()
	}
	if w.failure == nil {
		w.rest()
	}
	w.report.close(w)
	return w.report, w.failure
}

// step lets one event happen; the process may die of it.
func (w *World) step(e event) {
	w.report.Steps++
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case killed:
			w.kill(w.acting, cause.point)
			w.acting = nil
		default:
			panic(cause)
		}
	}()
	e.run()
}

func (w *World) violate(invariant string, err error) {
	if w.failure == nil {
		w.failure = &Violation{w.seed, w.now, w.now.Sub(w.start), invariant, err}
		w.note("%s does not hold: %v", invariant, err)
	}
}

// second lets the exchange's time pass.
func (w *World) second() {
	w.venue.advance()
	if !w.weather[StaleFeed].on(w.now) {
		for _, s := range w.specs {
			w.tickers[s.Instrument] = tickerOf(w.venue.x.MarketOf(s.Instrument), w.now)
		}
	}
	w.queue.add(w.now.Add(time.Second), w.second)
}

// plan puts what does not depend on anything else at its moments.
func (w *World) plan() {
	once := func(kind Fault, act func(u *user)) {
		for _, s := range w.spells(kind) {
			w.queue.add(s.from, func() {
				w.weather[kind].struck++
				act(w.users[w.rand.IntN(len(w.users))])
			})
		}
	}
	again := func(kind Fault, act func(u *user)) { // now and then, for as long as the spell lasts
		for _, s := range w.spells(kind) {
			for at := s.from; at.Before(s.to); at = at.Add(w.delay(5_000, 30_000)) {
				w.queue.add(at, func() {
					w.weather[kind].struck++
					act(w.users[w.rand.IntN(len(w.users))])
				})
			}
		}
	}
	once(Kill, func(*user) { w.kill(w.server, "any moment") })
	once(Stop, func(*user) { w.end(w.server, "stopped") })
	once(Takeover, func(*user) { w.takeover() })
	again(Panic, w.panics)
	for _, s := range w.spells(LinkDown) {
		w.queue.add(s.from, func() { w.cut(s.to) })
	}
	w.planUsers(once, again)
	for _, s := range w.spells(Settlement) {
		w.weather[Settlement].struck++
		pause := max(1, int64(s.to.Sub(s.from).Seconds())/2)
		w.queue.add(s.from, func() { _, _ = w.venue.apply(core.Command{SetPause: &core.SetPause{Seconds: pause}}) })
	}
	w.queue.add(w.storm.Add(calm), w.closeAll)
}

func (w *World) planUsers(once, again func(Fault, func(u *user))) {
	once(ManualStop, func(u *user) {
		id := u.anyStrategy()
		u.stopStrategy(id, w.rand.IntN(2) == 0)
		w.queue.add(w.now.Add(w.delay(1000, 60_000)), func() { u.startStrategy(id) })
	})
	once(KillSwitch, func(u *user) {
		u.kill()
		w.queue.add(w.now.Add(w.delay(10_000, 90_000)), u.resetKill)
	})
	once(Disconnect, func(u *user) {
		u.disconnect()
		w.queue.add(w.now.Add(w.delay(1000, 40_000)), u.reconnect)
	})
	again(CloseHand, func(u *user) { u.closePosition(w.specs[w.rand.IntN(len(w.specs))].Instrument) })
	again(EditConfig, func(u *user) { u.edit(u.anyStrategy()) })
	again(HandTrade, func(u *user) { u.tradeByHand() })
	again(HandClose, func(u *user) { u.closeByHand(w.rand.IntN(2) == 0) })
	again(HandCancel, func(u *user) { u.cancelByHand() })
	again(Protect, func(u *user) { u.protect() })
}

// spells are those of a kind that were not left out.
func (w *World) spells(kind Fault) (list []spell) {
	for _, s := range w.weather[kind].spells {
		if s.to.After(s.from) {
			list = append(list, s)
		}
	}
	return list
}

// panics lets the connection of one user start anew, as its supervisor does after a panic.
func (w *World) panics(u *user) {
	if s := w.server; s != nil {
		if n := s.link(u); n != nil {
			u.trouble(Panic)
			n.close()
			n.settleFlight()
			s.connect(u)
		}
	}
}

// cut ends links, at once or after a while in which nothing gets through.
func (w *World) cut(until time.Time) {
	w.weather[LinkDown].struck++
	for _, s := range append([]*session(nil), w.sessions...) {
		if w.rand.IntN(3) == 0 {
			continue
		}
		s.deaf = true
		s.n.u.hinder(until.Sub(w.now) + 5*time.Second)
		s.n.after(w.delay(0, 10_000), func() {
			if s.deaf {
				s.lose()
			}
		})
	}
}

// closeAll ends every strategy and every position, so that the money can be counted.
func (w *World) closeAll() {
	w.quiet = true
	for _, u := range w.users {
		u.reconnect()
		u.kill()
		for _, i := range w.specs {
			w.queue.add(w.now.Add(30*time.Second), func() { u.closePosition(i.Instrument) })
			w.queue.add(w.now.Add(60*time.Second), func() { u.closePosition(i.Instrument) })
		}
	}
}

// sent is told of everything that leaves for the exchange.
func (w *World) sent(n *connection, e trade.Effect) {
	if e == nil {
		return
	}
	s := sending{w: w, n: n, effect: e}
	switch e := e.(type) {
	case trade.SendBracket:
		s.entry(e.Bracket.EntryLabel, e.Bracket.ValidUntil)
	case trade.SendOrder:
		s.order = &e.Order
		if e.Order.Role == trade.Entry {
			s.entry(e.Order.Label, e.Order.ValidUntil)
		} else if e.Order.Role == trade.Exit {
			n.u.truth.market(e.Order.Instrument).attempted = w.now
		}
	}
	for _, rule := range atSending {
		if err := rule.holds(s); err != nil {
			w.violate(rule.name, err)
		}
	}
}
