package kit

import (
	"sync"
	"sync/atomic"
)

const (
	idleWorkers = 128 // more than this many waiting workers end themselves
	throughput  = 300 // messages before a mailbox yields to the scheduler
)

// pool runs mailboxes on kept goroutines whose stacks have already grown. A
// mailbox never waits for a worker: when none is idle a new one starts, so a
// blocked actor holds up nobody.
type pool struct {
	work chan func()
	done chan struct{}
	once sync.Once
	idle atomic.Int32
}

func newPool() *pool {
	return &pool{work: make(chan func()), done: make(chan struct{})}
}

// Schedule runs fn on an idle worker, or on a new one.
func (p *pool) Schedule(fn func()) {
	select {
	case p.work <- fn:
	default:
		go p.worker(fn)
	}
}

// Throughput is the library's yield interval.
func (p *pool) Throughput() int { return throughput }

func (p *pool) worker(fn func()) {
	for fn != nil {
		fn()
		if p.idle.Add(1) > idleWorkers {
			p.idle.Add(-1)
			return
		}
		select {
		case fn = <-p.work:
		case <-p.done:
			fn = nil
		}
		p.idle.Add(-1)
	}
}

// close lets the idle workers end; busy ones end with their mailbox.
func (p *pool) close() { p.once.Do(func() { close(p.done) }) }
