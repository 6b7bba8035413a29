package actors

import (
	"time"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// analysisView is what a page shows of a strategy's thinking: the market's shared
// half joined with the executor's own gates.
type analysisView struct {
	Strategy     trade.StrategyID      `json:"strategyId"`
	StrategyName string                `json:"strategyName"`
	Broker       trade.Broker          `json:"broker"`
	Environment  trade.Environment     `json:"environment"`
	Instrument   trade.Instrument      `json:"instrument"`
	Status       string                `json:"status"` // initializing, analyzing, signal_detected, position_open or stopped
	State        trade.State           `json:"state"`
	StateReason  string                `json:"stateReason,omitempty"`
	CurrentPrice trade.Dec             `json:"currentPrice"`
	UpdatedAt    time.Time             `json:"lastUpdated"`
	Indicators   map[string]float64    `json:"indicators"`
	Signal       strategy.Signal       `json:"signal"`
	ScoreLong    float64               `json:"scoreLong"`
	ScoreShort   float64               `json:"scoreShort"`
	Checkpoints  []strategy.Checkpoint `json:"checkpoints"`
	Have         int                   `json:"dataPoints"`
	Need         int                   `json:"requiredDataPoints"`
	Cooldown     *time.Time            `json:"cooldownUntil"`
	NextCheck    *time.Time            `json:"nextCheckAt"`
	TradesToday  int                   `json:"tradesToday"`
	Decision     *decisionView         `json:"lastDecision"`
	Position     *positionMetrics      `json:"position"`
}

// decisionView is the last decision and why.
type decisionView struct {
	Time    time.Time  `json:"time"`
	Side    trade.Side `json:"side"`
	Outcome string     `json:"outcome"`
	Reason  string     `json:"reason"`
}

// positionMetrics is how the open trade stands.
type positionMetrics struct {
	Strategy      trade.StrategyID   `json:"strategyId"`
	Instrument    trade.Instrument   `json:"instrument"`
	Direction     string             `json:"direction"`
	EntryPrice    trade.Dec          `json:"entryPrice"`
	CurrentPrice  trade.Dec          `json:"currentPrice"`
	Amount        trade.Dec          `json:"amount"`
	StopLoss      trade.Dec          `json:"stopLoss"`
	TakeProfit    trade.Dec          `json:"takeProfit"`
	UnrealizedPnL trade.Dec          `json:"unrealizedPnl"`
	Percent       trade.Dec          `json:"unrealizedPnlPercent"`
	Currency      trade.Currency     `json:"currency"`
	EntryOrder    trade.VenueOrderID `json:"entryOrderId"`
	StopOrder     trade.VenueOrderID `json:"slOrderId,omitempty"`
	TargetOrder   trade.VenueOrderID `json:"tpOrderId,omitempty"`
	EnteredAt     time.Time          `json:"enteredAt"`
	Duration      int64              `json:"duration"` // milliseconds
	RiskReward    trade.Dec          `json:"riskReward"`
	BreakEvenDone bool               `json:"breakEvenDone"`
}

// view joins what the market thinks with what the executor knows.
func (x *execution) view(now time.Time) analysisView {
	state, reason := x.state(now)
	m, a := x.instance.Market, x.analysis
	v := analysisView{
		Strategy: x.instance.ID, StrategyName: x.instance.Name, Broker: m.Broker, Environment: m.Environment, Instrument: m.Instrument,
		Status: statusOf(state, a), State: state, StateReason: reason, CurrentPrice: x.market.Ticker.Last, UpdatedAt: now.UTC().Truncate(time.Millisecond),
		Indicators: map[string]float64{}, Signal: a.Signal, ScoreLong: a.ScoreLong, ScoreShort: a.ScoreShort,
		Checkpoints: x.checkpoints(now), Have: a.Have, Need: a.Need, TradesToday: x.counters.On(now).TradesToday, Position: x.metrics(now),
	}
	for _, i := range a.Indicators {
		v.Indicators[i.Name] = i.Value
	}
	if v.Signal.Type == "" {
		v.Signal.Type = strategy.None
	}
	if v.Signal.Reasons == nil {
		v.Signal.Reasons = []strategy.Reason{}
	}
	if now.Before(x.counters.CooldownUntil) {
		until := x.counters.CooldownUntil.UTC()
		v.Cooldown = &until
	}
	if x.config.SignalKey() != "" {
		next := now.Truncate(time.Minute).Add(time.Minute).UTC()
		v.NextCheck = &next
	}
	if d := x.decision; d != nil {
		v.Decision = &decisionView{d.Time, d.Side, d.Outcome, d.Reason}
	}
	return v
}

// statusOf is the state in the words that existing pages know.
func statusOf(s trade.State, a strategy.Analysis) string {
	switch s {
	case trade.Collecting:
		return "initializing"
	case trade.InPosition, trade.Exiting:
		return "position_open"
	case trade.Entering:
		return "signal_detected"
	case trade.Halted, trade.Degraded:
		return "stopped"
	}
	if s == trade.Analysing && a.Signal.Type != "" && a.Signal.Type != strategy.None {
		return "signal_detected"
	}
	return "analyzing"
}

// checkpoints joins the shared ones with the executor's gates.
func (x *execution) checkpoints(now time.Time) []strategy.Checkpoint {
	list := append([]strategy.Checkpoint{}, x.analysis.Checkpoints...)
	return append(list, strategy.GateCheckpoints(x.rules, x.counters, now, x.obstacle())...)
}

// metrics works out how the open trade stands at the mark price.
func (x *execution) metrics(now time.Time) *positionMetrics {
	t := x.trade
	if t == nil {
		return nil
	}
	price := x.mark()
	p := &positionMetrics{
		Strategy: x.instance.ID, Instrument: t.Instrument, Direction: direction(t.Side), EntryPrice: t.EntryPrice, CurrentPrice: price,
		Amount: t.Open, StopLoss: t.StopLoss, TakeProfit: t.TakeProfit, Currency: t.Currency, EntryOrder: t.EntryOrder, StopOrder: t.StopOrder,
		TargetOrder: t.TargetOrder, EnteredAt: t.EntryTime, Duration: now.Sub(t.EntryTime).Milliseconds(), BreakEvenDone: t.BreakEvenDone,
	}
	if price.Sign() > 0 && t.EntryPrice.Sign() > 0 {
		p.UnrealizedPnL = trade.PnL(x.market.Spec.Kind, t.Side, t.Open, t.EntryPrice, price).Round(8)
		change := price.Sub(t.EntryPrice).Div(t.EntryPrice).Mul(trade.NewDec(100))
		if t.Side == trade.Sell {
			change = change.Neg()
		}
		p.Percent = change.Round(4)
	}
	if risk := t.EntryPrice.Sub(t.StopLoss).Abs(); risk.Sign() > 0 {
		p.RiskReward = t.TakeProfit.Sub(t.EntryPrice).Abs().Div(risk).Round(2)
	}
	return p
}

// mark is the newest mark price that is known.
func (x *execution) mark() trade.Dec {
	if x.market.Ticker.Mark.Sign() > 0 {
		return x.market.Ticker.Mark
	}
	return x.account.Position.MarkPrice
}

func direction(s trade.Side) string {
	if s == trade.Sell {
		return strategy.Short
	}
	return strategy.Long
}
