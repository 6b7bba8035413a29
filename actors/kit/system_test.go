package kit_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
)

// value reads one series; labels are given as name, value pairs.
func value(t *testing.T, from prometheus.Gatherer, name string, labels ...string) float64 {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, m := range family.GetMetric() {
			have := map[string]string{}
			for _, l := range m.GetLabel() {
				have[l.GetName()] = l.GetValue()
			}
			matches := family.GetName() == name
			for i := 0; i < len(labels); i += 2 {
				matches = matches && have[labels[i]] == labels[i+1]
			}
			if matches {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	t.Fatalf("no series %s %v", name, labels)
	return 0
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	bubble(t, kit.Options{Metrics: registry}, func(t *testing.T, s *kit.System) {
		release := make(chan struct{})
		ref := start(t, s, "one", kit.Spec{Kind: "holder", Cap: 2, Guard: instant, New: holder(&journal{}, release)})
		ref.Tell("hold")
		synctest.Wait()
		for range 5 {
			ref.Tell("more")
		}
		require.EqualValues(t, 2, value(t, registry, "tradebaas_actor_queued", "kind", "holder"))
		require.EqualValues(t, 2, value(t, registry, "tradebaas_actor_queued_max", "kind", "holder"))
		require.EqualValues(t, 3, value(t, registry, "tradebaas_actor_refused_total", "kind", "holder"))
		require.EqualValues(t, 1, value(t, registry, "tradebaas_actor_alive", "kind", "holder"))
		close(release)
		synctest.Wait()
		require.EqualValues(t, 3, value(t, registry, "tradebaas_actor_messages_total", "kind", "holder", "message", "string"))
		s.Ref("nobody").Tell("lost")
		require.EqualValues(t, 1, value(t, registry, "tradebaas_actor_dead_letters_total"))
		s.StopTree(t.Context(), ref)
		require.EqualValues(t, 0, value(t, registry, "tradebaas_actor_alive", "kind", "holder"))
	})
}

func TestMetrics_count_panics_and_restarts(t *testing.T) {
	registry := prometheus.NewRegistry()
	bubble(t, kit.Options{Metrics: registry}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "puppet", kit.Spec{Kind: "puppet", Guard: instant, New: puppet(&journal{})})
		ref.Tell(crash{})
		ref.Tell(crash{})
		synctest.Wait()
		require.EqualValues(t, 2, value(t, registry, "tradebaas_actor_panics_total", "kind", "puppet", "message", "crash"))
		require.EqualValues(t, 2, value(t, registry, "tradebaas_actor_restarts_total", "kind", "puppet"))
	})
}

// secret must never be written anywhere.
type secret struct{ Key string }

func TestLog_never_shows_a_message(t *testing.T) {
	var out bytes.Buffer
	bubble(t, kit.Options{Log: zerolog.New(zerolog.SyncWriter(&out))}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "puppet", kit.Spec{Guard: instant, New: each(func(c *kit.Context) {
			switch c.Message().(type) {
			case secret:
				c.Unknown()
			case crash:
				panic("told to")
			}
		})})
		ref.Tell(secret{"hunter2"})
		ref.Tell(crash{})
		s.Ref("nobody").Tell(secret{"hunter2"})
		synctest.Wait()
	})
	require.NotContains(t, out.String(), "hunter2")
	require.Contains(t, out.String(), `"message":"crash"`)
	require.Contains(t, out.String(), "actor.panicked")
	require.NotContains(t, out.String(), "actor system started", "the library's chatter stays out")
}

func TestFailures_keep_the_last_hundred(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "puppet", kit.Spec{Guard: kit.Backoff{Budget: -1, Jitter: func(time.Duration) time.Duration { return 0 }},
			New: each(func(c *kit.Context) {
				if n, ok := c.Message().(int); ok {
					panic(fmt.Sprint("number ", n))
				}
			})})
		for i := range 130 {
			ref.Tell(i)
		}
		synctest.Wait()
		list := s.Failures()
		require.Len(t, list, 100)
		require.Equal(t, "number 129", list[0].Reason)
		require.Equal(t, "number 30", list[99].Reason)
		require.Equal(t, "int", list[0].Message)
	})
}

func TestSystem_stop_twice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kit.NewSystem(kit.Options{})
		start(t, s, "one", kit.Spec{New: puppet(&journal{})})
		require.Empty(t, s.Stop(context.Background()).Left)
		require.Empty(t, s.Stop(context.Background()).Left)
		_, err := kit.Ask(t.Context(), s.Ref("one"), func(r kit.Reply[int]) any { return question{r} })
		require.ErrorIs(t, err, kit.ErrGone)
	})
}

func TestSystem_a_root_name_is_given_once(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		start(t, s, "one", kit.Spec{New: puppet(&journal{})})
		_, err := s.Start("one", kit.Spec{Kind: "test", New: puppet(&journal{})})
		require.Error(t, err)
	})
}
