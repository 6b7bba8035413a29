package kit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/kittest"
)

// journal records what happened, across actors.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

type crash struct{}

type question struct{ kit.Reply[int] }

// instant restarts at once, often.
var instant = kit.Backoff{Budget: 100, Jitter: func(time.Duration) time.Duration { return 0 }}

// bubble runs a test in virtual time with a system of its own.
func bubble(t *testing.T, o kit.Options, test func(t *testing.T, s *kit.System)) {
	synctest.Test(t, func(t *testing.T) {
		s := kit.NewSystem(o)
		defer kittest.Stop(t, s)
		test(t, s)
	})
}

func start(t *testing.T, s *kit.System, name string, spec kit.Spec) kit.Ref {
	t.Helper()
	if spec.Kind == "" {
		spec.Kind = "test"
	}
	ref, err := s.Start(name, spec)
	require.NoError(t, err)
	return ref
}

func each(f func(c *kit.Context)) func() kit.Actor {
	return func() kit.Actor { return kit.ActorFunc(f) }
}

// scribe writes every message into a journal, keeps one child and panics when
// told to.
type scribe struct {
	log   *journal
	child bool
}

func (a *scribe) Receive(c *kit.Context) {
	a.log.add("%s#%d %T", c.Name(), c.Incarnation(), c.Message())
	switch c.Message().(type) {
	case kit.Started:
		if a.child {
			c.Children().Ensure("child", kit.Spec{Kind: "child", New: func() kit.Actor { return &scribe{log: a.log} }})
		}
	case crash:
		panic("told to")
	}
}

func TestRestart_order(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log := &journal{}
		ref := start(t, s, "parent", kit.Spec{Guard: instant, New: func() kit.Actor { return &scribe{log: log, child: true} }})
		synctest.Wait()
		log.take()
		ref.Tell(crash{})
		ref.Tell("after")
		synctest.Wait()
		require.Equal(t, []string{
			"parent#1 kit_test.crash",
			"parent#1 kit.Restarting",
			"child#1 kit.Stopping",
			"child#1 kit.Stopped",
			"parent#2 kit.Started",
			"child#1 kit.Started",
			"parent#2 string",
		}, settle(log.take()), "the queue behind the failure is kept, the message that failed is not repeated")
	})
}

// settle orders the two lines whose order is left to chance: a fresh child's
// Started and its parent's next message.
func settle(lines []string) []string {
	n := len(lines)
	if n >= 2 && lines[n-1] == "child#1 kit.Started" {
		lines[n-1], lines[n-2] = lines[n-2], lines[n-1]
	}
	return lines
}

func TestRestart_starts_from_a_fresh_struct(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "counter", kit.Spec{Guard: instant, New: func() kit.Actor {
			count := 0
			return kit.ActorFunc(func(c *kit.Context) {
				switch m := c.Message().(type) {
				case question:
					count++
					m.Answer(count)
				case crash:
					panic("told to")
				}
			})
		}})
		ask := func() int {
			n, err := kit.Ask(t.Context(), ref, func(r kit.Reply[int]) any { return question{r} })
			require.NoError(t, err)
			return n
		}
		require.Equal(t, 1, ask())
		require.Equal(t, 2, ask())
		ref.Tell(crash{})
		require.Equal(t, 1, ask(), "state of the failed incarnation must be gone")
	})
}

func TestPanic_in_lifecycle_message(t *testing.T) {
	for _, tt := range []struct {
		name  string
		when  func(msg any) bool
		lives bool // whether the actor still answers after one crash
	}{
		{"Stopping", func(m any) bool { _, ok := m.(kit.Stopping); return ok }, true},
		{"Stopped", func(m any) bool { _, ok := m.(kit.Stopped); return ok }, true},
		{"Restarting", func(m any) bool { _, ok := m.(kit.Restarting); return ok }, true},
		{"Started", func(m any) bool { _, ok := m.(kit.Started); return ok }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, kit.Options{Fault: func(kind, _ string, msg any) {
				if kind == "fragile" && tt.when(msg) {
					panic("lifecycle")
				}
			}}, func(t *testing.T, s *kit.System) {
				probe := kittest.NewProbe(t, s, "probe")
				parent := start(t, s, "parent", kit.Spec{New: each(func(c *kit.Context) {
					switch c.Message().(type) {
					case kit.Started:
						c.Children().Ensure("fragile", kit.Spec{Kind: "fragile", Guard: kit.Backoff{Budget: 3}, New: each(func(c *kit.Context) {
							switch m := c.Message().(type) {
							case question:
								m.Answer(7)
							case crash:
								panic("told to")
							}
						})})
					case kit.ChildSpent, kit.Terminated:
						probe.Tell(c.Message())
					}
				})})
				fragile := s.Ref("parent/fragile")
				synctest.Wait()
				if !tt.lives {
					spent := kittest.Await[kit.ChildSpent](probe)
					require.Equal(t, "fragile", spent.Name)
					synctest.Wait()
					require.False(t, fragile.Alive())
					return
				}
				fragile.Tell(crash{})
				n, err := kit.Ask(t.Context(), fragile, func(r kit.Reply[int]) any { return question{r} })
				require.NoError(t, err)
				require.Equal(t, 7, n)
				fragile.Stop()
				require.Equal(t, "fragile", kittest.Await[kit.Terminated](probe).Name, "the parent must hear of the end")
				require.Empty(t, s.StopTree(t.Context(), parent).Left)
			})
		})
	}
}

func TestPanic_in_constructor_fails_the_child_only(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		probe := kittest.NewProbe(t, s, "probe")
		start(t, s, "parent", kit.Spec{New: each(func(c *kit.Context) {
			switch c.Message().(type) {
			case kit.Started:
				c.Children().Ensure("broken", kit.Spec{Kind: "broken", New: func() kit.Actor { panic("no parts") }})
			case kit.ChildSpent:
				probe.Tell(c.Message())
			}
		})})
		require.Equal(t, "no parts", kittest.Expect[kit.ChildSpent](probe).Reason)
		d, ok := s.Mailbox("parent")
		require.True(t, ok)
		require.EqualValues(t, 1, d.Incarnation, "the parent must not have been restarted")
	})
}

func TestStop_answers_what_was_queued(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		release := make(chan struct{})
		ref := start(t, s, "slow", kit.Spec{New: each(func(c *kit.Context) {
			if c.Message() == "hold" {
				<-release
			}
		})})
		ref.Tell("hold")
		synctest.Wait()
		got := askLater(t, ref, 5)
		synctest.Wait()
		ref.Stop()
		close(release)
		for range 5 {
			require.ErrorIs(t, <-got, kit.ErrGone)
		}
	})
}

func TestStop_during_backoff(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		starts := 0
		ref := start(t, s, "failing", kit.Spec{
			Guard: kit.Backoff{Base: time.Minute, Cap: time.Minute, Jitter: func(most time.Duration) time.Duration { return most }},
			New: func() kit.Actor {
				starts++
				return kit.ActorFunc(func(c *kit.Context) {
					if _, ok := c.Message().(crash); ok {
						panic("told to")
					}
				})
			}})
		ref.Tell(crash{})
		synctest.Wait()
		got := askLater(t, ref, 3) // queued behind the pause
		synctest.Wait()
		require.Empty(t, s.StopTree(t.Context(), ref).Left)
		for range 3 {
			require.ErrorIs(t, <-got, kit.ErrGone)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		require.Equal(t, 1, starts, "the pending restart must be cancelled")
		require.False(t, ref.Alive())
	})
}

// askLater asks n times from goroutines and answers the errors.
func askLater(t *testing.T, ref kit.Ref, n int) <-chan error {
	out := make(chan error, n)
	for range n {
		go func() {
			_, err := kit.Ask(t.Context(), ref, func(r kit.Reply[int]) any { return question{r} })
			out <- err
		}()
	}
	return out
}

func TestStop_refuses_user_messages_while_children_end(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		release := make(chan struct{})
		handled := &journal{}
		parent := start(t, s, "parent", kit.Spec{New: each(func(c *kit.Context) {
			switch m := c.Message().(type) {
			case kit.Started:
				c.Children().Ensure("slow", kit.Spec{Kind: "slow", New: each(func(c *kit.Context) {
					if _, ok := c.Message().(kit.Stopping); ok {
						<-release
					}
				})})
			case question:
				handled.add("question")
				m.Answer(1)
			}
		})})
		synctest.Wait()
		parent.Stop()
		synctest.Wait()
		_, err := kit.Ask(t.Context(), parent, func(r kit.Reply[int]) any { return question{r} })
		require.ErrorIs(t, err, kit.ErrGone)
		require.Empty(t, handled.take())
		close(release)
	})
}

func TestStopTree_reports_who_did_not_stop(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		release := make(chan struct{})
		parent := start(t, s, "parent", kit.Spec{New: each(func(c *kit.Context) {
			if _, ok := c.Message().(kit.Started); ok {
				c.Children().Ensure("good", kit.Spec{Kind: "good", New: each(func(*kit.Context) {})})
				c.Children().Ensure("stuck", kit.Spec{Kind: "stuck", New: each(func(c *kit.Context) {
					if _, ok := c.Message().(crash); ok {
						<-release
					}
				})}).Tell(crash{})
			}
		})})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		report := s.StopTree(ctx, parent)
		require.Len(t, report.Left, 1)
		require.Equal(t, "parent/stuck", report.Left[0].ID)
		require.Equal(t, "crash", report.Left[0].Handling)
		require.EqualValues(t, 3000, report.Left[0].BusyMs)
		close(release)
		synctest.Wait()
		require.False(t, parent.Alive(), "the stop must complete once the child is free")
	})
}

func TestWatch_of_a_dead_actor_answers(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		probe := kittest.NewProbe(t, s, "probe")
		probe.Watch(s.Ref("nobody"))
		require.Equal(t, "nobody", kittest.Expect[kit.Terminated](probe).ID)
	})
}

func TestWatch_survives_a_restart(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		probe := kittest.NewProbe(t, s, "probe")
		ref := start(t, s, "watched", kit.Spec{Guard: instant, New: func() kit.Actor { return &scribe{log: &journal{}} }})
		probe.Watch(ref)
		synctest.Wait()
		ref.Tell(crash{})
		probe.Quiet(time.Minute)
		ref.Stop()
		require.Equal(t, "watched", kittest.Expect[kit.Terminated](probe).ID)
	})
}

func TestFatal_panic_is_not_restarted(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "misconfigured", kit.Spec{New: each(func(c *kit.Context) {
			if _, ok := c.Message().(crash); ok {
				panic(kit.Fatal{Err: errors.New("no such market")})
			}
		})})
		ref.Tell(crash{})
		synctest.Wait()
		require.False(t, ref.Alive())
		require.Equal(t, "stopped, budget spent", s.Failures()[0].Outcome)
		require.Equal(t, "no such market", s.Failures()[0].Reason)
		require.Contains(t, s.Failures()[0].Stack, "lifecycle_test.go")
	})
}
