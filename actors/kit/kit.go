// Package kit is the thin layer between our actors and the actor library.
// Nothing outside this package touches the library: here its sharp edges are
// closed once (lost answers, lost stops, unbounded mailboxes, silent give-up,
// old timers and goroutines that speak to a new incarnation), so that an actor
// is nothing but a type with a Receive method.
//
// The parts: [System] runs actors and stops them with a report, [Spec] says how
// one kind of actor is made, [Context] is all that an incarnation may use,
// [Ref] addresses an actor, [Ask] is the only request and reply, [Backoff]
// decides about restarts, [Children] keeps named children, [insight] is what
// an operator sees.
package kit

import "errors"

// Errors that an asker may get instead of an answer.
var (
	// ErrGone says that nobody is there to answer: the actor never existed,
	// has stopped or is stopping.
	ErrGone = errors.New("actor is gone")
	// ErrOverloaded says that the mailbox was full; nothing was done.
	ErrOverloaded = errors.New("actor is overloaded")
	// ErrInternal says that the actor failed while it handled the message;
	// whether anything was done is unknown.
	ErrInternal = errors.New("internal error")
)

// Actor is what the actors package writes: one method that is called for one
// message at a time. A value of it lives for one incarnation only.
type Actor interface {
	// Receive handles c.Message. It never waits for anything.
	Receive(c *Context)
}

// ActorFunc lets a plain function be an actor, mostly in tests.
type ActorFunc func(c *Context)

// Receive calls f.
func (f ActorFunc) Receive(c *Context) { f(c) }

// Lifecycle messages, as an actor sees them.
type (
	// Started is the first message of every incarnation, also after a restart.
	Started struct{}
	// Restarting is the last message of an incarnation that failed.
	Restarting struct{}
	// Stopping is the last message of an incarnation that is asked to stop;
	// its children are still alive. Timers, goroutines and subscriptions are
	// closed right after it, and nothing else is delivered but Stopped.
	Stopping struct{}
	// Stopped comes when all children are gone too.
	Stopped struct{}
	// Terminated says that a child or a watched actor is gone.
	Terminated struct {
		// ID is the full path of the actor that ended.
		ID string
		// Name is the child's name, empty for an actor that is no child.
		Name string
	}
	// ChildSpent says that a child used up its restart budget and was stopped
	// for good. The parent marks that part degraded.
	ChildSpent struct {
		Must
		ID, Name string
		// Reason is the text of the last panic.
		Reason string
	}
)

// Must marks a message, by embedding, as one that a full mailbox still takes.
// Order and trade events carry it, prices never do.
type Must struct{}

// Undroppable is always true.
func (Must) Undroppable() bool { return true }

// undroppable is a message that says for itself whether it must be taken.
type undroppable interface{ Undroppable() bool }
