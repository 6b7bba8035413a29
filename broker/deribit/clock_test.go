package deribit

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// An exchange's clock that stands anywhere, steps back or leaps: what is sent is measured by it, its
// leap is told, and nothing of ours is timed by the wall clock.
func TestF39_the_exchange_clock_leaps(t *testing.T) {
	for name, c := range map[string]struct{ before, after time.Duration }{
		"half a minute behind": {0, -30 * time.Second},
		"half a minute ahead":  {0, 30 * time.Second},
		"back again":           {30 * time.Second, 0},
		"a leap second":        {0, -1050 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPeer(t)
				p.offset = c.before
				v := p.venue()
				f, _ := p.feed(v)
				first := f.Clock()
				require.InDelta(t, c.before.Seconds(), first.Offset.Seconds(), 0.002)
				require.Zero(t, first.Shift, "the first measurement contradicts none")
				require.WithinDuration(t, time.Now(), first.Measured, time.Millisecond)

				p.set(func() { p.offset = c.after })
				time.Sleep(remeasureEvery + time.Second)
				leapt := f.Clock()
				require.InDelta(t, c.after.Seconds(), leapt.Offset.Seconds(), 0.002)
				require.InDelta(t, (c.after - c.before).Seconds(), leapt.Shift.Seconds(), 0.002)

				asked := p.count("public/get_time")
				time.Sleep(remeasureEvery)
				require.Equal(t, probesEach, p.count("public/get_time")-asked, "the best of several")
				require.NotZero(t, f.Clock().Shift, "one good measurement does not make it steady")
				time.Sleep(steadyAfter)
				steady := f.Clock()
				require.Zero(t, steady.Shift)
				require.InDelta(t, c.after.Seconds(), steady.Offset.Seconds(), 0.002)
				require.WithinDuration(t, time.Now().Add(c.after), v.clock.now(), 2*time.Millisecond)
			})
		})
	}
}

func TestClock_measurements(t *testing.T) {
	const ms = time.Millisecond
	type measured struct{ after, off, roundTrip time.Duration } // off: what the exchange says beyond an even clock
	for name, c := range map[string]struct {
		then        measured
		want, shift time.Duration
	}{
		"a better one is taken":             {measured{time.Minute, 2 * ms, 4 * ms}, 2 * ms, 0},
		"a worse one that agrees is not":    {measured{time.Second, 8 * ms, 30 * ms}, 0, 0},
		"a slow one says little":            {measured{time.Minute, 1400 * ms, 3 * time.Second}, 0, 0},
		"a slow one may prove a leap":       {measured{time.Minute, time.Hour, 3 * time.Second}, time.Hour, time.Hour},
		"as the old one ages it is renewed": {measured{time.Hour, 15 * ms, 100 * ms}, 15 * ms, 0},
		"and a step back is taken at once":  {measured{time.Minute, -500 * ms, 20 * ms}, -500 * ms, -500 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var k clock
				set := func(m measured) {
					sent := time.Now()
					time.Sleep(m.roundTrip)
					k.set(reading{exchange: sent.Add(m.roundTrip/2 + m.off).Round(0), sent: sent, received: time.Now()})
				}
				require.Zero(t, k.read(), "never measured")
				set(measured{roundTrip: 20 * ms})
				time.Sleep(c.then.after)
				set(c.then)
				require.Equal(t, c.want, k.read().Offset)
				require.Equal(t, c.shift, k.read().Shift)
			})
		})
	}
}
