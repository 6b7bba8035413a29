package deribit

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// bucket counts as the exchange does: it starts full, and below zero is a breach.
type bucket struct {
	Credit
	left float64
	at   time.Time
}

func newBucket(c Credit) *bucket { return &bucket{Credit: c, left: c.Burst, at: time.Now()} }

// take pays for one request and gives what is left.
func (b *bucket) take() float64 {
	now := time.Now()
	b.left = min(b.Burst, b.left+now.Sub(b.at).Seconds()*b.PerSecond)
	b.at = now
	b.left--
	return b.left
}

// rounding is what counting with floating point may be off by.
const rounding = 1e-6

// asker is one request for credit and what became of it.
type asker struct {
	priority Priority
	arrived  time.Time
	settled  time.Time
	granted  bool
	ahead    int // of those as urgent or more so that were waiting when it came
}

// stage plays the account: it asks the limiter, and its exchange counts along.
type stage struct {
	limiter *limiter
	bucket  *bucket

	mu       sync.Mutex
	askers   []*asker
	faults   []string
	inFlight int
	work     sync.WaitGroup
}

func newStage(c Credit) *stage {
	return &stage{bucket: newBucket(c), limiter: newLimiter(Limits{Matching: c}.withDefaults(), &queueDepth{})}
}

func (s *stage) fault(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

func (s *stage) ask(a *asker, patience, hold time.Duration) {
	s.mu.Lock()
	a.arrived = time.Now()
	for _, other := range s.askers {
		if other.settled.IsZero() && other.priority <= a.priority {
			a.ahead++
		}
	}
	s.askers = append(s.askers, a)
	s.mu.Unlock()
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		release, err := s.limiter.take(ctx, poolMatching, a.priority)
		s.settle(a, err == nil)
		if err == nil {
			time.Sleep(hold)
			s.mu.Lock()
			s.inFlight--
			s.mu.Unlock()
			release()
		}
	})
	synctest.Wait()
}

func (s *stage) settle(a *asker, granted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.settled, a.granted = time.Now(), granted
	if !granted {
		return
	}
	s.inFlight++
	left, reserve := s.bucket.take(), 0.0
	if a.priority > PriorityStop && s.bucket.Burst >= 4 {
		reserve = s.bucket.Burst * reserveShare
	}
	if left < reserve-rounding {
		s.fault("%v leaves %f of a reserve of %f", a.priority, left, reserve)
	}
	if s.inFlight >= 8 || a.priority > PriorityStop && s.inFlight >= 7 {
		s.fault("%v is number %d in flight", a.priority, s.inFlight)
	}
}

// orderly checks that nobody was served before someone more urgent, or as urgent and earlier, who waited.
func (s *stage) orderly() {
	for _, served := range s.askers {
		for _, other := range s.askers {
			overtaken := served.granted && other.arrived.Before(served.settled) && other.settled.After(served.settled) &&
				(other.priority < served.priority || other.priority == served.priority && other.arrived.Before(served.arrived))
			if overtaken {
				s.fault("%v of %v was served at %v before %v of %v", served.priority, served.arrived, served.settled, other.priority, other.arrived)
			}
		}
	}
}

// plan is one request to come. It is drawn before time begins.
type plan struct {
	pause, patience, hold time.Duration
	priority              Priority
	breach                bool // somebody else spends all of the same account's credit before it
}

func drawCredit(t *rapid.T) Credit {
	return Credit{Burst: float64(rapid.IntRange(1, 40).Draw(t, "burst")), PerSecond: float64(rapid.IntRange(1, 30).Draw(t, "rate"))}
}

func drawPlan(t *rapid.T) plan {
	return plan{
		pause: drawMillis(t, 300, "pause"), patience: drawMillis(t, 8000, "patience"), hold: drawMillis(t, 1500, "hold"),
		priority: Priority(rapid.IntRange(0, int(priorities)-1).Draw(t, "priority")),
		breach:   rapid.IntRange(0, 30).Draw(t, "breach") == 0,
	}
}

func drawMillis(t *rapid.T, most int, label string) time.Duration {
	return time.Duration(rapid.IntRange(1, most).Draw(t, label)) * time.Millisecond
}

// play carries plans out in virtual time.
func (s *stage) play(plans []plan) {
	defer s.limiter.stop()
	for _, p := range plans {
		time.Sleep(p.pause)
		if p.breach {
			s.breach()
		}
		s.ask(&asker{priority: p.priority}, p.patience, p.hold)
	}
	s.work.Wait()
}

func (s *stage) breach() {
	synctest.Wait() // who was granted at this moment has paid
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limiter.drained(poolMatching)
	s.bucket.take()
	s.bucket.left = 0
}

// inBubble runs a check in virtual time and reports the faults that it found.
func inBubble(t *testing.T, drawn *rapid.T, check func() []string) {
	var faults []string
	synctest.Test(t, func(*testing.T) { faults = check() })
	for _, f := range faults {
		drawn.Error(f)
	}
}

// I19: requests never exceed the account's bucket, the rest leave the reserve to cancels and stops,
// fewer than eight are in flight, and nobody overtakes.
func TestI19_limiter_stays_within_the_bucket(t *testing.T) {
	rapid.Check(t, func(drawn *rapid.T) {
		credit, plans := drawCredit(drawn), rapid.SliceOfN(rapid.Custom(drawPlan), 20, 120).Draw(drawn, "plans")
		inBubble(t, drawn, func() []string {
			s := newStage(credit)
			s.play(plans)
			s.orderly()
			for p, n := range s.limiter.depth.read() {
				if n != 0 {
					s.fault("%d of %v still count as waiting", n, p)
				}
			}
			return s.faults
		})
	})
}

// A cancel waits only for cancels and stops before it, however many reads and entries come.
func TestI19_cancels_are_not_starved(t *testing.T) {
	rapid.Check(t, func(drawn *rapid.T) {
		credit, plans := drawCredit(drawn), rapid.SliceOfN(rapid.Custom(drawPlan), 20, 120).Draw(drawn, "plans")
		for i := range plans {
			plans[i].hold, plans[i].patience, plans[i].pause, plans[i].breach = 0, time.Hour, plans[i].pause/10, false
		}
		inBubble(t, drawn, func() []string {
			s := newStage(credit)
			s.play(plans)
			for _, a := range s.askers {
				most := time.Duration(float64(a.ahead+1)/credit.PerSecond*float64(time.Second)) + time.Duration(a.ahead+2)*2*time.Millisecond
				if waited := a.settled.Sub(a.arrived); a.priority == PriorityCancel && (!a.granted || waited > most) {
					s.fault("a cancel behind %d others waited %v, more than %v", a.ahead, waited, most)
				}
			}
			return s.faults
		})
	})
}

// A storm of everything through one session, against an exchange that counts: it never has to say no.
func TestI19_session_storm_breaches_no_limit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t)
		var mu sync.Mutex
		matching, reads, breaches := newBucket(Credit{20, 5}), newBucket(Credit{100, 20}), 0
		counting := func(b *bucket, body string) answer {
			return func(asked) string {
				mu.Lock()
				defer mu.Unlock()
				if b.take() < -rounding {
					breaches++
					return `!{"code":10028,"message":"too_many_requests"}`
				}
				return body
			}
		}
		p.on("private/buy", counting(matching, `{"order":{"order_id":"1"}}`))
		p.on("private/cancel", counting(matching, `{"order_id":"1"}`))
		p.on("private/edit", counting(matching, `{"order":{"order_id":"1"}}`))
		p.on("private/get_positions", counting(reads, `[]`))
		s, _ := p.open(p.venue())
		var work sync.WaitGroup
		for n := range 400 {
			time.Sleep(20 * time.Millisecond)
			work.Go(func() {
				switch n % 4 {
				case 0:
					_, _ = s.PlaceBracket(t.Context(), bracket())
				case 1:
					_, _ = s.Positions(t.Context())
				case 2:
					_, _ = s.Amend(t.Context(), broker.Amendment{Order: "1", Amount: trade.MustDec("1")})
				default:
					_, _ = s.Cancel(t.Context(), trade.VenueOrderID(fmt.Sprint(n)))
				}
			})
		}
		work.Wait()
		require.Zero(t, breaches)
		require.Greater(t, p.count("private/cancel"), 30)
		require.GreaterOrEqual(t, p.count("private/cancel")+p.count("private/edit")+p.count("private/buy"), 50, "and the bucket is used")
	})
}
