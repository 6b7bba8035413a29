package strategy

// minute is the length of a candle in milliseconds.
const minute = 60_000

// timeframe builds longer candles out of one-minute ones, aligned to multiples of their length
// since 1970-01-01 UTC. The first one is dropped when the minutes begin inside it. Minutes that
// are missing later leave the others as they are: one that lacks its last minute ends when the
// first minute after it is there.
type timeframe struct {
	length  int64 // milliseconds
	whole   Candle
	growing bool // whole has minutes that have not ended it
	begun   bool
	dropped int64 // open time of the first one when it is not covered whole
}

func newTimeframe(minutes int64) timeframe {
	return timeframe{length: minutes * minute, dropped: never}
}

func (t *timeframe) opening(c Candle) int64 { return c.OpenTime - c.OpenTime%t.length }

// left gives the longer candle that c does not belong to any more, and that has not ended yet.
func (t *timeframe) left(c Candle) (Candle, bool) {
	if !t.growing || t.opening(c) == t.whole.OpenTime {
		return Candle{}, false
	}
	t.growing = false
	return t.whole, true
}

// add takes the one-minute candle that just closed, after left, and gives the longer candle that
// ends with it.
func (t *timeframe) add(c Candle) (Candle, bool) {
	opening := t.opening(c)
	if !t.begun && opening != c.OpenTime {
		t.dropped = opening
	}
	t.begun = true
	if opening == t.dropped {
		return Candle{}, false
	}
	if !t.growing {
		t.whole, t.growing = c, true
		t.whole.OpenTime, t.whole.Volume = opening, 0
	}
	t.whole.High, t.whole.Low = max(t.whole.High, c.High), min(t.whole.Low, c.Low)
	t.whole.Close, t.whole.Volume = c.Close, t.whole.Volume+c.Volume
	t.growing = c.OpenTime+minute != opening+t.length
	return t.whole, !t.growing
}
