package kit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Backoff says what becomes of an actor that panics. The zero value is 5
// panics within 5 minutes, restarted after up to 0.1 s, 0.2 s, 0.4 s... Errors
// are values and never count here: no network is a state, not a panic.
type Backoff struct {
	// Base bounds the first pause; each further panic in the window doubles it.
	Base time.Duration
	// Cap bounds every pause.
	Cap time.Duration
	// Window is how long a panic counts.
	Window time.Duration
	// Budget is how many panics in the window are answered by a restart; the
	// next one stops the actor and tells its parent ChildSpent. Below zero
	// there is no end.
	Budget int
	// Jitter picks the pause out of [0, most]; nil is uniform chance.
	Jitter func(most time.Duration) time.Duration
}

func (b Backoff) orDefault() Backoff {
	if b.Base <= 0 {
		b.Base = 100 * time.Millisecond
	}
	if b.Cap <= 0 {
		b.Cap = 30 * time.Second
	}
	if b.Window <= 0 {
		b.Window = 5 * time.Minute
	}
	if b.Budget == 0 {
		b.Budget = 5
	}
	if b.Jitter == nil {
		b.Jitter = fullJitter
	}
	return b
}

func fullJitter(most time.Duration) time.Duration {
	return time.Duration(rand.Int64N(int64(most) + 1))
}

// Pause is how long to wait before try number n (from 1) after a failure: the
// same full jitter, for tries that are no restarts.
func (b Backoff) Pause(n int) time.Duration { return b.orDefault().pause(n) }

func (b Backoff) pause(n int) time.Duration {
	most := b.Cap
	if n <= 30 {
		most = min(b.Cap, b.Base<<(n-1))
	}
	return b.Jitter(most)
}

// spend records a panic at now and answers how many count by then and whether
// that is more than the budget allows.
func (b Backoff) spend(past []time.Time, now time.Time) (kept []time.Time, spent bool) {
	kept = slices.DeleteFunc(past, func(t time.Time) bool { return now.Sub(t) >= b.Window })
	kept = append(kept, now)
	return kept, b.Budget >= 0 && len(kept) > b.Budget
}

// Fatal is an error class: an actor that panics with it is not restarted, as
// another try cannot help.
type Fatal struct{ Err error }

// Error is the wrapped error's text.
func (f Fatal) Error() string { return f.Err.Error() }

// Unwrap answers the wrapped error.
func (f Fatal) Unwrap() error { return f.Err }

// supervision answers the panics of one parent's children, each by its own
// Backoff. It holds no state: that is in the child's cell.
type supervision struct{ system *System }

// HandleFailure is called by the library in the parent's turn.
func (s *supervision) HandleFailure(_ *actor.ActorSystem, parent actor.Supervisor, pid *actor.PID,
	_ *actor.RestartStatistics, reason, _ any) {
	child := s.system.cells.get(pid.Id)
	if child == nil {
		parent.StopChildren(pid)
		return
	}
	p := asPanic(reason)
	pause, count, spent := child.fail(p)
	if spent {
		child.kind.spent.Inc()
		child.report(p, "stopped, budget spent", count)
		parent.StopChildren(pid)
		tellSpent(s.system, parent, child, p)
		return
	}
	child.kind.restarts.Inc()
	child.report(p, fmt.Sprintf("restart in %s", pause.Round(time.Millisecond)), count)
	child.restartAfter(pause, func() { parent.RestartChildren(pid) })
}

// tellSpent mails the parent; a root's guardian takes no mail.
func tellSpent(system *System, parent actor.Supervisor, child *cell, p *Panic) {
	if self, ok := parent.(interface{ Self() *actor.PID }); ok {
		Ref{system: system, pid: self.Self()}.Tell(ChildSpent{ID: child.pid.Id, Name: child.name, Reason: p.Reason})
	}
}

func (c *cell) fail(p *Panic) (pause time.Duration, count int, spent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures, spent = c.guard.spend(c.failures, time.Now())
	return c.guard.pause(len(c.failures)), len(c.failures), spent || p.fatal
}

func (c *cell) restartAfter(pause time.Duration, restart func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopping {
		c.phase.Store(phaseRestarting)
		c.restart = time.AfterFunc(pause, restart)
	}
}
