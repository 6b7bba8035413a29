package kit

import (
	"context"
	"sync"
)

// Work is slow work off the mailbox. Its context ends with the incarnation;
// what it returns is mailed to the actor as a message, nil is not.
type Work func(ctx context.Context) any

// Go runs work on a goroutine of its own. A panic there fails the actor like
// one of its own; results that come after a restart are dropped.
func (c *Context) Go(work Work) {
	self, number, alive := c.self, c.number, c.Alive()
	go mail(self, number, alive, work)
}

func mail(self Ref, number uint64, alive context.Context, work Work) {
	if result := run(alive, work); result != nil {
		self.Tell(&own{incarnation: number, value: result})
	}
}

func run(ctx context.Context, work Work) (result any) {
	defer func() {
		if r := recover(); r != nil {
			result = newPanic(r, "goroutine", stack())
		}
	}()
	return work(ctx)
}

// Line runs work one piece after the other, in the order given, off the
// mailbox. The results arrive in the same order.
type Line struct {
	self   Ref
	number uint64
	alive  context.Context

	mu      sync.Mutex
	queue   []Work
	running bool
}

// Line makes a line that ends with this incarnation: what has not begun by
// then is not begun.
func (c *Context) Line() *Line {
	return &Line{self: c.self, number: c.number, alive: c.Alive()}
}

// Do adds work to the end of the line.
func (l *Line) Do(work Work) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, work)
	if !l.running {
		l.running = true
		go l.drain()
	}
}

// Len counts the pieces that have not begun.
func (l *Line) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

func (l *Line) drain() {
	for {
		work, ok := l.next()
		if !ok {
			return
		}
		mail(l.self, l.number, l.alive, work)
	}
}

func (l *Line) next() (Work, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 || l.alive.Err() != nil {
		l.running, l.queue = false, nil
		return nil, false
	}
	work := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	return work, true
}
