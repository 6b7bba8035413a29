package deribit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// budget bounds the sockets that a venue has open at once, because the exchange counts them per
// address. Whoever finds it spent waits in line: feeds before sessions and key checks, and each of
// these in the order in which they came. A feed that is open keeps its place while it reconnects.
//
// The exchange may allow fewer than we think. When it refuses one more socket, nobody opens one for
// a while, and then one alone is tried.
type budget struct {
	mu      sync.Mutex
	limit   int // 0: no bound
	used    int
	feeds   int // feeds that are open
	feedsUp int // those of them that have a socket
	line    [classes][]*ticket
	drawn   uint64 // tickets, to keep their order

	pace    backoff
	wary    bool    // the exchange has refused a socket since one was opened
	probe   *ticket // while wary: the one that is being tried
	resting *time.Timer
	refused int64
}

// class is who wants a socket.
type class uint8

const (
	forFeed class = iota
	forSessions
	classes
)

// ticket is a place in the line, and later a socket.
type ticket struct {
	class   class
	number  uint64
	granted chan struct{}
}

var (
	errNoConnection   = errors.New("every connection to the exchange is in use; waiting for a free one")
	errAddressRefused = errors.New("the exchange refuses more connections from this address; waiting for a free one")
)

func newBudget(limit int, first, longest time.Duration) *budget {
	return &budget{limit: max(limit, 0), pace: backoff{first: first, maximum: longest}}
}

// acquire waits for a free connection and first tells that it has to; give it back with release.
func (b *budget) acquire(ctx context.Context, c class, waits func(error)) (*ticket, error) {
	b.mu.Lock()
	b.drawn++
	t := &ticket{class: c, number: b.drawn, granted: make(chan struct{})}
	b.queue(t)
	b.grant()
	b.mu.Unlock()
	return t, b.wait(ctx, t, errNoConnection, waits)
}

// wait waits until a ticket in the line is granted.
func (b *budget) wait(ctx context.Context, t *ticket, why error, waits func(error)) error {
	select {
	case <-t.granted:
		return nil
	default:
	}
	waits(why)
	select {
	case <-t.granted:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.Index(b.line[t.class], t)
	if at < 0 { // granted in the meantime
		b.free(t)
		b.grant()
		return ctx.Err()
	}
	b.line[t.class] = slices.Delete(b.line[t.class], at, at+1)
	return ctx.Err()
}

func (b *budget) queue(t *ticket) {
	line := b.line[t.class]
	at, _ := slices.BinarySearchFunc(line, t.number, func(other *ticket, n uint64) int { return int(other.number) - int(n) })
	b.line[t.class] = slices.Insert(line, at, t)
}

// grant serves the line as far as there is room.
func (b *budget) grant() {
	for c := range classes {
		for len(b.line[c]) > 0 && b.room(c) {
			t := b.line[c][0]
			b.line[c] = slices.Delete(b.line[c], 0, 1)
			b.used++
			if c == forFeed {
				b.feedsUp++
			}
			if b.wary {
				b.probe = t
			}
			close(t.granted)
		}
	}
}

func (b *budget) room(c class) bool {
	if b.resting != nil || b.wary && b.probe != nil {
		return false
	}
	kept := 0
	if c != forFeed {
		kept = max(0, b.feeds-b.feedsUp)
	}
	return b.limit == 0 || b.used+kept < b.limit
}

// opened notes that the exchange has let a socket in.
func (b *budget) opened(t *ticket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t == b.probe {
		b.wary, b.probe = false, nil
		b.pace.reset()
	}
	b.grant()
}

// turnedAway puts a ticket back where it stood in the line, because the exchange counts more
// sockets than it allows. Everybody rests then.
func (b *budget) turnedAway(t *ticket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused++
	b.wary = true
	t.granted = make(chan struct{})
	b.free(t)
	b.queue(t)
	if b.resting == nil {
		b.resting = time.AfterFunc(b.pace.next(), b.rested)
	}
}

func (b *budget) rested() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.resting = nil
	b.grant()
}

// release gives a connection back.
func (b *budget) release(t *ticket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free(t)
	b.grant()
}

func (b *budget) free(t *ticket) {
	b.used--
	if t.class == forFeed {
		b.feedsUp--
	}
	if t == b.probe {
		b.probe = nil
	}
}

// keep reserves room for so many more feeds.
func (b *budget) keep(feeds int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.feeds += feeds
	b.grant()
}

// read tells how many sockets are in use, how many are waited for and how many were refused so far.
func (b *budget) read() (used, waiting int, refused int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range classes {
		waiting += len(b.line[c])
	}
	return b.used, waiting, b.refused
}
