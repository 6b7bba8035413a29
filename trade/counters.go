package trade

import "time"

// dayFormat is how a UTC day is written.
const dayFormat = "2006-01-02"

// On gives the counters as they stand on the UTC day of now: a new day begins with none. A clock that
// runs back starts no day again.
func (c Counters) On(now time.Time) Counters {
	if day := now.UTC().Format(dayFormat); day > c.Day {
		c.Day, c.TradesToday, c.LossToday = day, 0, Zero
	}
	return c
}

// ofDay tells whether a moment is on the day that these counters are of: what is told late, of a day
// that has passed, moves no limit of today.
func (c Counters) ofDay(at time.Time) bool { return c.Day == at.UTC().Format(dayFormat) }

// countTrade counts a trade at its first fill.
func (a *Account) countTrade(s StrategyID, at time.Time) {
	c := a.counters[s].On(at)
	if c.ofDay(at) {
		c.TradesToday++
	}
	c.TotalTrades++
	a.setCounters(s, c)
}

// countNet counts what a trade brought: a loss adds to the day's loss, a profit takes from it, in
// whatever order they come.
func (a *Account) countNet(s StrategyID, net Dec, at time.Time) {
	if c := a.counters[s].On(at); c.ofDay(at) {
		c.LossToday = c.LossToday.Sub(net)
		a.setCounters(s, c)
	}
}

// coolDown starts the pause after an exit; the strategy tells how long it is when it follows.
func (a *Account) coolDown(s StrategyID, exit time.Time) {
	a.exits[s] = exit
	c := a.counters[s]
	if until := exit.Add(a.cooldowns[s]); until.After(c.CooldownUntil) {
		c.CooldownUntil = until
		a.setCounters(s, c)
	}
}

// Counters gives a strategy's limits as the account counts them.
func (a *Account) Counters(s StrategyID) Counters { return a.counters[s] }
