package kit

import (
	"context"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// Context is all that one incarnation of an actor may use. It is valid inside
// Receive only; goroutines get Self and the context that Go hands them.
type Context struct {
	life     *incarnation
	lib      actor.Context
	message  any
	number   uint64
	self     Ref
	parent   Ref
	log      *zerolog.Logger // made when first used, as are the next two
	alive    context.Context
	cancel   context.CancelFunc
	bag      bag
	children Children
}

func (c *Context) open(cell *cell) {
	c.number = cell.incarnation.Load()
	c.self = Ref{system: cell.system, pid: cell.pid}
	c.parent = Ref{system: cell.system, pid: c.lib.Parent()}
	c.children.ctx = c
}

// close ends timers, goroutines and subscriptions of this incarnation.
func (c *Context) close() {
	c.Alive() // so that nothing begins after the end
	c.cancel()
	c.bag.close(func(r any) {
		c.life.cell.report(newPanic(r, "close", ""), "ignored while ending", 0)
	})
}

// Message is what is to be handled now: a lifecycle message of this package or
// what somebody told.
func (c *Context) Message() any { return c.message }

// Self addresses this actor.
func (c *Context) Self() Ref { return c.self }

// Parent addresses the actor that spawned this one; zero for a root.
func (c *Context) Parent() Ref { return c.parent }

// System is where this actor runs.
func (c *Context) System() *System { return c.self.system }

// Name is the last part of the actor's path.
func (c *Context) Name() string { return c.life.cell.name }

// Log writes with the actor's path as a field.
func (c *Context) Log() *zerolog.Logger {
	if c.log == nil {
		log := c.life.cell.system.log.With().Str("actor", c.self.ID()).Logger()
		c.log = &log
	}
	return c.log
}

// Incarnation counts the starts of this actor, from 1.
func (c *Context) Incarnation() uint64 { return c.number }

// SetState shows an operator what this actor is doing, until it says something else or restarts. It
// is one word of a fixed few, never a user's or a market's, as it becomes a label of metrics.
func (c *Context) SetState(word string) {
	cell := c.life.cell
	if said := cell.said.Load(); said == nil || *said != word {
		fresh := word // here, so that only a change costs memory
		cell.said.Store(&fresh)
	}
}

// Alive ends when this incarnation does, by a stop or a restart.
func (c *Context) Alive() context.Context {
	if c.alive == nil {
		c.alive, c.cancel = context.WithCancel(context.Background())
	}
	return c.alive
}

// Children keeps this actor's named children.
func (c *Context) Children() *Children { return &c.children }

// Watch makes a Terminated come when other ends, at once if it is gone.
func (c *Context) Watch(other Ref) {
	if other.pid != nil {
		c.lib.Watch(other.pid)
	}
}

// Stop asks this actor to stop after the present message.
func (c *Context) Stop() { c.self.Stop() }

// Defer has release called when this incarnation ends, in reverse order; use
// it for subscriptions and the like. The answer takes it back.
func (c *Context) Defer(release func()) (forget func()) { return c.bag.add(release) }

// Unknown counts a message that the actor has no case for and answers its
// sender. It belongs in every Receive's default.
func (c *Context) Unknown() {
	switch c.message.(type) {
	case Started, Restarting, Stopping, Stopped, Terminated, ChildSpent:
		return // an actor may well have nothing to do here
	}
	c.life.cell.kind.unknown.Inc()
	c.Log().Warn().Str("message", fmt.Sprintf("%T", c.message)).Msg("actor.message.unknown")
	Fail(c.message, fmt.Errorf("%s does not take %T: %w", c.self.ID(), c.message, ErrInternal))
}
