package simulator

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	beatMillis  = 100 // how often notifications are flushed
	jobsWaiting = 4096
	sleepMillis = 5 * 60_000 // a gap in time this long is no delay but a sleep
)

// engine is the one goroutine that owns the core, the connections' state and the channels. Others
// hand it jobs; it hands frames and journal records to the committer, which keeps their order.
type engine struct {
	opt     Options
	log     zerolog.Logger
	core    *core.Exchange
	journal *journal // nil: in memory

	jobs    chan func()
	commits chan commit
	done    chan struct{} // closed when the engine has ended
	ended   chan struct{} // closed when its last frame is delivered
	failed  chan error    // the committer's failure

	conns      []*conn
	figures    map[string]figures
	grants     map[string]*grant
	refreshes  map[string]*grant
	signatures map[string]int64
	sessions   map[string][]*session // by client id, oldest first
	loose      map[string][]*grant   // logins over HTTP without a session, oldest first
	desks      map[int64]*desk
	guests     map[string]*buckets // of addresses that have not signed in
	channels   map[string]*channel
	dirty      []*channel                 // those that have something to say
	books      map[*core.Market]shownBook // as last looked at
	locked     []string                   // indices, as last told
	faults     faults

	skew      atomic.Int64 // milliseconds: a fault of the clock that the exchange shows
	addresses *addresses

	pending  commit
	timers   []timer // the next one first
	nextBeat int64   // milliseconds
	slowBeat int64   // the last second in which slow work was done
}

// desk is what the engine keeps of an account beside the core.
type desk struct {
	credits  *buckets
	channels map[string]*channel
	lanes    map[trade.Currency]*lane

	access    []access // oldest first
	accessSeq int64
}

func newEngine(opt Options, a *addresses, x *core.Exchange, j *journal) *engine {
	return &engine{
		opt: opt, log: opt.Log, addresses: a, core: x, journal: j,
		jobs: make(chan func(), jobsWaiting), commits: make(chan commit, 64), done: make(chan struct{}), ended: make(chan struct{}), failed: make(chan error, 1),
		grants: map[string]*grant{}, refreshes: map[string]*grant{}, signatures: map[string]int64{},
		sessions: map[string][]*session{}, loose: map[string][]*grant{}, guests: map[string]*buckets{},
		desks: map[int64]*desk{}, channels: map[string]*channel{}, figures: map[string]figures{},
		books: map[*core.Market]shownBook{}, locked: lockedIndices(x),
	}
}

func (e *engine) desk(account int64) *desk {
	d := e.desks[account]
	if d == nil {
		d = &desk{credits: newBuckets(), channels: map[string]*channel{}, lanes: map[trade.Currency]*lane{}}
		e.desks[account] = d
	}
	return d
}

// now is the exchange's time in milliseconds; it never runs back.
func (e *engine) now() int64 { return e.opt.Clock.Now().UnixMilli() }

// micros is the time that the exchange shows, in microseconds.
func (e *engine) micros() int64 { return e.opt.Clock.Now().UnixMicro() + 1000*e.skew.Load() }

// submit hands a job to the engine; false when it has ended.
func (e *engine) submit(job func()) bool {
	select {
	case e.jobs <- job:
		return true
	case <-e.done:
		return false
	}
}

// ask runs a job in the engine and waits until it and all that it caused is committed.
func (e *engine) ask(job func()) bool {
	finished := make(chan struct{})
	if !e.submit(func() { job(); e.pending.then = append(e.pending.then, func() { close(finished) }) }) {
		return false
	}
	select {
	case <-finished:
		return true
	case <-e.done:
		return false
	}
}

// run works until the context ends, the journal fails or a job panics.
func (e *engine) run(ctx context.Context) (err error) {
	committed := make(chan struct{})
	go e.commitLoop(committed)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("engine: %v\n%s", p, debug.Stack())
		}
		close(e.done)
		close(e.commits)
		<-committed
		close(e.ended)
	}()
	e.beat()
	at := e.nextWake()
	wake := e.sleep(at)
	for {
		select {
		case <-ctx.Done():
			e.stop()
			return nil
		case err := <-e.failed:
			return err
		case job := <-e.jobs:
			job()
			e.more()
		case <-wake:
			at = 0
		}
		if e.now() >= e.nextBeat {
			e.beat()
		}
		e.ring()
		e.send()
		if next := e.nextWake(); at == 0 || next < at {
			at, wake = next, e.sleep(next)
		}
	}
}

// more runs jobs that wait already, so that they share one write of the journal.
func (e *engine) more() {
	for n := 0; n < 128; n++ {
		select {
		case job := <-e.jobs:
			job()
		default:
			return
		}
	}
}

// beat runs the core up to now, flushes the slower channels and looks after the connections.
func (e *engine) beat() {
	now := e.now()
	e.nextBeat = now - now%beatMillis + beatMillis
	e.advance()
	e.ring()
	e.dispatch()
	for _, c := range e.conns {
		e.tend(c, e.core.Now)
	}
	second := e.core.Now / 1000
	e.flush(eachBeat)
	if second == e.slowBeat {
		return
	}
	e.slowBeat = second
	e.flush(eachSecond)
	e.eachSecond()
}

// advance runs the core up to now. After a long gap (the machine slept) it does what a start does:
// the last day at most is run, without a word, and the connections end so that clients ask anew.
func (e *engine) advance() {
	now := e.now()
	if now-e.core.Now < sleepMillis {
		e.core.Advance(now)
		return
	}
	e.log.Warn().Dur("gap", time.Duration(now-e.core.Now)*time.Millisecond).Msg("exchange.time.jumped")
	if from := now - catchUpMillis; e.core.Now < from {
		c := core.Command{Skip: &core.Skip{To: from}}
		if r, err := e.core.Apply(e.core.Now, c); err == nil && e.journal != nil {
			e.pending.records = e.journal.record(e.pending.records, e.core.Now, c, r)
		}
	}
	e.core.Quiet(true)
	e.core.Advance(now)
	e.core.Quiet(false)
	for _, c := range e.conns {
		c.close(websocket.CloseServiceRestart, "service restart")
	}
}

func (e *engine) eachSecond() {
	now := e.core.Now
	for id, until := range e.signatures {
		if until < now {
			delete(e.signatures, id)
		}
	}
	e.forgetGuests(now)
	e.portfolios()
	if e.journal != nil && e.journal.due(now) {
		e.checkpoint()
	}
}

// apply carries out a command and journals it if it was accepted.
func (e *engine) apply(c core.Command) (core.Result, *wireError) {
	now := e.now()
	r, err := e.core.Apply(now, c)
	if err == nil && e.journal != nil {
		e.pending.records = e.journal.record(e.pending.records, e.core.Now, c, r)
	}
	if err == nil {
		err = r.Refused
	}
	return r, err
}

// commit is what must be on disk, and what is sent after it is.
type commit struct {
	records  []byte
	snapshot []byte
	frames   []delivery
	then     []func()
}

type delivery struct {
	to    *conn
	frame []byte
}

// deliver sends a frame after everything before it is committed.
func (e *engine) deliver(to *conn, frame []byte) {
	to.lastSent = e.core.Now
	frame = e.timed(frame)
	if !e.crawl(to, frame) {
		e.put(to, frame)
	}
}

// put is deliver without what a slow link does.
func (e *engine) put(to *conn, frame []byte) {
	if to.deaf != "" {
		return
	}
	e.pending.frames = append(e.pending.frames, delivery{to, frame})
}

func (e *engine) send() {
	if e.pending.empty() {
		return
	}
	e.commits <- e.pending
	e.pending = commit{}
}

func (c commit) empty() bool {
	return c.records == nil && c.snapshot == nil && c.frames == nil && c.then == nil
}

// commitLoop writes what has gathered, once for all, and then delivers it in order.
func (e *engine) commitLoop(done chan<- struct{}) {
	defer close(done)
	defer func() {
		if p := recover(); p != nil {
			e.fail(fmt.Errorf("committer: %v\n%s", p, debug.Stack()))
			for range e.commits { // nobody is told what is not on disk
			}
		}
	}()
	broken := false
	for first := range e.commits {
		group := e.gather(first)
		if !broken && e.journal != nil {
			if err := e.journal.write(group); err != nil {
				broken = true
				e.fail(err)
			}
		}
		if broken {
			continue // nobody is told what is not on disk
		}
		for _, c := range group {
			for _, d := range c.frames {
				d.to.push(d.frame)
			}
			for _, f := range c.then {
				f()
			}
		}
	}
}

func (e *engine) fail(err error) {
	select {
	case e.failed <- err:
	default: // it has failed already
	}
}

func (e *engine) gather(first commit) []commit {
	group := []commit{first}
	for len(group) < 64 {
		select {
		case c, ok := <-e.commits:
			if !ok {
				return group
			}
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

func (e *engine) checkpoint() {
	snapshot, err := e.core.Snapshot()
	if err != nil {
		e.log.Error().Err(err).Msg("exchange.snapshot.failed")
		return
	}
	e.pending.snapshot = e.journal.seal(snapshot, e.core.Now)
}

// stop tells that the exchange goes, and leaves a snapshot.
func (e *engine) stop() {
	e.sayPlatform(newObject().bool("maintenance", true).end())
	if e.journal != nil {
		e.checkpoint()
	}
	e.send()
}
