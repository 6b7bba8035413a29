package strategy

import (
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	candleLength = time.Minute
	// signalLife is how long after its candle's end a signal may still become an entry.
	signalLife = 10 * time.Second
)

// Gate tells whether the executor may enter now: nil, or a refusal with code daily_loss,
// daily_limit or cooldown. It looks only at the strategy's own limits, after the signal.
func Gate(r Rules, c trade.Counters, now time.Time) error {
	c = c.On(now)
	switch {
	case r.lossReached(c):
		return trade.Errorf(trade.Refused, "daily_loss", "Today's loss of %s has reached the limit of %s. Trading goes on after midnight UTC.", c.LossToday, r.MaxDailyLoss)
	case r.tradesReached(c):
		return trade.Errorf(trade.Refused, "daily_limit", "Today's limit of %d trades is reached. Trading goes on after midnight UTC.", r.MaxDailyTrades)
	case now.Before(c.CooldownUntil):
		return trade.Errorf(trade.Refused, "cooldown", "The pause after the last trade lasts until %s.", c.CooldownUntil.UTC().Format(time.RFC3339))
	}
	return nil
}

func (r Rules) lossReached(c trade.Counters) bool {
	return r.MaxDailyLoss.Sign() > 0 && !c.LossToday.Less(r.MaxDailyLoss)
}

func (r Rules) tradesReached(c trade.Counters) bool {
	return r.MaxDailyTrades > 0 && c.TradesToday >= r.MaxDailyTrades
}

// CountRefusal pauses for one candle after an entry was denied here or rejected by the exchange.
func CountRefusal(c trade.Counters, now time.Time) trade.Counters {
	if until := now.Add(candleLength); until.After(c.CooldownUntil) {
		c.CooldownUntil = until
	}
	return c
}

// Fresh refuses a signal that is too old to act on (code signal_expired): more than ten seconds
// after the end of the candle that opened at candle.
func Fresh(candle, now time.Time) error {
	if now.After(GoodUntil(candle)) {
		return trade.Errorf(trade.Refused, "signal_expired", "The signal of the candle of %s came too late to act on.", candle.UTC().Format(time.RFC3339))
	}
	return nil
}

// GoodUntil is the last moment at which the signal of the candle that opened at candle may be acted on.
func GoodUntil(candle time.Time) time.Time { return candle.Add(candleLength + signalLife) }

// GateCheckpoints are the executor's lines of the analysis view; blocked is why the risk gate is
// shut, "" when it is open.
func GateCheckpoints(r Rules, c trade.Counters, now time.Time, blocked string) []Checkpoint {
	c = c.On(now)
	cooldown := Checkpoint{ID: "cooldown", Label: "Cooldown", Status: Met, Description: "No pause after a trade is running."}
	if now.Before(c.CooldownUntil) {
		left := c.CooldownUntil.Sub(now).Round(time.Second)
		cooldown.Status, cooldown.Value, cooldown.Description = Pending, left.String(), "A pause after the last trade is running."
	}
	daily := Checkpoint{ID: "daily_limit", Label: "Daily limit", Status: Met, Value: fmt.Sprint(c.TradesToday), Description: "Trades so far on this UTC day."}
	if r.MaxDailyTrades > 0 {
		daily.Value = fmt.Sprintf("%d/%d", c.TradesToday, r.MaxDailyTrades)
	}
	if r.tradesReached(c) {
		daily.Status = Failed
	}
	return []Checkpoint{cooldown, daily, riskCheckpoint(r, c, blocked)}
}

func riskCheckpoint(r Rules, c trade.Counters, blocked string) Checkpoint {
	p := Checkpoint{ID: "risk_gate", Label: "Risk gate", Status: Met, Description: "Nothing forbids an entry."}
	switch {
	case blocked != "":
		p.Status, p.Description = Failed, blocked
	case r.lossReached(c):
		p.Status, p.Value, p.Description = Failed, c.LossToday.String(), "The daily loss limit is reached."
	}
	return p
}
