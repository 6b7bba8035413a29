package trade

import (
	"encoding/json"
	"time"
)

// StartPreview is what a strategy would enter with its parameters if a signal came right now.
// Nothing is sent for it.
type StartPreview struct {
	StrategyName string          `json:"strategyName"`
	Instrument   Instrument      `json:"instrument"`
	Config       json.RawMessage `json:"config"`   // every parameter, the user's over the preset's
	Currency     Currency        `json:"currency"` // of the results, the fees and the equity
	Quote        Currency        `json:"quote"`    // of the prices, the notional and the risk
	Time         time.Time       `json:"time"`     // of the prices
	Bid          Dec             `json:"bid"`
	Ask          Dec             `json:"ask"`
	Equity       Dec             `json:"equity"`
	Available    Dec             `json:"available"`
	Sides        []EntryPreview  `json:"sides"`
}

// EntryPreview is one side of a StartPreview. What a refused entry would have been is given as far
// as it was worked out.
type EntryPreview struct {
	Side     Side            `json:"side"`
	Amount   Dec             `json:"amount"`
	Entry    Dec             `json:"entry"`
	Stop     Dec             `json:"stop"`
	Target   Dec             `json:"target"`
	Notional Dec             `json:"notional"` // quote currency
	Leverage Dec             `json:"leverage"` // notional / equity of the settlement currency
	AtStop   *ExitPreview    `json:"atStop"`
	AtTarget *ExitPreview    `json:"atTarget"`
	Code     string          `json:"code"`   // why it would be refused, "" for not
	Reason   string          `json:"reason"` // the same as a sentence
	Detail   json.RawMessage `json:"detail"` // sizing steps and caps, as in a decision record
}

// ExitPreview is what a trade would bring at one exit price, in the settlement currency.
type ExitPreview struct {
	Price    Dec `json:"price"`
	Gross    Dec `json:"gross"`
	EntryFee Dec `json:"entryFee"` // as taker
	ExitFee  Dec `json:"exitFee"`  // as taker at the stop, as maker at the target
	Net      Dec `json:"net"`      // gross - entryFee - exitFee
}
