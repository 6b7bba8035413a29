package actors

import (
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/strategy"
)

const (
	leaseRenew = 15 * time.Second // followers renew this often
	leaseTerm  = 60 * time.Second // a lease that is not renewed ends
)

// lease is one follower of a market.
type lease struct {
	FollowMarket
	key     string // signal key, "" for none
	expires time.Time
}

// leases are the followers of one market, by name and by signal key.
type leases struct {
	byName map[string]*lease
	byKey  map[string]map[string]*lease
	pages  map[string]*lease // those that want tickers, candles or analysis
}

func newLeases() leases {
	return leases{byName: map[string]*lease{}, byKey: map[string]map[string]*lease{}, pages: map[string]*lease{}}
}

// follow grants or renews a lease. It gives the lease and whether anything about
// it is new, so that the follower must hear where things stand.
func (l *leases) follow(m FollowMarket, now time.Time) (granted *lease, fresh bool) {
	old, known := l.byName[m.Follower]
	granted = &lease{FollowMarket: m, key: signalKeyOf(m.Config), expires: now.Add(leaseTerm)}
	fresh = !known || old.key != granted.key || !old.From.Same(m.From) ||
		old.Ticker != m.Ticker || !slices.Equal(old.Candles, m.Candles) || old.Analysis != m.Analysis
	if known {
		l.leave(m.Follower)
	}
	l.byName[m.Follower] = granted
	if granted.key != "" {
		if l.byKey[granted.key] == nil {
			l.byKey[granted.key] = map[string]*lease{}
		}
		l.byKey[granted.key][m.Follower] = granted
	}
	if m.Ticker || len(m.Candles) > 0 || m.Analysis {
		l.pages[m.Follower] = granted
	}
	return granted, fresh
}

func signalKeyOf(c strategy.Config) string {
	if c == nil {
		return ""
	}
	return c.SignalKey()
}

// leave ends a lease.
func (l *leases) leave(follower string) {
	old, ok := l.byName[follower]
	if !ok {
		return
	}
	delete(l.byName, follower)
	delete(l.pages, follower)
	delete(l.byKey[old.key], follower)
	if len(l.byKey[old.key]) == 0 {
		delete(l.byKey, old.key)
	}
}

// expire ends the leases that were not renewed by now.
func (l *leases) expire(now time.Time) {
	for name, lease := range l.byName {
		if !now.Before(lease.expires) {
			l.leave(name)
		}
	}
}
