package strategy

// minute is the length of a candle in milliseconds.
const minute = 60_000

// timeframe builds longer candles out of one-minute ones, aligned to multiples of their length
// since 1970-01-01 UTC. One that is not covered whole, at the start or across a gap, is dropped.
type timeframe struct {
	length int64 // milliseconds
	whole  Candle
	count  int64 // minutes in whole
}

func newTimeframe(minutes int64) timeframe { return timeframe{length: minutes * minute} }

// add takes the one-minute candle that just closed and gives the longer candle that ends with it.
func (t *timeframe) add(c Candle) (Candle, bool) {
	if start := c.OpenTime - c.OpenTime%t.length; t.count == 0 || start != t.whole.OpenTime {
		t.whole, t.count = c, 0
		t.whole.OpenTime, t.whole.Volume = start, 0
	}
	t.whole.High, t.whole.Low = max(t.whole.High, c.High), min(t.whole.Low, c.Low)
	t.whole.Close, t.whole.Volume = c.Close, t.whole.Volume+c.Volume
	t.count++
	if (c.OpenTime+minute)%t.length != 0 {
		return Candle{}, false
	}
	complete := t.count*minute == t.length
	t.count = 0
	return t.whole, complete
}
