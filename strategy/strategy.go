// Package strategy holds the strategies and what they are made of: indicators, signals, plans and
// the registry. A strategy is a deterministic function of its parameters, its state and the event
// it is given: no I/O, no clock, no goroutine, no randomness.
package strategy

import (
	"encoding/json"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// Candle is a closed, exchange-aligned one-minute candle. Indicators are float64; money never is.
type Candle struct {
	OpenTime int64 // Unix milliseconds
	Open     float64
	High     float64
	Low      float64
	Close    float64
	Volume   float64 // base coin
}

// Definition is one entry of the catalogue.
type Definition interface {
	Info() Info
	// Parse checks a user's config (`{preset, sizing:{mode,value}, ...}`), fills in the preset's
	// values and refuses unknown, missing and out-of-range parameters, all at once, as a *trade.Error
	// of kind Refused with one field error each.
	Parse(raw json.RawMessage) (Config, error)
}

// Info describes a strategy to a user.
type Info struct {
	Name          string                     `json:"name"`
	Description   string                     `json:"description"`
	Version       string                     `json:"version"`
	Parameters    json.RawMessage            `json:"parameters"` // JSON Schema
	Presets       map[string]json.RawMessage `json:"presets"`
	SimulatedOnly bool                       `json:"simulatedOnly"` // never with real money
}

// Config is a checked set of parameters.
type Config interface {
	// JSON is the normalised form that is stored: every parameter, the user's values over the preset's.
	JSON() json.RawMessage
	// SignalKey names the market-only half (strategy and market-only parameters in canonical form).
	// Instances with the same key on one market share one Evaluator. "" means there is none.
	SignalKey() string
	// NewEvaluator makes the market-only half; nil when SignalKey is "".
	NewEvaluator() Evaluator
	// Rules are the gates and timers that the executor applies.
	Rules() Rules
	// Plan decides size and levels for an entry, or refuses it with a *trade.Error.
	Plan(in PlanInput) (Plan, error)
	// Levels gives stop and target for the true average fill price. passed says that the fill is
	// already beyond the target, so the trade is to be closed at once.
	Levels(p Plan, fill trade.Dec, spec trade.Spec) (stop, target trade.Dec, passed bool)
}

// Evaluator is the market-only half of a strategy: candles in, analysis out. It is fed every closed
// candle once, in order, starting with the long history.
type Evaluator interface {
	// Need is how many candles must be there before it says anything.
	Need() int
	// Close takes the candle that just closed and returns the analysis that now holds.
	Close(c Candle) Analysis
}

// Rules are the executor's half.
type Rules struct {
	MaxDailyTrades int           // 0: no limit
	Cooldown       time.Duration // after an exit fill
	MaxDailyLoss   trade.Dec     // settlement currency; 0: off
	EnterAtStart   bool          // enter once at start, without waiting for a signal (long)
	MaxHold        time.Duration // close at market after this long in position; 0: never
	MaxTrades      int           // stop by itself after so many round trips; 0: never
	BreakEven      BreakEven
}

// BreakEven says when and where the stop moves to the entry, once per trade.
type BreakEven struct {
	Enabled     bool
	Trigger     trade.Dec // fraction of the way to the target, 0.05 to 0.95
	OffsetTicks int       // beyond the entry, in the trade's favour
	CoversFees  bool      // add the round trip's fees to the offset
}

// Analysis is what the market-only half thinks after a candle.
type Analysis struct {
	CandleTime  int64        `json:"candleTime"` // open time of the candle that closed last, Unix milliseconds
	Have        int          `json:"dataPoints"`
	Need        int          `json:"requiredDataPoints"`
	Price       float64      `json:"price"` // its close
	Indicators  []Indicator  `json:"indicators"`
	ScoreLong   float64      `json:"scoreLong"`
	ScoreShort  float64      `json:"scoreShort"`
	Signal      Signal       `json:"signal"`
	Checkpoints []Checkpoint `json:"checkpoints"`
}

// Ready tells whether enough candles have been seen.
func (a Analysis) Ready() bool { return a.Have >= a.Need }

// Value gives an indicator by its name.
func (a Analysis) Value(name string) (value float64, found bool) {
	for _, i := range a.Indicators {
		if i.Name == name {
			return i.Value, true
		}
	}
	return 0, false
}

// Indicator is one named value, rounded to 9 decimals.
type Indicator struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// The signal sides.
const (
	None  = "none"
	Long  = "long"
	Short = "short"
)

// Signal is the verdict after a candle.
type Signal struct {
	Type       string   `json:"type"` // none, long or short
	Strength   float64  `json:"strength"`
	Confidence float64  `json:"confidence"`
	Reasons    []Reason `json:"reasons"`
}

// Side is the entry's side; only for signals that are not none.
func (s Signal) Side() trade.Side {
	if s.Type == Short {
		return trade.Sell
	}
	return trade.Buy
}

// Reason is one rule that gave points, and the value that earned them.
type Reason struct {
	Rule   string  `json:"rule"`
	Side   string  `json:"side"` // long, short or both
	Points float64 `json:"points"`
	Value  float64 `json:"value"`
}

// The checkpoint statuses.
const (
	Met     = "met"
	Pending = "pending"
	Failed  = "failed"
)

// Checkpoint is one line of the analysis view, derived from the score and never computed twice.
type Checkpoint struct {
	ID          string  `json:"id"`
	Label       string  `json:"label"`
	Status      string  `json:"status"` // met, pending or failed
	Value       string  `json:"value,omitempty"`
	Points      float64 `json:"points"`
	Description string  `json:"description,omitempty"`
}

// PlanInput is everything a plan may depend on.
type PlanInput struct {
	Side      trade.Side
	Spec      trade.Spec
	Ticker    trade.Ticker
	Equity    trade.Dec // of the settlement currency
	Available trade.Dec // free margin in the settlement currency
	Analysis  Analysis
}

// Plan is an entry that may be sent: a market order of Amount, with levels measured from the best
// opposite quote until the fill is known.
type Plan struct {
	Side   trade.Side      `json:"side"`
	Amount trade.Dec       `json:"amount"`
	Entry  trade.Dec       `json:"entry"` // the quote that the levels were measured from
	Stop   trade.Dec       `json:"stop"`
	Target trade.Dec       `json:"target"`
	Detail json.RawMessage `json:"detail"` // sizing steps, caps and costs, for the decision record
	// StopDistance and TargetDistance are fractions of the entry price, for strategies whose levels
	// follow the fill; 0 where Stop and Target are levels of their own.
	StopDistance   trade.Dec `json:"stopDistance"`
	TargetDistance trade.Dec `json:"targetDistance"`
	// StopLevel is the stop before it made room for the entry quote; 0 where the stop follows the fill.
	StopLevel trade.Dec `json:"stopLevel"`
}
