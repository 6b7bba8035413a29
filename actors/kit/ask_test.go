package kit_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
)

// sealed is the message set of one actor; doubled belongs to it.
type sealed interface{ sealed() }

type doubled struct {
	kit.Reply[int]
	n int
}

func (doubled) sealed() {}

func TestAsk(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		ref := start(t, s, "answers", kit.Spec{Guard: instant, New: each(func(c *kit.Context) {
			switch m := c.Message().(type) {
			case doubled:
				if m.n < 0 {
					panic("negative")
				}
				if m.n > 0 {
					m.Answer(2 * m.n)
					m.Answer(3 * m.n)
				}
			case kit.Started, kit.Restarting, kit.Stopping, kit.Stopped:
			default:
				c.Unknown()
			}
		})})
		double := func(ctx context.Context, to kit.Ref, n int) (int, error) {
			return kit.Ask(ctx, to, func(r kit.Reply[int]) any { return doubled{r, n} })
		}

		n, err := double(t.Context(), ref, 21)
		require.NoError(t, err)
		require.Equal(t, 42, n, "the first answer counts")

		_, err = double(t.Context(), ref, -1)
		require.ErrorIs(t, err, kit.ErrInternal, "a panic must answer the asker")

		_, err = double(t.Context(), s.Ref("nobody"), 1)
		require.ErrorIs(t, err, kit.ErrGone)
		_, err = double(t.Context(), kit.Ref{}, 1)
		require.ErrorIs(t, err, kit.ErrGone)

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err = double(ctx, ref, 0)
		require.ErrorIs(t, err, context.Canceled)

		began := time.Now()
		_, err = double(t.Context(), ref, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 10*time.Second, time.Since(began), "an ask without a deadline gets one")

		_, err = kit.Ask(t.Context(), ref, func(r kit.Reply[int]) any { return question{r} })
		require.ErrorContains(t, err, "does not take kit_test.question")
	})
}

func TestRef_typed(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		got := make(chan int, 1)
		ref := start(t, s, "typed", kit.Spec{New: each(func(c *kit.Context) {
			if m, ok := c.Message().(doubled); ok {
				m.Answer(0) // told, not asked: goes nowhere
				got <- m.n
			}
		})})
		typed := kit.To[sealed]{Ref: ref}
		typed.Tell(doubled{n: 4})
		require.Equal(t, 4, <-got)
		require.Equal(t, "typed", typed.ID())
		require.True(t, typed.Same(s.Ref("typed")))
		require.True(t, kit.Ref{}.IsZero())
	})
}

func TestRef_reaches_the_next_actor_of_that_name(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		answering := func(n int) kit.Spec {
			return kit.Spec{New: each(func(c *kit.Context) {
				if m, ok := c.Message().(question); ok {
					m.Answer(n)
				}
			})}
		}
		ask := func(ref kit.Ref) int {
			n, err := kit.Ask(t.Context(), ref, func(r kit.Reply[int]) any { return question{r} })
			require.NoError(t, err)
			return n
		}
		old := start(t, s, "name", answering(1))
		require.Equal(t, 1, ask(old))
		s.StopTree(t.Context(), old)
		start(t, s, "name", answering(2))
		require.Equal(t, 2, ask(old))
	})
}

func TestAsk_late(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		kept := make(chan doubled, 1)
		ref := start(t, s, "keeps", kit.Spec{New: each(func(c *kit.Context) {
			if m, ok := c.Message().(doubled); ok {
				kept <- m
			}
		})})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := kit.Ask(ctx, ref, func(r kit.Reply[int]) any { return doubled{r, 1} })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		late := <-kept
		time.Sleep(time.Millisecond)
		require.True(t, late.Late())
		require.False(t, doubled{}.Late(), "what was told rather than asked is never late")
	})
}
