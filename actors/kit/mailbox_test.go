package kit_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

type fill struct {
	kit.Must
	n int
}

// holder blocks on "hold" until released, and writes down the rest.
func holder(log *journal, release chan struct{}) func() kit.Actor {
	return each(func(c *kit.Context) {
		switch m := c.Message().(type) {
		case string:
			if m == "hold" {
				<-release
				return
			}
			log.add("%s", m)
		case fill:
			log.add("fill %d", m.n)
		case question:
			m.Answer(1)
		}
	})
}

func TestMailbox_over_the_cap(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		log, release := &journal{}, make(chan struct{})
		ref := start(t, s, "slow", kit.Spec{Cap: 3, New: holder(log, release)})
		ref.Tell("hold")
		synctest.Wait()
		for i := range 10 {
			ref.Tell(fmt.Sprintf("price %d", i))
		}
		for i := range 10 {
			ref.Tell(fill{n: i})
		}
		_, err := kit.Ask(t.Context(), ref, func(r kit.Reply[int]) any { return question{r} })
		require.ErrorIs(t, err, kit.ErrOverloaded, "the asker must be told at once")

		d, _ := s.Mailbox("slow")
		require.Equal(t, 13, d.Queued)
		close(release)
		synctest.Wait()
		want := []string{"price 0", "price 1", "price 2"}
		for i := range 10 {
			want = append(want, fmt.Sprintf("fill %d", i))
		}
		require.Equal(t, want, log.take(), "order events are never refused, prices over the cap are")
	})
}

func TestMailbox_poison_passes_a_full_mailbox(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		release := make(chan struct{})
		ref := start(t, s, "slow", kit.Spec{Cap: 1, New: holder(&journal{}, release)})
		ref.Tell("hold")
		synctest.Wait()
		ref.Tell("one")
		ref.Stop()
		close(release)
		synctest.Wait()
		require.False(t, ref.Alive())
	})
}

func TestMailbox_tells_age_and_what_is_in_hand(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		release := make(chan struct{})
		ref := start(t, s, "slow", kit.Spec{Kind: "holder", New: holder(&journal{}, release)})
		start(t, s, "calm", kit.Spec{New: holder(&journal{}, release)})
		ref.Tell("hold")
		synctest.Wait()
		time.Sleep(2 * time.Second)
		ref.Tell("a")
		ref.Tell("b")
		time.Sleep(time.Second)

		slow := insight.Mailbox{
			ID: "slow", Kind: "holder", State: "running", Queued: 2, WaitingMs: 1000, BusyMs: 3000,
			Handling: "string", Incarnation: 1,
		}
		require.Equal(t, []insight.Mailbox{slow}, s.Overview().Deepest, "empty ones are not listed")
		require.Equal(t, []insight.Mailbox{slow}, s.Overview().Oldest)
		close(release)
		synctest.Wait()
		m, _ := s.Mailbox("slow")
		require.Zero(t, m.Queued+int(m.Age()))
		require.Empty(t, s.Overview().Deepest)
		_, ok := s.Mailbox("nobody")
		require.False(t, ok)
	})
}

func TestDispatcher_a_blocked_actor_holds_up_nobody(t *testing.T) {
	bubble(t, kit.Options{}, func(t *testing.T, s *kit.System) {
		release := make(chan struct{})
		var refs []kit.Ref
		for i := range 500 {
			refs = append(refs, start(t, s, fmt.Sprint("blocked-", i), kit.Spec{New: holder(&journal{}, release)}))
			refs[i].Tell("hold")
		}
		free := start(t, s, "free", kit.Spec{New: holder(&journal{}, release)})
		n, err := kit.Ask(t.Context(), free, func(r kit.Reply[int]) any { return question{r} })
		require.NoError(t, err)
		require.Equal(t, 1, n)
		close(release)
	})
}
