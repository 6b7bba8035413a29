package trade

import "time"

// Clock is how an exchange's clock stands against the server's.
type Clock struct {
	Offset   time.Duration // exchange time minus the server's time
	Shift    time.Duration // how far the last measurement was from what the one before let expect
	Measured time.Time     // by the server's time; zero: never
}

// skewMax is how far the two clocks may be apart for entries (invariant I13).
const skewMax = time.Second

// trouble tells why the clocks allow no entry, nil for they do. The time until which an order is
// valid is the exchange's, so a steady offset alone sends none wrongly; but days, sign-ins and what
// is recorded go by the server's clock, and one that is far off or leaps is not to be built upon.
func (c Clock) trouble() *Error {
	skew := max(c.Offset.Abs(), c.Shift.Abs())
	switch {
	case c.Measured.IsZero():
		return Errorf(Unavailable, "clock_skew", "The exchange's clock has not been measured yet.")
	case skew > skewMax:
		return Errorf(Unavailable, "clock_skew",
			"The server's clock and the exchange's are %s apart; nothing new is started until they agree within a second.", skew.Round(100*time.Millisecond))
	}
	return nil
}
