package actors

import (
	"sync"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// intake stands between a feed's goroutine and the venue's mailbox, so that a
// flood of prices is one message: tickers are conflated to the newest of each
// instrument, growing candles to the newest of each minute, changes of the
// instruments to one, and links going up and down keep their place in between.
type intake struct {
	wake func() // called once when something comes into an empty intake

	mu      sync.Mutex
	pending []broker.FeedEvent
	tickers map[trade.Instrument]int // where in pending
	candles map[trade.Instrument]int
	changed bool // InstrumentsChanged is pending
}

func newIntake(wake func()) *intake {
	in := &intake{wake: wake}
	in.reset()
	return in
}

func (in *intake) reset() {
	in.pending, in.changed = nil, false
	in.tickers, in.candles = map[trade.Instrument]int{}, map[trade.Instrument]int{}
}

// put takes one event; it never blocks.
func (in *intake) put(e broker.FeedEvent) {
	if in.add(e) {
		in.wake()
	}
}

// add tells whether e is the first one.
func (in *intake) add(e broker.FeedEvent) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	switch e := e.(type) {
	case broker.TickerChanged:
		if at, ok := in.tickers[e.Ticker.Instrument]; ok {
			in.pending[at] = e
			return false
		}
		in.tickers[e.Ticker.Instrument] = len(in.pending)
	case broker.CandleChanged:
		at, ok := in.candles[e.Instrument]
		if ok && in.pending[at].(broker.CandleChanged).Candle.OpenTime.Equal(e.Candle.OpenTime) {
			in.pending[at] = e
			return false
		}
		in.candles[e.Instrument] = len(in.pending)
	case broker.InstrumentsChanged:
		if in.changed {
			return false
		}
		in.changed = true
	default: // what comes after a change of link is not merged with what came before
		clear(in.tickers)
		clear(in.candles)
	}
	in.pending = append(in.pending, e)
	return len(in.pending) == 1
}

// take gives what has come, in order, and empties the intake.
func (in *intake) take() []broker.FeedEvent {
	in.mu.Lock()
	defer in.mu.Unlock()
	taken := in.pending
	in.reset()
	return taken
}
