package kit

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	failuresKept = 100
	reasonMax    = 500
)

// Panic is what an actor's panic becomes on its way to supervision.
type Panic struct {
	// Reason is the panic value's text, cut to 500 characters.
	Reason string
	// Message is the type of the message in hand.
	Message string
	// Stack is where it happened.
	Stack string

	fatal bool
}

// Error makes a Panic readable in traces.
func (p *Panic) Error() string { return fmt.Sprintf("panic on %s: %s", p.Message, p.Reason) }

func newPanic(value any, message string, stack func() []byte) *Panic {
	if p, ok := value.(*Panic); ok {
		return p
	}
	p := &Panic{Reason: fmt.Sprint(value), Message: message}
	if len(p.Reason) > reasonMax {
		p.Reason = p.Reason[:reasonMax]
	}
	if stack != nil {
		p.Stack = string(stack())
	}
	if err, ok := value.(error); ok {
		p.fatal = errors.As(err, &Fatal{})
	}
	return p
}

func asPanic(reason any) *Panic { return newPanic(reason, "unknown", nil) }

// Failure is one panic as an operator sees it.
type Failure struct {
	At      time.Time `json:"at"`
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Message string    `json:"message"`
	Reason  string    `json:"reason"`
	Stack   string    `json:"stack"`
	// Outcome says what was done about it.
	Outcome string `json:"outcome"`
	// Count is how many panics of this actor count against its budget.
	Count int `json:"count"`
}

// failures is a ring of the last 100.
type failures struct {
	mu   sync.Mutex
	ring [failuresKept]Failure
	n    uint64
}

func (f *failures) add(failure Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ring[f.n%failuresKept] = failure
	f.n++
}

// Failures lists the last panics of the system, newest first, 100 at most.
func (s *System) Failures() []Failure {
	f := s.failures
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]Failure, 0, min(f.n, failuresKept))
	for i := range min(f.n, failuresKept) {
		list = append(list, f.ring[(f.n-1-i)%failuresKept])
	}
	return list
}

// report keeps a panic for the operator and logs it, once.
func (c *cell) report(p *Panic, outcome string, count int) {
	c.system.failures.add(Failure{
		At: time.Now(), ID: c.pid.Id, Kind: c.kind.name, Message: p.Message,
		Reason: p.Reason, Stack: p.Stack, Outcome: outcome, Count: count,
	})
	c.system.log.Error().Str("actor", c.pid.Id).Str("message", p.Message).Str("reason", p.Reason).
		Str("outcome", outcome).Int("count", count).Str("stack", p.Stack).Msg("actor.panicked")
}
