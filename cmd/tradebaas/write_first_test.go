package main_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

const (
	pollTime = 70 * time.Second
	pollTick = 100 * time.Millisecond
)

// poll waits for a fact for pollTime and says whether it came.
func (p *person) poll(fact func() bool) bool {
	deadline := time.Now().Add(pollTime)
	tick := time.NewTicker(pollTick)
	defer tick.Stop()
	for !fact() {
		if time.Now().After(deadline) {
			return false
		}
		<-tick.C
	}
	return true
}

// TestNothingIsSentBeforeItIsWritten holds the orders table while a strategy wants to enter: as long
// as the intent cannot be committed the exchange hears nothing, however long that takes.
func TestNothingIsSentBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	s, _, url := startAll(t)
	p := newPerson(t, s, "writer@example.com")
	p.connectPaper()

	ctx := context.Background()
	db, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer db.Close(ctx)
	hold, err := db.Begin(ctx)
	require.NoError(t, err)
	_, err = hold.Exec(ctx, "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)

	go func() { p.call("POST", "/api/strategy/start", fastTest()) }()
	watcher, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer watcher.Close(ctx)
	require.Eventually(t, func() bool {
		var waiting int
		err := watcher.QueryRow(ctx, "SELECT count(*) FROM pg_locks WHERE relation = 'orders'::regclass AND NOT granted").Scan(&waiting)
		return err == nil && waiting > 0
	}, pollTime, pollTick, "the intent waits for the table")
	require.Empty(t, p.positions(), "nothing was sent while the intent was not committed")
	require.Empty(t, p.orders(btc))

	require.NoError(t, hold.Rollback(ctx))
	p.eventually("the trade runs once the table is free, or its decision has expired", func() bool {
		trades := p.trades()
		return len(trades) == 1 && trades[0].(object)["status"] == "closed" || p.decided()
	})
	require.LessOrEqual(t, len(p.trades()), 1)
}

// decided tells whether a decision was recorded that led to no trade.
func (p *person) decided() bool {
	status, got := p.call("GET", "/api/strategy/decisions/"+escape(p.id+":Fast Test:"+btc+":deribit:paper"), nil)
	if status != http.StatusOK {
		return false
	}
	decisions, _ := got["decisions"].([]any)
	for _, d := range decisions {
		if d.(object)["outcome"] != "taken" {
			return true
		}
	}
	return false
}

func fastTest() object {
	return object{"strategyName": "Fast Test", "instrument": btc, "environment": "paper", "config": object{}, "disclaimerAccepted": true}
}

// TestSwallowedAnswer makes the exchange accept the entry without a word: the state resolves by
// asking, no second entry is sent, and the trade runs to its end.
func TestSwallowedAnswer(t *testing.T) {
	t.Parallel()
	s, x, _ := startAll(t)
	p := newPerson(t, s, "swallowed@example.com")
	p.connectPaper()
	x.fault(t, "swallow", simulator.Trouble{Count: 1, Methods: []string{"private/buy"}})
	p.startStrategy("Fast Test", btc, object{})
	p.eventually("the trade is closed", func() bool {
		trades := p.trades()
		return len(trades) == 1 && trades[0].(object)["status"] == "closed"
	})
	p.eventually("flat", func() bool { return len(p.positions()) == 0 && len(p.orders(btc)) == 0 })
	require.Len(t, p.trades(), 1, "one entry, not two")
}

// TestTwoServersOneDatabase starts a second server on the database of a running one: it waits and
// says so, and takes over when the first one dies.
func TestTwoServersOneDatabase(t *testing.T) {
	t.Parallel()
	first, x, url := startAll(t)
	p := newPerson(t, first, "steady@example.com")
	p.connectPaper()

	second := newServer(t, url, x)
	second.env = append(second.env, keysOf(t, first)...)
	second.process = start(t, second.env, "serve")
	require.Eventually(t, func() bool { return containsWaiting(second.out.String()) }, pollTime, pollTick, "the second server says that it waits")
	require.False(t, second.ready(), "only one trades")
	require.True(t, first.ready())
	p.startStrategy("Fast Test", btc, object{})

	first.kill()
	waitFor(t, second.process, "the second server takes over", second.ready)
	p.base = second.base
	p.login()
	p.eventually("the trade that the first began ends here", func() bool {
		trades := p.trades()
		return len(trades) == 1 && trades[0].(object)["status"] == "closed"
	})
}
