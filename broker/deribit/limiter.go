package deribit

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tradebaas/tradebaas/broker"
)

// Priority orders the requests of one account that wait for credit: protection goes first.
type Priority uint8

// The priorities, most urgent first.
const (
	PriorityCancel Priority = iota
	PriorityStop
	PriorityExit
	PriorityEntry
	PriorityRead
	priorities
)

var priorityNames = [priorities]string{"cancel", "stop", "exit", "entry", "read"}

func (p Priority) String() string { return priorityNames[p] }

// pool names the credit pools that the exchange keeps apart.
type pool uint8

const (
	poolRead pool = iota
	poolMatching
	poolSubscribe
	poolLog
	pools
)

// Credit is one pool of requests: so many at once, refilled at so many per second.
type Credit struct{ Burst, PerSecond float64 }

// Limits are an account's pools. Zero values are those of the exchange's lowest tier.
type Limits struct{ Read, Matching, Subscribe, Log Credit }

func (l Limits) withDefaults() Limits {
	fill := func(c *Credit, burst, perSecond float64) {
		if c.Burst < 1 || c.PerSecond <= 0 {
			*c = Credit{burst, perSecond}
		}
	}
	fill(&l.Read, 100, 20)
	fill(&l.Matching, 20, 5)
	fill(&l.Subscribe, 10, 10.0/3)
	fill(&l.Log, 8, 1)
	return l
}

// maxInFlight keeps an account's matching requests below the eight that the exchange lets wait.
// The last one is kept for cancels and stops.
const maxInFlight = 7

// reserveShare of a pool is kept for cancels and stops.
const reserveShare = 0.25

// slack is left even by those, in seconds of refill: the exchange counts requests when they arrive,
// and what leaves evenly may arrive bunched.
const slack = 0.2

// limiter spends an account's credits. A request that finds none waits; the most urgent goes first.
type limiter struct {
	depth *queueDepth
	mu    sync.Mutex
	pools [pools]creditPool
}

type creditPool struct {
	Credit
	credits  float64
	at       time.Time // when credits was right
	inFlight int
	waiting  [priorities][]*waiter
	timer    *time.Timer
}

type waiter struct{ granted chan struct{} }

func newLimiter(limits Limits, depth *queueDepth) *limiter {
	l := &limiter{depth: depth}
	for p, credit := range map[pool]Credit{
		poolRead: limits.Read, poolMatching: limits.Matching, poolSubscribe: limits.Subscribe, poolLog: limits.Log,
	} {
		l.pools[p] = creditPool{Credit: credit, credits: credit.Burst, at: time.Now()}
	}
	return l
}

// take waits for one credit and returns what must be called when the request is over.
func (l *limiter) take(ctx context.Context, p pool, priority Priority) (release func(), err error) {
	w := &waiter{granted: make(chan struct{})}
	l.mu.Lock()
	cp := &l.pools[p]
	cp.waiting[priority] = append(cp.waiting[priority], w)
	l.depth[priority].Add(1)
	l.grant(p)
	l.mu.Unlock()
	select {
	case <-w.granted:
	case <-ctx.Done():
		if l.giveUp(p, priority, w) {
			return nil, busy(fmt.Errorf("wait for request credit: %w", ctx.Err()))
		}
	}
	return func() { l.release(p) }, nil
}

func busy(err error) error {
	return &broker.Error{Outcome: broker.NotSent, Busy: true, Reason: "not sent", Err: err}
}

// giveUp takes a waiter out of the line; false says that it was granted in the meantime.
func (l *limiter) giveUp(p pool, priority Priority, w *waiter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := l.pools[p].waiting[priority]
	for i := range line {
		if line[i] == w {
			l.pools[p].waiting[priority] = append(line[:i:i], line[i+1:]...)
			l.depth[priority].Add(-1)
			return true
		}
	}
	return false
}

func (l *limiter) release(p pool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pools[p].inFlight--
	l.grant(p)
}

// grant serves the line of a pool, most urgent first, and sets the timer for the next one.
func (l *limiter) grant(p pool) {
	cp := &l.pools[p]
	cp.refill(time.Now())
	for priority := range priorities {
		for len(cp.waiting[priority]) > 0 {
			if p == poolMatching && cp.inFlight >= inFlightFor(priority) {
				return // release grants again
			}
			if missing := 1 + cp.reserve(priority) - cp.credits; missing > 0 {
				l.wakeAfter(p, missing)
				return
			}
			close(cp.waiting[priority][0].granted)
			cp.waiting[priority] = cp.waiting[priority][1:]
			l.depth[priority].Add(-1)
			cp.credits--
			cp.inFlight++
		}
	}
}

func inFlightFor(priority Priority) int {
	if priority <= PriorityStop {
		return maxInFlight
	}
	return maxInFlight - 1
}

// reserve is what a priority must leave untouched.
func (cp *creditPool) reserve(priority Priority) float64 {
	switch {
	case cp.Burst < 4:
		return 0
	case priority <= PriorityStop:
		return math.Min(cp.PerSecond*slack, cp.Burst*reserveShare)
	}
	return cp.Burst * reserveShare
}

func (cp *creditPool) refill(now time.Time) {
	if elapsed := now.Sub(cp.at).Seconds(); elapsed > 0 {
		cp.credits = math.Min(cp.Burst, cp.credits+elapsed*cp.PerSecond)
		cp.at = now
	}
}

func (l *limiter) wakeAfter(p pool, missing float64) {
	cp := &l.pools[p]
	pause := time.Duration(missing/cp.PerSecond*float64(time.Second)) + time.Millisecond
	if cp.timer != nil {
		cp.timer.Stop()
	}
	cp.timer = time.AfterFunc(pause, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.grant(p)
	})
}

// drained notes that the exchange found the account over its limit: our count was wrong, so the
// pool starts again from empty.
func (l *limiter) drained(p pool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pools[p].refill(time.Now())
	l.pools[p].credits = 0
}

// resize takes over what the exchange says of a pool.
func (l *limiter) resize(p pool, c Credit) {
	if c.Burst < 1 || c.PerSecond <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	cp := &l.pools[p]
	cp.refill(time.Now())
	cp.credits = math.Min(c.Burst, math.Max(0, cp.credits+c.Burst-cp.Burst))
	cp.Credit = c
	l.grant(p)
}

// stop ends the timers; whoever still waits is freed by its own context.
func (l *limiter) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.pools {
		if l.pools[p].timer != nil {
			l.pools[p].timer.Stop()
		}
	}
}

// queueDepth counts the waiting requests of all accounts of a venue.
type queueDepth [priorities]atomic.Int64

func (q *queueDepth) read() map[Priority]int {
	depth := make(map[Priority]int, priorities)
	for p := range priorities {
		depth[p] = int(q[p].Load())
	}
	return depth
}
