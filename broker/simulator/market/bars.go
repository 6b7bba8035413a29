package market

import (
	"sync"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// barCache keeps finished minutes, by day; its zero value is empty. It is safe for concurrent use.
type barCache struct {
	mu    sync.Mutex
	days  map[barKey]*[minutesPerDay]core.Bar
	order []barKey
}

type barKey struct {
	instrument *core.Instrument // its bars are on its grid
	day        int64
}

// of gives a minute up to and including a second; make works it out for so many seconds of it.
func (c *barCache) of(i *core.Instrument, at, through int64, make func(last int64) core.Bar) core.Bar {
	if through < at*60+59 {
		return make(through - at*60)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	bar := &c.day(barKey{i, floorDiv(at, minutesPerDay)})[at-floorDiv(at, minutesPerDay)*minutesPerDay]
	if bar.Close == 0 {
		*bar = make(59)
	}
	return *bar
}

func (c *barCache) day(key barKey) *[minutesPerDay]core.Bar {
	if day := c.days[key]; day != nil {
		return day
	}
	if c.days == nil {
		c.days = map[barKey]*[minutesPerDay]core.Bar{}
	}
	day := &[minutesPerDay]core.Bar{}
	c.days[key] = day
	if c.order = append(c.order, key); len(c.order) > daysCached {
		delete(c.days, c.order[0])
		c.order = c.order[1:]
	}
	return day
}

// barOf makes a bar of a source's seconds.
func barOf(s core.Source, i *core.Instrument, minute, last int64) core.Bar {
	t := s.Tick(i, minute*60)
	bar := core.Bar{Open: t.Price, High: t.Price, Low: t.Price, Close: t.Price, Volume: t.Volume}
	for n := int64(1); n <= last; n++ {
		t = s.Tick(i, minute*60+n)
		bar.High, bar.Low, bar.Close = max(bar.High, t.Price), min(bar.Low, t.Price), t.Price
		bar.Volume += t.Volume
	}
	return bar
}
