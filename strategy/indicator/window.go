package indicator

// Window keeps the newest n values.
type Window struct {
	values []float64
	next   int // where the next value goes
	size   int // how many are there
}

// NewWindow makes a window of n values, n at least 1.
func NewWindow(n int) Window { return Window{values: make([]float64, n)} }

// Add takes a value; a full window forgets its oldest.
func (w *Window) Add(x float64) {
	w.values[w.next] = x
	w.next = (w.next + 1) % len(w.values)
	w.size = min(w.size+1, len(w.values))
}

// Full tells whether n values are there.
func (w *Window) Full() bool { return w.size == len(w.values) }

// Ago gives the value that came i values before the newest; Ago(0) is the newest.
func (w *Window) Ago(i int) float64 {
	at := w.next - 1 - i
	if at < 0 {
		at += len(w.values)
	}
	return w.values[at]
}

// Mean is the average of the newest n values.
func (w *Window) Mean(n int) float64 {
	var sum float64
	for i := n - 1; i >= 0; i-- {
		sum += w.Ago(i)
	}
	return sum / float64(n)
}

// Extremes gives the smallest and the largest of the newest n values.
func (w *Window) Extremes(n int) (lowest, highest float64) {
	lowest, highest = w.Ago(0), w.Ago(0)
	for i := 1; i < n; i++ {
		lowest, highest = min(lowest, w.Ago(i)), max(highest, w.Ago(i))
	}
	return lowest, highest
}
