package deribit_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/deribit"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

var (
	soakFor      = flag.Duration("soak.for", time.Minute, "how long the soak lasts")
	soakAccounts = flag.Int("soak.accounts", 200, "how many accounts trade in it")
	soakSeed     = flag.Uint64("soak.seed", 1, "what its chances are drawn from")
)

// soakTroubles are what the exchange does to everybody, one after another by chance.
var soakTroubles = []struct {
	name string
	simulator.Trouble
}{
	{"swallow", simulator.Trouble{Rate: 10}},
	{"lost", simulator.Trouble{Rate: 10}},
	{"delay", simulator.Trouble{Ms: 300, Rate: 30}},
	{"hold", simulator.Trouble{Ms: 300, Rate: 30}},
	{"refuse", simulator.Trouble{Code: 10041, Message: "settlement_in_progress", Rate: 20}},
	{"queue-full", simulator.Trouble{Rate: 20}},
	{"timed-out", simulator.Trouble{Rate: 20}},
	{"limit", simulator.Trouble{Rate: 2, Close: true}},
	{"unlinked", simulator.Trouble{Rate: 30}},
	{"label-lag", simulator.Trouble{Ms: 500}},
	{"lose-events", simulator.Trouble{Rate: 30}},
	{"duplicate-events", simulator.Trouble{Rate: 30}},
	{"reorder-events", simulator.Trouble{Rate: 30}},
	{"drop", simulator.Trouble{}},
	{"panic", simulator.Trouble{}},
}

// trader is one account of the soak: it opens and closes small positions for as long as it lasts.
type trader struct {
	broker.Session
	key    trade.Key
	n      int
	up     atomic.Bool
	asked  atomic.Int64 // entries asked for
	taken  atomic.Int64 // entries that the exchange said yes to
	doubts atomic.Int64 // entries that nobody knew of at first
}

func (a *trader) hear(e broker.SessionEvent) {
	switch e.(type) {
	case broker.SessionUp:
		a.up.Store(true)
	case broker.SessionDown:
		a.up.Store(false)
	}
}

// round is one life: an entry with stop and target, and the way out. What fails is left to the next.
func (a *trader) round(ctx context.Context, spec trade.Spec, mark trade.Dec) {
	a.asked.Add(1)
	away := mark.Mul(trade.MustDec("0.01")).CeilTo(spec.TickSize)
	label := fmt.Sprintf("tb-soak-%d-%d", a.n, a.asked.Load())
	_, err := a.PlaceBracket(ctx, trade.Bracket{Instrument: spec.Instrument, Side: trade.Buy, Amount: spec.MinAmount,
		Stop: mark.Sub(away).FloorTo(spec.TickSize), Target: mark.Add(away).CeilTo(spec.TickSize), ValidUntil: a.Now().Add(5 * time.Second),
		EntryLabel: label + "-e", StopLabel: label + "-s", TargetLabel: label + "-t"})
	switch {
	case err == nil:
		a.taken.Add(1)
	case broker.OutcomeOf(err) == broker.Unknown:
		a.doubts.Add(1)
	}
	_ = a.flatten(ctx, spec)
}

// flatten closes and cancels whatever there is; nil when nothing is left.
func (a *trader) flatten(ctx context.Context, spec trade.Spec) error {
	positions, err := a.Positions(ctx)
	if err != nil {
		return err
	}
	for _, p := range positions {
		side := trade.Sell
		if p.Size.Sign() < 0 {
			side = trade.Buy
		}
		if _, err := a.Place(ctx, trade.Order{Role: trade.Exit, Label: "tb-soak-x", Instrument: p.Instrument, Side: side, Type: trade.MarketOrder,
			Amount: p.Size.Abs(), ReduceOnly: true}); err != nil {
			return err
		}
	}
	orders, err := a.OpenOrders(ctx)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if _, err := a.Cancel(ctx, o.ID); err != nil && !broker.As(err).Gone {
			return err
		}
	}
	if len(positions)+len(orders) > 0 {
		return fmt.Errorf("there were %d positions and %d orders", len(positions), len(orders))
	}
	return nil
}

// weight is what the client holds; the exchange beside it in this process keeps what its accounts have
// done, and that grows.
type weight struct {
	goroutines, sockets int
	heap                float64 // bytes
}

func weigh(v *deribit.Venue) weight {
	return weight{runtime.NumGoroutine(), v.Stats().Connections, clientHeap()}
}

// clientHeap estimates what is in use of what was allocated outside the exchange, from the samples that
// the runtime takes.
func clientHeap() (bytes float64) {
	runtime.GC()
	runtime.GC() // the profile is that of the cycle before the last
	n, _ := runtime.MemProfile(nil, false)
	records := make([]runtime.MemProfileRecord, n+100)
	n, _ = runtime.MemProfile(records, false)
	for _, r := range records[:n] {
		if objects := r.InUseObjects(); objects > 0 && !byExchange(r.Stack()) {
			each := float64(r.InUseBytes()) / float64(objects)
			bytes += float64(r.InUseBytes()) / (1 - math.Exp(-each/float64(runtime.MemProfileRate)))
		}
	}
	return bytes
}

func byExchange(stack []uintptr) bool {
	frames := runtime.CallersFrames(stack)
	for {
		frame, more := frames.Next()
		if strings.Contains(frame.Function, "/broker/simulator") {
			return true
		}
		if !more {
			return false
		}
	}
}

// TestSoak lets many accounts trade over shared sockets while the exchange misbehaves by chance. What
// the process holds stays flat, no entry is doubled, no fill is lost or told twice, and everything
// comes to rest once the troubles end.
func TestSoak(t *testing.T) {
	already := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, already) })
	exchange, err := simulator.New(simulator.Options{Seed: *soakSeed, ConnectionsPerAddress: 32, Log: zerolog.Nop()})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(t.Context()))
	t.Cleanup(exchange.Close)
	venue := deribit.New(deribit.Options{Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}, URL: exchange.URL(), Logger: zerolog.Nop(),
		Connections: 28, SessionsPerConnection: 20, ReconnectMin: 50 * time.Millisecond, ReconnectMax: time.Second, Linger: time.Millisecond})
	spec, mark := soakMarket(t, venue)
	traders := make([]*trader, *soakAccounts)
	for n := range traders {
		a := &trader{n: n, key: account(t, exchange, "")}
		a.Session = venue.OpenSession(a.key, a.hear)
		t.Cleanup(a.Close)
		traders[n] = a
	}
	waitUp(t, traders)
	before := weigh(venue)

	ctx, cancel := context.WithTimeout(t.Context(), *soakFor)
	defer cancel()
	var trading sync.WaitGroup
	for _, a := range traders {
		trading.Go(func() {
			for ctx.Err() == nil {
				a.round(ctx, spec, mark())
				pause(ctx, time.Second)
			}
		})
	}
	struck := soakTrouble(ctx, t, exchange)
	trading.Wait()

	require.NoError(t, exchange.Admin().Clear(t.Context()))
	waitUp(t, traders)
	for _, a := range traders {
		require.Eventually(t, func() bool { return a.flatten(t.Context(), spec) == nil }, 30*time.Second, 50*time.Millisecond, "account %d comes to rest", a.n)
	}
	asked, taken, doubts := int64(0), int64(0), int64(0)
	for _, a := range traders {
		checkBooks(t, a, spec)
		asked, taken, doubts = asked+a.asked.Load(), taken+a.taken.Load(), doubts+a.doubts.Load()
	}
	var after weight
	require.Eventually(t, func() bool {
		after = weigh(venue)
		return after.goroutines <= before.goroutines+20 && after.sockets <= before.sockets
	}, 20*time.Second, 200*time.Millisecond, "as many goroutines and sockets as before")
	require.Less(t, after.heap, before.heap+16<<20, "the client keeps nothing")
	t.Logf("soak: %s, %d accounts, %d entries asked for, %d taken, %d in doubt at first; troubles %v; before %+v, after %+v",
		*soakFor, len(traders), asked, taken, doubts, struck, before, after)
	require.Positive(t, taken)
	require.Positive(t, doubts)
}

// soakMarket gives the contract and a way to its newest mark price.
func soakMarket(t *testing.T, venue *deribit.Venue) (trade.Spec, func() trade.Dec) {
	var newest atomic.Pointer[trade.Ticker]
	feed := venue.OpenFeed(func(e broker.FeedEvent) {
		if moved, ok := e.(broker.TickerChanged); ok {
			newest.Store(&moved.Ticker)
		}
	})
	t.Cleanup(feed.Close)
	feed.Watch("BTC_USDC-PERPETUAL")
	require.Eventually(t, func() bool { return newest.Load() != nil }, 10*time.Second, 10*time.Millisecond)
	specs, err := feed.Instruments(t.Context())
	require.NoError(t, err)
	for _, spec := range specs {
		if spec.Instrument == "BTC_USDC-PERPETUAL" {
			return spec, func() trade.Dec { return newest.Load().Mark }
		}
	}
	t.Fatal("the contract is not listed")
	return trade.Spec{}, nil
}

func waitUp(t *testing.T, traders []*trader) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, a := range traders {
			if !a.up.Load() {
				return false
			}
		}
		return true
	}, time.Minute, 20*time.Millisecond, "every session is up")
}

// pause lets a while pass, or the rest of the soak.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(rand.N(d))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// soakTrouble turns switches on and off until the time is over, and tells how often each struck.
func soakTrouble(ctx context.Context, t *testing.T, exchange *simulator.Exchange) map[string]int {
	struck := map[string]int{}
	chance := rand.New(rand.NewPCG(*soakSeed, 7))
	for ctx.Err() == nil {
		trouble := soakTroubles[chance.IntN(len(soakTroubles))]
		trouble.Seed = chance.Uint64()
		if err := exchange.Admin().Fault(t.Context(), trouble.name, trouble.Trouble); err == nil { // an engine that has just failed answers later
			struck[trouble.name]++
		}
		pause(ctx, 2*time.Second)
		if chance.IntN(3) == 0 {
			_ = exchange.Admin().Clear(t.Context())
		}
	}
	return struck
}

// checkBooks: I1, at most one entry of a label was ever taken; I6, every fill is told once by number.
func checkBooks(t *testing.T, a *trader, spec trade.Spec) {
	t.Helper()
	fills, err := a.Fills(t.Context(), spec.Instrument, 0, time.Now().Add(-12*time.Hour))
	require.NoError(t, err)
	ids, orders, net := map[trade.VenueTradeID]bool{}, map[string]trade.VenueOrderID{}, trade.Zero
	for _, f := range fills {
		require.False(t, ids[f.ID], "I6: fill %s twice", f.ID)
		ids[f.ID] = true
		signed := f.Amount
		if f.Side == trade.Sell {
			signed = signed.Neg()
		}
		net = net.Add(signed)
		if known, there := orders[f.Label]; there && f.Label != "tb-soak-x" {
			require.Equal(t, known, f.Order, "I1: two orders with the label %s", f.Label)
		}
		orders[f.Label] = f.Order
	}
	require.True(t, net.IsZero(), "the fills of a flat account add up to nothing, not to %s", net)
}
