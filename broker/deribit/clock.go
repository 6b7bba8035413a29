package deribit

import (
	"context"
	"sync"
	"time"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/trade"
)

// clock is the exchange's time, extrapolated from its best measurement by the monotonic clock: a
// step of the local wall clock does not move it. A measurement is a point in time that is right to
// within half its round trip, and less and less so as it grows old.
type clock struct {
	mu       sync.Mutex
	exchange time.Time     // the exchange's time at local
	local    time.Time     // with monotonic reading; zero before the first measurement
	doubt    time.Duration // that much exchange may be off
	measured time.Time     // when it was compared last
	leap     time.Duration // the last jump of one clock against the other
	leapt    time.Time     // when it was seen
}

const (
	remeasureEvery = time.Minute
	probesEach     = 3                // measurements from which the best is taken
	resolution     = time.Millisecond // of the exchange's answer
	driftPart      = 5000             // clocks run apart by less than this part of the time that passes
	steadyAfter    = 2 * remeasureEvery
)

// reading is one measurement.
type reading struct{ exchange, sent, received time.Time }

func (r reading) roundTrip() time.Duration { return r.received.Sub(r.sent) }

// measure asks the exchange for its time once and takes the middle of the round trip.
func (c *clock) measure(ctx context.Context, l *link) error {
	r, err := probe(ctx, l)
	if err == nil {
		c.set(r)
	}
	return err
}

// remeasure asks several times and takes the answer with the best round trip.
func (c *clock) remeasure(ctx context.Context, l *link) error {
	best, err := probe(ctx, l)
	for n := 1; n < probesEach && err == nil; n++ {
		var next reading
		if next, err = probe(ctx, l); err == nil && next.roundTrip() < best.roundTrip() {
			best = next
		}
	}
	if err == nil {
		c.set(best)
	}
	return err
}

func probe(ctx context.Context, l *link) (r reading, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	r.sent = time.Now()
	err = l.call(ctx, "public/get_time", nil, func(result *fastjson.Value) error {
		milliseconds, err := result.Int64()
		r.exchange = time.UnixMilli(milliseconds).UTC()
		return err
	})
	r.received = time.Now()
	return r, err
}

// set takes a measurement that is better than what is left of the one before, or that proves it
// wrong: then one of the clocks has leapt.
func (c *clock) set(r reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	middle, doubt := r.sent.Add(r.roundTrip()/2), r.roundTrip()/2+resolution
	c.measured = r.received.Round(0)
	if c.local.IsZero() {
		c.exchange, c.local, c.doubt = r.exchange, middle, doubt
		return
	}
	age := middle.Sub(c.local)
	left := c.doubt + age/driftPart
	off := r.exchange.Sub(c.exchange.Add(age))
	proven := off.Abs() - doubt - left
	if proven > 0 && (proven >= c.leap.Abs() || time.Since(c.leapt) >= steadyAfter) {
		c.leap, c.leapt = off, r.received
	}
	if proven > 0 || doubt <= left {
		c.exchange, c.local, c.doubt = r.exchange, middle, doubt
	}
}

// now is the exchange's time, or the local time when it was never measured.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.extrapolated()
}

func (c *clock) extrapolated() time.Time {
	if c.local.IsZero() {
		return time.Now().UTC()
	}
	return c.exchange.Add(time.Since(c.local))
}

// read tells how the two clocks stand to each other. A leap is told until the clocks have been
// steady for a while.
func (c *clock) read() trade.Clock {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.local.IsZero() {
		return trade.Clock{}
	}
	read := trade.Clock{Offset: c.extrapolated().Sub(time.Now().Round(0)), Measured: c.measured}
	if !c.leapt.IsZero() && time.Since(c.leapt) < steadyAfter {
		read.Shift = c.leap
	}
	return read
}
