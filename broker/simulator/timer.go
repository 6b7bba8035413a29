package simulator

import (
	"slices"
	"time"
)

// timer is a job for a time to come.
type timer struct {
	at int64 // milliseconds
	do func()
}

// later runs a job when so many milliseconds have passed.
func (e *engine) later(ms int64, job func()) {
	t := timer{e.now() + ms, job}
	n, _ := slices.BinarySearchFunc(e.timers, t, func(a, b timer) int {
		if a.at <= b.at {
			return -1 // behind those of the same time
		}
		return 1
	})
	e.timers = slices.Insert(e.timers, n, t)
}

// ring runs the jobs that are due.
func (e *engine) ring() {
	for len(e.timers) > 0 && e.timers[0].at <= e.now() {
		t := e.timers[0]
		e.timers = e.timers[1:]
		t.do()
	}
}

// nextWake is when the engine has something to do by itself: a beat, or a job before it.
func (e *engine) nextWake() int64 {
	if len(e.timers) > 0 {
		return min(e.nextBeat, e.timers[0].at)
	}
	return e.nextBeat
}

func (e *engine) sleep(until int64) <-chan time.Time {
	return e.opt.Clock.After(time.Duration(until-e.now()) * time.Millisecond)
}
