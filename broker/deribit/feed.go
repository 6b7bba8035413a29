package deribit

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// Feed is the venue's public market data over one socket of its own. It fulfils broker.Feed.
type Feed struct {
	venue   *Venue
	log     zerolog.Logger
	limiter *limiter
	keeper  keeper

	link atomic.Pointer[link] // nil while down

	sinkMu sync.Mutex
	sink   func(broker.FeedEvent)

	mu      sync.Mutex
	watched map[trade.Instrument]int // how often each was asked for
	books   map[trade.Instrument]*book
	changed chan struct{} // says that what is wanted differs from what is subscribed

	subscribed map[string]bool // the keeper's: the channels that the present link carries
}

var _ broker.Feed = (*Feed)(nil)

// OpenFeed starts the public feed; it connects by itself.
func (v *Venue) OpenFeed(sink func(broker.FeedEvent)) broker.Feed {
	f := &Feed{
		venue:   v,
		log:     v.options.Logger,
		limiter: v.address,
		sink:    sink,
		watched: make(map[trade.Instrument]int),
		books:   make(map[trade.Instrument]*book),
		changed: make(chan struct{}, 1),
	}
	f.keeper = keeper{venue: v, tenant: f}
	f.keeper.start()
	return f
}

// Close ends the feed and waits for its goroutines.
func (f *Feed) Close() { f.keeper.stop() }

// Clock tells how the exchange's clock stands against ours.
func (f *Feed) Clock() trade.Clock { return f.venue.clock.read() }

// Watch keeps an instrument's events coming until as many Unwatch calls.
func (f *Feed) Watch(instrument trade.Instrument) { f.count(instrument, 1) }

// Unwatch takes one Watch back.
func (f *Feed) Unwatch(instrument trade.Instrument) { f.count(instrument, -1) }

func (f *Feed) count(instrument trade.Instrument, by int) {
	f.mu.Lock()
	if n := f.watched[instrument] + by; n > 0 {
		f.watched[instrument] = n
	} else {
		delete(f.watched, instrument)
	}
	f.mu.Unlock()
	f.wake()
}

// wake has the keeper bring the subscriptions in line.
func (f *Feed) wake() {
	select {
	case f.changed <- struct{}{}:
	default: // already said
	}
}

func (f *Feed) emit(e broker.FeedEvent) {
	f.sinkMu.Lock()
	defer f.sinkMu.Unlock()
	f.sink(e)
}

func (f *Feed) setup(ctx context.Context, l *link) error {
	f.subscribed = make(map[string]bool)
	if err := f.subscribe(ctx, l); err != nil {
		return err
	}
	f.link.Store(l)
	f.emit(broker.FeedUp{})
	return nil
}

func (f *Feed) serve(ctx context.Context, l *link) error {
	defer f.loseBooks()
	defer f.link.Store(nil)
	everyMinute := time.NewTicker(remeasureEvery)
	defer everyMinute.Stop()
	for {
		var err error
		select {
		case <-l.done:
			return l.cause
		case <-ctx.Done():
			return ctx.Err()
		case <-f.changed:
			err = f.subscribe(ctx, l)
		case <-f.venue.doubted:
			f.emit(broker.InstrumentsChanged{})
		case <-everyMinute.C:
			f.askForBooks()
			err = f.venue.clock.remeasure(ctx, l)
		}
		if err != nil {
			return err
		}
	}
}

func (f *Feed) down(err error, next time.Time) {
	f.log.Info().Err(err).Msg("deribit.feed.down")
	f.emit(broker.FeedDown{Err: err, Next: next})
}

// standing are the channels that every feed carries: they tell of changes to the instruments.
var standing = []string{"instrument.state.future.any", platformState}

const platformState = "platform_state"

func tickerChannel(i trade.Instrument) string { return "ticker." + string(i) + ".100ms" }
func chartChannel(i trade.Instrument) string  { return "chart.trades." + string(i) + ".1" }
func bookChannel(i trade.Instrument) string   { return "book." + string(i) + ".100ms" }

// subscribe brings what the link carries in line with what is wanted.
func (f *Feed) subscribe(ctx context.Context, l *link) error {
	add, drop := f.difference()
	if err := f.inBatches(ctx, l, "public/unsubscribe", drop); err != nil {
		return err
	}
	for _, channel := range drop {
		delete(f.subscribed, channel)
	}
	if err := f.inBatches(ctx, l, "public/subscribe", add); err != nil {
		return err
	}
	for _, channel := range add {
		f.subscribed[channel] = true
	}
	return nil
}

// difference lists the channels to take and to give up. A broken book is both: only a new
// subscription brings a snapshot.
func (f *Feed) difference() (add, drop []string) {
	wanted, broken := f.wanted()
	for channel := range wanted {
		if !f.subscribed[channel] || broken[channel] {
			add = append(add, channel)
		}
	}
	for channel := range f.subscribed {
		if !wanted[channel] || broken[channel] {
			drop = append(drop, channel)
		}
	}
	slices.Sort(add)
	slices.Sort(drop)
	return add, drop
}

// wanted lists the channels that somebody wants, and those of broken books, which are about to be mended.
func (f *Feed) wanted() (wanted, broken map[string]bool) {
	wanted, broken = make(map[string]bool), make(map[string]bool)
	for _, channel := range standing {
		wanted[channel] = true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.watched {
		wanted[tickerChannel(i)], wanted[chartChannel(i)] = true, true
	}
	for i, b := range f.books {
		channel := bookChannel(i)
		wanted[channel], broken[channel] = true, b.broken
		b.broken = false
	}
	return wanted, broken
}

// batch is how many channels one call names; the exchange suggests at most 500.
const batch = 200

func (f *Feed) inBatches(ctx context.Context, l *link, method string, channels []string) error {
	for part := range slices.Chunk(channels, batch) {
		if err := f.callChannels(ctx, l, method, part); err != nil {
			return err
		}
	}
	return nil
}

// callChannels leaves it at a warning when the exchange does not know a channel: it will not know
// it at the next attempt either, and the others need the link.
func (f *Feed) callChannels(ctx context.Context, l *link, method string, channels []string) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	release, err := f.limiter.take(ctx, poolSubscribe, PriorityRead)
	if err != nil {
		return err
	}
	defer release()
	return l.call(ctx, method, params(nil).list("channels", channels), func(result *fastjson.Value) error {
		if accepted := len(result.GetArray()); accepted < len(channels) {
			f.log.Warn().Str("method", method).Strs("channels", channels).Int("accepted", accepted).Msg("deribit.feed.channels_missing")
		}
		return nil
	})
}

var (
	tickerPrefix = []byte("ticker.")
	chartPrefix  = []byte("chart.trades.")
	bookPrefix   = []byte("book.")
	statePrefix  = []byte("instrument.state.")
)

// notify turns market data into events.
func (f *Feed) notify(channel []byte, data *fastjson.Value) {
	var err error
	switch {
	case bytes.HasPrefix(channel, tickerPrefix):
		err = f.ticker(channel[len(tickerPrefix):], data)
	case bytes.HasPrefix(channel, chartPrefix):
		err = f.candle(channel[len(chartPrefix):], data)
	case bytes.HasPrefix(channel, bookPrefix):
		err = f.book(channel[len(bookPrefix):], data)
	case bytes.HasPrefix(channel, statePrefix):
		f.instrumentState(data)
	case string(channel) == platformState:
		f.log.Warn().Stringer("state", data).Msg("deribit.platform.state")
		f.emit(broker.InstrumentsChanged{})
	}
	if err != nil {
		f.venue.quarantine(channel, data, err)
	}
}

func (f *Feed) ticker(name []byte, data *fastjson.Value) error {
	instrument, wanted := f.instrument(name)
	if !wanted {
		return nil
	}
	t, err := parseTicker(instrument, data)
	if err == nil {
		f.emit(broker.TickerChanged{Ticker: t})
	}
	return err
}

func (f *Feed) candle(name []byte, data *fastjson.Value) error {
	instrument, wanted := f.instrument(name)
	if !wanted {
		return nil
	}
	c, err := parseCandle(data)
	if err == nil {
		f.emit(broker.CandleChanged{Instrument: instrument, Candle: c})
	}
	return err
}

// instrument finds the watched instrument at the start of the rest of a channel's name.
func (f *Feed) instrument(rest []byte) (trade.Instrument, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	instrument := instrumentIn(rest)
	return instrument, f.watched[instrument] > 0
}

// instrumentIn cuts the interval off the rest of a channel's name.
func instrumentIn(rest []byte) trade.Instrument {
	if i := bytes.IndexByte(rest, '.'); i >= 0 {
		rest = rest[:i]
	}
	return trade.Instrument(rest)
}

// instrumentState tells of a perpetual that began, ended or was halted. The state channel names
// every future, and those that expire come and go each day.
func (f *Feed) instrumentState(data *fastjson.Value) {
	if bytes.HasSuffix(data.GetStringBytes("instrument_name"), []byte("-PERPETUAL")) {
		f.emit(broker.InstrumentsChanged{})
	}
}
