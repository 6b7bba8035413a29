package simulator

// Credits, as the exchange publishes them: a request costs credits from a pool that refills.
const (
	matchingBurst = 20 // orders at once, tier 4
	matchingRate  = 5  // orders a second
)

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
	if now > b.at {
		b.left = min(b.size, b.left+min(now-b.at, refillMax)*b.perSecond/1000)
		b.at = now
	}
	if b.left < cost*1000 {
		return false
	}
	b.left -= cost * 1000
	return true
}

// pool names the bucket that a method pays from.
type pool uint8

const (
	readPool pool = iota
	matchingPool
	subscribePool
	instrumentsPool
	logPool
	freePool // costs nothing
	pools
)

type buckets [pools]bucket

func newBuckets() *buckets {
	return &buckets{
		readPool:        newBucket(50_000, 10_000),
		matchingPool:    newBucket(matchingBurst, matchingRate),
		subscribePool:   newBucket(30_000, 10_000),
		instrumentsPool: newBucket(500_000, 10_000),
		logPool:         newBucket(80_000, 10_000),
	}
}

var costs = [pools]int64{readPool: 500, matchingPool: 1, subscribePool: 3_000, instrumentsPool: 10_000, logPool: 10_000}

func (b *buckets) take(p pool, now int64) bool { return p == freePool || b[p].take(costs[p], now) }
