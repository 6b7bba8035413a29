package kit

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

var (
	unbounded = actor.Unbounded()
	resume    = &actor.ResumeMailbox{}
)

// cell is one actor's mailbox and what is known of the actor across its
// incarnations. It wraps the library's unbounded mailbox: over the cap it
// refuses (and answers) instead of growing, and after the end it answers what
// was still queued instead of dropping it in silence.
type cell struct {
	actor.Mailbox
	system  *System
	kind    *kindMetrics
	guard   Backoff
	cap     int
	invoker actor.MessageInvoker
	pid     *actor.PID
	name    string // last part of the path

	waiting     atomic.Int64 // unix nanos since when the head of the queue waits
	busy        atomic.Int64 // unix nanos since when a message is handled, 0 when idle
	handling    atomic.Pointer[typeMetrics]
	incarnation atomic.Uint64
	phase       atomic.Int32           // phaseRunning and the like
	said        atomic.Pointer[string] // the state that the actor shows
	stopped     atomic.Bool
	done        chan struct{} // closed when the actor is gone

	mu       sync.Mutex // guards the rest
	stopping bool
	restart  *time.Timer
	failures []time.Time
}

func newCell(s *System, spec Spec) *cell {
	return &cell{
		Mailbox: unbounded(), system: s, cap: spec.Cap, guard: spec.Guard.orDefault(),
		kind: s.metrics.kind(spec.Kind), done: make(chan struct{}),
	}
}

// RegisterHandlers puts the cell between mailbox and actor, and learns its path.
func (c *cell) RegisterHandlers(invoker actor.MessageInvoker, dispatcher actor.Dispatcher) {
	c.invoker = invoker
	c.pid = invoker.(interface{ Self() *actor.PID }).Self()
	c.name = lastName(c.pid.Id)
	c.system.cells.add(c)
	c.Mailbox.RegisterHandlers(c, dispatcher)
}

// PostUserMessage queues msg unless the mailbox is full. Results and timers of
// the actor's own, poison and messages marked Must always pass.
func (c *cell) PostUserMessage(msg any) {
	depth := c.Mailbox.UserMessageCount()
	if depth >= c.cap && !exempt(msg) {
		c.kind.refused.Inc()
		Fail(msg, ErrOverloaded)
		return
	}
	if depth == 0 {
		c.waiting.Store(time.Now().UnixNano())
	}
	c.Mailbox.PostUserMessage(msg)
}

func exempt(msg any) bool {
	switch m := msg.(type) {
	case undroppable:
		return m.Undroppable()
	case actor.AutoReceiveMessage:
		return true
	}
	return false
}

// PostSystemMessage drops a restart that comes after a stop (the library would
// revive the actor), and wakes a suspended mailbox after a stop so that what
// is queued gets its answer.
func (c *cell) PostSystemMessage(msg any) {
	switch msg.(type) {
	case *actor.Stop:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stopping = true
		c.phase.Store(phaseStopping)
		if c.restart != nil {
			c.restart.Stop()
		}
		c.Mailbox.PostSystemMessage(msg)
		c.Mailbox.PostSystemMessage(resume)
	case *actor.Restart:
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.stopping {
			c.Mailbox.PostSystemMessage(msg)
		}
	default:
		c.Mailbox.PostSystemMessage(msg)
	}
}

// InvokeUserMessage hands msg to the actor, or answers for one that is gone.
func (c *cell) InvokeUserMessage(msg any) {
	if c.stopped.Load() {
		Fail(msg, ErrGone)
		return
	}
	c.invoker.InvokeUserMessage(msg)
}

// InvokeSystemMessage hands a library message to the actor.
func (c *cell) InvokeSystemMessage(msg any) { c.invoker.InvokeSystemMessage(msg) }

// EscalateFailure hands a panic to the parent's supervision.
func (c *cell) EscalateFailure(reason, msg any) { c.invoker.EscalateFailure(reason, msg) }

// end marks the actor gone; called with Stopped.
func (c *cell) end() {
	c.stopped.Store(true)
	c.system.cells.remove(c)
	close(c.done)
}

func lastName(id string) string {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i] == '/' {
			return id[i+1:]
		}
	}
	return id
}
