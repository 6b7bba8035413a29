package trade

import "time"

// Side is the direction of an order or a position.
type Side string

// The two sides.
const (
	Buy  Side = "buy"
	Sell Side = "sell"
)

// Opposite gives the side that closes a position of this side.
func (s Side) Opposite() Side {
	if s == Buy {
		return Sell
	}
	return Buy
}

// OrderType is how an order may execute. Entries are always Market (no entry of ours rests).
type OrderType string

// The order types we send.
const (
	MarketOrder     OrderType = "market"
	LimitOrder      OrderType = "limit"
	StopMarketOrder OrderType = "stop_market"
)

// Role is what an order is for. Its first letter ends the label: e, s, t or x.
type Role string

// The roles.
const (
	Entry  Role = "entry"
	Stop   Role = "stop"
	Target Role = "target"
	Exit   Role = "exit" // a reduce-only market order that closes
)

// OrderState is where an order stands. Only the edges of the table in order_state.go may be taken.
type OrderState string

// The states. Unknown means: sent, and no answer told yes or no; it is resolved by asking.
const (
	OrderIntended  OrderState = "intended"  // committed here, not yet sent
	OrderSent      OrderState = "sent"      // bytes may have left
	OrderUnknown   OrderState = "unknown"   // no answer
	OrderDormant   OrderState = "dormant"   // a linked leg that waits for the entry's fill
	OrderOpen      OrderState = "open"      // live at the exchange (also an untriggered stop)
	OrderFilled    OrderState = "filled"    // terminal
	OrderCancelled OrderState = "cancelled" // terminal
	OrderRejected  OrderState = "rejected"  // terminal: the exchange said no
	OrderExpired   OrderState = "expired"   // terminal: proven never to have reached matching
)

// Terminal tells whether the state never changes any more.
func (s OrderState) Terminal() bool {
	switch s {
	case OrderFilled, OrderCancelled, OrderRejected, OrderExpired:
		return true
	}
	return false
}

// Order is one order of ours, as we know it.
type Order struct {
	ID           OrderID      `json:"id"`
	Account      AccountID    `json:"-"`
	Strategy     StrategyID   `json:"strategyId,omitempty"`
	Intent       IntentID     `json:"intent"`
	Role         Role         `json:"role"`
	Label        string       `json:"label"`
	Instrument   Instrument   `json:"instrument"`
	Side         Side         `json:"side"`
	Type         OrderType    `json:"type"`
	Amount       Dec          `json:"amount"`
	Price        Dec          `json:"price"`        // limit price; 0 for market orders
	TriggerPrice Dec          `json:"triggerPrice"` // stops only, on mark price
	ReduceOnly   bool         `json:"reduceOnly"`
	Version      int          `json:"-"`          // of the strategy's config; entries only
	Recalled     bool         `json:"-"`          // storage had lost it, or holds an older word of it
	ValidUntil   time.Time    `json:"validUntil"` // exchange time after which matching may not start it; entries only
	State        OrderState   `json:"state"`
	Reason       string       `json:"reason,omitempty"` // why rejected or cancelled
	VenueOrder   VenueOrderID `json:"venueOrderId,omitempty"`
	Filled       Dec          `json:"filled"`
	AveragePrice Dec          `json:"averagePrice"`
	CreatedAt    time.Time    `json:"createdAt"`
	UpdatedAt    time.Time    `json:"updatedAt"`
}

// IsNewEntry tells whether the order is the intent to enter, which nothing has been sent for yet.
func (o Order) IsNewEntry() bool { return o.Role == Entry && o.State == OrderIntended }
