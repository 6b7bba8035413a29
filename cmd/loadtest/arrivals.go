package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// arrivals is a stream of moments that a seed fixes ahead, as independent people make it: however
// slow the server is, the next act is due when it is due. Times count from the beginning.
type arrivals struct {
	random *rand.Rand
	mean   time.Duration // between two
	at     time.Duration
}

func newArrivals(seed uint64, perMinute float64) *arrivals {
	return &arrivals{random: rand.New(rand.NewPCG(seed, 1)), mean: time.Duration(float64(time.Minute) / perMinute)}
}

func (a *arrivals) next() time.Duration {
	a.at += time.Duration(a.random.ExpFloat64() * float64(a.mean))
	return a.at
}

// sleepUntil waits for a moment; false when ctx ends first.
func sleepUntil(ctx context.Context, moment time.Time) bool {
	wait := time.Until(moment)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// together does a job for each of a list, some at a time.
func together[T any](atOnce int, list []T, job func(T)) {
	var group sync.WaitGroup
	next := make(chan T)
	for range min(atOnce, len(list)) {
		group.Go(func() {
			for one := range next {
				job(one)
			}
		})
	}
	for _, one := range list {
		next <- one
	}
	close(next)
	group.Wait()
}
