package deribit

import (
	"context"
	"sync"
	"time"

	"github.com/valyala/fastjson"
)

// clock is the exchange's time, extrapolated from the last measurement by the monotonic clock: a
// step of the local wall clock does not move it.
type clock struct {
	mu       sync.Mutex
	exchange time.Time // the exchange's time at local
	local    time.Time // with monotonic reading; zero before the first measurement
}

// A measurement over a slow round trip says little; an older good one is then better.
const (
	slowRoundTrip  = time.Second
	staleAfter     = 10 * time.Minute
	remeasureEvery = time.Minute
)

// measure asks the exchange for its time and takes the middle of the round trip.
func (c *clock) measure(ctx context.Context, l *link) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var milliseconds int64
	sent := time.Now()
	err := l.call(ctx, "public/get_time", nil, func(result *fastjson.Value) (err error) {
		milliseconds, err = result.Int64()
		return err
	})
	if err != nil {
		return err
	}
	c.set(time.UnixMilli(milliseconds).UTC(), sent, time.Now())
	return nil
}

func (c *clock) set(exchange, sent, received time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	roundTrip := received.Sub(sent)
	if roundTrip > slowRoundTrip && !c.local.IsZero() && received.Sub(c.local) < staleAfter {
		return
	}
	c.exchange, c.local = exchange, sent.Add(roundTrip/2)
}

// now is the exchange's time, or the local time when it was never measured.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.local.IsZero() {
		return time.Now().UTC()
	}
	return c.exchange.Add(time.Since(c.local))
}

// offset is exchange time minus the local wall clock, and when it was measured.
func (c *clock) offset() (time.Duration, time.Time) {
	exchange := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.local.IsZero() {
		return 0, time.Time{}
	}
	return exchange.Sub(time.Now().Round(0)), c.local
}
