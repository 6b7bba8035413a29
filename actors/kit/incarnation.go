package kit

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// incarnation stands between the library and one life of an actor. It turns
// the library's messages into ours, drops what belongs to an earlier life,
// recovers, counts, answers the asker and closes what the life had open.
type incarnation struct {
	cell  *cell
	actor Actor
	ctx   Context
	ended bool // Stopping or Restarting was seen
}

// newIncarnation never panics: a constructor that does fails its own actor
// with Started rather than the parent that spawned it.
func newIncarnation(c *cell, fresh func() Actor) (life *incarnation) {
	life = &incarnation{cell: c}
	life.ctx.life = life
	defer func() {
		if r := recover(); r != nil {
			life.actor = ActorFunc(func(*Context) { panic(r) })
		}
	}()
	life.actor = fresh()
	return life
}

// Receive is called by the library, one message at a time.
func (l *incarnation) Receive(lib actor.Context) {
	l.ctx.lib = lib
	switch msg := lib.Message().(type) {
	case *actor.Started:
		l.start()
	case *actor.Restarting:
		l.close(Restarting{})
	case *actor.Stopping:
		l.close(Stopping{})
	case *actor.Stopped:
		l.deliver(Stopped{})
		l.cell.kind.alive.Dec()
		l.cell.end()
	case *actor.Terminated:
		l.terminated(msg.Who.Id)
	case *own:
		l.own(msg)
	default:
		l.user(msg)
	}
}

func (l *incarnation) start() {
	if l.cell.incarnation.Add(1) == 1 {
		l.cell.kind.alive.Inc()
	}
	l.cell.said.Store(nil)
	l.cell.phase.CompareAndSwap(phaseRestarting, phaseRunning)
	l.ctx.open(l.cell)
	l.deliver(Started{})
}

// close tells the actor that this life ends, then takes away all it had open.
func (l *incarnation) close(msg any) {
	if l.ended { // a restart that turned into a stop
		return
	}
	l.ended = true
	l.deliver(msg)
	l.ctx.close()
}

func (l *incarnation) terminated(id string) {
	if l.ended {
		return
	}
	name := l.ctx.children.ended(id)
	l.deliver(Terminated{ID: id, Name: name})
}

// own delivers a timer's or a goroutine's message to the life that made it.
func (l *incarnation) own(msg *own) {
	if l.ended || msg.incarnation != l.ctx.number || msg.cancelled() {
		l.cell.system.metrics.stale.Inc()
		return
	}
	if p, ok := msg.value.(*Panic); ok {
		l.failed(p, l.cell.kind.message(p), nil)
	}
	l.deliver(msg.value)
}

func (l *incarnation) user(msg any) {
	if l.ended {
		Fail(msg, ErrGone)
		return
	}
	l.deliver(msg)
}

// deliver runs Receive for msg. A panic is counted, its stack kept and the
// asker answered; then it goes on to supervision, but for the last messages of
// a life, where the library would lose the stop: there it ends here.
func (l *incarnation) deliver(msg any) {
	c := l.cell
	stats := c.kind.message(msg)
	began := time.Now()
	c.busy.Store(began.UnixNano())
	c.waiting.Store(began.UnixNano()) // whatever is next in the queue waits from now on
	c.handling.Store(stats)
	defer func() {
		c.busy.Store(0)
		stats.observe(time.Since(began))
		if r := recover(); r != nil {
			l.failed(newPanic(r, stats.name, stack()), stats, msg)
		}
	}()
	if fault := c.system.fault; fault != nil {
		fault(c.kind.name, c.pid.Id, msg)
	}
	l.ctx.message = msg
	l.actor.Receive(&l.ctx)
	l.ctx.message = nil
}

func (l *incarnation) failed(p *Panic, stats *typeMetrics, msg any) {
	stats.panics.Inc()
	Fail(msg, ErrInternal)
	if l.ended {
		l.cell.report(p, "ignored while ending", 0)
		return
	}
	panic(p)
}
