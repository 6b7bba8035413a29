package simulator

import (
	"regexp"
	"strconv"
)

// shiftClock lets the exchange's clock go wrong for whoever looks at it: what it tells is shifted,
// and what it is told is judged by the shifted clock. The market itself goes on as it did, and candles
// stay on their minutes.
func shiftClock(e *engine, t *trouble) *adminError {
	delete(e.faults.active, "clock") // there is one clock
	e.skew.Store(t.Ms)
	t.undo = func() { e.skew.Store(0) }
	return nil
}

// told is the time that the exchange shows, in milliseconds.
func (e *engine) told() int64 { return e.now() + e.skew.Load() }

var times = regexp.MustCompile(`"(?:creation_|last_update_)?timestamp":[0-9]{13}`)

// timed shifts the times in a frame.
func (e *engine) timed(frame []byte) []byte {
	skew := e.skew.Load()
	if skew == 0 {
		return frame
	}
	return times.ReplaceAllFunc(frame, func(field []byte) []byte {
		n := len(field) - 13
		ms, _ := strconv.ParseInt(string(field[n:]), 10, 64)
		return strconv.AppendInt(append([]byte(nil), field[:n]...), ms+skew, 10)
	})
}

// timeParams are the parameters that are times of the exchange.
var timeParams = []string{"valid_until", "start_timestamp", "end_timestamp", "search_start_timestamp"}

// untimed takes the shift off the times in a call.
func (c *call) untimed() {
	skew := c.e.skew.Load()
	if skew == 0 || c.r.method == "public/get_tradingview_chart_data" {
		return
	}
	for _, name := range timeParams {
		if ms, err := c.p.int(name, 0); err == nil && ms != 0 {
			c.p[name] = number(ms - skew)
		}
	}
}
