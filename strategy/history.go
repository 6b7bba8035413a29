package strategy

// leastHistory is how many one-minute candles live trading starts from at least.
const leastHistory = 5000

// History is how many one-minute candles to feed an evaluator before the first live decision, so
// that a restarted server's averages agree with those of one that ran on. A market younger than
// that gives all that it has.
func History(c Config) int {
	if long, ok := c.(interface{ History() int }); ok {
		return max(leastHistory, long.History())
	}
	return leastHistory
}
