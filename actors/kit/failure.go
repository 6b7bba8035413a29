package kit

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

const (
	failuresKept = 100
	reasonMax    = 500
	stackMost    = 64
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

func newPanic(value any, message, stack string) *Panic {
	if p, ok := value.(*Panic); ok {
		return p
	}
	p := &Panic{Reason: fmt.Sprint(value), Message: message, Stack: stack}
	if len(p.Reason) > reasonMax {
		p.Reason = strings.ToValidUTF8(p.Reason[:reasonMax], "")
	}
	if err, ok := value.(error); ok {
		p.fatal = errors.As(err, &Fatal{})
	}
	return p
}

func asPanic(reason any) *Panic { return newPanic(reason, "unknown", "") }

// stack names the functions of the panic under way, from where it happened down to the actor, each
// with its file and line. The runtime's own text would add what the arguments held, which is nobody's
// business, and goes on into the library.
func stack() string {
	var callers [stackMost]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	var out strings.Builder
	for panicked := false; ; {
		frame, more := frames.Next()
		switch {
		case strings.Contains(frame.Function, "kit.(*incarnation)."), strings.HasSuffix(frame.Function, "kit.run"):
			if panicked {
				return out.String()
			}
		case strings.HasPrefix(frame.Function, "runtime."):
			panicked = true
		case panicked:
			fmt.Fprintf(&out, "%s\n\t%s:%d\n", frame.Function, filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return out.String()
		}
	}
}

// failures is a ring of the last 100.
type failures struct {
	mu   sync.Mutex
	ring [failuresKept]insight.Failure
	n    uint64
}

func (f *failures) add(failure insight.Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	failure.Number = f.n + 1
	f.ring[f.n%failuresKept] = failure
	f.n++
}

// Failures lists the last panics of the system, newest first, 100 at most.
func (s *System) Failures() []insight.Failure {
	f := s.failures
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]insight.Failure, 0, min(f.n, failuresKept))
	for i := range min(f.n, failuresKept) {
		list = append(list, f.ring[(f.n-1-i)%failuresKept])
	}
	return list
}

// Failure gives one of the last panics by its number; false when it is no longer kept.
func (s *System) Failure(number uint64) (insight.Failure, bool) {
	f := s.failures
	f.mu.Lock()
	defer f.mu.Unlock()
	if number == 0 || number > f.n || f.n-number >= failuresKept {
		return insight.Failure{}, false
	}
	return f.ring[(number-1)%failuresKept], true
}

// report keeps a panic for the operator and logs it, once.
func (c *cell) report(p *Panic, outcome string, count int) {
	c.system.failures.add(insight.Failure{
		At: time.Now(), ID: c.pid.Id, Kind: c.kind.name, Message: p.Message,
		Reason: p.Reason, Stack: p.Stack, Outcome: outcome, Count: count,
	})
	c.system.log.Error().Str("actor", c.pid.Id).Str("message", p.Message).Str("reason", p.Reason).
		Str("outcome", outcome).Int("count", count).Str("stack", p.Stack).Msg("actor.panicked")
}
