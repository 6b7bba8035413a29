package core

import "github.com/tradebaas/tradebaas/trade"

// Command is one change asked of the exchange. Exactly one of its parts is set.
type Command struct {
	Open       *OpenAccount `json:",omitempty"`
	Scope      *SetScope    `json:",omitempty"`
	MakeKey    *MakeKey     `json:",omitempty"`
	SetKey     *SetKey      `json:",omitempty"`
	Place      *Place       `json:",omitempty"`
	Edit       *Edit        `json:",omitempty"`
	Cancel     *Cancel      `json:",omitempty"`
	CancelMany *CancelMany  `json:",omitempty"`
	Close      *Close       `json:",omitempty"`
	Skip       *Skip        `json:",omitempty"`

	SetInstrument *SetInstrument `json:",omitempty"`
	SetPause      *SetPause      `json:",omitempty"`
	ListFutures   *ListFutures   `json:",omitempty"`

	ShockPrices *ShockPrices    `json:",omitempty"`
	EndShocks   *EndShocks      `json:",omitempty"`
	PauseBooks  *PauseBooks     `json:",omitempty"`
	Liquidate   *Liquidate      `json:",omitempty"`
	Disconnect  *SetDisconnect  `json:",omitempty"`
	SetFault    *SetFault       `json:",omitempty"`
	ClearFaults *ClearFaults    `json:",omitempty"`
	SelfTrading *SetSelfTrading `json:",omitempty"`
}

// OpenAccount makes an account with a first key and money.
type OpenAccount struct {
	Name     string
	Key      string // client id
	Secret   string
	Scope    string // the most that the key may do
	Balances []Balance
}

// Balance is money of one currency.
type Balance struct {
	Currency trade.Currency
	Amount   trade.Dec
}

// SetScope changes the most that an account's first key may do; journals of older versions hold it.
type SetScope struct {
	Account int64
	Scope   string
}

// SetDisconnect tells what an account's later connections do with their orders when they are lost.
type SetDisconnect struct {
	Account int64
	Cancel  bool
}

// Ticket is what an order asks for; a primary and its secondaries alike.
type Ticket struct {
	Side           int64
	Amount         trade.Dec
	Contracts      trade.Dec
	Type           string
	Price          trade.Dec
	Label          string `json:",omitempty"`
	TIF            string `json:",omitempty"`
	PostOnly       bool   `json:",omitempty"`
	RejectPostOnly bool   `json:",omitempty"`
	ReduceOnly     bool   `json:",omitempty"`
	Trigger        string `json:",omitempty"`
	TriggerPrice   trade.Dec
	Web            bool      `json:",omitempty"` // placed by hand
	TriggerOffset  trade.Dec `json:",omitzero"`  // trailing stop
}

// Place is a new order, with the orders linked to it.
type Place struct {
	Account    int64
	Instrument trade.Instrument
	Ticket
	ValidUntil int64    `json:",omitempty"` // milliseconds; 0 means no limit
	Link       string   `json:",omitempty"`
	Condition  string   `json:",omitempty"`
	Legs       []Ticket `json:",omitempty"`
}

// Edit changes a live order, found by id or by its label on an instrument. Nil fields stay.
type Edit struct {
	Account        int64
	Order          string           `json:",omitempty"`
	Label          string           `json:",omitempty"`
	Instrument     trade.Instrument `json:",omitempty"`
	Amount         *trade.Dec       `json:",omitempty"`
	Contracts      *trade.Dec       `json:",omitempty"`
	Price          *trade.Dec       `json:",omitempty"`
	TriggerPrice   *trade.Dec       `json:",omitempty"`
	TriggerOffset  *trade.Dec       `json:",omitempty"`
	PostOnly       *bool            `json:",omitempty"`
	RejectPostOnly *bool            `json:",omitempty"`
	ReduceOnly     *bool            `json:",omitempty"`
	ValidUntil     int64            `json:",omitempty"`
}

// Cancel cancels one order.
type Cancel struct {
	Account int64
	Order   string
	Lost    bool `json:",omitempty"` // its connection was lost, and that cancels its orders
}

// CancelMany cancels the live orders that match every filter that is set.
type CancelMany struct {
	Account int64
	Filter
}

// Filter chooses orders. Empty fields match everything.
type Filter struct {
	Instrument trade.Instrument `json:",omitempty"`
	Currency   trade.Currency   `json:",omitempty"` // settlement currency
	Index      string           `json:",omitempty"` // price index
	Label      *string          `json:",omitempty"`
	Type       string           `json:",omitempty"` // all, limit, trigger_all, stop, take, trailing_all or an order type
}

// Close closes a whole position with a reduce-only order.
type Close struct {
	Account    int64
	Instrument trade.Instrument
	Type       string
	Price      trade.Dec
	Web        bool `json:",omitempty"`
}

// Skip leaves out time that nobody will run: nothing triggers and no funding accrues in it.
type Skip struct{ To int64 }

// Result is what a command did.
type Result struct {
	Account int64    `json:",omitempty"` // OpenAccount, MakeKey, SetKey
	Key     *Key     `json:",omitempty"` // MakeKey, SetKey
	Order   *Order   `json:",omitempty"`
	Trades  []Trade  `json:",omitempty"`
	Orders  []*Order `json:",omitempty"` // CancelMany
	Refused *Error   `json:",omitempty"` // by a fault, which this has used up
	Struck  *Fault   `json:",omitempty"` // PartialFill: the fault that an entry met
}

// EventKind tells what happened.
type EventKind uint8

// The kinds of events.
const (
	OrderChanged EventKind = iota + 1
	UserTraded
	PositionChanged
	BalanceChanged
	PublicTraded
	BookChanged
	Ticked
	InstrumentChanged
)

// Event tells what changed, in order. Order and trades are copies.
type Event struct {
	Kind    EventKind
	Account int64
	Market  int
	Order   *Order
	Trade   *Trade
	Public  *PublicTrade
	State   string // InstrumentChanged: what is said of it
}
