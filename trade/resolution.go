package trade

import "time"

// Resolution is the length of a candle, by the name that users see. All lengths divide a day, so
// that candles open at multiples of their length since 1970-01-01 UTC.
type Resolution string

// The lengths that there are. Strategies decide on minutes; the longer ones are for pages.
const (
	OneMinute      Resolution = "1m"
	FiveMinutes    Resolution = "5m"
	FifteenMinutes Resolution = "15m"
	OneHour        Resolution = "1h"
)

// Resolutions lists all lengths, shortest first.
var Resolutions = []Resolution{OneMinute, FiveMinutes, FifteenMinutes, OneHour}

// Length is how long a candle lasts; 0 for a name that is not in Resolutions.
func (r Resolution) Length() time.Duration {
	switch r {
	case OneMinute:
		return time.Minute
	case FiveMinutes:
		return 5 * time.Minute
	case FifteenMinutes:
		return 15 * time.Minute
	case OneHour:
		return time.Hour
	}
	return 0
}
