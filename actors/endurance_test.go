package actors

import (
	"encoding/json"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// I23: the restart of one executor changes nothing that anybody else could see.
func TestI23_restart_of_one_executor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		failing, beside := storedInstance(alice, "Razor", btcPaper, trade.Active), storedInstance(alice, "Razor", ethPaper, trade.Active)
		other := storedInstance(bob, "Razor", btcPaper, trade.Active)
		x := grow(t, func(s *storageFake) {
			for _, i := range []trade.Instance{failing, beside, other} {
				ready(s, i.User)
				s.instances[i.ID] = i
			}
		})
		defer x.fell()
		x.up()
		wait(time.Second)
		seen := func() (all []any) {
			for _, name := range []string{string(beside.ID), string(other.ID), account(alice).String(), account(bob).String()} {
				all = append(all, len(heard[any](x.stage, name)), x.stage.count(name))
			}
			for _, user := range []trade.UserID{alice, bob} {
				list, err := x.StrategyStatuses(t.Context(), user)
				require.NoError(t, err)
				for _, s := range list {
					if s.ID != failing.ID {
						all = append(all, s)
					}
				}
				links, err := x.ConnectionStatuses(t.Context(), user)
				require.NoError(t, err)
				links[0].UptimeSeconds = 0
				all = append(all, links)
			}
			return all
		}
		before := seen()
		x.inside(x.env.executorRef(alice, failing.ID), act(func(*kit.Context) { panic("a bug") }))
		wait(5 * time.Second)
		require.Equal(t, 2, x.stage.count(string(failing.ID)), "it is back")
		require.Equal(t, before, seen())
	})
}

// I24: a thousand starts and stops leave nothing behind.
func TestI24_a_thousand_starts_and_stops(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := open(t, strategy.Rules{}, nil)
		defer f.shut()
		cycle := func() {
			status, err := f.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Razor", Market: btcPaper, Config: json.RawMessage(`{}`)})
			require.NoError(t, err)
			f.quote(fifty)
			_, err = f.StopStrategy(t.Context(), alice, status.ID, true)
			require.NoError(t, err)
			wait(time.Second)
		}
		weigh := func() (goroutines int, heap uint64) {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return runtime.NumGoroutine(), m.HeapAlloc
		}
		for range 50 {
			cycle()
		}
		goroutines, heap := weigh()
		for range 1000 {
			cycle()
		}
		after, heavier := weigh()
		require.LessOrEqual(t, after, goroutines+10, "a few that are about to end")
		require.Less(t, heavier, heap+1<<20, "of which the list of the fake database is a part")
	})
}
