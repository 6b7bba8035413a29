package deribit

import (
	"context"
	"sync/atomic"
)

// budget bounds the sockets that a venue has open at once. Whoever finds it spent waits in line.
type budget struct {
	slots   chan struct{} // nil: no bound
	used    atomic.Int64
	waiters atomic.Int64
}

func newBudget(connections int) *budget {
	if connections <= 0 {
		return &budget{}
	}
	return &budget{slots: make(chan struct{}, connections)}
}

// acquire waits for a free connection; give it back with release.
func (b *budget) acquire(ctx context.Context) error {
	if b.slots != nil {
		b.waiters.Add(1)
		defer b.waiters.Add(-1)
		select {
		case b.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	b.used.Add(1)
	return nil
}

func (b *budget) release() {
	b.used.Add(-1)
	if b.slots != nil {
		<-b.slots
	}
}

// spent tells whether the next acquire would wait.
func (b *budget) spent() bool { return b.slots != nil && len(b.slots) == cap(b.slots) }

func (b *budget) inUse() int   { return int(b.used.Load()) }
func (b *budget) waiting() int { return int(b.waiters.Load()) }
