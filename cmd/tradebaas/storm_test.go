package main_test

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/killpoint"
	"github.com/tradebaas/tradebaas/store/storetest"
	"github.com/tradebaas/tradebaas/trade"
)

var (
	stormKills = flag.Int("storm.kills", 20, "how often the storm kills the server")
	stormSeed  = flag.Uint64("storm.seed", 1, "what the storm's chances are drawn from")
)

const (
	stormUsers = 6
	stormLife  = 4 * time.Second // a server that has not met its fate by then is killed from outside
)

// storm is a server that is killed with -9 over and over, at named instants and at any other, while
// its users start and stop strategies and the exchange misbehaves.
type storm struct {
	*testing.T
	server   *server
	exchange *exchange
	database string
	people   []*stormPerson
	chance   *rand.Rand
	deaths   map[string]int
	acked    int
	gap      string // what the books said last
	began    time.Time
}

// TestStorm kills the real server with -9 against a separate exchange and PostgreSQL. After each start
// it reads exchange and database and holds them to the invariants; at the end everything is stopped,
// flat, and every unit of money is explained.
func TestStorm(t *testing.T) {
	t.Parallel()
	s := newStorm(t)
	for n := range *stormKills {
		s.cycle(n)
	}
	s.server.fate = nil
	s.start()
	for _, p := range s.people {
		p.windDown()
	}
	s.Cleanup(func() {
		if s.Failed() {
			s.Logf("the last gap: %s", s.gap)
		}
	})
	for _, p := range s.people {
		s.checkSettled(p)
	}
	t.Logf("storm: seed %d, %d kills (%v), %d commands acknowledged, %s round trips, %s fills, %s",
		*stormSeed, *stormKills, s.deaths, s.acked, s.count("trades"), s.count("fills"), time.Since(s.began).Round(time.Second))
}

func newStorm(t *testing.T) *storm {
	s := &storm{T: t, exchange: startExchange(t), database: storetest.MustURL(t), deaths: map[string]int{}, began: time.Now(),
		chance: rand.New(rand.NewPCG(*stormSeed, *stormSeed))}
	s.server = newServer(t, s.database, s.exchange, "TRADEBAAS_LOG_LEVEL=info")
	s.server.program = func(tb testing.TB) string {
		bin, err := buildDeadly()
		require.NoError(tb, err)
		return bin
	}
	s.start()
	for n := range stormUsers {
		s.people = append(s.people, s.newPerson(fmt.Sprintf("storm%d@example.com", n)))
	}
	return s
}

func (s *storm) start() {
	s.server.start(s)
	for _, p := range s.people {
		p.eventually("the connection is back", func() bool { return p.connection()["state"] == "connected" })
	}
}

// stormTroubles are what the exchange does to the orders of a life. Each meets each instant of death
// once in as many kills as there are pairs.
var stormTroubles = []struct {
	name string
	simulator.Trouble
}{
	{"", simulator.Trouble{}},
	{"swallow", simulator.Trouble{Rate: 30, Methods: []string{"private/buy"}}},
	{"swallow", simulator.Trouble{Rate: 30, Methods: []string{"private/sell"}}},
	{"swallow", simulator.Trouble{Rate: 30, Methods: []string{"private/cancel", "private/edit"}}},
	{"lost", simulator.Trouble{Rate: 30}},
	{"hold", simulator.Trouble{Ms: 400, Rate: 50}},
	{"delay", simulator.Trouble{Ms: 400, Rate: 50}},
	{"refuse", simulator.Trouble{Rate: 50, Code: 10041, Message: "settlement_in_progress", Methods: []string{"private/sell", "private/buy"}}},
	{"refuse", simulator.Trouble{Rate: 30, Code: 11094, Message: "internal_server_error", Methods: []string{"private/sell", "private/buy"}}},
	{"timed-out", simulator.Trouble{Rate: 50}},
	{"queue-full", simulator.Trouble{Rate: 50}},
	{"limit", simulator.Trouble{Rate: 5, Close: true}},
	{"unlinked", simulator.Trouble{Rate: 50}},
	{"label-lag", simulator.Trouble{Ms: 1500}},
	{"lose-events", simulator.Trouble{Rate: 50}},
	{"duplicate-events", simulator.Trouble{Rate: 50}},
	{"reorder-events", simulator.Trouble{Rate: 50}},
	{"half-open", simulator.Trouble{}},
	{"slow-link", simulator.Trouble{Ms: 20}},
	{"garble", simulator.Trouble{Rate: 20}},
	{"pause", simulator.Trouble{Ms: 1000}},
	{"maintenance", simulator.Trouble{Ms: 1000, Close: true}},
	{"shock", simulator.Trouble{Percent: trade.MustDec("0.5"), Ms: 3000}},
	{"panic", simulator.Trouble{}},
}

// fates are the named instants, an orderly shutdown (F8), and any other.
var fates = append(slices.Clone(killpoint.All), "shutdown", "outside")

// cycle is one life of the server: it is killed at an instant of its own or at any moment, while the
// exchange misbehaves, starts again, and is held to what it promised.
func (s *storm) cycle(n int) {
	f := n % len(fates)
	fate, trouble := fates[f], stormTroubles[(n/len(fates)+5*f)%len(stormTroubles)]
	s.server.kill()
	s.server.fate = []string{fmt.Sprintf("KILLPOINT=%s:%d", fate, s.chance.IntN(6))}
	s.server.process = startProgram(s, s.server.program(s), append(slices.Clone(s.server.env), s.server.fate...), "serve")
	s.Logf("life %d: dies at %s, trouble %s", n, fate, trouble.name)
	if trouble.Rate > 0 {
		trouble.Seed = s.chance.Uint64()
	}
	s.act(fate, func() {
		if trouble.name != "" {
			// An exchange that panics answers that it starts again.
			err := s.exchange.calls().Fault(s.Context(), trouble.name, trouble.Trouble)
			require.True(s, err == nil || trouble.name == "panic", "%s: %v", trouble.name, err)
		}
	})
	s.server.kill()
	s.server.fate = nil
	require.Eventually(s, func() bool { return s.exchange.calls().Clear(s.Context()) == nil }, 10*time.Second, 50*time.Millisecond, "the exchange behaves")
	s.start()
	for _, p := range s.people {
		s.check(p)
	}
}

// act lets people use the server until it dies; the trouble begins once the first of them is answered.
func (s *storm) act(fate string, begin func()) {
	over, begun := time.After(stormLife), false
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.server.done:
			status, _ := s.server.cmd.ProcessState.Sys().(syscall.WaitStatus)
			require.Equal(s, syscall.SIGKILL, status.Signal(), "it dies by its kill point and by nothing else:\n%s", s.server.out.tail(20))
			s.deaths[fate]++
			return
		case <-over:
			if fate == "shutdown" {
				s.interrupt()
			}
			s.deaths[cmp.Or(s.unreached(fate), fate)]++
			return
		case <-tick.C:
			p := s.people[s.chance.IntN(len(s.people))]
			if p.act(s.chance) {
				s.acked++
				if !begun {
					begun = true
					begin()
				}
			}
		}
	}
}

// unreached is what a life counts as that ended before its kill point came.
func (s *storm) unreached(fate string) string {
	if slices.Contains(killpoint.All, fate) {
		return "outside"
	}
	return ""
}

// interrupt asks the server to end in order, and lets it get some way.
func (s *storm) interrupt() {
	require.NoError(s, s.server.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.server.done:
	case <-time.After(time.Duration(s.chance.IntN(400)) * time.Millisecond):
	}
}

// stormPerson is a user whose exchange account is known to the test.
type stormPerson struct {
	*person
	key, secret string
	account     string
	strategy    string
	running     bool // the last acknowledged will
	sure        bool // whether it is known: no command is without an answer
}

func (s *storm) newPerson(email string) *stormPerson {
	p := knownPerson(s, s.server, s.exchange, email)
	p.http.Timeout = 5 * time.Second
	return p
}

// knownPerson is a user whose exchange key the test holds too.
func knownPerson(tb testing.TB, s *server, x *exchange, email string) *stormPerson {
	tb.Helper()
	p := &stormPerson{person: newPerson(tb, s, email), sure: true}
	made, err := x.calls().Account(tb.Context(), map[string]string{"USDC": "10000"}, "")
	require.NoError(tb, err)
	p.key, p.secret, p.account = made.Key, made.Secret, strconv.FormatInt(made.ID, 10)
	p.must(http.StatusCreated, "POST", "/api/user/credentials", object{"environment": "paper", "apiKey": p.key, "apiSecret": p.secret})
	p.must(http.StatusOK, "POST", "/api/v2/connect", object{"environment": "paper"})
	p.strategy = p.id + ":Fast Test:" + btc + ":deribit:paper"
	return p
}

// act starts the strategy, or stops it with or without closing; it tells whether that was acknowledged.
func (p *stormPerson) act(chance *rand.Rand) bool {
	path, body, will := "/api/strategy/start", any(fastTest()), true
	if p.running || chance.IntN(4) == 0 {
		path, body, will = "/api/strategy/stop", object{"strategyId": p.strategy, "closePosition": true}, false
	}
	status, ok := p.try("POST", path, body)
	switch {
	case !ok:
		p.sure = false
	case status < 300:
		p.running, p.sure = will, true
		return true
	}
	return false
}

// windDown stops everything and waits until it is flat.
func (p *stormPerson) windDown() {
	p.call("POST", "/api/strategy/stop", object{"strategyId": p.strategy, "closePosition": true})
	p.eventually("flat", func() bool {
		if len(p.positions()) > 0 {
			p.call("POST", "/api/v2/positions/close", object{"environment": "paper", "instrument": btc})
		}
		return len(p.positions()) == 0 && len(p.orders(btc)) == 0
	})
	p.eventually("every trade is closed", func() bool {
		for _, trade := range p.trades() {
			if trade.(object)["status"] != "closed" {
				return false
			}
		}
		return true
	})
}
