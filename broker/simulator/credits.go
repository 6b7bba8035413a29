package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// pool names the bucket that a method pays from.
type pool uint8

const (
	readPool pool = iota
	matchingPool
	cancelAllPool
	subscribePool
	instrumentsPool
	logPool
	freePool // costs nothing
	pools
)

// Credits, as the exchange publishes them: a request costs credits from a pool that refills.
const (
	readSize  = 50_000
	readRate  = 10_000 // credits a second
	readCost  = 500
	weekMilli = 7 * 86_400_000
	hourMilli = 3_600_000
)

var costs = [pools]int64{readPool: readCost, matchingPool: 1, cancelAllPool: 1, subscribePool: 3_000, instrumentsPool: 10_000, logPool: 10_000}

// tier is how many orders an account may send: so many a second, and a burst.
type tier struct{ above, rate, burst int64 }

// tiers go by the volume of seven days in USD, highest first.
var tiers = []tier{{25_000_000, 30, 100}, {5_000_000, 20, 50}, {1_000_000, 10, 30}, {-1, 5, 20}}

func tierOf(volume trade.Dec) tier {
	for _, t := range tiers {
		if volume.Cmp(trade.NewDec(t.above)) > 0 {
			return t
		}
	}
	return tiers[len(tiers)-1]
}

// buckets are the pools of one account, or of one address that has not signed in.
type buckets struct {
	pools [pools]bucket
	tier  tier
	hour  int64 // in which the tier was last looked at
	used  int64 // milliseconds
}

func newBuckets() *buckets {
	lowest := tiers[len(tiers)-1]
	return &buckets{tier: lowest, pools: [pools]bucket{
		readPool:        newBucket(readSize, readRate),
		matchingPool:    newBucket(lowest.burst, lowest.rate),
		cancelAllPool:   newBucket(lowest.burst, lowest.rate),
		subscribePool:   newBucket(30_000, readRate),
		instrumentsPool: newBucket(500_000, readRate),
		logPool:         newBucket(80_000, readRate),
	}}
}

func (b *buckets) take(p pool, now int64) bool {
	b.used = now
	return p == freePool || b.pools[p].take(costs[p], now)
}

// rate puts an account into the tier of its volume, once an hour.
func (b *buckets) rate(x *core.Exchange, a *core.Account, now int64) {
	if b.hour == now/hourMilli {
		return
	}
	b.hour = now / hourMilli
	if t := tierOf(x.Volume(a, now-weekMilli)); t != b.tier {
		b.tier = t
		b.pools[matchingPool].resize(t.burst, t.rate, now)
		b.pools[cancelAllPool].resize(t.burst, t.rate, now)
	}
}

// guest gives the pools of an address; those of one that was silent for an hour are full and gone.
func (e *engine) guest(address string) *buckets {
	if e.guests[address] == nil {
		e.guests[address] = newBuckets()
	}
	return e.guests[address]
}

func (e *engine) forgetGuests(now int64) {
	for address, b := range e.guests {
		if now-b.used > hourMilli {
			delete(e.guests, address)
		}
	}
}

// pay takes a call's credits: from its account, or from its address when nobody has signed in. An
// address is held to limits only where its connections are.
func (c *call) pay() *wireError {
	now, a := c.e.now(), c.payer()
	if c.e.opt.NoRateLimits || a == nil && c.e.opt.ConnectionsPerAddress == 0 {
		return nil
	}
	b, p := c.e.guest(c.conn.address), c.m.pool
	if a != nil {
		b = c.e.desk(a.ID).credits
		b.rate(c.e.core, a, now)
	}
	if p == matchingPool && c.cancelsAll() {
		p = cancelAllPool
	}
	if b.take(p, now) {
		return nil
	}
	if c.closesOnLimit() {
		c.closeAfterAnswer()
	}
	return errTooMany
}

// payer is the account of a call, private or public; nil when nobody has signed in.
func (c *call) payer() *core.Account {
	if c.account != nil {
		return c.account
	}
	if g, err := c.grantOf(); err == nil && g.access != "" {
		return c.e.core.Account(g.account)
	}
	return nil
}

// cancelsAll tells whether a call cancels over every currency, for which there is a pool of its own.
func (c *call) cancelsAll() bool {
	return c.r.method == "private/cancel_all" || c.r.method == "private/cancel_by_label" && anyAsNone(c.p.currency()) == ""
}

// limitsObject tells an account its credit, as the exchange words it.
func (b *buckets) limitsObject() []byte {
	rate := func(burst, rate int64) []byte { return newObject().int("burst", burst).int("rate", rate).end() }
	mine := rate(b.tier.burst, b.tier.rate)
	matching := newObject().raw("trading", newObject().raw("total", mine).end()).raw("spot", mine).raw("cancel_all", mine).
		raw("maximum_quotes", rate(500, 500)).raw("maximum_mass_quotes", rate(10, 10)).raw("guaranteed_mass_quotes", rate(2, 2)).end()
	return newObject().bool("limits_per_currency", false).raw("non_matching_engine", rate(readSize/readCost, readRate/readCost)).
		raw("matching_engine", matching).end()
}
