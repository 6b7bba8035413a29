package simulator

import (
	"slices"

	"github.com/tradebaas/tradebaas/trade"
)

// The lock of the matching engine. When a request takes time there (Options.MatchingTime), the
// requests of one account in one currency run one after another, over all its connections.
const (
	queueMax   = 8 // requests may wait; one more is refused
	lockMillis = 5_000
)

var (
	errQueueFull = &wireError{Code: 10047, Message: "matching_engine_queue_full"}
	errLockTime  = &wireError{Code: 10050, Message: "lock_time_exceeded"}
	errWithdrawn = &wireError{Code: 13666, Message: "request_cancelled_by_user"}
)

// lane is one lock with the calls that wait for it, oldest first.
type lane struct {
	held  bool
	queue []*call
}

// queued puts a call behind its lock; false when it may run now.
func (e *engine) queued(k *call) bool {
	if e.opt.MatchingTime == 0 || k.m.pool != matchingPool {
		return false
	}
	e.withdraw(k)
	cur := k.lockCurrency()
	if cur == "" {
		return false
	}
	l := k.desk.lane(cur)
	switch {
	case !l.held:
		e.hold(l)
		return false
	case len(l.queue) >= queueMax:
		e.finish(k, errQueueFull)
	default:
		l.queue = append(l.queue, k)
		e.later(lockMillis, func() { e.expire(l, k) })
	}
	return true
}

func (d *desk) lane(cur trade.Currency) *lane {
	if d.lanes[cur] == nil {
		d.lanes[cur] = &lane{}
	}
	return d.lanes[cur]
}

func (e *engine) hold(l *lane) {
	l.held = true
	e.later(e.opt.MatchingTime.Milliseconds(), func() { e.release(l) })
}

// release lets the next call run. One whose connection has ended meanwhile is not carried out.
func (e *engine) release(l *lane) {
	e.advance()
	l.held = false
	for len(l.queue) > 0 && !l.held {
		k := l.queue[0]
		l.queue = l.queue[1:]
		if !k.conn.gone {
			e.hold(l)
			e.finish(k, nil)
		}
	}
}

func (e *engine) expire(l *lane, k *call) {
	if n := slices.Index(l.queue, k); n >= 0 {
		l.queue = slices.Delete(l.queue, n, n+1)
		e.finish(k, errLockTime)
	}
}

// withdraw takes back what a connection has in the queues when it cancels everything.
func (e *engine) withdraw(k *call) {
	if k.r.method != "private/cancel_all" && k.r.method != "private/cancel_by_label" {
		return
	}
	for _, cur := range currencies {
		l := k.desk.lane(cur)
		for _, q := range slices.Clone(l.queue) {
			if q.conn == k.conn && q.places() {
				l.queue = slices.DeleteFunc(l.queue, func(other *call) bool { return other == q })
				e.finish(q, errWithdrawn)
			}
		}
	}
}

// lockCurrency is the settlement currency that a call is about; "" for several.
func (c *call) lockCurrency() trade.Currency {
	if m := c.e.core.MarketOf(instrumentName(c.p.text("instrument_name"))); m != nil {
		return m.Instrument.Settlement
	}
	if o := c.e.core.OrderOf(c.account.ID, c.p.text("order_id")); o != nil {
		return o.Instrument.Settlement
	}
	return anyAsNone(c.p.currency())
}

// places tells whether a call places or changes an order.
func (c *call) places() bool {
	switch c.r.method {
	case "private/buy", "private/sell", "private/edit", "private/edit_by_label", "private/close_position":
		return true
	}
	return false
}
