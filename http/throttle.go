package http

import (
	"math"
	"net/netip"
	"sync"
	"time"
)

// remembered bounds how many keys one throttle keeps; beyond it the stalest are forgotten.
const remembered = 100_000

// throttle lets a key try freely a number of times within a window and after that ever more slowly.
// Delays end at a ceiling: nobody can lock somebody else out for good.
type throttle struct {
	free    int // below 0: no limit
	window  time.Duration
	ceiling time.Duration
	now     func() time.Time

	mu       sync.Mutex
	attempts map[string]*attempts
}

type attempts struct {
	count int
	last  time.Time
	until time.Time // no attempt before
}

func newThrottle(free int, window, ceiling time.Duration, now func() time.Time) *throttle {
	return &throttle{free: free, window: window, ceiling: ceiling, now: now, attempts: map[string]*attempts{}}
}

// take counts an attempt before its outcome is known, so that parallel ones count too. It gives 0
// when the attempt may go on, else how long to wait; a refused attempt changes nothing.
func (t *throttle) take(key string) time.Duration {
	if t.free < 0 {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	a := t.entry(key, now)
	if now.Before(a.until) {
		return a.until.Sub(now)
	}
	a.count++
	a.last = now
	if over := a.count - t.free; over >= 0 {
		a.until = now.Add(t.delay(over))
	}
	return 0
}

func (t *throttle) entry(key string, now time.Time) *attempts {
	a, found := t.attempts[key]
	if found && now.Sub(a.last) < t.window+t.ceiling {
		return a
	}
	if !found && len(t.attempts) >= remembered {
		t.sweep(now)
	}
	a = &attempts{last: now}
	t.attempts[key] = a
	return a
}

func (t *throttle) delay(over int) time.Duration {
	delay := time.Duration(math.Pow(2, float64(min(over, 30)))) * time.Second
	return min(delay, t.ceiling)
}

// sweep forgets what has expired, and an arbitrary tenth when nothing has.
func (t *throttle) sweep(now time.Time) {
	for key, a := range t.attempts {
		if now.Sub(a.last) >= t.window {
			delete(t.attempts, key)
		}
	}
	for key := range t.attempts {
		if len(t.attempts) < remembered*9/10 {
			return
		}
		delete(t.attempts, key)
	}
}

// forget clears a key after a success.
func (t *throttle) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.attempts, key)
}

// refund takes back one attempt that turned out to be legitimate.
func (t *throttle) refund(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, found := t.attempts[key]; found && a.count > 0 {
		a.count--
		a.until = time.Time{}
	}
}

// allowance is a token bucket per key: a minute's worth at once, refilled evenly.
type allowance struct {
	perMinute float64 // below 0: no limit
	now       func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newAllowance(perMinute int, now func() time.Time) *allowance {
	return &allowance{perMinute: float64(perMinute), now: now, buckets: map[string]*bucket{}}
}

// take gives 0 when the request may go on, else how long to wait.
func (a *allowance) take(key string) time.Duration {
	if a.perMinute < 0 {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	b, found := a.buckets[key]
	if !found {
		a.sweep(now)
		b = &bucket{tokens: a.perMinute, at: now}
		a.buckets[key] = b
	}
	b.tokens = min(a.perMinute, b.tokens+now.Sub(b.at).Minutes()*a.perMinute)
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / a.perMinute * float64(time.Minute))
	}
	b.tokens--
	return 0
}

// sweep forgets full buckets once there are too many; a full bucket and none are the same.
func (a *allowance) sweep(now time.Time) {
	if len(a.buckets) < remembered {
		return
	}
	for key, b := range a.buckets {
		if now.Sub(b.at) >= time.Minute {
			delete(a.buckets, key)
		}
	}
	for key := range a.buckets {
		if len(a.buckets) < remembered*9/10 {
			return
		}
		delete(a.buckets, key)
	}
}

// limiters are all that the server counts.
type limiters struct {
	requests      *allowance // per address
	users         *allowance // per signed-in user
	accounts      *throttle  // wrong passwords per account
	addresses     *throttle  // wrong passwords and tokens per address
	registrations *throttle  // new accounts per address
}

func newLimiters(l Limits, now func() time.Time) limiters {
	return limiters{
		requests:      newAllowance(l.RequestsPerMinute, now),
		users:         newAllowance(l.UserPerMinute, now),
		accounts:      newThrottle(l.AccountFailures, l.AccountWindow, time.Minute, now),
		addresses:     newThrottle(l.SignInsPerMinute, time.Minute, 15*time.Minute, now),
		registrations: newThrottle(l.RegistrationsPerHour, time.Hour, time.Hour, now),
	}
}

// addressKey counts an IPv6 network as one source: whoever has one address there has them all.
func addressKey(address netip.Addr) string {
	if address.Is6() {
		if network, err := address.Prefix(64); err == nil {
			return network.String()
		}
	}
	return address.String()
}
