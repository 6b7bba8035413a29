package actors

import "time"

const (
	rhythmFloor = 5 * time.Second  // never stale before
	rhythmCeil  = 60 * time.Second // always stale after
	rhythmTimes = 10               // so many usual intervals of silence are too many
)

// rhythm learns how often a market's ticker moves, to tell silence from calm.
type rhythm struct {
	last  time.Time
	usual time.Duration // moving average of the intervals
}

// beat notes a tick. A pause that counts as silence teaches nothing.
func (r *rhythm) beat(now time.Time) {
	if gap := now.Sub(r.last); !r.last.IsZero() && gap <= r.limit() {
		r.usual += (gap - r.usual) / 16
	}
	r.last = now
}

// silent tells whether the market has been silent for too long.
func (r *rhythm) silent(now time.Time) bool {
	return r.last.IsZero() || now.Sub(r.last) > r.limit()
}

func (r *rhythm) limit() time.Duration {
	return min(rhythmCeil, max(rhythmFloor, rhythmTimes*r.usual))
}
