package simulator

// refillMax is the longest pause that is counted, in milliseconds; every pool is full long before.
const refillMax = 3_600_000

// bucket is a pool of credits. Its zero value is a full one of no size: make it with newBucket.
type bucket struct {
	size, perSecond, left int64 // in thousandths of a credit
	at                    int64 // milliseconds of the last refill
}

func newBucket(size, perSecond int64) bucket {
	return bucket{size: size * 1000, perSecond: perSecond * 1000, left: size * 1000}
}

// take pays a cost at a time; false when the pool does not hold it.
func (b *bucket) take(cost, now int64) bool {
	b.refill(now)
	if b.left < cost*1000 {
		return false
	}
	b.left -= cost * 1000
	return true
}

func (b *bucket) refill(now int64) {
	if now > b.at {
		b.left = min(b.size, b.left+min(now-b.at, refillMax)*b.perSecond/1000)
		b.at = now
	}
}

// resize changes what a pool may hold and how fast it fills; a larger one starts with the room that
// is new.
func (b *bucket) resize(size, perSecond, now int64) {
	b.refill(now)
	b.left = max(0, b.left+size*1000-b.size)
	b.size, b.perSecond = size*1000, perSecond*1000
}
