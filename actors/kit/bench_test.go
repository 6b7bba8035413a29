package kit_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/actors/kit/kittest"
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

func BenchmarkTell(b *testing.B) {
	ref := answering(b)
	b.ReportAllocs()
	for b.Loop() {
		ref.Tell("price")
	}
	_, _ = kit.Ask(b.Context(), ref, func(r kit.Reply[int]) any { return question{r} })
}

func BenchmarkTell_floor(b *testing.B) {
	mail, done := make(chan any, 1<<16), make(chan struct{})
	go func() {
		for range mail {
		}
		close(done)
	}()
	for b.Loop() {
		mail <- "price"
	}
	close(mail)
	<-done
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
