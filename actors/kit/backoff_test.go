package kit_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/kittest"
)

// whole takes the most that the jitter may take.
func whole(most time.Duration) time.Duration { return most }

func TestBackoff_doubles_up_to_the_cap_and_ends_with_the_budget(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		probe := kittest.NewProbe(t, s, "probe")
		var starts []time.Duration
		began := time.Now()
		start(t, s, "parent", kit.Spec{New: each(func(c *kit.Context) {
			switch c.Message().(type) {
			case kit.Started:
				c.Children().Ensure("failing", kit.Spec{Kind: "failing",
					Guard: kit.Backoff{Base: time.Second, Cap: 5 * time.Second, Window: time.Hour, Budget: 5, Jitter: whole},
					New: each(func(c *kit.Context) {
						if _, ok := c.Message().(kit.Started); ok {
							starts = append(starts, time.Since(began))
							panic("always")
						}
					})})
			case kit.ChildSpent:
				probe.Tell(c.Message())
			}
		})})
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, []time.Duration{0, 1e9, 3e9, 7e9, 12e9, 17e9}, starts)
		spent := kittest.Expect[kit.ChildSpent](probe)
		require.Equal(t, "parent/failing", spent.ID)
		require.Equal(t, "always", spent.Reason)
		require.Len(t, s.Failures(), 6)
	})
}

func TestBackoff_forgets_what_is_older_than_the_window(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "rarely", kit.Spec{
			Guard: kit.Backoff{Base: time.Second, Window: time.Minute, Budget: 2, Jitter: whole},
			New:   func() kit.Actor { return &scribe{log: &journal{}} }})
		for range 20 {
			ref.Tell(crash{})
			time.Sleep(31 * time.Second)
		}
		d, ok := s.Mailbox("rarely")
		require.True(t, ok, "two panics a minute are within the budget")
		require.EqualValues(t, 21, d.Incarnation)
	})
}

func TestBackoff_without_end(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "endless", kit.Spec{
			Guard: kit.Backoff{Budget: -1, Cap: time.Second, Jitter: whole},
			New:   func() kit.Actor { return &scribe{log: &journal{}} }})
		for range 200 {
			ref.Tell(crash{})
			time.Sleep(time.Second)
		}
		synctest.Wait()
		require.True(t, ref.Alive())
	})
}

func TestBackoff_jitter_is_full(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		var pauses []time.Duration
		last := time.Now()
		start(t, s, "failing", kit.Spec{
			Guard: kit.Backoff{Base: time.Second, Cap: time.Second, Budget: 200, Window: time.Hour},
			New: each(func(c *kit.Context) {
				if _, ok := c.Message().(kit.Started); ok {
					pauses = append(pauses, time.Since(last))
					last = time.Now()
					panic("always")
				}
			})})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		low, high, sum := 0, 0, time.Duration(0)
		for _, p := range pauses[1:] {
			require.LessOrEqual(t, p, time.Second)
			sum += p
			if p < 300*time.Millisecond {
				low++
			}
			if p > 700*time.Millisecond {
				high++
			}
		}
		require.Len(t, pauses, 201)
		require.Greater(t, low, 20)
		require.Greater(t, high, 20)
		require.InDelta(t, 100, sum.Seconds(), 30)
	})
}
