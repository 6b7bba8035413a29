package market

import "math"

// path is a candle's price in each of its seconds. It begins at the open, ends at the close,
// touches high and low in seconds that the key draws, and wanders in between as prices do, never
// beyond them. It is a pure function of candle and key.
func (c candle) path(key uint64) (p [60]int64) {
	p[0], p[59] = c.open, c.close
	low, high := c.turns(key)
	p[low], p[high] = c.low, c.high
	a, b := min(low, high), max(low, high)
	for _, part := range [][2]int{{0, a}, {a, b}, {b, 59}} {
		c.wander(&p, key, part[0], part[1])
	}
	return p
}

// turns draws the seconds of low and high: the ends where these are it, else two seconds well apart
// from each other and from the ends; a rising candle mostly meets its low first.
func (c candle) turns(key uint64) (low, high int) {
	gap := 8 + int(mix(key, 60)%33)
	low = 6 + int(mix(key, 61)%uint64(48-gap))
	high = low + gap
	if (c.close < c.open) != (mix(key, 62)%4 == 0) {
		low, high = high, low
	}
	return c.end(c.low, low), c.end(c.high, high)
}

// end is the second of an extreme that open or close are themselves; else the one drawn.
func (c candle) end(extreme int64, drawn int) int {
	switch extreme {
	case c.open:
		return 0
	case c.close:
		return 59
	}
	return drawn
}

// A random walk of 60 steps spans 12.4 of its steps on average.
const stepsInRange = 12.4

// wander fills in the seconds between two by halving: the middle lies between its ends, off by as
// much as a random walk would be, and is folded back at high and low.
func (c candle) wander(p *[60]int64, key uint64, from, to int) {
	if to-from < 2 {
		return
	}
	middle := (from + to) / 2
	left, right := float64(middle-from), float64(to-middle)
	deviation := float64(float64(c.high-c.low)/stepsInRange) * math.Sqrt(left*right/(left+right))
	off := int64(deviation * coarse(mix(key, uint64(middle))))
	p[middle] = c.fold(p[from] + (p[to]-p[from])*int64(middle-from)/int64(to-from) + off)
	c.wander(p, key, from, middle)
	c.wander(p, key, middle, to)
}

func (c candle) fold(v int64) int64 {
	if v > c.high {
		v = 2*c.high - v
	}
	if v < c.low {
		v = 2*c.low - v
	}
	return min(c.high, max(c.low, v))
}
