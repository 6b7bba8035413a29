package actors

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	specsEvery = time.Hour
	specsPause = time.Second      // the list is long: so often at most when it changes
	feedCall   = 30 * time.Second // bounds one call to a feed
)

// What a venue is told.
type (
	// watchMarket makes a market's feed and its links come to From.
	watchMarket struct {
		Instrument trade.Instrument
		From       kit.Ref
	}
	// unwatchMarket ends it.
	unwatchMarket struct{ Instrument trade.Instrument }
	// listInstruments is answered once the venue knows them.
	listInstruments struct{ kit.Reply[[]trade.Spec] }
	// fetchTicker asks the exchange for a market's present state.
	fetchTicker struct {
		kit.Reply[trade.Ticker]
		Instrument trade.Instrument
	}
	// fetchCandles asks the exchange for candles.
	fetchCandles struct {
		kit.Reply[[]trade.Candle]
		Instrument trade.Instrument
		Resolution trade.Resolution
		From, To   time.Time
	}
)

// What a venue tells.
type (
	// venueState tells a market what it can use; sent after every change.
	venueState struct {
		Feed   broker.Feed
		Up     bool
		Reason string // why not up
		Known  bool   // the list of instruments is there
		Spec   trade.Spec
		Exists bool // the list names this instrument
	}
	// venueStarted tells markets that a venue has begun anew and knows no watchers.
	venueStarted struct {
		kit.Must
		Venue trade.Venue
	}
)

// Notes of a venue to itself.
type (
	feedWaiting  struct{ kit.Must }
	specsLoaded  struct{ list []trade.Spec }
	specsMissing struct{ err error }
	specsDue     struct{}
)

// venue owns the public feed of one environment of one broker. The feed
// reconnects for ever by itself; a lost link is a state that markets hear of.
type venue struct {
	env      *Env
	port     broker.Venue
	feed     broker.Feed
	intake   *intake
	up       bool
	reason   string
	specs    map[trade.Instrument]trade.Spec // nil until loaded
	askedAt  time.Time                       // when the list was asked for last
	loading  bool                            // it has not come yet
	doubted  bool                            // and has changed meanwhile
	tries    int
	refresh  *kit.Timer
	watchers map[trade.Instrument]kit.Ref
	books    map[trade.Instrument]*kit.Timer // followed, until when
	asking   []listInstruments
}

func venueSpec(env *Env, port broker.Venue) kit.Spec {
	return kit.Spec{Kind: "venue", Guard: shared, New: func() kit.Actor {
		return &venue{env: env, port: port, watchers: map[trade.Instrument]kit.Ref{}, books: map[trade.Instrument]*kit.Timer{}, reason: "not connected yet"}
	}}
}

// Receive is the table of contents.
func (v *venue) Receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case kit.Started:
		v.start(c)
	case feedWaiting:
		v.drain(c)
	case watchMarket:
		v.watch(msg)
	case unwatchMarket:
		delete(v.watchers, msg.Instrument)
		v.feed.Unwatch(msg.Instrument)
	case listInstruments:
		v.list(msg)
	case specsDue:
		v.loadSpecs(c)
	case specsLoaded:
		v.loading = false
		v.keepSpecs(c, msg.list)
	case specsMissing:
		v.loading = false
		v.missSpecs(c, msg.err)
	case fetchTicker:
		v.fetchTicker(c, msg)
	case fetchBook:
		v.fetchBook(c, msg)
	case bookUnwanted:
		v.dropBook(msg.instrument)
	case fetchCandles:
		v.fetchCandles(c, msg)
	default:
		c.Unknown()
	}
}

func (v *venue) start(c *kit.Context) {
	c.SetState("down")
	self := c.Self()
	v.intake = newIntake(func() { self.Tell(feedWaiting{}) })
	v.feed = v.port.OpenFeed(v.intake.put)
	feed := v.feed
	c.Defer(func() { v.env.closeLater(feed) })
	v.env.markets().Tell(venueStarted{Venue: v.port.ID()})
}

func (v *venue) drain(c *kit.Context) {
	for _, event := range v.intake.take() {
		switch e := event.(type) {
		case broker.FeedUp:
			v.link(c, true, "")
			v.loadSpecs(c)
		case broker.FeedDown:
			v.link(c, false, reasonOf(e.Err))
		case broker.InstrumentsChanged:
			v.specsChanged(c)
		case broker.TickerChanged:
			v.forward(e.Ticker.Instrument, e)
		case broker.CandleChanged:
			v.forward(e.Instrument, e)
		}
	}
}

func reasonOf(err error) string {
	if err == nil {
		return "the link to the exchange is down"
	}
	if e := broker.As(err); e != nil && e.Closed {
		return "the exchange is in maintenance; this server goes on by itself when it is over"
	}
	return "the link to the exchange is down: " + err.Error()
}

func (v *venue) forward(instrument trade.Instrument, event broker.FeedEvent) {
	if watcher, ok := v.watchers[instrument]; ok {
		watcher.Tell(event)
	}
}

func (v *venue) link(c *kit.Context, up bool, reason string) {
	v.up, v.reason = up, reason
	if up {
		c.SetState("up")
		c.Log().Info().Msg("venue.feed.up")
	} else {
		c.SetState("down")
		c.Log().Warn().Str("reason", reason).Msg("venue.feed.down")
	}
	v.tellAll()
	if !up && v.specs == nil {
		v.refuseAsking()
	}
}

func (v *venue) tellAll() {
	for instrument, watcher := range v.watchers {
		watcher.Tell(v.state(instrument))
	}
}

func (v *venue) state(instrument trade.Instrument) venueState {
	spec, exists := v.specs[instrument]
	return venueState{Feed: v.feed, Up: v.up, Reason: v.reason, Known: v.specs != nil, Spec: spec, Exists: exists}
}

func (v *venue) watch(msg watchMarket) {
	v.watchers[msg.Instrument] = msg.From
	v.feed.Watch(msg.Instrument)
	msg.From.Tell(v.state(msg.Instrument))
}

// ---- instruments ----

// specsChanged asks for the list anew, now or after a pause.
func (v *venue) specsChanged(c *kit.Context) {
	c.Log().Info().Msg("venue.instruments.changed")
	if since := time.Since(v.askedAt); since < specsPause && !v.loading {
		v.again(c, specsPause-since)
		return
	}
	v.loadSpecs(c)
}

// loadSpecs asks for the list, one at a time; what changed while it was asked for is asked for again.
func (v *venue) loadSpecs(c *kit.Context) {
	v.refresh.Stop()
	if v.loading {
		v.doubted = true
		return
	}
	v.askedAt, v.loading, v.doubted = time.Now(), true, false
	feed := v.feed
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, feedCall)
		defer cancel()
		list, err := feed.Instruments(ctx)
		if err != nil {
			return specsMissing{err}
		}
		return specsLoaded{list}
	})
}

func (v *venue) keepSpecs(c *kit.Context, list []trade.Spec) {
	v.tries = 0
	v.specs = map[trade.Instrument]trade.Spec{}
	for _, spec := range list {
		v.specs[spec.Instrument] = spec
	}
	v.tellAll()
	for _, asked := range v.asking {
		asked.Answer(v.sorted())
	}
	v.asking = nil
	if v.doubted {
		v.again(c, specsPause)
	} else {
		v.again(c, specsEvery)
	}
}

func (v *venue) missSpecs(c *kit.Context, err error) {
	c.Log().Warn().Err(err).Msg("venue.instruments.missing")
	v.refuseAsking()
	if v.up { // when it is not, the next FeedUp loads them
		v.tries++
		v.again(c, retry.Pause(v.tries))
	}
}

func (v *venue) again(c *kit.Context, d time.Duration) {
	v.refresh.Stop()
	v.refresh = c.After(d, specsDue{})
}

// list answers at once, or when the first list comes, unless the link is known
// to be down.
func (v *venue) list(msg listInstruments) {
	switch {
	case v.specs != nil:
		msg.Answer(v.sorted())
	case len(v.asking) >= 1000:
		msg.Fail(trade.ErrUnavailable)
	default:
		v.asking = append(v.asking, msg)
	}
}

func (v *venue) refuseAsking() {
	for _, asked := range v.asking {
		asked.Fail(trade.ErrUnavailable)
	}
	v.asking = nil
}

func (v *venue) sorted() []trade.Spec {
	return slices.SortedFunc(maps.Values(v.specs), func(a, b trade.Spec) int {
		return cmp.Compare(a.Instrument, b.Instrument)
	})
}

// ---- questions that only the exchange can answer ----

func (v *venue) fetchTicker(c *kit.Context, msg fetchTicker) {
	feed := v.feed
	v.fetch(c, msg.Instrument, msg, func(ctx context.Context) {
		ticker, err := feed.Ticker(ctx, msg.Instrument)
		msg.Resolve(ticker, away(err))
	})
}

func (v *venue) fetchCandles(c *kit.Context, msg fetchCandles) {
	feed := v.feed
	v.fetch(c, msg.Instrument, msg, func(ctx context.Context) {
		candles, err := feed.Candles(ctx, msg.Instrument, msg.Resolution, msg.From, msg.To)
		msg.Resolve(candles, away(err))
	})
}

func (v *venue) fetch(c *kit.Context, instrument trade.Instrument, asked kit.Answerable, call func(context.Context)) {
	if _, exists := v.specs[instrument]; v.specs != nil && !exists {
		asked.Fail(trade.ErrInstrumentNotFound)
		return
	}
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, feedCall)
		defer cancel()
		call(ctx)
		return nil
	})
}

// away turns a feed's error into what a user can act on.
func away(err error) error {
	if err == nil {
		return nil
	}
	if e := broker.As(err); e != nil && e.Outcome == broker.Refused {
		return trade.Errorf(trade.Refused, "exchange_refused", "The exchange refused the question: %s.", e.Reason)
	}
	return trade.ErrUnavailable
}
