package actors

import (
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// execution is one strategy instance as its executor knows it. It decides what the
// instance may do and what it is doing; it does nothing itself. Times are exchange time.
type execution struct {
	instance trade.Instance
	config   strategy.Config
	rules    strategy.Rules

	market   MarketState
	followed bool // the market has been heard
	account  AccountState
	attached bool // the account has been heard

	analysis    strategy.Analysis
	held        strategy.Rules // of heldVersion of the config, which an open trade may have been entered with
	heldVersion int

	failed   string // why the signal is quarantined
	counters trade.Counters
	trade    *trade.Trade
	closing  bool // we asked for its end

	intent    trade.IntentID // the entry under way
	enteredAt time.Time
	begun     bool // the entry at start was made
	finished  int  // round trips since the start
	last      trade.TradeID
	ended     bool // the strategy has ended itself
	decision  *trade.Decision
}

// patience with an entry that nobody knows of: the connection may have restarted.
const entryForgotten = 20 * time.Second

func newExecution(i trade.Instance, config strategy.Config) *execution {
	x := &execution{instance: i, config: config, rules: config.Rules(), counters: i.Counters}
	if x.rules.MaxTrades == 1 && i.ConnectedAt != nil && i.Counters.CooldownUntil.After(*i.ConnectedAt) {
		x.begun, x.finished = true, 1 // its one trade ended before a restart
	}
	return x
}

// state tells what the instance is doing, and why where that is not plain.
func (x *execution) state(now time.Time) (trade.State, string) {
	switch reason := x.obstacle(); {
	case x.failed != "":
		return trade.Degraded, x.failed
	case x.ended:
		return trade.Halted, ""
	case x.trade != nil && x.closing:
		return trade.Exiting, ""
	case x.trade != nil:
		return trade.InPosition, ""
	case x.intent != "" || x.account.Entering:
		return trade.Entering, ""
	case reason != "":
		return trade.Pausing, reason
	case !x.warm():
		return trade.Collecting, fmt.Sprintf("collecting %d of %d", x.analysis.Have, x.analysis.Need)
	case now.Before(x.counters.CooldownUntil):
		return trade.CoolingOff, x.why()
	}
	return trade.Analysing, ""
}

// why repeats the last refusal while it is being waited out.
func (x *execution) why() string {
	if x.decision != nil && x.decision.Outcome != decisionTaken {
		return x.decision.Reason
	}
	return ""
}

// obstacle says what outside of the strategy keeps it from entering; "" for nothing.
func (x *execution) obstacle() string {
	switch {
	case !x.attached:
		return "waiting for the account"
	case !x.account.Ready:
		return x.account.Reason
	case !x.followed:
		return "waiting for the market"
	case x.market.Stale:
		return x.market.Reason
	case x.account.Foreign:
		return "there is a position on this instrument that this strategy did not open"
	}
	return ""
}

// warm tells whether enough candles were seen; a strategy without a signal needs none.
func (x *execution) warm() bool {
	return x.config.SignalKey() == "" || (x.analysis.Need > 0 && x.analysis.Ready())
}

// free tells whether an entry could be made at all; what is under way needs no refusal on record.
func (x *execution) free() bool {
	return !x.ended && x.failed == "" && x.trade == nil && x.intent == "" && !x.account.Entering
}

// gate refuses an entry by the strategy's own limits and by what is around it.
func (x *execution) gate(now time.Time) *trade.Error {
	if reason := x.obstacle(); reason != "" {
		return trade.Errorf(trade.Unavailable, "paused", "No entry: %s.", reason)
	}
	if err := strategy.Gate(x.rules, x.counters, now); err != nil {
		return refusal(err).(*trade.Error)
	}
	return nil
}

// atStart tells whether the entry at start is due.
func (x *execution) atStart(now time.Time) bool {
	return x.rules.EnterAtStart && !x.begun && x.free() && x.gate(now) == nil &&
		x.market.Ticker.Ask.Sign() > 0 && now.Sub(x.market.Ticker.Time) < freshTicker
}

// freshTicker is how old the quote of an entry may be; the connection checks it again.
const freshTicker = 5 * time.Second

// planInput is what a plan of this side may depend on.
func (x *execution) planInput(side trade.Side, spec trade.Spec, ticker trade.Ticker, a strategy.Analysis) strategy.PlanInput {
	in := strategy.PlanInput{Side: side, Spec: spec, Ticker: ticker, Analysis: a}
	for _, b := range x.account.Balances {
		if b.Currency == spec.Settlement {
			in.Equity, in.Available = b.Equity, b.Available
		}
	}
	return in
}

// decided tells whether the candle has been decided on already.
func (x *execution) decided(candle time.Time) bool { return !candle.After(x.counters.LastCandle) }

// ---- what happened ----

// hearAccount takes the account's state; its counters are the truth.
func (x *execution) hearAccount(m AccountState, now time.Time) {
	x.account, x.attached = m, true
	x.takeCounters(m.Counters)
	if m.Trade != nil {
		x.hold(*m.Trade)
	} else if x.trade != nil {
		x.trade, x.closing = nil, false
	}
	lost := x.intent != "" && !m.Entering && m.Trade == nil && now.Sub(x.enteredAt) > entryForgotten
	if lost {
		x.refused(now)
	}
}

// takeCounters keeps the later cooldown and candle: a pause after a refusal is ours alone.
func (x *execution) takeCounters(c trade.Counters) {
	if c.Day == "" && c.CooldownUntil.IsZero() && c.LastCandle.IsZero() {
		return
	}
	if x.counters.CooldownUntil.After(c.CooldownUntil) {
		c.CooldownUntil = x.counters.CooldownUntil
	}
	if x.counters.LastCandle.After(c.LastCandle) {
		c.LastCandle = x.counters.LastCandle
	}
	x.counters = c
}

func (x *execution) hold(t trade.Trade) {
	if x.trade != nil && x.trade.ID != t.ID {
		x.closing = false
	}
	x.trade = &t
	x.begun = true
	if t.Intent == x.intent {
		x.intent = ""
	}
}

// hearTrade takes a trade as it is stored; it answers whether it has just ended.
func (x *execution) hearTrade(m TradeChanged) (ended bool) {
	x.takeCounters(m.Counters)
	if m.Trade.Status != trade.TradeClosed {
		x.hold(m.Trade)
		return false
	}
	if x.intent == m.Trade.Intent {
		x.intent = ""
	}
	x.begun = true
	if x.trade != nil && x.trade.ID == m.Trade.ID {
		x.trade, x.closing = nil, false
	}
	if x.last == m.Trade.ID {
		return false // its costs came later
	}
	x.last = m.Trade.ID
	x.finished++
	return true
}

// complete tells whether the strategy has made all its trades.
func (x *execution) complete() bool {
	return x.rules.MaxTrades > 0 && x.finished >= x.rules.MaxTrades && !x.ended && x.trade == nil
}

// refused takes it that the entry under way came to nothing: a pause of one candle.
func (x *execution) refused(now time.Time) {
	x.intent, x.begun = "", x.finished > 0
	x.counters = strategy.CountRefusal(x.counters, now)
}

// ---- an open trade ----

// breakEven is the move of the stop that is still to come.
func (x *execution) breakEven() (strategy.BreakEvenMove, bool) {
	t := x.trade
	if t == nil || t.BreakEvenDone || x.closing || !x.followed || t.StopLoss.IsZero() || t.TakeProfit.IsZero() {
		return strategy.BreakEvenMove{}, false
	}
	rules, known := x.tradeRules()
	if !known {
		return strategy.BreakEvenMove{}, false
	}
	return rules.BreakEven.Move(t.Side, t.EntryPrice, t.StopLoss, t.TakeProfit, x.market.Spec)
}

// closeAt is when an open trade is closed whatever happens; zero for never.
func (x *execution) closeAt() time.Time {
	if x.trade == nil {
		return time.Time{}
	}
	rules, known := x.tradeRules()
	if !known || rules.MaxHold <= 0 {
		return time.Time{}
	}
	return x.trade.EntryTime.Add(rules.MaxHold)
}
