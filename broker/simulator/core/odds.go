package core

// Odds decide when a fault strikes: so many times, and in so many of a hundred cases. Each account's
// cases are counted by themselves and the seed chooses among them, so that the same seed and the same
// cases always give the same strikes.
type Odds struct {
	Count  int64           `json:"count,omitempty"` // strikes so many times; 0: until it is ended
	Rate   int64           `json:"rate,omitempty"`  // percent of the cases; 0: every one
	Seed   uint64          `json:"seed,omitempty"`
	Struck int64           `json:"struck"`
	Seen   map[int64]int64 `json:"seen,omitempty"` // cases so far, by account
}

// Strike takes the next case of an account and tells whether the fault strikes in it.
func (o *Odds) Strike(account int64) bool {
	if o.Over() {
		return false
	}
	if o.Rate > 0 && o.Rate < 100 {
		if o.Seen == nil {
			o.Seen = map[int64]int64{}
		}
		o.Seen[account]++
		if splitmix(splitmix(o.Seed+uint64(account))+uint64(o.Seen[account]))%100 >= uint64(o.Rate) {
			return false
		}
	}
	o.Struck++
	return true
}

// Over tells whether the fault has struck as often as it was to.
func (o *Odds) Over() bool { return o.Count > 0 && o.Struck >= o.Count }

// splitmix is the finaliser of splitmix64: its outputs for neighbouring inputs have nothing in common.
func splitmix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
