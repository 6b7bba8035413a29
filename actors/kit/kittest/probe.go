// Package kittest helps to test actors: a probe that stands in for one, and
// faults that strike when a test says so.
package kittest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
)

// patience is how long a probe waits for what must come.
const patience = 5 * time.Second

// System starts a system that ends with the test and that complains about
// actors which do not stop.
func System(t testing.TB, o kit.Options) *kit.System {
	t.Helper()
	s := kit.NewSystem(o)
	t.Cleanup(func() { Stop(t, s) })
	return s
}

// Stop stops s and fails the test when somebody does not stop. Inside a
// synctest bubble call it before the bubble's function returns.
func Stop(t testing.TB, s *kit.System) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, left := range s.Stop(ctx).Left {
		t.Errorf("%s did not stop, handling %q", left.ID, left.Handling)
	}
}

// Probe is an actor that keeps what it is told, for a test to look at.
type Probe struct {
	kit.Ref
	t    testing.TB
	mail chan any
}

// watch makes the probe report the end of an actor.
type watch struct{ who kit.Ref }

// NewProbe starts a probe as a root actor called name.
func NewProbe(t testing.TB, s *kit.System, name string) *Probe {
	t.Helper()
	p := &Probe{t: t, mail: make(chan any, 100_000)}
	ref, err := s.Start(name, kit.Spec{Kind: "probe", New: func() kit.Actor { return kit.ActorFunc(p.receive) }})
	if err != nil {
		t.Fatalf("start probe %s: %v", name, err)
	}
	p.Ref = ref
	return p
}

func (p *Probe) receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case kit.Started, kit.Stopping, kit.Stopped, kit.Restarting:
	case watch:
		c.Watch(msg.who)
	default:
		p.mail <- msg
	}
}

// Watch makes a kit.Terminated arrive when who ends.
func (p *Probe) Watch(who kit.Ref) { p.Tell(watch{who}) }

// Next answers the next message, whatever it is.
func (p *Probe) Next() any {
	p.t.Helper()
	select {
	case msg := <-p.mail:
		return msg
	case <-time.After(patience):
		p.t.Fatalf("%s: no message came", p.ID())
		return nil
	}
}

// Quiet fails the test if a message comes within d. Use it in a synctest
// bubble, where d costs nothing.
func (p *Probe) Quiet(d time.Duration) {
	p.t.Helper()
	select {
	case msg := <-p.mail:
		p.t.Fatalf("%s: unexpected %T %+v", p.ID(), msg, msg)
	case <-time.After(d):
	}
}

// Drain forgets what has come so far and answers how many messages it was.
func (p *Probe) Drain() int {
	for n := 0; ; n++ {
		select {
		case <-p.mail:
		default:
			return n
		}
	}
}

// Expect answers the next message, which must be a T.
func Expect[T any](p *Probe) T {
	p.t.Helper()
	msg := p.Next()
	got, ok := msg.(T)
	if !ok {
		p.t.Fatalf("%s: got %T %+v, want %T", p.ID(), msg, msg, got)
	}
	return got
}

// Await answers the next T, passing over other messages.
func Await[T any](p *Probe) T {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case msg := <-p.mail:
			if got, ok := msg.(T); ok {
				return got
			}
		case <-deadline:
			var want T
			p.t.Fatalf("%s: no %s came", p.ID(), fmt.Sprintf("%T", want))
			return want
		}
	}
}

// Crash is a Fault for kit.Options that panics on messages a test chooses. It
// is safe for concurrent use when hit is.
func Crash(hit func(kind, id string, msg any) bool) func(kind, id string, msg any) {
	return func(kind, id string, msg any) {
		if hit(kind, id, msg) {
			panic(fmt.Sprintf("injected on %T", msg))
		}
	}
}
