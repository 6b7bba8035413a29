package deribit

import (
	"runtime/debug"
	"sync"

	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/broker"
)

// inboxMax is how many events may wait for a session's owner.
const inboxMax = 10_000

// inbox carries a session's events to its owner, in order and on a goroutine of its own: an owner
// who takes his time keeps nobody else on the socket waiting.
type inbox struct {
	sink func(broker.SessionEvent)
	log  zerolog.Logger

	mu      sync.Mutex
	queue   []broker.SessionEvent
	running bool
	closed  bool
	work    sync.WaitGroup
}

// put hands an event over; false says that too many wait already and it is lost.
func (b *inbox) put(e broker.SessionEvent) bool { return b.add(e, inboxMax) }

// must hands over what the owner cannot do without.
func (b *inbox) must(e broker.SessionEvent) { b.add(e, 2*inboxMax) }

func (b *inbox) add(e broker.SessionEvent, most int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return true // nobody wants it
	}
	if len(b.queue) >= most {
		return false
	}
	b.queue = append(b.queue, e)
	if !b.running {
		b.running = true
		b.work.Go(b.drain)
	}
	return true
}

func (b *inbox) drain() {
	for {
		b.mu.Lock()
		events := b.queue
		b.queue = nil
		if len(events) == 0 || b.closed {
			b.running = false
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		for _, e := range events {
			b.hand(e)
		}
	}
}

// hand survives an owner's panic: it is his, and his supervisor's, not the exchange's.
func (b *inbox) hand(e broker.SessionEvent) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("deribit.sink.panicked")
		}
	}()
	b.sink(e)
}

// close drops what waits and returns when the owner is not being called any more.
func (b *inbox) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.work.Wait()
}
