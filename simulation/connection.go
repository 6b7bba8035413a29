package simulation

import (
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// The rhythm of a connection, as in actors.
const (
	sweepEvery = 15 * time.Second
	sweepIdle  = time.Minute
	sweepSoon  = 2 * time.Second
	tickEvery  = 250 * time.Millisecond
	gateEvery  = time.Second
)

// connection drives one account as the actor of the same name does: trade.Account decides, what it
// decides is stored in order, and only then carried out.
type connection struct {
	s       *server
	u       *user
	account *trade.Account
	life    life
	journal trade.Journal[func()]
	session *session
	dead    bool
	told    uint64 // the last record that was told

	flying *flight // the transaction under way; nil: none

	up, compared, taking, again, fenced, resting bool
	tick, sweep                                  *timer
	executors                                    []*executor
}

// flight is a transaction under way; the end of who began it may stop it.
type flight struct {
	change  trade.Change
	stopped bool
}

func newConnection(s *server, u *user) *connection { return &connection{s: s, u: u} }

func (n *connection) after(d time.Duration, run func()) *timer {
	return n.s.after(d, func() {
		if !n.dead {
			run()
		}
	})
}

// load rebuilds the account from what is stored and starts its session.
func (n *connection) load() {
	n.after(n.s.w.delay(20, 80), func() {
		if n.s.w.weather[DatabaseAway].on(n.s.w.now) {
			n.after(time.Second, n.load)
			return
		}
		w := n.s.w
		record := w.db.load(n.u.account)
		record.Risk = w.sabotage.risk(record.Risk)
		origin := trade.Origin{Installation: "sim", Epoch: n.s.epoch}
		n.life.begin(n.u.account, origin, record)
		n.account = trade.NewAccount(n.u.account, origin, record)
		n.session = newSession(n)
		for _, id := range n.u.strategies {
			n.follow(id)
		}
		n.judge()
		n.after(gateEvery, n.watchGate)
	})
}

// follow starts the executor of a strategy that is wanted.
func (n *connection) follow(id trade.StrategyID) {
	i := n.s.w.db.strategies[id]
	if i.status != trade.Active && !n.s.w.sabotage.ignoreStop {
		return
	}
	e := newExecutor(n, i)
	n.executors = append(n.executors, e)
	counters, cooldown := i.counters, e.config.cooldown
	n.apply(n.feed(func(a *trade.Account) trade.Outcome { return a.SetStrategy(id, counters, cooldown) }))
	e.start()
}

// feed lets the account take something in, and writes it down for the replay.
func (n *connection) feed(step func(*trade.Account) trade.Outcome) trade.Outcome {
	out := step(n.account)
	n.life.add(step, out)
	return out
}

func (n *connection) set(step func(*trade.Account)) {
	n.feed(func(a *trade.Account) trade.Outcome { step(a); return trade.Outcome{} })
}

// apply puts an outcome into the journal and carries out at once what needs no record.
func (n *connection) apply(out trade.Outcome) { n.record(out, "") }

func (n *connection) record(out trade.Outcome, entry trade.IntentID, notes ...func()) {
	n.describe(out)
	n.s.w.sabotage.outcome(&out)
	_, urgent := n.journal.Add(out, entry, n.s.w.now, notes...)
	for _, e := range urgent {
		n.do(e)
	}
	n.write()
	if n.s.w.sabotage.sendFirst && entry != "" {
		n.unwritten(entry)
	}
	n.release()
	n.armTick()
	n.hurrySweep()
	n.judge()
}

// write commits what waits, one transaction at a time and for as long as it takes.
func (n *connection) write() {
	group, change := n.journal.Group()
	if len(group) == 0 {
		return
	}
	w := n.s.w
	var try func(pause time.Duration)
	try = func(pause time.Duration) {
		n.flying = &flight{change: change}
		w.transact(n.flying, n.s.epoch, n.u, change, func(err error) { // the answer comes to a process that may be gone
			n.after(w.delay(0, 2), func() {
				var refusal *trade.Error
				if err != nil && !errors.As(err, &refusal) {
					n.after(pause, func() { try(min(2*pause, time.Second)) })
					return
				}
				n.flying = nil
				n.stored(group, err)
				n.write()
			})
		})
	}
	try(50 * time.Millisecond)
}

func (n *connection) stored(group []*trade.Record[func()], err error) {
	for _, r := range group {
		n.journal.Stored(r.Number)
		n.killPointOf(r)
		if err != nil {
			n.refusedByStorage(r, err)
		}
	}
	n.release()
	n.judge()
}

func (n *connection) killPointOf(r *trade.Record[func()]) {
	switch {
	case r.Entry != "":
		n.s.point("K1")
	case len(r.Outcome.Change.Fills) > 0:
		n.s.point("K7")
	case len(r.Outcome.Change.Orders) > 0:
		n.s.point("K5")
	}
}

// refusedByStorage takes back what storage will never take.
func (n *connection) refusedByStorage(r *trade.Record[func()], err error) {
	if r.Entry != "" {
		intent := r.Entry
		n.set(func(a *trade.Account) { a.Withdraw(intent) })
		r.Drop()
		return
	}
	if errors.Is(err, trade.ErrFenced) {
		n.fenced = true
		n.set(func(a *trade.Account) { a.Online(false) })
		r.Drop()
	}
}

// release sends and tells what is stored, in order.
func (n *connection) release() {
	for r := n.journal.Next(); r != nil; r = n.journal.Next() {
		for _, e := range r.Effects {
			n.do(e)
		}
		n.tell(r)
		for _, note := range r.Notes {
			note()
		}
		if r.Entry != "" {
			n.judge()
			n.free(r.Entry)
		}
	}
}

func (n *connection) free(intent trade.IntentID) {
	now := n.s.now()
	n.apply(n.feed(func(a *trade.Account) trade.Outcome { return a.Release(intent, now) }))
}

// tell tells executors and pages what is stored now.
func (n *connection) tell(r *trade.Record[func()]) {
	n.u.told(n, r)
	for _, e := range n.executors {
		e.hear(r.Outcome)
	}
	if len(r.Outcome.Change.Fills) > 0 {
		n.s.point("K8")
	}
}

// gate is what is so of this connection.
func (n *connection) gate() trade.Gate {
	g := trade.Gate{Owner: n.s.owner && !n.fenced, Key: true, Up: n.up, Compared: n.compared, Stuck: n.journal.Stuck(n.s.w.now),
		Clock: trade.Clock{Offset: n.s.w.clockError(), Measured: n.s.w.start}}
	n.s.w.sabotage.gate(&g)
	return g
}

func (n *connection) judge() {
	if n.account != nil {
		g := n.gate()
		n.set(func(a *trade.Account) { a.Judge(g) })
	}
}

func (n *connection) watchGate() {
	if n.journal.Stuck(n.s.w.now) {
		for _, e := range n.journal.Protective() {
			n.do(e)
		}
	}
	n.judge()
	n.after(gateEvery, n.watchGate)
}

// armTick lets time pass for the account while something is under way.
func (n *connection) armTick() {
	if n.tick != nil || !n.up || !n.account.Busy() {
		return
	}
	n.tick = n.after(tickEvery, func() {
		n.tick = nil
		now := n.s.now()
		n.apply(n.feed(func(a *trade.Account) trade.Outcome { return a.Tick(now) }))
	})
}

// close ends the connection with all that it knows.
func (n *connection) close() {
	n.dead = true
	n.life.replay(n.s.w)
	if n.session != nil {
		n.session.close()
	}
}

// do carries out an effect.
func (n *connection) do(e trade.Effect) {
	if _, all := e.(trade.AskAll); all {
		n.sweepIn(sweepSoon)
		return
	}
	for _, e := range n.s.w.sabotage.effects(e) {
		n.send(e)
	}
}

func (n *connection) send(e trade.Effect) {
	asked := n.s.now()
	n.session.call(request{effect: e, serve: func() (trade.Answer, error) { return n.s.w.venue.serve(n.u, e) }}, func(a trade.Answer, err error) {
		if isOrder(e) && err == nil {
			n.s.point("K4")
		}
		a.Effect, a.Asked = e, asked
		if err != nil {
			_, linked := e.(trade.SendBracket)
			f := broker.FailureOf(err, linked)
			a.Failure = &f
		}
		now := n.s.now()
		n.apply(n.feed(func(account *trade.Account) trade.Outcome { return account.Take(a, now) }))
	})
}

// unwritten sends an entry before it is stored, as no driver must.
func (n *connection) unwritten(intent trade.IntentID) { n.free(intent) }

// settleFlight ends the transaction under way with its connection: it was done, or never will be.
func (n *connection) settleFlight() {
	if n.flying == nil || n.flying.stopped {
		return
	}
	n.flying.stopped = true
	if n.s.w.rand.IntN(2) == 0 {
		_ = n.s.w.db.commit(n.s.epoch, n.u.account, n.flying.change, n.s.w.now)
	}
}
