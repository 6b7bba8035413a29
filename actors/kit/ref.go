package kit

import "github.com/asynkron/protoactor-go/actor"

// Ref addresses an actor; the zero Ref addresses nobody. It may be kept,
// copied and used from any goroutine, and it stays good across restarts and
// across a new actor of the same name. Compare by ID.
type Ref struct {
	system *System
	pid    *actor.PID
}

// ID is the actor's full path in the tree, for example "supervisor/users/u-1".
func (r Ref) ID() string {
	if r.pid == nil {
		return ""
	}
	return r.pid.Id
}

// IsZero reports whether r addresses nobody.
func (r Ref) IsZero() bool { return r.pid == nil }

// Same reports whether both address the same path.
func (r Ref) Same(other Ref) bool { return r.ID() == other.ID() }

// Tell sends msg without waiting. A sender that waits for msg's answer is told
// ErrGone when nobody is there and ErrOverloaded when the mailbox is full.
func (r Ref) Tell(msg any) {
	if r.pid == nil {
		Fail(msg, ErrGone)
		return
	}
	r.system.root.Send(r.pid, msg)
}

// Stop asks the actor to stop at once; what is queued there is answered ErrGone.
func (r Ref) Stop() {
	if r.pid != nil {
		r.system.root.Stop(r.pid)
	}
}

// Alive reports whether an actor is registered at this path.
func (r Ref) Alive() bool {
	if r.pid == nil {
		return false
	}
	_, ok := r.system.lib.ProcessRegistry.GetLocal(r.pid.Id)
	return ok
}

// To is a Ref that takes only messages of type M, the sealed interface of the
// actor it addresses, so that a wrong message does not compile.
type To[M any] struct{ Ref }

// Tell sends msg without waiting.
func (t To[M]) Tell(msg M) { t.Ref.Tell(msg) }
