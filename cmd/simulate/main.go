// Command simulate lives through many simulated worlds and reports what it saw. The first world in
// which an invariant does not hold is shrunk to the troubles that it takes, told, and ends the run.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tradebaas/tradebaas/simulation"
)

func main() {
	seeds := flag.Uint64("seeds", 1000, "how many worlds to live through")
	first := flag.Uint64("first", 1, "the seed of the first one")
	minutes := flag.Int("minutes", 8, "how long trouble lasts in each")
	limit := flag.Duration("for", 24*time.Hour, "begin no other world after so long")
	flag.Parse()
	began := time.Now()
	total, failed := run(*first, *seeds, *minutes, began.Add(*limit))
	total.Write(os.Stdout)
	fmt.Printf("seeds %d to %d, %d minutes each, took %s\n", *first, *first+uint64(total.Worlds)-1, *minutes, time.Since(began).Round(time.Second))
	if failed != nil {
		fmt.Printf("%v\nlooking for the troubles that it takes\n", failed.violation)
		o, left, v := simulation.Shrink(failed.options)
		simulation.Explain(os.Stdout, o, left, v)
		os.Exit(1)
	}
}

// failure is a world in which an invariant did not hold.
type failure struct {
	options   simulation.Options
	violation *simulation.Violation
}

// run shares the seeds out among the processors; each world is one goroutine's.
func run(first, seeds uint64, minutes int, end time.Time) (total simulation.Report, failed *failure) {
	var next atomic.Uint64
	var lock sync.Mutex
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := next.Add(1) - 1; n < seeds && time.Now().Before(end); n = next.Add(1) - 1 {
				o := simulation.Options{Seed: first + n, Minutes: minutes}
				report, violation := simulation.Run(o)
				lock.Lock()
				total.Add(report)
				if violation != nil && (failed == nil || o.Seed < failed.options.Seed) {
					failed = &failure{o, violation}
					next.Store(seeds)
				}
				lock.Unlock()
			}
		})
	}
	workers.Wait()
	return total, failed
}
