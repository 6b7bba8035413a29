package actors

import (
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	marketTick  = time.Second
	tickerEvery = 250 * time.Millisecond // pages get prices this often at most
	idleAfter   = 2 * time.Minute        // a market that nobody follows ends
	candlesKept = 5000                   // at least; a signal may need more
	signalGood  = 10 * time.Second       // after the candle's end (ruling R26)
)

// retry spaces tries that never end: the exchange or the database is away.
var retry = kit.Backoff{Base: time.Second, Cap: 30 * time.Second}

// Notes of a market to itself.
type (
	marketTicked struct{}
	flushTickers struct{}
	// history is the exchange's answer to the load at the beginning.
	history struct {
		candles []trade.Candle
		since   time.Time
		want    int
		err     error
	}
	// minutes is the exchange's answer about minutes that may be missing.
	minutes struct {
		candles []trade.Candle
		err     error
	}
	loadHistory struct{}
)

// market follows one instrument for all users: top of book, candles, signals
// and price triggers. It holds leases, so that its own restart loses nobody.
type market struct {
	env *Env
	id  trade.Market

	venue   venueState
	ticker  trade.Ticker
	quotes  quotes
	rhythm  rhythm
	stale   string // why entries must pause, "" for not
	candles candleBook
	kept    map[trade.Resolution]any // what is told of candles, until they change
	leases  leases
	waiting triggers
	signals map[string]*signal

	have    int       // how long a history was asked for, 0 before the first
	loading bool      // a history load is under way
	loads   int       // tries in a row that failed
	asking  bool      // a question for missing minutes is under way
	askAt   time.Time // not before
	asks    int       // questions in a row that brought nothing
	flush   *kit.Timer
	moved   bool // the ticker moved since the last flush
	grown   bool // candles grew since the last flush
	usedAt  time.Time
	sweepAt time.Time
}

func marketSpec(env *Env, id trade.Market) kit.Spec {
	return kit.Spec{Kind: "market", Guard: shared, Cap: 65536, New: func() kit.Actor {
		return &market{env: env, id: id, leases: newLeases(), signals: map[string]*signal{}, kept: map[trade.Resolution]any{},
			stale: "the market is starting", candles: candleBook{keep: candlesKept}}
	}}
}

// Receive is the table of contents.
func (m *market) Receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case kit.Started:
		m.start(c)
	case kit.Stopping, kit.Restarting:
		m.env.venues().Tell(ToVenue{Venue: m.id.Venue, Msg: unwatchMarket{m.id.Instrument}})
	case venueState:
		m.link(c, msg)
	case venueStarted:
		if msg.Venue == m.id.Venue {
			m.watch(c)
		}
	case broker.TickerChanged:
		m.tick(c, msg.Ticker)
	case broker.CandleChanged:
		m.grow(c, msg.Candle)
	case loadHistory:
		m.load(c)
	case history:
		m.loaded(c, msg)
	case minutes:
		m.confirm(c, msg)
	case warmed:
		m.warmed(c, msg)
	case marketTicked:
		m.ticked(c)
	case flushTickers:
		m.flushPages()
	case FollowMarket:
		m.follow(c, msg)
	case LeaveMarket:
		m.leave(msg.Follower)
	case SetTrigger:
		m.waiting.set(msg, time.Now())
		m.fire()
	case ClearTrigger:
		m.waiting.clear(msg.Follower)
	case getTicker:
		m.answerTicker(msg)
	case getCandles:
		m.answerCandles(msg)
	default:
		c.Unknown()
	}
}

func (m *market) start(c *kit.Context) {
	c.SetState("stale")
	m.usedAt = time.Now()
	m.sweepAt = m.usedAt.Add(leaseRenew)
	m.watch(c)
	c.Parent().Tell(marketUp{Market: m.id})
	c.After(marketTick, marketTicked{})
}

func (m *market) watch(c *kit.Context) {
	m.env.venues().Tell(ToVenue{Venue: m.id.Venue, Msg: watchMarket{Instrument: m.id.Instrument, From: c.Self()}})
}

// exchangeNow is the exchange's time.
func (m *market) exchangeNow() time.Time {
	now := time.Now()
	if m.venue.Feed == nil {
		return now
	}
	return now.Add(m.venue.Feed.Clock().Offset)
}

// ---- the link ----

func (m *market) link(c *kit.Context, state venueState) {
	wasUp, former := m.venue.Up, m.venue.Spec
	m.venue = state
	if wasUp && !state.Up {
		m.candles.missed()
	}
	if state.Up && !wasUp {
		m.quotes.restart()
		m.askAt, m.asks = time.Time{}, 0
		m.load(c)
		m.ask(c)
	}
	if !m.judge(c) && state.Spec != former { // the contract changed: nothing may be rounded by the old one
		m.tellState()
	}
}

// judge decides whether the market can be entered and tells its followers when
// that changes. Stops stay at the exchange whatever happens here.
func (m *market) judge(c *kit.Context) (told bool) {
	reason := m.trouble()
	if reason == m.stale {
		return false
	}
	changed := (reason == "") != (m.stale == "")
	m.stale = reason
	if reason == "" {
		c.SetState("live")
	} else {
		c.SetState("stale")
	}
	if changed {
		c.Log().Info().Str("reason", reason).Msg("market.judged")
	}
	m.tellState()
	return true
}

func (m *market) tellState() {
	for _, l := range m.leases.byName {
		l.From.Tell(m.state())
	}
}

func (m *market) trouble() string {
	switch {
	case !m.venue.Up && m.venue.Reason == "":
		return "the market is starting"
	case !m.venue.Up:
		return m.venue.Reason
	case !m.venue.Known:
		return "the instruments of the exchange are not known yet"
	case !m.venue.Exists:
		return "the exchange has no such instrument"
	case !m.venue.Spec.Active:
		return "the exchange does not trade this instrument now"
	case !m.candles.loaded():
		return "the candles of the past are being loaded"
	case m.rhythm.silent(time.Now()):
		return "the market has been silent for too long"
	}
	return ""
}

func (m *market) state() MarketState {
	return MarketState{Market: m.id, Spec: m.venue.Spec, Ticker: m.ticker, Stale: m.stale != "", Reason: m.stale}
}

// ---- prices ----

// tick takes a ticker that makes sense. One that does not counts as silence.
func (m *market) tick(c *kit.Context, t trade.Ticker) {
	if !m.quotes.take(t, m.exchangeNow()) {
		c.Log().Warn().Time("at", t.Time).Stringer("mark", t.Mark).Msg("market.ticker.doubted")
		return
	}
	m.ticker = t
	m.rhythm.beat(time.Now())
	m.fire()
	m.moved = true
	m.flushSoon(c)
	if m.stale != "" {
		m.judge(c)
	}
}

// fire wakes those whose price is reached; nobody else hears of a tick.
func (m *market) fire() {
	for _, t := range m.waiting.reach(m.ticker.Mark) {
		t.From.Tell(PriceReached{Market: m.id, Ticker: m.ticker})
	}
}

func (m *market) follow(c *kit.Context, msg FollowMarket) {
	m.usedAt = time.Now()
	granted, fresh := m.leases.follow(msg, m.usedAt)
	s := m.signalOf(c, granted)
	if !fresh {
		return
	}
	granted.From.Tell(m.state())
	if granted.Ticker && !m.ticker.Time.IsZero() {
		granted.From.Tell(m.tickerMoved())
	}
	if m.candles.loaded() {
		m.tellKept(granted)
	}
	switch {
	case s == nil:
	case s.failed != "":
		granted.From.Tell(SignalFailed{Key: s.key, Reason: s.failed})
	case granted.Analysis && s.ready():
		granted.From.Tell(AnalysisChanged{Market: m.id, Key: s.key, Analysis: s.analysis})
	}
}

// signalOf answers the shared signal of a lease and begins it if need be.
func (m *market) signalOf(c *kit.Context, l *lease) *signal {
	if l.key == "" {
		return nil
	}
	if s, ok := m.signals[l.key]; ok {
		return s
	}
	s := &signal{key: l.key, config: l.Config}
	m.signals[l.key] = s
	if need := strategy.History(l.Config); need > m.candles.keep {
		m.candles.keep = need
		m.load(c)
	}
	m.warm(c, s)
	return s
}

func (m *market) leave(follower string) {
	m.leases.leave(follower)
	m.forgetSignals()
}

// forgetSignals ends the signals that nobody runs any more, quarantined ones too.
func (m *market) forgetSignals() {
	for key := range m.signals {
		if _, used := m.leases.byKey[key]; !used {
			delete(m.signals, key)
		}
	}
}

// ---- time ----

func (m *market) ticked(c *kit.Context) {
	now := time.Now()
	m.judge(c)
	if m.candles.due(m.exchangeNow()) {
		m.ask(c)
	}
	if !now.Before(m.sweepAt) {
		m.sweepAt = now.Add(leaseRenew)
		m.leases.expire(now)
		m.waiting.expire(now)
		m.forgetSignals()
	}
	if len(m.leases.byName)+m.waiting.len() > 0 {
		m.usedAt = now
	}
	if now.Sub(m.usedAt) > idleAfter {
		c.Parent().Tell(marketIdle{Market: m.id})
	}
	c.After(marketTick, marketTicked{})
}

// ---- questions ----

func (m *market) answerTicker(msg getTicker) {
	if m.stale != "" || m.ticker.Time.IsZero() {
		m.env.fetch(msg)
		return
	}
	msg.Answer(m.ticker)
}

// answerCandles serves what pages look at from memory, the rest from the exchange.
func (m *market) answerCandles(msg getCandles) {
	kept := m.candles.page(msg.Resolution)
	if len(kept) == 0 || m.stale != "" || msg.From.Before(kept[0].OpenTime) {
		m.env.venues().Tell(ToVenue{Venue: m.id.Venue, Msg: msg.fetchCandles})
		return
	}
	var list []trade.Candle
	for _, candle := range kept {
		if !candle.OpenTime.Before(msg.From) && !candle.OpenTime.After(msg.To) {
			list = append(list, candle)
		}
	}
	msg.Answer(list)
}
