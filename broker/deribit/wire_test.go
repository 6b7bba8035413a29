package deribit_test

import (
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/deribit"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	btc      = trade.Instrument("BTC_USDC-PERPETUAL")
	patience = 10 * time.Second // in which a fact must come true
	glance   = 10 * time.Millisecond
)

// wire is a client of a simulated exchange over real sockets, with a count of what its feed told.
type wire struct {
	t        *testing.T
	exchange *simulator.Exchange
	venue    *deribit.Venue
	feed     broker.Feed

	mu   sync.Mutex
	news int // times that instruments changed
}

func newWire(t *testing.T) *wire {
	exchange, err := simulator.New(simulator.Options{Seed: 1, Log: zerolog.Nop()})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(t.Context()))
	t.Cleanup(exchange.Close)
	w := &wire{t: t, exchange: exchange, venue: deribit.New(deribit.Options{Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper},
		URL: exchange.URL(), Logger: zerolog.Nop()})}
	up := make(chan struct{}, 1)
	w.feed = w.venue.OpenFeed(func(e broker.FeedEvent) {
		switch e.(type) {
		case broker.FeedUp:
			up <- struct{}{}
		case broker.InstrumentsChanged:
			w.mu.Lock()
			w.news++
			w.mu.Unlock()
		}
	})
	t.Cleanup(w.feed.Close)
	<-up
	return w
}

func (w *wire) told() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.news
}

func (w *wire) spec() trade.Spec {
	w.t.Helper()
	specs, err := w.feed.Instruments(w.t.Context())
	require.NoError(w.t, err)
	for _, s := range specs {
		if s.Instrument == btc {
			return s
		}
	}
	require.Fail(w.t, "it is not listed")
	return trade.Spec{}
}

// A change of a book is lost on its way, or follows another than the last: the gap is seen, and the
// book is built anew while the link and the rest of the feed go on.
func TestF18_a_gap_over_the_wire(t *testing.T) {
	for _, kind := range []string{"gap", "lost"} {
		t.Run(kind, func(t *testing.T) {
			w := newWire(t)
			w.feed.WatchBook(btc)
			var before trade.Book
			require.Eventually(t, func() (known bool) { before, known = w.feed.Book(btc, 5); return known }, patience, glance)
			require.NoError(t, w.exchange.Admin().Fault(t.Context(), "book-gap", simulator.Trouble{Instrument: btc, Kind: kind, Count: 1}))
			require.Eventually(t, func() bool { return w.venue.Stats().Unreadable == 1 }, patience, glance, "the gap")
			require.Eventually(t, func() bool {
				after, known := w.feed.Book(btc, 5)
				return known && after.Time.After(before.Time)
			}, patience, glance)
			require.EqualValues(t, 1, w.venue.Stats().Unreadable)
		})
	}
}

// The exchange changes a contract: the client hears of it, and once more when it sends by the old
// one; the refusal is final, and by the new contract the same order stands.
func TestF34_a_contract_changes_over_the_wire(t *testing.T) {
	w := newWire(t)
	up := make(chan struct{}, 1)
	session := w.venue.OpenSession(account(t, w.exchange, ""), func(e broker.SessionEvent) {
		if _, is := e.(broker.SessionUp); is {
			up <- struct{}{}
		}
	})
	defer session.Close()
	<-up
	old := w.spec()
	require.NoError(t, w.exchange.Admin().Call(t.Context(), "/instruments/"+string(btc), map[string]string{"tick_size": "7"}, nil))
	require.Eventually(t, func() bool { return w.told() == 1 }, patience, glance)
	fresh := w.spec()
	require.Equal(t, "7", fresh.TickSize.String())

	order := trade.Order{Instrument: btc, Side: trade.Buy, Type: trade.LimitOrder, Amount: old.MinAmount, Price: old.TickSize.Mul(trade.NewDec(500_001)), Label: "tb-test-1-a-t"}
	_, err := session.Place(t.Context(), order)
	require.Equal(t, broker.Refused, broker.OutcomeOf(err))
	require.Equal(t, "price", broker.As(err).Param)
	require.Eventually(t, func() bool { return w.told() == 2 }, patience, glance)
	orders, err := session.OpenOrders(t.Context())
	require.NoError(t, err)
	require.Empty(t, orders)

	order.Price = fresh.TickSize.Mul(trade.NewDec(7_000))
	placed, err := session.Place(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, "open", placed.Order.State)
	require.Equal(t, 2, w.told())
}
