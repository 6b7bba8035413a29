package brokertest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// recorder keeps the events of a feed or a session and lets a test wait for one.
type recorder[E any] struct {
	t       *testing.T
	mu      sync.Mutex
	events  []E
	seen    int // events that a wait has already passed
	arrived chan struct{}
}

func newRecorder[E any](t *testing.T) *recorder[E] {
	return &recorder[E]{t: t, arrived: make(chan struct{}, 1)}
}

func (r *recorder[E]) add(e E) {
	r.mu.Lock()
	r.events = append(r.events, e)
	r.mu.Unlock()
	select {
	case r.arrived <- struct{}{}:
	default:
	}
}

// next gives the next event that was not passed yet.
func (r *recorder[E]) next() (e E, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == len(r.events) {
		return e, false
	}
	r.seen++
	return r.events[r.seen-1], true
}

// rewind lets waits look at all events again.
func (r *recorder[E]) rewind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = 0
}

// awaitThat waits for the first event of type T, after those already passed, that fits.
func awaitThat[T, E any](r *recorder[E], fits func(T) bool) T {
	r.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		for e, ok := r.next(); ok; e, ok = r.next() {
			if t, is := any(e).(T); is && fits(t) {
				return t
			}
		}
		select {
		case <-r.arrived:
		case <-deadline.C:
			var none T
			require.Failf(r.t, "an event never came", "%T among %v", none, r.events)
			return none
		}
	}
}

// await waits for the next event of type T.
func await[T, E any](r *recorder[E]) T {
	r.t.Helper()
	return awaitThat(r, func(T) bool { return true })
}

// count tells how many events of type T have come so far.
func count[T, E any](r *recorder[E]) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if _, is := any(e).(T); is {
			n++
		}
	}
	return n
}
