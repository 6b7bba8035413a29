package indicator

// RSI is Cutler's relative strength index: plain sums of the last n gains and losses, without
// Wilder's smoothing, so that it forgets all that is older than its window.
type RSI struct {
	changes Window
	last    float64
	started bool
}

// NewRSI makes an index over n changes, n at least 1; it needs n + 1 closes.
func NewRSI(n int) RSI { return RSI{changes: NewWindow(n)} }

// Add takes the next close.
func (r *RSI) Add(close float64) {
	if r.started {
		r.changes.Add(close - r.last)
	}
	r.last, r.started = close, true
}

// Ready tells whether n changes have been seen.
func (r *RSI) Ready() bool { return r.changes.Full() }

// Value is between 0 and 100: 100 when there were gains and no losses, 50 when nothing moved.
func (r *RSI) Value() float64 {
	var gains, losses float64
	for i := len(r.changes.values) - 1; i >= 0; i-- {
		if change := r.changes.Ago(i); change > 0 {
			gains += change
		} else {
			losses -= change
		}
	}
	if gains == 0 && losses == 0 {
		return 50
	}
	return 100 * gains / (gains + losses)
}
