package main_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store/storetest"
)

const eth = "ETH_USDC-PERPETUAL"

// startBehindRelay is the usual stage with a relay before the database.
func startBehindRelay(t *testing.T) (*server, *exchange, *relay) {
	x := startExchange(t)
	r, address := newRelay(t, storetest.MustURL(t))
	s := newServer(t, address, x)
	s.start(t)
	return s, x, r
}

// F41: the database is gone. Nothing is entered, what is open stays covered and can be closed, nobody
// is told that all is well; and when it is back everything is recorded, once.
func TestF41_database_away(t *testing.T) {
	t.Parallel()
	s, x, r := startBehindRelay(t)
	p := knownPerson(t, s, x, "away@example.com")
	id := p.startStrategy("Razor", btc, eager)
	p.waitProtected()

	r.setCut(true)
	p.eventually("the server says that it is not ready", func() bool { return !s.ready() })
	began := time.Now()
	status, _ := p.try("POST", "/api/strategy/start", object{"strategyName": "Fast Test", "instrument": eth, "environment": "paper", "config": object{}})
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Less(t, time.Since(began), 25*time.Second, "an answer comes in bounded time")
	size, stopped := x.holds(t, p)
	require.Positive(t, size.Sign())
	require.False(t, stopped.Less(size), "the stop stands")

	p.try("POST", "/api/v2/positions/close", object{"environment": "paper", "instrument": btc})
	p.eventually("an exit needs no database", func() bool { size, _ := x.holds(t, p); return size.IsZero() })

	r.setCut(false)
	p.eventually("ready again", s.ready)
	p.eventually("the trade is recorded, closed by hand", func() bool {
		trades := p.trades()
		return len(trades) == 1 && trades[0].(object)["status"] == "closed" && trades[0].(object)["exitReason"] == "manual"
	})
	require.NotEqual(t, "error", p.person.strategy(id)["status"])
}

// F42: every answer of the database takes five seconds. Requests end in bounded time, nothing piles up,
// and it all goes on by itself afterwards.
func TestF42_database_slow(t *testing.T) {
	t.Parallel()
	s, x, r := startBehindRelay(t)
	p := knownPerson(t, s, x, "slow@example.com")
	p.http.Timeout = time.Minute
	before := s.metric(t, "go_goroutines")
	r.setDelay(5 * time.Second)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			began := time.Now()
			status, answered := p.try("GET", "/api/user/trades/history", nil)
			if !answered || status != http.StatusOK && status != http.StatusServiceUnavailable || time.Since(began) > 25*time.Second {
				t.Errorf("answered %t with %d after %s", answered, status, time.Since(began))
			}
		})
	}
	all.Wait()
	r.setDelay(0)
	p.eventually("ready again", s.ready)
	p.eventually("nothing has piled up", func() bool { return s.metric(t, "go_goroutines") < before+30 })
	p.startStrategy("Fast Test", btc, object{})
	p.eventually("trading goes on", func() bool {
		trades := p.trades()
		return len(trades) == 1 && trades[0].(object)["status"] == "closed"
	})
}
