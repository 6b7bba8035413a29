package kit_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/kittest"
	"github.com/tradebaas/tradebaas/bench"
)

// Each benchmark stands beside its floor: the same with a bare goroutine and a channel.

func answering(b *testing.B) kit.Ref {
	b.Helper()
	s := kittest.System(b, kit.Options{})
	ref, err := s.Start("answers", kit.Spec{Kind: "bench", Cap: 1 << 30, New: each(func(c *kit.Context) {
		if m, ok := c.Message().(question); ok {
			m.Answer(1)
		}
	})})
	if err != nil {
		b.Fatal(err)
	}
	return ref
}

// BenchmarkTell is M8: a message to an actor, with mailbox and metrics, beside one into a buffered
// channel. A block is done when its last message is.
func BenchmarkTell(b *testing.B) {
	ref := answering(b)
	mail, done := make(chan any, 1<<16), make(chan struct{}, 1)
	go func() {
		for m := range mail {
			if m == nil {
				done <- struct{}{}
			}
		}
	}()
	b.Cleanup(func() { close(mail) })
	bench.Compare(b, 100_000, bench.Timed(func(n int) {
		for range n {
			mail <- "price"
		}
		mail <- nil
		<-done
	}), bench.Timed(func(n int) {
		for range n {
			ref.Tell("price")
		}
		_, _ = kit.Ask(b.Context(), ref, func(r kit.Reply[int]) any { return question{r} })
	}))
}

// A message costs no more memory than its place in the queue.
func TestTell_allocations(t *testing.T) {
	s := kittest.System(t, kit.Options{})
	ref, err := s.Start("takes", kit.Spec{Kind: "bench", Cap: 1 << 30, New: each(func(*kit.Context) {})})
	require.NoError(t, err)
	require.LessOrEqual(t, testing.AllocsPerRun(10_000, func() { ref.Tell("price") }), 2.0)
}

func BenchmarkAsk(b *testing.B) {
	ref := answering(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := kit.Ask(b.Context(), ref, func(r kit.Reply[int]) any { return question{r} }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAsk_floor(b *testing.B) {
	mail := make(chan chan int)
	go func() {
		for back := range mail {
			back <- 1
		}
	}()
	for b.Loop() {
		back := make(chan int, 1)
		mail <- back
		<-back
	}
	close(mail)
}

// BenchmarkIdle reports the heap that one idle actor costs.
func BenchmarkIdle(b *testing.B) {
	const many = 10_000
	s := kittest.System(b, kit.Options{})
	before := heap()
	for i := range many {
		if _, err := s.Start(fmt.Sprint("idle-", i), kit.Spec{Kind: "bench", New: each(func(*kit.Context) {})}); err != nil {
			b.Fatal(err)
		}
	}
	cost := float64(heap()-before) / many
	for b.Loop() { // the figure is taken once
	}
	b.ReportMetric(cost, "B/actor")
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
