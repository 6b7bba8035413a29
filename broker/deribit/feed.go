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
	changed chan struct{}            // says that watched differs from what is subscribed

	subscribed map[trade.Instrument]bool // the keeper's: what the present link carries
}

var _ broker.Feed = (*Feed)(nil)

// OpenFeed starts the public feed; it connects by itself.
func (v *Venue) OpenFeed(sink func(broker.FeedEvent)) broker.Feed {
	f := &Feed{
		venue:   v,
		log:     v.options.Logger,
		limiter: newLimiter(v.options.Limits, &v.queued),
		sink:    sink,
		watched: make(map[trade.Instrument]int),
		changed: make(chan struct{}, 1),
	}
	f.keeper = keeper{venue: v, tenant: f}
	f.keeper.start()
	return f
}

// Close ends the feed and waits for its goroutines.
func (f *Feed) Close() {
	f.keeper.stop()
	f.limiter.stop()
}

// ClockOffset is exchange time minus local time.
func (f *Feed) ClockOffset() (time.Duration, time.Time) { return f.venue.clock.offset() }

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
	f.subscribed = make(map[trade.Instrument]bool)
	if err := f.subscribe(ctx, l); err != nil {
		return err
	}
	f.link.Store(l)
	f.emit(broker.FeedUp{})
	return nil
}

func (f *Feed) serve(ctx context.Context, l *link) error {
	defer f.link.Store(nil)
	remeasure := time.NewTicker(remeasureEvery)
	defer remeasure.Stop()
	for {
		var err error
		select {
		case <-l.done:
			return l.cause
		case <-ctx.Done():
			return ctx.Err()
		case <-f.changed:
			err = f.subscribe(ctx, l)
		case <-remeasure.C:
			err = f.venue.clock.measure(ctx, l)
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

// subscribe brings what the link carries in line with what is watched.
func (f *Feed) subscribe(ctx context.Context, l *link) error {
	add, drop := f.difference()
	if err := f.inBatches(ctx, l, "public/unsubscribe", drop); err != nil {
		return err
	}
	if err := f.inBatches(ctx, l, "public/subscribe", add); err != nil {
		return err
	}
	for _, i := range add {
		f.subscribed[i] = true
	}
	for _, i := range drop {
		delete(f.subscribed, i)
	}
	return nil
}

func (f *Feed) difference() (add, drop []trade.Instrument) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.watched {
		if !f.subscribed[i] {
			add = append(add, i)
		}
	}
	for i := range f.subscribed {
		if f.watched[i] == 0 {
			drop = append(drop, i)
		}
	}
	return add, drop
}

// batch is how many instruments one call names; the exchange suggests at most 500 channels.
const batch = 100

func (f *Feed) inBatches(ctx context.Context, l *link, method string, instruments []trade.Instrument) error {
	for part := range slices.Chunk(instruments, batch) {
		if err := f.callChannels(ctx, l, method, part); err != nil {
			return err
		}
	}
	return nil
}

// callChannels leaves it at a warning when the exchange does not know an instrument: it will not
// know it at the next attempt either, and the other instruments need the link.
func (f *Feed) callChannels(ctx context.Context, l *link, method string, instruments []trade.Instrument) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	release, err := f.limiter.take(ctx, poolSubscribe, PriorityRead)
	if err != nil {
		return err
	}
	defer release()
	channels := make([]string, 0, 2*len(instruments))
	for _, i := range instruments {
		channels = append(channels, "ticker."+string(i)+".100ms", "chart.trades."+string(i)+".1")
	}
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
)

// notify turns market data into events.
func (f *Feed) notify(channel []byte, data *fastjson.Value) {
	var err error
	switch {
	case bytes.HasPrefix(channel, tickerPrefix):
		err = f.ticker(channel[len(tickerPrefix):], data)
	case bytes.HasPrefix(channel, chartPrefix):
		err = f.candle(channel[len(chartPrefix):], data)
	}
	if err != nil {
		f.log.Error().Err(err).Bytes("channel", channel).Msg("deribit.event.unreadable")
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
	if i := bytes.IndexByte(rest, '.'); i >= 0 {
		rest = rest[:i]
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	instrument := trade.Instrument(rest)
	return instrument, f.watched[instrument] > 0
}
