package simulation

import (
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// Options are what one run is about.
type Options struct {
	Seed    uint64
	Minutes int      // of trouble; then it is calm, and everything must come to rest
	Skip    []string // spells of trouble that are left out; Shrink names them
	Trace   io.Writer
	broken  sabotage
	only    []Fault // nothing else goes wrong, and these do again and again
	killAt  string  // the one kill point; "" for all
}

// World is everything there is: users, their server, its database, the network and the exchange.
type World struct {
	options  Options
	seed     uint64
	start    time.Time
	now      time.Time // exchange time
	storm    time.Time // the end of trouble
	quiet    bool      // no strategy decides any more
	queue    queue
	rand     *rand.Rand // of what is no fault
	weather  map[Fault]*weather
	sabotage sabotage

	venue     *venue
	specs     []trade.Spec
	tickers   map[trade.Instrument]trade.Ticker
	db        *database
	server    *server // nil while none runs
	acting    *server // whose step is running
	sessions  []*session
	users     []*user
	byAccount map[int64]*user
	intents   uint64
	report    Report
	failure   *Violation
}

// How long the calm after the storm lasts, and when what is still open is closed.
const (
	calm    = 150 * time.Second
	closing = 120 * time.Second
)

// starts are moments of the day at which worlds begin: some before a settlement, some before midnight.
var starts = []string{"2026-11-24T10:00:00Z", "2026-11-24T07:57:00Z", "2026-11-24T23:57:00Z"}

// newWorld draws everything that does not depend on what happens.
func newWorld(o Options) *World {
	w := &World{options: o, seed: o.Seed, weather: map[Fault]*weather{}, sabotage: o.broken, rand: stream(o.Seed, "world"),
		byAccount: map[int64]*user{}, report: newReport(), tickers: map[trade.Instrument]trade.Ticker{}, db: newDatabase()}
	w.start, _ = time.Parse(time.RFC3339, starts[w.rand.IntN(len(starts))])
	w.now = w.start
	w.storm = w.start.Add(time.Duration(o.Minutes) * time.Minute)
	for _, kind := range Faults {
		w.weather[kind] = forecast(o.Seed, kind, w.start.Add(5*time.Second), w.storm)
	}
	if o.only != nil {
		w.only(o.only)
	}
	w.skip(o.Skip)
	seconds := int((w.storm.Sub(w.start) + calm + closing).Seconds()) + 10
	w.venue = &venue{w: w, x: core.New(newPath(w, seconds), w.now.UnixMilli())}
	for _, i := range core.Perpetuals() {
		w.specs = append(w.specs, specOf(i))
	}
	for n := range 2 + w.rand.IntN(3) {
		w.settle(n)
	}
	return w
}

// settle makes a user with money, strategies and limits.
func (w *World) settle(n int) {
	id := trade.UserID(fmt.Sprint("user-", n))
	u := &user{w: w, id: id, account: trade.AccountID{User: id, Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}},
		whale: w.rand.IntN(4) == 0}
	cash, coins := int64(10_000), trade.MustDec("0.5")
	if u.whale {
		cash, coins = 2_000_000, trade.NewDec(100)
	}
	r, _ := w.venue.x.Apply(w.now.UnixMilli(), core.Command{Open: &core.OpenAccount{Name: string(id), Key: string(id), Secret: string(id),
		Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(cash)}, {Currency: "BTC", Amount: coins}}}})
	u.number, u.truth = r.Account, newTruth(u)
	if w.rand.IntN(2) == 0 {
		u.limits = trade.Limits{MaxOpenTrades: 1 + w.rand.IntN(2), MaxLeverage: trade.NewDec(1 + w.rand.Int64N(5))}
	}
	w.users, w.byAccount[u.number] = append(w.users, u), u
	w.db.accounts[u.account], w.db.users[id] = newTables(), &will{wanted: true, limits: u.limits}
	for k, spec := range w.specs {
		if k == 0 || w.rand.IntN(2) == 0 {
			s := trade.NewStrategyID(id, "Random", trade.Market{Venue: u.account.Venue, Instrument: spec.Instrument})
			u.strategies = append(u.strategies, s)
			w.db.strategies[s] = &instance{id: s, status: trade.Active, act: trade.ManualStart, since: w.now, version: 1}
		}
	}
}

func (w *World) spec(i trade.Instrument) trade.Spec {
	for _, s := range w.specs {
		if s.Instrument == i {
			return s
		}
	}
	panic("no instrument " + i)
}

func (w *World) delay(from, to int64) time.Duration {
	return time.Duration(from+w.rand.Int64N(to-from+1)) * time.Millisecond
}

// strikes tells whether a kind of trouble befalls a user now.
func (w *World) strikes(kind Fault, u *user) bool {
	if !w.weather[kind].now(w.now) {
		return false
	}
	u.trouble(kind)
	return true
}

// clockError is how wrong our idea of the exchange's time is.
func (w *World) clockError() time.Duration {
	step := w.weather[ClockStep]
	for n, s := range step.spells {
		if !w.now.Before(s.from) && w.now.Before(s.to) {
			return time.Duration(n%2*2-1) * 800 * time.Millisecond
		}
	}
	return 0
}

// ticker is the newest price that the feed has told.
func (w *World) ticker(i trade.Instrument) trade.Ticker { return w.tickers[i] }

// transact is one transaction on its way: it may be slow, fail, or succeed and say otherwise.
func (w *World) transact(f *flight, epoch int64, u *user, c trade.Change, done func(error)) {
	d := w.delay(1, 4)
	if w.weather[SlowCommit].now(w.now) {
		d = w.delay(50, 2500)
		u.hinder(d + 2*time.Second)
	}
	w.queue.add(w.now.Add(d), func() {
		if f.stopped {
			return
		}
		if w.weather[DatabaseAway].on(w.now) || w.weather[FailedCommit].now(w.now) {
			u.hinder(2 * time.Second)
			done(errAway)
			return
		}
		err := w.db.commit(epoch, u.account, c, w.now)
		if err == nil && w.weather[UnknownCommit].now(w.now) {
			u.hinder(time.Second)
			err = errAway
		}
		done(err)
	})
}

// forget takes a closed session off the list.
func (w *World) forget(s *session) {
	for n, other := range w.sessions {
		if other == s {
			w.sessions = append(w.sessions[:n:n], w.sessions[n+1:]...)
			return
		}
	}
}
