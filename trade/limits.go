package trade

import "slices"

// Limits are ceilings on what an account, or one strategy of it, may hold and do. A zero field is
// off. Money is in US dollars, whatever the account settles in: a limit then means the same on every
// market. Orders that reduce a position always pass.
type Limits struct {
	MaxOrderSize       Dec          `json:"maxOrderSize" required:"false"`       // worth of one entry
	MaxPosition        Dec          `json:"maxPosition" required:"false"`        // worth of what is held in one instrument
	MaxExposure        Dec          `json:"maxExposure" required:"false"`        // worth of everything held
	MaxLeverage        Dec          `json:"maxLeverage" required:"false"`        // everything held in a settlement currency, by its equity
	MaxDailyLoss       Dec          `json:"maxDailyLoss" required:"false"`       // on one UTC day, open profit and loss included
	MaxOrdersPerMinute int          `json:"maxOrdersPerMinute" required:"false"` // entries in any sixty seconds
	MaxOpenTrades      int          `json:"maxOpenTrades" required:"false"`
	PriceBand          Dec          `json:"priceBand" required:"false"`   // percent that a quote may lie away from the index price
	Instruments        []Instrument `json:"instruments" required:"false"` // the only ones that may be entered; empty: every one
}

// Bounds of what a limit may be set to.
var (
	limitMoneyMax    = NewDec(1_000_000_000)
	limitLeverageMax = NewDec(100)
	limitBandMax     = NewDec(100)
)

const (
	limitCountMax       = 1000
	limitInstrumentsMax = 200
)

// Check names every field that is out of range, or gives nil.
func (l Limits) Check() error {
	var bad []FieldError
	between := func(field string, value, most Dec) {
		if value.Sign() < 0 || most.Less(value) {
			bad = append(bad, FieldError{field, "must be a number from 0 (off) to " + most.String()})
		}
	}
	between("maxOrderSize", l.MaxOrderSize, limitMoneyMax)
	between("maxPosition", l.MaxPosition, limitMoneyMax)
	between("maxExposure", l.MaxExposure, limitMoneyMax)
	between("maxLeverage", l.MaxLeverage, limitLeverageMax)
	between("maxDailyLoss", l.MaxDailyLoss, limitMoneyMax)
	between("maxOrdersPerMinute", NewDec(int64(l.MaxOrdersPerMinute)), NewDec(limitCountMax))
	between("maxOpenTrades", NewDec(int64(l.MaxOpenTrades)), NewDec(limitCountMax))
	between("priceBand", l.PriceBand, limitBandMax)
	if len(l.Instruments) > limitInstrumentsMax || slices.Contains(l.Instruments, "") {
		bad = append(bad, FieldError{"instruments", "must be a list of at most 200 instrument names, empty for every one"})
	}
	if len(bad) == 0 {
		return nil
	}
	return InvalidFields("invalid_limits", "These limits are out of range.", bad...)
}

// The scopes of limits, from the widest to the narrowest; each holds by itself.
const (
	ServerLimits     = "server"     // set by an administrator, for everybody
	UserLimits       = "user"       // for each connection of a user
	ConnectionLimits = "connection" // for one connection
	StrategyLimits   = "strategy"   // for one strategy
)

// ScopedLimits are limits and what they are for.
type ScopedLimits struct {
	Scope    string     `json:"scope"`
	Venue    *Venue     `json:"venue,omitempty"`    // of a connection
	Strategy StrategyID `json:"strategy,omitempty"` // of a strategy
	Limits   Limits     `json:"limits"`
}

// whose begins the sentence of a refusal.
func (s ScopedLimits) whose() string {
	switch s.Scope {
	case ServerLimits:
		return "The limit of this server"
	case ConnectionLimits:
		return "The limit of this connection"
	case StrategyLimits:
		return "The limit of this strategy"
	}
	return "Your limit"
}
