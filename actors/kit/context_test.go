package kit_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/kittest"
)

// do is run inside Receive, so that a test can drive a context.
type do func(c *kit.Context)

// puppet does what it is told and writes down plain strings and lifecycle ends.
func puppet(log *journal) func() kit.Actor {
	return each(func(c *kit.Context) {
		switch m := c.Message().(type) {
		case do:
			m(c)
		case crash:
			panic("told to")
		case string:
			log.add("%d %s", c.Incarnation(), m)
		case kit.Terminated:
			log.add("%d terminated %s", c.Incarnation(), m.Name)
		case kit.ChildSpent:
			log.add("%d spent %s", c.Incarnation(), m.Name)
		}
	})
}

func TestGo_result_of_an_old_incarnation_is_dropped(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log := &journal{}
		ref := start(t, s, "puppet", kit.Spec{Guard: instant, New: puppet(log)})
		ended := make(chan struct{})
		ref.Tell(do(func(c *kit.Context) {
			c.Go(func(ctx context.Context) any {
				<-ctx.Done() // by the restart
				close(ended)
				return "late"
			})
			c.Go(func(context.Context) any { return "in time" })
			c.Go(func(context.Context) any { return nil })
		}))
		synctest.Wait()
		ref.Tell(crash{})
		<-ended
		synctest.Wait()
		ref.Tell("new life")
		synctest.Wait()
		require.Equal(t, []string{"1 in time", "2 new life"}, log.take())
	})
}

func TestGo_panic_fails_the_actor(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log := &journal{}
		ref := start(t, s, "puppet", kit.Spec{Guard: instant, New: puppet(log)})
		ref.Tell(do(func(c *kit.Context) { c.Go(func(context.Context) any { panic("in a goroutine") }) }))
		synctest.Wait()
		ref.Tell("still here")
		synctest.Wait()
		require.Equal(t, []string{"2 still here"}, log.take())
		require.Equal(t, "in a goroutine", s.Failures()[0].Reason)
		require.Contains(t, s.Failures()[0].Stack, "context_test.go")
	})
}

func TestLine_keeps_the_order(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log := &journal{}
		ref := start(t, s, "puppet", kit.Spec{New: puppet(log)})
		ref.Tell(do(func(c *kit.Context) {
			line := c.Line()
			for i := range 5 {
				line.Do(func(context.Context) any {
					time.Sleep(time.Duration(5-i) * time.Second)
					return fmt.Sprint("commit ", i)
				})
			}
		}))
		time.Sleep(time.Minute)
		require.Equal(t, []string{"1 commit 0", "1 commit 1", "1 commit 2", "1 commit 3", "1 commit 4"}, log.take())
	})
}

func TestLine_ends_with_the_incarnation(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log, began := &journal{}, 0
		ref := start(t, s, "puppet", kit.Spec{Guard: instant, New: puppet(log)})
		ref.Tell(do(func(c *kit.Context) {
			line := c.Line()
			for range 3 {
				line.Do(func(ctx context.Context) any { began++; <-ctx.Done(); return "done" })
			}
		}))
		synctest.Wait()
		ref.Tell(crash{})
		synctest.Wait()
		require.Equal(t, 1, began)
		require.Empty(t, log.take())
	})
}

func TestAfter(t *testing.T) {
	for _, tt := range []struct {
		name  string
		act   do
		crash bool
		want  []string
	}{
		{"fires once", func(c *kit.Context) { c.After(time.Second, "tick") }, false, []string{"1 tick"}},
		{"stopped", func(c *kit.Context) { c.After(time.Second, "tick").Stop() }, false, nil},
		{"stopped while its message is queued", func(c *kit.Context) {
			timer := c.After(time.Second, "tick")
			time.Sleep(2 * time.Second) // a handler that takes too long
			timer.Stop()
			timer.Stop()
		}, false, nil},
		{"of an incarnation that failed", func(c *kit.Context) { c.After(time.Second, "tick") }, true, nil},
		{"nil", func(*kit.Context) { (*kit.Timer)(nil).Stop() }, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
				log := &journal{}
				ref := start(t, s, "puppet", kit.Spec{Guard: instant, New: puppet(log)})
				ref.Tell(tt.act)
				if tt.crash {
					ref.Tell(crash{})
				}
				time.Sleep(time.Minute)
				require.Equal(t, tt.want, log.take())
			})
		})
	}
}

func TestDefer_closes_on_restart_and_stop(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log := &journal{}
		ref := start(t, s, "puppet", kit.Spec{Guard: instant, New: puppet(log)})
		open := do(func(c *kit.Context) {
			n := c.Incarnation()
			c.Defer(func() { log.add("close first %d", n) })
			c.Defer(func() { panic("a bad release") })
			c.Defer(func() { log.add("close second %d", n) })
			forget := c.Defer(func() { log.add("never") })
			forget()
		})
		ref.Tell(open)
		ref.Tell(crash{})
		synctest.Wait()
		require.Equal(t, []string{"close second 1", "close first 1"}, log.take())
		ref.Tell(open)
		s.StopTree(t.Context(), ref)
		require.Empty(t, log.take(), "an actor that stopped before it opened anything closes nothing")
		require.Equal(t, "a bad release", s.Failures()[0].Reason)
	})
}

func TestChildren_respawn_waits_for_the_end_of_the_former(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log, kid := &journal{}, &journal{}
		release := make(chan struct{})
		spec := kit.Spec{Kind: "kid", New: each(func(c *kit.Context) {
			switch m := c.Message().(type) {
			case kit.Stopping:
				<-release
			case string:
				kid.add("generation %s", m)
			}
		})}
		parent := start(t, s, "parent", kit.Spec{New: puppet(log)})
		parent.Tell(do(func(c *kit.Context) {
			c.Children().Ensure("kid", spec)
			c.Children().Respawn("kid", spec)
			c.Children().Tell("kid", spec, "held for the next")
			_, ok := c.Children().Get("kid")
			log.add("living %v of %d, generation %d", ok, c.Children().Len(), c.Children().Generation("kid"))
		}))
		synctest.Wait()
		require.Equal(t, []string{"living false of 1, generation 1"}, log.take())
		close(release)
		synctest.Wait()
		parent.Tell(do(func(c *kit.Context) {
			log.add("names %v, generation %d", c.Children().Names(), c.Children().Generation("kid"))
		}))
		synctest.Wait()
		require.Equal(t, []string{"1 terminated kid", "names [kid], generation 2"}, log.take())
		require.Equal(t, []string{"generation held for the next"}, kid.take())

		// The orphan of the bare library: spawned under a name whose former
		// bearer was still ending, it outlived its parent.
		s.StopTree(t.Context(), parent)
		require.False(t, s.Ref("parent/kid").Alive(), "no child may outlive its parent")
	})
}

func TestChildren_stop_and_broadcast(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log := &journal{}
		probe := kittest.NewProbe(t, s, "probe")
		spec := kit.Spec{Kind: "kid", New: each(func(c *kit.Context) {
			if m, ok := c.Message().(string); ok {
				probe.Tell(c.Name() + " " + m)
			}
		})}
		parent := start(t, s, "parent", kit.Spec{New: puppet(log)})
		parent.Tell(do(func(c *kit.Context) {
			c.Children().Ensure("a", spec)
			c.Children().Ensure("b", spec)
			require.Equal(t, c.Children().Ensure("a", spec).ID(), "parent/a")
			require.True(t, c.Children().Stop("b"))
			require.False(t, c.Children().Stop("nobody"))
			c.Children().Broadcast("hello")
		}))
		require.Equal(t, "a hello", kittest.Expect[string](probe))
		synctest.Wait()
		require.Equal(t, []string{"1 terminated b"}, log.take())
		probe.Quiet(time.Second)
	})
}
