package simulation

import (
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// This file checks what leaves for the exchange, at the moment when it does.

// sending is one request on its way out.
type sending struct {
	w      *World
	n      *connection
	effect trade.Effect
	order  *trade.Order // nil for everything but a single order
	label  string       // of an entry, "" for everything else
	until  time.Time
	intent *intention // of an entry
}

func (s *sending) entry(label string, until time.Time) {
	s.label, s.until = label, until
	l, _ := trade.ParseLabel(label)
	s.intent = s.n.u.truth.intents[l.Intent]
	s.n.u.truth.sent[label]++
	s.w.report.Entries++
}

type rule[T any] struct {
	name  string
	about string
	holds func(T) error
}

// atSending are the rules that hold whenever something is sent.
var atSending = []rule[sending]{
	{"I1", "an entry is sent once", sentOnce},
	{"I2", "its intent is stored before", storedBefore},
	{"I12", "a stopped strategy and a halted user enter nothing", willed},
	{"I13", "nothing is entered while entries are not allowed", permitted},
	{"I19", "order requests stay within the exchange's bucket", withinBucket},
	{"I20", "limits hold, with what is in flight counted as filled", withinLimits},
	{"I31", "time limits are those of the exchange's time", limitedInTime},
	{"I32", "a strategy enters once on a candle", oncePerCandle},
}

func sentOnce(s sending) error {
	if s.label != "" && s.n.u.truth.sent[s.label] > 1 {
		return fmt.Errorf("entry %s was sent %d times", s.label, s.n.u.truth.sent[s.label])
	}
	return nil
}

// storedBefore: an exit or a stop may go without a record of its own while the database is away.
func storedBefore(s sending) error {
	t := s.w.db.accounts[s.n.u.account]
	if s.label != "" {
		if t.labels[s.label] == nil {
			return fmt.Errorf("entry %s is sent and not stored", s.label)
		}
		return nil
	}
	if s.order == nil || s.order.Strategy == "" {
		return nil
	}
	if _, stored := t.intents[s.order.Intent]; !stored {
		return fmt.Errorf("%s %s is sent and its intent is not stored", s.order.Role, s.order.Label)
	}
	return nil
}

// willed: a stop that was answered before the decision was made forbids the entry.
func willed(s sending) error {
	if s.intent == nil {
		return nil
	}
	i, will := s.w.db.strategies[s.intent.Strategy], s.w.db.users[s.n.u.id]
	switch {
	case i.status != trade.Active && s.w.now.Sub(i.since) > grace:
		return fmt.Errorf("%s is %s since %s and enters", i.id, i.status, s.w.now.Sub(i.since))
	case will.killed != nil && len(s.n.account.Kills()) > 0:
		return fmt.Errorf("%s enters although the kill switch is on", i.id)
	}
	return nil
}

// grace is how long a stored will may take until it is heard.
const grace = 50 * time.Millisecond

func permitted(s sending) error {
	switch {
	case s.label == "":
		return nil
	case !s.n.s.owner || s.n.fenced:
		return fmt.Errorf("%s is sent by a process that has lost the database", s.label)
	case !s.n.up || !s.n.compared:
		return fmt.Errorf("%s is sent before the account was compared", s.label)
	case s.n.journal.Stuck(s.w.now):
		return fmt.Errorf("%s is sent while the database is away", s.label)
	case s.intent.decided.Sub(s.intent.priced) > tickerLimit:
		return fmt.Errorf("%s was decided on a price of %s ago", s.label, s.intent.decided.Sub(s.intent.priced))
	}
	return nil
}

// The exchange's bucket for order requests: so many a second, and so many at once.
const (
	orderRate  = 5.0
	orderBurst = 20.0
)

func withinBucket(s sending) error {
	switch s.effect.(type) {
	case trade.SendBracket, trade.SendOrder, trade.AmendOrder, trade.CancelOrder:
	default:
		return nil
	}
	t := s.n.u.truth
	if !t.filled.IsZero() {
		t.bucket = min(orderBurst, t.bucket+orderRate*s.w.now.Sub(t.filled).Seconds())
	}
	t.filled = s.w.now
	if t.bucket--; t.bucket < 0 {
		return fmt.Errorf("%s sends orders faster than the exchange takes them", s.n.u.id)
	}
	return nil
}

func withinLimits(s sending) error {
	if s.intent == nil {
		return nil
	}
	limits, cmd := s.n.u.limits, s.intent
	value := trade.Value(cmd.Spec.Kind, cmd.Amount, cmd.Ticker.Mark)
	if open := s.n.u.openMarkets(cmd.Instrument); limits.MaxOpenTrades > 0 && open >= limits.MaxOpenTrades {
		return fmt.Errorf("a trade is added to %d that are open; the limit is %d", open, limits.MaxOpenTrades)
	}
	equity := s.w.venue.x.Summarize(s.w.venue.x.Account(s.n.u.number), cmd.Spec.Settlement).Equity
	if limits.MaxLeverage.Sign() > 0 && equity.Mul(limits.MaxLeverage).Percent(trade.NewDec(110)).Less(value) {
		return fmt.Errorf("an entry of %s is more than %s times the equity %s", value, limits.MaxLeverage, equity)
	}
	loss := s.w.db.strategies[cmd.Strategy].counters.On(s.intent.decided).LossToday
	if cmd.MaxDailyLoss.Sign() > 0 && cmd.MaxDailyLoss.Less(loss) && s.lossKnown() {
		return fmt.Errorf("%s has lost %s today and enters; the limit is %s", cmd.Strategy, loss, cmd.MaxDailyLoss)
	}
	return nil
}

// lossKnown tells whether the stored loss is older than the decision.
func (s sending) lossKnown() bool {
	for _, t := range s.w.db.accounts[s.n.u.account].trades {
		if t.Strategy == s.intent.Strategy && t.ExitTime != nil && s.intent.decided.Sub(*t.ExitTime) < 10*time.Second {
			return false
		}
	}
	return true
}

// openMarkets counts the instruments in which our orders have something open, but for one.
func (u *user) openMarkets(but trade.Instrument) int {
	count := 0
	for _, s := range u.w.specs {
		if s.Instrument != but && !u.truth.market(s.Instrument).ours().IsZero() {
			count++
		}
	}
	return count
}

// limitedInTime: no entry may be started later than it was meant to, whatever the clock does.
func limitedInTime(s sending) error {
	if s.intent == nil {
		return nil
	}
	if life := s.until.Sub(s.intent.decided); life < 3*time.Second || life > 7*time.Second {
		return fmt.Errorf("entry %s may be started for %s", s.label, life)
	}
	return nil
}

func oncePerCandle(s sending) error {
	if s.intent == nil {
		return nil
	}
	key := candleKey{s.intent.Strategy, s.intent.Decision.CandleTime, ""}
	t := s.n.u.truth
	if other := t.candles[key]; other != "" && other != s.label {
		return fmt.Errorf("%s and %s are of one candle", other, s.label)
	}
	t.candles[key] = s.label
	return nil
}
