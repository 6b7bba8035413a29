package trade

import (
	"strings"
	"time"
)

// VenueOrder is an order as the exchange describes it, ours or not.
type VenueOrder struct {
	ID           VenueOrderID `json:"id"`
	Label        string       `json:"label"`
	Instrument   Instrument   `json:"instrument"`
	Side         Side         `json:"side"`
	Type         string       `json:"type"`  // the exchange's word
	State        string       `json:"state"` // open, filled, rejected, cancelled, untriggered or triggered
	Amount       Dec          `json:"amount"`
	Filled       Dec          `json:"filled"`
	Price        Dec          `json:"price"`        // 0 for market orders
	AveragePrice Dec          `json:"averagePrice"` // 0 before a fill
	TriggerPrice Dec          `json:"triggerPrice"`
	ReduceOnly   bool         `json:"reduceOnly"`
	CancelReason string       `json:"cancelReason,omitempty"`
	OCORef       string       `json:"-"`    // shared by the two legs of a linked pair
	Secondary    bool         `json:"-"`    // a leg that waits for its primary's fill
	TriggeredBy  VenueOrderID `json:"-"`    // the trigger order this one came from
	Time         time.Time    `json:"time"` // last change, exchange time
}

// Live tells whether the order can still trade.
func (o VenueOrder) Live() bool { return o.State == "open" || o.State == "untriggered" }

// Fill is one execution of one order of the account, with the exchange's own figures.
type Fill struct {
	ID          VenueTradeID `json:"id"`
	Seq         int64        `json:"seq"` // per instrument
	Order       VenueOrderID `json:"orderId"`
	Label       string       `json:"label"`
	Instrument  Instrument   `json:"instrument"`
	Side        Side         `json:"side"`
	Price       Dec          `json:"price"`
	Amount      Dec          `json:"amount"`
	Fee         Dec          `json:"fee"` // negative is a rebate
	FeeCurrency Currency     `json:"feeCurrency"`
	ProfitLoss  Dec          `json:"profitLoss"` // realised by this fill, without fee, in the settlement currency
	Index       Dec          `json:"indexPrice"`
	Maker       bool         `json:"maker"`
	Liquidation bool         `json:"liquidation"`
	Time        time.Time    `json:"time"`
}

// VenuePosition is the net position in one instrument; Size is signed: negative is short.
type VenuePosition struct {
	Instrument       Instrument `json:"instrument"`
	Size             Dec        `json:"size"` // linear: base coin, inverse: USD
	AveragePrice     Dec        `json:"averagePrice"`
	MarkPrice        Dec        `json:"markPrice"`
	UnrealizedPnL    Dec        `json:"unrealizedPnl"` // from the entry, in the settlement currency
	RealizedPnL      Dec        `json:"realizedPnl"`   // this session
	LiquidationPrice Dec        `json:"liquidationPrice"`
}

// Delivery is the end of a dated contract: the exchange closes what is held at one price, without a
// trade and without a fee. Price 0: there was none.
type Delivery struct {
	Price Dec
	Time  time.Time
}

// Balance is one currency of an account.
type Balance struct {
	Currency          Currency `json:"currency"`
	Balance           Dec      `json:"balance"` // cash
	Equity            Dec      `json:"equity"`  // cash and open profit
	Available         Dec      `json:"available"`
	InitialMargin     Dec      `json:"initialMargin"`
	MaintenanceMargin Dec      `json:"maintenanceMargin"`
}

// Grant is what the exchange says that a key may do.
type Grant struct {
	ExchangeAccount string   `json:"exchangeAccount"` // the exchange's id of the account, "" when not told
	Scopes          []string `json:"scopes"`
	CanTrade        bool     `json:"canTrade"`
	CanWithdraw     bool     `json:"canWithdraw"`
	CanEditAccount  bool     `json:"canEditAccount"`
}

// Excess names the first right of a key that trading does not need, such as block_trade:read_write,
// or "". Rights to read are no excess.
func (g Grant) Excess() string {
	for _, scope := range g.Scopes {
		if area, level, _ := strings.Cut(scope, ":"); level == "read_write" && area != "trade" {
			return scope
		}
	}
	return ""
}

// Bracket is one entry with its stop and target, sent as one linked order.
type Bracket struct {
	Instrument  Instrument
	Side        Side
	Amount      Dec
	Stop        Dec // trigger price, on mark price
	Target      Dec // limit price
	ValidUntil  time.Time
	EntryLabel  string
	StopLabel   string
	TargetLabel string
}
