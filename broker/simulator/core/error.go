package core

import (
	"fmt"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// Error is the exchange's no, with the code and word that Deribit uses for it.
type Error struct {
	Code    int
	Message string
	Param   string // the parameter at fault, for invalid params
	Reason  string // why, for invalid params
}

func (e *Error) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("%s (%d): %s %s", e.Message, e.Code, e.Param, e.Reason)
	}
	return fmt.Sprintf("%s (%d)", e.Message, e.Code)
}

func refuse(code int, message string) *Error { return &Error{Code: code, Message: message} }

// Invalid refuses one parameter of a request.
func Invalid(param, reason string) *Error {
	return &Error{Code: -32602, Message: "Invalid params", Param: param, Reason: reason}
}

// cause is the word for why an order is rejected that the exchange itself sent on.
func (e *Error) cause() string {
	word, _, _ := strings.Cut(strings.TrimPrefix(e.Message, "other_reject "), " ")
	return word
}

func overLimit(code int, message string, limit trade.Dec) *Error {
	return refuse(code, message+" "+limit.String())
}

// The refusals that need no further words.
var (
	ErrOrderNotFound     = refuse(10004, "order_not_found")
	ErrTooLittle         = refuse(10002, "qty_too_low")
	ErrNotEnoughFunds    = refuse(10009, "not_enough_funds")
	ErrInvalidAmount     = refuse(10021, "invalid_amount")
	ErrOverlap           = refuse(10003, "order_overlap")
	ErrNotOpen           = refuse(11044, "not_open_order")
	ErrNotUnique         = refuse(13032, "non_unique_order_label")
	ErrPostOnly          = refuse(11054, "post_only_reject")
	ErrTimedOut          = refuse(13888, "timed_out")
	ErrReduceDirection   = refuse(11030, "other_reject reduce_direction")
	ErrTriggerTooHigh    = refuse(10034, "trigger_price_too_high")
	ErrTriggerTooLow     = refuse(10035, "trigger_price_too_low")
	ErrTriggerPrice      = refuse(11036, "invalid_trigger_price")
	ErrTooManyTriggers   = refuse(11035, "no_more_triggers")
	ErrTooManyOTO        = refuse(13901, "no_more_oto_orders")
	ErrMarketOTOCO       = refuse(11030, "other_reject linked_order_type")
	ErrSettling          = refuse(10041, "settlement_in_progress")
	ErrLocked            = refuse(10019, "locked_by_admin")
	ErrHalted            = refuse(13019, "orderbook_closed")
	ErrInactive          = refuse(10020, "invalid_or_unsupported_instrument")
	ErrDelivered         = refuse(10012, "book_closed")
	ErrUnknownKey        = refuse(13020, "not_found")
	ErrTooManyKeys       = refuse(11030, "other_reject max_api_keys")
	ErrUnknownAccount    = refuse(13004, "invalid_credentials")
	ErrNothingToClose    = refuse(11030, "other_reject no_position")
	ErrUnknownInstrument = Invalid("instrument_name", "instrument not found")
)
