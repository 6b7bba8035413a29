package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	truthPause   = 2 * time.Second // before what differs is looked at again
	doorsOpen    = 8               // sign-ups under way at a time: passwords cost far more than anything else
	entranceOpen = 64              // people who arrive at a time; a server that falls behind makes the others wait
	underWayMost = 5000            // acts under way at a time; a further one is counted as not sent
	tellEvery    = 5 * time.Second
)

// run is one load test.
type run struct {
	o       options
	id      string
	mix     mix
	people  []*person
	http    *fasthttp.Client
	marks   *marks
	admin   *admin
	machine *machine
	out     io.Writer

	endpoints    *figures
	stages       *figures
	events       *events
	truth        truth
	pause        time.Duration
	doors        chan struct{}
	entrance     chan struct{}
	open         atomic.Int64 // sockets
	arrived      atomic.Int64
	underWay     atomic.Int64
	began        time.Time
	steadyFor    time.Duration
	steadyFrames int64
	spare        []keptUser // of the file, not wanted this time
}

func newRun(o options, out io.Writer) *run {
	m, _ := parseMix(o.Mix) // checked with the options
	id := strconv.FormatInt(time.Now().UnixNano(), 36)
	return &run{o: o, id: id, mix: m, http: newHTTP(), marks: newMarks(id), out: out, endpoints: newFigures(), stages: newFigures(),
		events: newEvents(), doors: make(chan struct{}, doorsOpen), entrance: make(chan struct{}, entranceOpen), pause: truthPause, began: time.Now()}
}

// all goes through every stage. Whatever ends it early, it cleans up.
func (r *run) all(ctx context.Context) (*report, error) {
	if err := r.prepare(); err != nil {
		return nil, err
	}
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	var watchers sync.WaitGroup
	watchers.Go(func() { r.machine.watch(watching) })
	watchers.Go(func() { r.tell(watching) })
	r.arrive(ctx)
	if !r.o.SeedOnly {
		r.steady(ctx)
		r.say("comparing what the pages were told with what the API says")
		r.verify(ctx)
	}
	r.admin.look(r)
	stopWatching()
	watchers.Wait()
	r.leave(context.WithoutCancel(ctx))
	return r.report(), nil
}

// prepare makes the people and reads those of earlier runs.
func (r *run) prepare() (err error) {
	if r.o.UsersFile != "" {
		if err := r.readUsers(); err != nil {
			return err
		}
	}
	for i := len(r.people); i < r.o.Users; i++ {
		r.people = append(r.people, newPerson(r, i))
	}
	r.machine = &machine{url: r.o.MetricsURL}
	r.admin, err = newAdmin(r)
	return err
}

// arrive has everybody come at their moment and waits until all are there.
func (r *run) arrive(ctx context.Context) {
	r.say("%d people arrive within %s", len(r.people), r.o.ramp())
	began, every := time.Now(), r.o.ramp()/time.Duration(len(r.people))
	var group sync.WaitGroup
	for i, p := range r.people {
		due := began.Add(time.Duration(i) * every)
		if !sleepUntil(ctx, due) {
			break
		}
		group.Go(func() {
			r.entrance <- struct{}{} // the wait counts
			defer func() { <-r.entrance }()
			if p.arrive(ctx, due) == nil {
				r.arrived.Add(1)
			}
		})
	}
	group.Wait()
	r.say("%d of %d people are there after %s", r.arrived.Load(), len(r.people), time.Since(began).Round(time.Second))
}

// steady has people do what people do, at moments that are fixed ahead.
func (r *run) steady(ctx context.Context) {
	r.machine.steady()
	before, began := r.events.total(), time.Now()
	stop, cancel := context.WithDeadline(ctx, began.Add(r.o.Duration))
	defer cancel()
	var group sync.WaitGroup
	if r.o.Rate > 0 {
		stream := newArrivals(r.o.Seed, r.o.Rate*float64(len(r.people)))
		for {
			due := began.Add(stream.next())
			p := r.people[stream.random.IntN(len(r.people))]
			what := choose(stream.random, p.role)
			if !sleepUntil(stop, due) {
				break
			}
			r.act(ctx, &group, p, what, due)
		}
	}
	<-stop.Done()
	r.steadyFor, r.steadyFrames = time.Since(began), r.events.total()-before
	r.machine.settled()
	group.Wait()
}

func (r *run) act(ctx context.Context, group *sync.WaitGroup, p *person, what habit, due time.Time) {
	if !p.ready.Load() {
		return // did not arrive, which is counted
	}
	if r.underWay.Add(1) > underWayMost {
		r.underWay.Add(-1)
		r.stages.add("steady", 0, "not_sent")
		return
	}
	group.Go(func() {
		defer r.underWay.Add(-1)
		what.do(p, ctx, due)
	})
}

func (r *run) say(format string, args ...any) {
	fmt.Fprintf(r.out, "%7s  %s\n", time.Since(r.began).Round(100*time.Millisecond), fmt.Sprintf(format, args...))
}

// tell writes a line of progress every few seconds.
func (r *run) tell(ctx context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	var frames, requests int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		all, failed := r.requests()
		seen, leaks := r.events.total(), r.leakCount()
		seconds := int64(tellEvery / time.Second)
		r.say("there %d, sockets %d, requests %d/s, frames %d/s, failed %d, leaks %d, %s", r.arrived.Load(), r.open.Load(),
			(all-requests)/seconds, (seen-frames)/seconds, failed, leaks, r.machine.latest())
		frames, requests = seen, all
	}
}

func (r *run) requests() (all int64, failed int) {
	for _, l := range r.endpoints.lines() {
		all, failed = all+l.Count, failed+l.Failed
	}
	return all, failed
}

func (r *run) leakCount() int {
	count, _ := r.marks.leaks()
	return count
}
