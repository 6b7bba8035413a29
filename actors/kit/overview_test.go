package kit_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/insight"
	"github.com/tradebaas/tradebaas/actors/kit/kittest"
)

// family is a parent whose children each do what they are told: take a time, show a state, or fail.
func family(names ...string) kit.Spec {
	child := kit.Spec{Kind: "child", Cap: 2, Guard: kit.Backoff{Base: time.Minute, Budget: 1, Jitter: func(d time.Duration) time.Duration { return d }},
		New: each(func(c *kit.Context) {
			switch m := c.Message().(type) {
			case time.Duration:
				time.Sleep(m)
			case string:
				c.SetState(m)
			case crash:
				panic("boom")
			}
		})}
	return kit.Spec{Kind: "parent", New: each(func(c *kit.Context) {
		if _, ok := c.Message().(kit.Started); ok {
			for _, name := range names {
				c.Children().Ensure(name, child)
			}
		}
	})}
}

func kindOf(t *testing.T, o insight.Overview, name string) insight.Kind {
	t.Helper()
	for _, kind := range o.Kinds {
		if kind.Kind == name {
			return kind
		}
	}
	t.Fatalf("no kind %s in %+v", name, o.Kinds)
	return insight.Kind{}
}

func TestOverview_counts_by_kind_and_state(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		start(t, s, "parent", family("a", "b", "c", "d"))
		synctest.Wait()
		s.Ref("parent/a").Tell("connected")
		s.Ref("parent/b").Tell(crash{})
		s.Ref("parent/c").Tell(time.Minute)
		synctest.Wait()
		for range 3 { // the mailbox takes two
			s.Ref("parent/c").Tell(time.Millisecond)
		}
		time.Sleep(time.Second)

		o := s.Overview()
		require.Equal(t, 5, o.Alive)
		require.Equal(t, 2, o.Queued)
		child := kindOf(t, o, "child")
		require.Equal(t, map[string]int{"connected": 1, "restarting": 1, "running": 2}, child.States)
		require.Equal(t, 4, child.Alive)
		require.EqualValues(t, 1, child.Refused)
		require.EqualValues(t, 1, child.Restarts)
		require.EqualValues(t, 1, child.Panics)
		require.EqualValues(t, 6, child.Handled, "four starts, a state and a failure")
		require.Equal(t, "parent/c", o.Deepest[0].ID)
		require.Equal(t, "boom", o.Failures[0].Reason)

		s.Ref("parent/b").Stop()
		synctest.Wait()
		require.Equal(t, 3, kindOf(t, s.Overview(), "child").Alive)
		time.Sleep(2 * time.Minute)
		require.Equal(t, 0, s.Overview().Queued)
	})
}

// A client expects lists, however little there is.
func TestOverview_of_nothing_has_empty_lists(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		branch, _ := s.Branch("", "", 10)
		raw, err := json.Marshal([]any{s.Overview(), branch})
		require.NoError(t, err)
		require.NotContains(t, strings.ReplaceAll(string(raw), `"actor":null`, ""), "null")
	})
}

func TestOverview_names_the_fullest_and_the_oldest(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		for i := range 60 {
			name := fmt.Sprintf("slow-%02d", i)
			start(t, s, name, kit.Spec{Kind: "slow", New: each(func(c *kit.Context) {
				if d, ok := c.Message().(time.Duration); ok {
					time.Sleep(d)
				}
			})})
			s.Ref(name).Tell(time.Hour)
			synctest.Wait()
			for range i + 1 {
				s.Ref(name).Tell(time.Duration(0))
			}
			time.Sleep(time.Second)
		}
		o := s.Overview()
		require.Len(t, o.Deepest, 50)
		require.Equal(t, 60, o.Deepest[0].Queued)
		require.Equal(t, 11, o.Deepest[49].Queued)
		require.Len(t, o.Oldest, 50)
		require.Equal(t, "slow-00", o.Oldest[0].ID)
		require.EqualValues(t, 60_000, o.Oldest[0].BusyMs)
		require.Equal(t, "slow-49", o.Oldest[49].ID)
		time.Sleep(2 * time.Hour)
		require.Empty(t, s.Overview().Oldest)
	})
}

func TestOverview_keeps_five_minutes_of_rates(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		start(t, s, "parent", family("a"))
		time.Sleep(5*time.Second + time.Millisecond) // the starts are in the first step
		for range 50 {
			s.Ref("parent/a").Tell("busy")
			synctest.Wait()
		}
		s.Ref("parent/a").Tell(crash{})
		time.Sleep(5 * time.Second)
		rates := s.Overview().Rates
		require.Equal(t, 5, rates.EverySeconds)
		require.Len(t, rates.Points, 2)
		require.Equal(t, 10.2, rates.Points[1].HandledPerSecond)
		require.EqualValues(t, 1, rates.Points[1].Restarts)
		require.Zero(t, rates.Points[1].RefusedPerSecond)

		time.Sleep(10 * time.Minute)
		rates = s.Overview().Rates
		require.Len(t, rates.Points, 60)
		for _, point := range rates.Points {
			require.Zero(t, point.HandledPerSecond, "five minutes later nothing of it is left")
		}
	})
}

// Handling times come from the last five minutes: 98 quick messages and 2 slow ones.
func TestOverview_handling_times(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		start(t, s, "parent", family("a"))
		time.Sleep(10 * time.Minute)
		for range 98 {
			s.Ref("parent/a").Tell(30 * time.Microsecond) // between 25 and 50
			time.Sleep(time.Millisecond)
		}
		for range 2 {
			s.Ref("parent/a").Tell(80 * time.Millisecond) // between 50 and 100
			time.Sleep(time.Second)
		}
		child := kindOf(t, s.Overview(), "child")
		require.InDelta(t, 25+25*50.0/98, child.P50Micros, 1, "the 50th of the 98 in their bucket")
		require.InDelta(t, 50_000+50_000*1.0/2, child.P99Micros, 1, "the first of the 2 in theirs")
		time.Sleep(6 * time.Minute)
		child = kindOf(t, s.Overview(), "child")
		require.Zero(t, child.P50Micros+child.P99Micros)
		require.EqualValues(t, 101, child.Handled)
	})
}

func TestBranch_pages_children(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		start(t, s, "parent", family("a", "b", "c"))
		start(t, s, "parents", family("x"))
		synctest.Wait()
		s.Ref("parent/b").Tell("connected")
		synctest.Wait()

		roots, ok := s.Branch("", "", 10)
		require.True(t, ok)
		require.Nil(t, roots.Actor)
		require.Equal(t, 2, roots.Total)
		require.Equal(t, "parent", roots.Children[0].Name)
		require.Equal(t, 3, roots.Children[0].Below)
		require.Equal(t, []insight.Group{{Kind: "child", State: "connected", Count: 1}, {Kind: "child", State: "running", Count: 3},
			{Kind: "parent", State: "running", Count: 2}}, roots.Below)

		first, ok := s.Branch("parent", "", 2)
		require.True(t, ok)
		require.Equal(t, "parent", first.Actor.Kind)
		require.Equal(t, 3, first.Total)
		require.Len(t, first.Children, 2)
		require.Equal(t, "connected", first.Children[1].State)
		require.Equal(t, "b", first.Next)
		rest, _ := s.Branch("parent", first.Next, 2)
		require.Len(t, rest.Children, 1)
		require.Equal(t, "parent/c", rest.Children[0].ID)
		require.Empty(t, rest.Next)
		gone, _ := s.Branch("parent", "bb", 2) // the last name of a page may have ended since
		require.Equal(t, "c", gone.Children[0].Name)

		_, ok = s.Branch("nobody", "", 2)
		require.False(t, ok)
	})
}

func TestState_ends_with_the_incarnation(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		start(t, s, "parent", family("a"))
		synctest.Wait()
		s.Ref("parent/a").Tell("connected")
		synctest.Wait()
		state := func() string { m, _ := s.Mailbox("parent/a"); return m.State }
		require.Equal(t, "connected", state())
		s.Ref("parent/a").Tell(crash{})
		synctest.Wait()
		require.Equal(t, "restarting", state())
		time.Sleep(2 * time.Minute)
		require.Equal(t, "running", state())
	})
}

// whisper panics while it holds a secret in its argument.
//
//go:noinline
func whisper(secret string) {
	if strings.HasPrefix(secret, "hunter") {
		panic("boom")
	}
}

func TestFailure_stack_names_the_place_and_no_argument(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "puppet", kit.Spec{New: each(func(c *kit.Context) {
			if text, ok := c.Message().(string); ok {
				whisper(text)
			}
		})})
		ref.Tell("hunter2")
		synctest.Wait()
		failure, ok := s.Failure(1)
		require.True(t, ok)
		lines := strings.Split(failure.Stack, "\n")
		require.Contains(t, lines[0], "kit_test.whisper")
		require.Contains(t, lines[1], "overview_test.go:")
		require.NotContains(t, failure.Stack, "(0x", "arguments stay out")
		require.NotContains(t, failure.Stack, "hunter2")
		require.NotContains(t, failure.Stack, "protoactor")
		_, ok = s.Failure(2)
		require.False(t, ok)
		_, ok = s.Failure(0)
		require.False(t, ok)
	})
}

// However many users there are, what is sent stays small.
func TestOverview_of_a_crowd_is_small(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		const many = 2_000
		start(t, s, "users", family(names(many)...))
		synctest.Wait()
		for _, name := range names(200) { // and all of these are busy
			for range 3 {
				s.Ref("users/" + name).Tell(time.Second)
			}
		}
		branch, ok := s.Branch("users", "", 100)
		require.True(t, ok)
		require.Equal(t, many, branch.Total)
		time.Sleep(100 * time.Millisecond)
		raw, err := json.Marshal([]any{s.Overview(), branch})
		require.NoError(t, err)
		require.Less(t, len(raw), 64<<10)
		time.Sleep(time.Minute)
	})
}

// ---- cost ----

const crowd = 10_000

// names are those of so many users.
func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user-%05d", i)
	}
	return list
}

// crowded is a system of 10,000 actors under one parent.
func crowded(b *testing.B) *kit.System {
	b.Helper()
	s := kittest.System(b, kit.Options{})
	if _, err := s.Start("users", family(names(crowd)...)); err != nil {
		b.Fatal(err)
	}
	for s.Overview().Alive <= crowd {
	}
	return s
}

func BenchmarkOverview(b *testing.B) {
	s := crowded(b)
	b.ReportAllocs()
	for b.Loop() {
		s.Overview()
	}
}

func BenchmarkBranch(b *testing.B) {
	s := crowded(b)
	b.ReportAllocs()
	for b.Loop() {
		s.Branch("users", "user-05000", 100)
	}
}

// BenchmarkTell_watched is BenchmarkTell while somebody reads the overview of 10,000 actors all the time.
func BenchmarkTell_watched(b *testing.B) {
	s := crowded(b)
	ref, err := s.Start("answers", kit.Spec{Kind: "bench", Cap: 1 << 30, New: each(func(*kit.Context) {})})
	if err != nil {
		b.Fatal(err)
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(10 * time.Millisecond):
				s.Overview()
			}
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		ref.Tell("price")
	}
}
