package trade

import "time"

// Outcome is what a decision or an event leads to: what to store, then what to do and whom to tell.
type Outcome struct {
	Change  Change
	Effects []Effect
	Ended   []EntryEnd
}

// EntryEnd is the exchange's final word on an entry that got no fill.
type EntryEnd struct {
	Strategy StrategyID
	Intent   IntentID
	State    OrderState // rejected, cancelled or expired
	Reason   string
}

// Effect is something that the account wants done at the exchange. Its result comes back as an event.
type Effect interface{ effect() }

// SendBracket sends a linked entry; answered by OnPlaced or OnSendFailed with the entry's id.
type SendBracket struct {
	Order   OrderID
	Bracket Bracket
}

// SendOrder sends one single order; answered by OnPlaced or OnSendFailed.
type SendOrder struct{ Order Order }

// AmendOrder moves a live leg; answered by OnAmended or OnAmendFailed.
type AmendOrder struct {
	Order        VenueOrderID
	Instrument   Instrument
	Amount       Dec
	Price        Dec // 0: leave
	TriggerPrice Dec // 0: leave
}

// CancelOrder cancels a live order; answered by OnOrder or OnCancelFailed.
type CancelOrder struct{ Order VenueOrderID }

// AskLabel asks which orders carry a label; answered by OnLabel.
type AskLabel struct {
	Label      string
	Settlement Currency
}

// AskFills asks for the fills of an instrument after a cursor; answered by OnFills.
type AskFills struct {
	Instrument Instrument
	After      Cursor
}

// AskFunding asks what funding a closed trade paid or got; answered by OnFunding. Lost asks whether its
// contract was delivered as well: no fill tells how it ended.
type AskFunding struct {
	Trade    TradeID
	Spec     Spec
	From, To time.Time
	Lost     bool
}

// AskAll asks for everything again soon: something does not add up.
type AskAll struct{}

func (SendBracket) effect() {}
func (SendOrder) effect()   {}
func (AmendOrder) effect()  {}
func (CancelOrder) effect() {}
func (AskLabel) effect()    {}
func (AskFills) effect()    {}
func (AskFunding) effect()  {}
func (AskAll) effect()      {}

// Failure is an exchange's answer that is no result.
type Failure struct {
	Unknown  bool // nobody knows whether it acted; otherwise it certainly did not
	Gone     bool // the order is not open any more
	Busy     bool // ask again later
	Expired  bool // it came after its time limit
	Unlinked bool // this exchange takes no linked market entry
	Reason   string
}
