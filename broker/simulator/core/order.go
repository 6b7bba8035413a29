package core

import "github.com/tradebaas/tradebaas/trade"

// The order states, in the exchange's words.
const (
	Open        = "open"
	Filled      = "filled"
	Rejected    = "rejected"
	Cancelled   = "cancelled"
	Untriggered = "untriggered"
	Triggered   = "triggered"
)

// The order types.
const (
	Limit        = "limit"
	MarketType   = "market"
	MarketLimit  = "market_limit" // a market order until what it leaves rests, then a limit order
	StopMarket   = "stop_market"
	StopLimit    = "stop_limit"
	TakeMarket   = "take_market"
	TakeLimit    = "take_limit"
	TrailingStop = "trailing_stop"
)

// How long an order lives.
const (
	GoodTilCancelled  = "good_til_cancelled"
	GoodTilDay        = "good_til_day"
	ImmediateOrCancel = "immediate_or_cancel"
	FillOrKill        = "fill_or_kill"
)

// How linked orders depend on each other.
const (
	OneTriggersOther           = "one_triggers_other"
	OneCancelsOther            = "one_cancels_other"
	OneTriggersOneCancelsOther = "one_triggers_one_cancels_other"
)

// How much of a fill it takes to act on linked orders.
const (
	FirstHit     = "first_hit"
	CompleteFill = "complete_fill"
	Incremental  = "incremental"
)

// Why an order was cancelled.
const (
	ByUser         = "user_request"
	ByLiquidation  = "autoliquidation"
	ByDisconnect   = "cancel_on_disconnect"
	ByOCO          = "oco_other_closed"
	ByPrimary      = "oto_primary_closed"
	ByReduceOnly   = "risk_mitigation" // a resting reduce-only order with nothing left to reduce
	ByEditPostOnly = "edit_post_only_reject"
	BySettlement   = "settlement" // good_til_day ends there
)

// Order is one order of one account. Prices are units, amounts contracts, times milliseconds.
type Order struct {
	ID             string
	Account        int64
	Market         int
	Label          string `json:",omitempty"`
	Side           int64  // 1 buys, -1 sells
	Type           string
	Original       string `json:",omitempty"` // the type asked for, where that is not the type
	Price          int64  // 0 for market orders
	Amount         int64
	Filled         int64
	Cost           trade.Dec // worth of what is filled: linear quote, inverse coins
	State          string
	TIF            string
	PostOnly       bool   `json:",omitempty"`
	RejectPostOnly bool   `json:",omitempty"`
	ReduceOnly     bool   `json:",omitempty"`
	Trigger        string `json:",omitempty"` // mark_price, index_price or last_price
	TriggerPrice   int64  `json:",omitempty"`
	Offset         int64  `json:",omitempty"` // trailing stop: how far the trigger price is from Reference
	Reference      int64  `json:",omitempty"` // trailing stop: the best it has seen, in ten-thousandths
	TriggeredBy    string `json:",omitempty"` // the trigger order that this one came from
	CancelReason   string `json:",omitempty"`
	Liquidation    bool   `json:",omitempty"`
	Web            bool   `json:",omitempty"` // placed by hand, on the exchange's own pages
	Share          int64  `json:",omitempty"` // a fault: no more of it fills; 0: all may
	Held           bool   `json:",omitempty"` // a fault: what is left stays open, outside the book
	Doomed         string `json:",omitempty"` // a fault: why the leg is rejected, all of it
	Replaced       bool   `json:",omitempty"`
	Created        int64
	Updated        int64
	Seq            int64 // place in the queue of its price

	Link      string   `json:",omitempty"` // linked_order_type of a primary
	Condition string   `json:",omitempty"` // trigger_fill_condition
	Legs      []string `json:",omitempty"` // placeholders of a primary's secondaries
	Primary   string   `json:",omitempty"` // the primary of a secondary
	OCO       string   `json:",omitempty"` // shared by orders that cancel each other
	Waiting   bool     `json:",omitempty"` // a placeholder: not placed before its primary fills
	Whole     int64    `json:",omitempty"` // placeholder: amount when all is placed
	Placed    int64    `json:",omitempty"` // placeholder: amount placed so far
	Live      string   `json:",omitempty"` // placeholder: the order that was placed

	Instrument *Instrument `json:"-"`
}

// Alive tells whether the order can still trade.
func (o *Order) Alive() bool { return o.State == Open || o.State == Untriggered }

// Remaining is what is not filled yet.
func (o *Order) Remaining() int64 { return o.Amount - o.Filled }

// Conditional tells whether the order waits for a trigger price.
func (o *Order) Conditional() bool { return o.Trigger != "" }

// AtMarket tells whether the order has no limit price.
func (o *Order) AtMarket() bool {
	switch o.Type {
	case MarketType, StopMarket, TakeMarket, TrailingStop:
		return true
	}
	return false
}

// AveragePrice is the mean price of what is filled, 0 before a fill.
func (o *Order) AveragePrice(i *Instrument) trade.Dec {
	return averagePrice(i, o.Filled, o.Cost)
}

func averagePrice(i *Instrument, contracts int64, cost trade.Dec) trade.Dec {
	if contracts == 0 || cost.IsZero() {
		return trade.Zero
	}
	if i.Inverse {
		return i.Amount(contracts).Div(cost)
	}
	return cost.Div(i.Amount(contracts))
}

// Trade is one execution of one order of an account.
type Trade struct {
	ID          int64
	Seq         int64
	Market      int
	Time        int64
	Order       string
	OrderType   string // limit, market or liquidation
	Label       string
	Side        int64
	Price       int64
	Amount      int64
	Fee         trade.Dec
	ProfitLoss  trade.Dec // measured from the average entry price, without fee
	Maker       bool
	Index       int64
	Mark        int64
	Direction   int64 // tick direction, 0 to 3
	ReduceOnly  bool
	PostOnly    bool
	Reducing    bool
	Liquidation bool   // of this order
	Liquidated  string `json:",omitempty"` // which sides of the trade were: M, T or MT
	Web         bool   `json:",omitempty"` // of an order placed by hand
	State       string // of the order, after this trade

	Instrument *Instrument `json:"-"`
}

// PublicTrade is one execution as everybody sees it.
type PublicTrade struct {
	ID          int64
	Seq         int64
	Market      int
	Time        int64
	Side        int64 // of the taker
	Price       int64
	Amount      int64
	Index       int64
	Mark        int64
	Direction   int64
	Liquidation string `json:",omitempty"` // M, T or MT

	Instrument *Instrument `json:"-"`
}
