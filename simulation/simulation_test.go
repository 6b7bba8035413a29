package simulation

import (
	"flag"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	seeds   = flag.Int("seeds", 200, "how many worlds to live through")
	first   = flag.Uint64("first", 1, "the seed of the first one")
	minutes = flag.Int("minutes", 6, "how long trouble lasts in each")
	tell    = flag.Bool("tell", false, "tell everything that happens")
)

// Each world is one goroutine's; the worlds of a run share nothing.
func TestSimulation(t *testing.T) {
	var total Report
	var lock sync.Mutex
	t.Run("worlds", func(t *testing.T) {
		const hands = 4
		for hand := range hands {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for n := hand; n < *seeds; n += hands {
					report := live(t, Options{Seed: *first + uint64(n), Minutes: *minutes})
					lock.Lock()
					total.Add(report)
					lock.Unlock()
				}
			})
		}
	})
	total.Write(os.Stdout)
	if *seeds >= 100 {
		enough(t, total)
	}
}

// live lives through one world and says what did not hold.
func live(t *testing.T, o Options) Report {
	t.Helper()
	if *tell {
		o.Trace = os.Stderr
	}
	report, failure := Run(o)
	if failure != nil {
		t.Errorf("%v\nrun again: go test ./simulation -run Simulation -seeds 1 -first %d -minutes %d -tell", failure, o.Seed, o.Minutes)
	}
	return report
}

// enough makes sure that the worlds were troubled ones: what never happens proves nothing.
func enough(t *testing.T, r Report) {
	t.Helper()
	for _, kind := range Faults {
		require.NotZero(t, r.Faults[kind], "%s never struck", kind)
	}
	for _, point := range []string{"K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8"} {
		require.NotZero(t, r.Kills[point], "nobody was killed at %s", point)
	}
	require.GreaterOrEqual(t, r.Lifecycles, 20*r.Worlds)
	require.Empty(t, r.Naked[linkedFill], "the exchange puts a linked stop up with the fill")
	require.NotEmpty(t, r.Naked[unlinkedFill])
	require.Zero(t, r.Duplicates)
	require.GreaterOrEqual(t, r.Balanced, r.Worlds/2)
}
