package actors

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// The rhythm of an executor.
const (
	beatEvery  = 5 * time.Minute
	closeAgain = 5 * time.Second // a close that was not heard is asked for anew

	analysisWait = time.Second // for a market's word; then what is known is told
)

// Notes of an executor to itself.
type (
	leaseDue     struct{}
	beatDue      struct{}
	clockDue     struct{}
	holdEnded    struct{ trade trade.TradeID }
	analysisLate struct{}
	beatFailed   struct{ err error }
)

// decisionTaken is the outcome of a decision that became an intent.
const decisionTaken = "taken"

// executor follows one strategy instance through its states: it hears the
// market's signals, asks the strategy for a plan and its connection for an entry.
type executor struct {
	env      *Env
	instance trade.Instance
	account  trade.AccountID
	x        *execution // nil when the stored config can not be used

	offset    time.Duration // exchange time minus local time
	state     trade.State
	reason    string
	told      *trade.Trade
	counters  trade.Counters
	watched   bool
	informed  bool          // the market tells of every candle
	asked     []GetAnalysis // wait for the market's word
	triggered bool          // a break-even trigger is set
	hold      *kit.Timer
	clock     *kit.Timer
	lease     *kit.Timer
	loading   int // version of the config whose rules are on their way, 0 for none
}

func newExecutor(env *Env, instance trade.Instance) kit.Actor {
	return &executor{env: env, instance: instance,
		account: trade.AccountID{User: instance.User, Venue: instance.Market.Venue}}
}

// Receive is the table of contents.
func (e *executor) Receive(c *kit.Context) {
	if _, starting := c.Message().(kit.Started); starting {
		e.start(c)
		return
	}
	if e.x == nil {
		e.refuse(c)
		return
	}
	switch m := c.Message().(type) {
	case kit.Stopping, kit.Restarting:
		e.leave()
		return
	case kit.Stopped:
		return
	case leaseDue:
		e.renew(c)
	case beatDue:
		e.beat(c)
	case beatFailed:
		c.Log().Warn().Err(m.err).Msg("executor.beat.failed")
	case clockDue:
		e.clock = nil
	case rulesLoaded:
		e.takeRules(c, m)
	case holdEnded:
		e.holdEnded(c, m)
	case MarketStarted:
		if m.Market == e.instance.Market {
			e.renew(c)
		}
	// market
	case MarketState:
		e.hearMarket(m)
	case TickerMoved:
		e.x.market.Ticker = m.Ticker
	case AnalysisChanged:
		e.x.analysis = m.Analysis
		e.answerAsked()
	case SignalRaised:
		e.signal(c, m)
	case SignalFailed:
		e.x.failed = m.Reason
		e.end(c, trade.Errored, trade.ExecutionError, m.Reason)
	case PriceReached:
		e.breakEven(m)
	// account
	case AccountState:
		e.hearAccount(c, m)
	case TradeChanged:
		e.hearTrade(c, m)
	case EntryDenied:
		e.denied(c, m)
	case EntryEnded:
		e.entryEnded(m)
	// pages
	case GetAnalysis:
		e.analyse(c, m)
		return
	case analysisLate:
		e.answerAsked()
	case WatchAnalysis:
		e.watched = m.On
		e.follow(c)
		e.publish(c)
	default:
		c.Unknown()
		return
	}
	e.settle(c)
}

// now is the exchange's time, as far as it is known.
func (e *executor) now() time.Time { return time.Now().Add(e.offset) }

func (e *executor) connection() kit.Ref { return e.env.connectionRef(e.account) }

// ---- start and leases ----

func (e *executor) start(c *kit.Context) {
	definition, err := e.env.FindStrategy(e.instance.Name)
	var config strategy.Config
	if err == nil {
		config, err = definition.Parse(e.instance.Config)
	}
	if err != nil {
		c.SetState(string(trade.Degraded))
		e.end(c, trade.Errored, trade.ExecutionError, refusal(err).Error())
		return
	}
	e.x = newExecution(e.instance, config)
	e.counters = e.instance.Counters
	e.renew(c)
	e.beat(c)
	e.settle(c)
}

// refuse answers for a strategy whose stored config can not be used.
func (e *executor) refuse(c *kit.Context) {
	switch m := c.Message().(type) {
	case kit.Stopping, kit.Stopped, kit.Restarting:
	default:
		kit.Fail(m, errNotRunning)
	}
}

// renew keeps the leases: on the account, on the market and on its trigger.
func (e *executor) renew(c *kit.Context) {
	e.connection().Tell(FollowAccount{From: c.Self(), Strategy: e.instance.ID, Instrument: e.instance.Market.Instrument,
		Counters: e.x.counters, Cooldown: e.x.rules.Cooldown})
	e.follow(c)
	e.setTrigger(c)
	e.lease.Stop()
	e.lease = c.After(leaseRenew, leaseDue{})
}

// follow renews the lease on the market. Prices are wanted only where somebody
// looks at them or an entry waits for one.
func (e *executor) follow(c *kit.Context) {
	e.env.toMarket(e.instance.Market, FollowMarket{Follower: string(e.instance.ID), From: c.Self(), Config: e.x.config,
		Ticker: e.watched || (e.x.rules.EnterAtStart && !e.x.begun), Analysis: e.wantsAnalysis()})
	e.informed = e.wantsAnalysis()
}

// wantsAnalysis tells whether every candle's analysis is wanted: by who looks, or while the strategy is
// collecting. For the rest a signal that fires is enough: with thousands of strategies nobody else is
// woken by a candle.
func (e *executor) wantsAnalysis() bool {
	return e.x.config.SignalKey() != "" && (e.watched || len(e.asked) > 0 || !e.x.warm())
}

// analyse answers at once when the market tells of every candle anyway, and else once it has told of
// the newest.
func (e *executor) analyse(c *kit.Context, m GetAnalysis) {
	e.asked = append(e.asked, m)
	if e.informed || e.x.config.SignalKey() == "" {
		e.answerAsked()
		return
	}
	e.follow(c)
	c.After(analysisWait, analysisLate{})
}

func (e *executor) answerAsked() {
	if len(e.asked) == 0 {
		return
	}
	view := encode(e.x.view(e.now()))
	for _, m := range e.asked {
		m.Answer(view)
	}
	e.asked = nil
}

func (e *executor) leave() {
	e.env.toMarket(e.instance.Market, ClearTrigger{Follower: string(e.instance.ID)})
	e.env.toMarket(e.instance.Market, LeaveMarket{Follower: string(e.instance.ID)})
}

// beat notes that the instance is alive.
func (e *executor) beat(c *kit.Context) {
	storage, user, id, at := e.env.Storage, e.instance.User, e.instance.ID, time.Now()
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, storeCall)
		defer cancel()
		if err := storage.BeatInstance(ctx, user, id, at); err != nil {
			return beatFailed{err}
		}
		return nil
	})
	c.After(beatEvery, beatDue{})
}

// end asks the user to commit a new will; nothing is entered any more.
func (e *executor) end(c *kit.Context, status trade.Status, act, message string) {
	if e.x != nil {
		e.x.ended = true
	}
	c.Parent().Tell(StrategyEnded{Strategy: e.instance.ID, Status: status, Act: act, Message: message})
}

// ---- hearing ----

func (e *executor) hearMarket(m MarketState) {
	e.x.market, e.x.followed = m, true
}

func (e *executor) hearAccount(c *kit.Context, m AccountState) {
	e.offset = time.Until(m.At)
	e.x.hearAccount(m, e.now())
	e.guardTrade(c)
}

func (e *executor) hearTrade(c *kit.Context, m TradeChanged) {
	if e.x.hearTrade(m) {
		c.Log().Info().Str("reason", m.Trade.ExitReason).Str("net", m.Trade.Net.String()).Msg("executor.trade.closed")
		if m.ByHand {
			e.end(c, trade.Paused, trade.ExecutionError, closedByHand)
		}
	}
	e.guardTrade(c)
	e.finish(c)
}

const closedByHand = "The position was closed at the exchange, not by this strategy. Stop it and start it again to go on."

// finish stops a strategy that has made all its trades.
func (e *executor) finish(c *kit.Context) {
	if e.x.complete() {
		e.end(c, trade.Stopped, trade.Completed, "")
	}
}

func (e *executor) denied(c *kit.Context, m EntryDenied) {
	if m.Intent != e.x.intent {
		return
	}
	if e.x.decision != nil {
		e.x.decision.Outcome, e.x.decision.Reason = m.Err.Code, m.Err.Message
	}
	e.x.refused(e.now())
}

func (e *executor) entryEnded(m EntryEnded) {
	if m.Intent != e.x.intent {
		return
	}
	if e.x.decision != nil {
		e.x.decision.Outcome, e.x.decision.Reason = string(m.State), m.Reason
	}
	e.x.refused(e.now())
}

// ---- deciding ----

// signal decides on the candle that just closed.
func (e *executor) signal(c *kit.Context, m SignalRaised) {
	e.x.analysis, e.x.market.Spec, e.x.market.Ticker = m.Analysis, m.Spec, m.Ticker
	candle := time.UnixMilli(m.Analysis.CandleTime).UTC()
	if !e.x.free() || e.x.decided(candle) || m.Analysis.Signal.Type == strategy.None {
		return
	}
	e.x.counters.LastCandle = candle
	d := e.decide(m.Analysis.Signal.Side(), candle, m.Now)
	err := strategy.Fresh(candle, m.Now)
	if refused := e.x.gate(m.Now); err == nil && refused != nil {
		err = refused
	}
	e.act(c, d, err, e.x.planInput(d.Side, m.Spec, m.Ticker, m.Analysis), strategy.GoodUntil(candle))
}

// decide begins a decision record.
func (e *executor) decide(side trade.Side, candle, now time.Time) trade.Decision {
	return trade.Decision{ID: uuid.NewString(), Strategy: e.instance.ID, CandleTime: candle, Time: now, Side: side,
		Outcome: decisionTaken, Detail: json.RawMessage("{}")}
}

// act plans an entry and asks for it, or writes down why not.
func (e *executor) act(c *kit.Context, d trade.Decision, err error, in strategy.PlanInput, goodUntil time.Time) {
	plan, refused := e.x.config.Plan(in)
	if err == nil {
		err = refused
	}
	if len(plan.Detail) > 0 { // a refused entry is explained too: what was seen, and what it would have been
		d.Detail = plan.Detail
	}
	if err != nil {
		e.decline(c, d, refusal(err))
		return
	}
	d.Intent = newIntent()
	d.Reason = "The signal and every check allowed this entry."
	e.x.decision, e.x.intent, e.x.enteredAt, e.x.begun = &d, d.Intent, e.now(), true
	e.connection().Tell(EnterPosition{
		From: c.Self(), Intent: d.Intent, Strategy: e.instance.ID, StrategyName: e.instance.Name, ConfigVersion: e.instance.ConfigVersion,
		Instrument: e.instance.Market.Instrument, Plan: plan, Spec: in.Spec, Ticker: in.Ticker, CandleTime: d.CandleTime,
		GoodUntil: goodUntil, Config: e.x.config, Decision: d, Counters: e.x.counters,
	})
}

// newIntent makes the id of one decision to trade; ids grow with time.
func newIntent() trade.IntentID {
	return trade.IntentID(strings.ReplaceAll(uuid.Must(uuid.NewV7()).String(), "-", ""))
}

// decline writes down a refusal of our own.
func (e *executor) decline(c *kit.Context, d trade.Decision, err error) {
	d.Outcome, d.Reason = trade.CodeOf(err), err.Error()
	if known, ok := err.(*trade.Error); ok {
		d.Reason = known.Message
	}
	e.x.decision = &d
	e.env.figures.decided(d.Outcome)
	if d.CandleTime.IsZero() { // nothing will ask again but we ourselves
		e.x.refused(e.now())
	}
	storage, account, log := e.env.Storage, e.account, *c.Log()
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, storeCall)
		defer cancel()
		if err := storage.Commit(ctx, account, trade.Change{Decisions: []trade.Decision{d}}); err != nil {
			log.Warn().Err(err).Msg("executor.decision.lost")
		}
		return nil
	})
}

// enterAtStart makes the one entry that needs no signal.
func (e *executor) enterAtStart(c *kit.Context, now time.Time) {
	m := e.x.market
	d := e.decide(trade.Buy, time.Time{}, now)
	e.act(c, d, nil, e.x.planInput(trade.Buy, m.Spec, m.Ticker, e.x.analysis), now.Add(freshTicker))
	e.follow(c)
}

// ---- an open trade ----

// guardTrade arms what an open trade needs: its break-even trigger and its time limit.
func (e *executor) guardTrade(c *kit.Context) {
	e.wantRules(c)
	e.setTrigger(c)
	e.hold.Stop()
	e.hold = nil
	if at := e.x.closeAt(); !at.IsZero() {
		wait := max(at.Sub(e.now()), 0)
		if e.x.closing {
			wait = max(wait, closeAgain)
		}
		e.hold = c.After(wait, holdEnded{e.x.trade.ID})
	}
}

func (e *executor) setTrigger(c *kit.Context) {
	move, due := e.x.breakEven()
	if due {
		e.env.toMarket(e.instance.Market, SetTrigger{Follower: string(e.instance.ID), From: c.Self(), Price: move.Trigger, Above: move.Above})
	} else if e.triggered {
		e.env.toMarket(e.instance.Market, ClearTrigger{Follower: string(e.instance.ID)})
	}
	e.triggered = due
}

// breakEven moves the stop when the mark price is there; the next renewal sets the
// trigger again if the connection could not.
func (e *executor) breakEven(m PriceReached) {
	move, due := e.x.breakEven()
	if !due {
		return
	}
	there := !m.Ticker.Mark.Less(move.Trigger)
	if !move.Above {
		there = !move.Trigger.Less(m.Ticker.Mark)
	}
	if there {
		e.connection().Tell(MoveStop{Trade: e.x.trade.ID, Price: move.Stop, Mark: m.Ticker.Mark, BreakEven: true})
	}
}

// holdEnded closes a trade that has been open for long enough.
func (e *executor) holdEnded(c *kit.Context, m holdEnded) {
	e.hold = nil
	if e.x.trade == nil || e.x.trade.ID != m.trade {
		return
	}
	e.x.closing = true
	e.connection().Tell(CloseTrade{Trade: m.trade, Reason: trade.ExitTime})
	e.hold = c.After(closeAgain, m)
}

// ---- telling ----

// settle ends every message: an entry at start that is due is made, and whoever
// follows the strategy hears of a new state.
func (e *executor) settle(c *kit.Context) {
	now := e.now()
	e.finish(c)
	if e.x.atStart(now) {
		e.enterAtStart(c, now)
	}
	state, reason := e.x.state(now)
	c.SetState(string(state))
	if state == trade.CoolingOff && e.clock == nil {
		e.clock = c.After(max(e.x.counters.CooldownUntil.Sub(now), 0)+time.Millisecond, clockDue{})
	}
	changed := state != e.state || reason != e.reason || !sameTrade(e.told, e.x.trade) || e.counters != e.x.counters
	if changed {
		e.state, e.reason, e.told, e.counters = state, reason, e.x.trade, e.x.counters
		counters := e.x.counters
		c.Parent().Tell(StrategyChanged{Strategy: e.instance.ID, State: state, Reason: reason, Trade: e.x.trade, Counters: &counters})
	}
	if _, ticked := c.Message().(TickerMoved); changed || ticked || isAnalysis(c.Message()) {
		e.publish(c)
	}
}

func sameTrade(a, b *trade.Trade) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.ID == b.ID && a.Open.Equal(b.Open) && a.StopLoss.Equal(b.StopLoss) && a.TakeProfit.Equal(b.TakeProfit) &&
		a.StopOrder == b.StopOrder && a.TargetOrder == b.TargetOrder
}

func isAnalysis(m any) bool {
	_, ok := m.(AnalysisChanged)
	return ok
}

// publish sends the analysis view to the pages that follow it.
func (e *executor) publish(c *kit.Context) {
	if !e.watched {
		return
	}
	topic := analysisPrefix + string(e.instance.ID)
	c.Parent().Tell(Published{Topic: topic, Key: topic, Data: encode(e.x.view(e.now()))})
}
