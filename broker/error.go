package broker

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tradebaas/tradebaas/trade"
)

// Outcome is what is known of a request that did not give a result.
type Outcome uint8

// The outcomes.
const (
	// NotSent: the request never left, or the exchange proves that it did not act.
	NotSent Outcome = iota + 1
	// Refused: the exchange decided no; asking again gives the same answer.
	Refused
	// Unknown: it may have acted. Find out by asking; never send again.
	Unknown
)

// Error is the failure of a request to an exchange.
type Error struct {
	Outcome Outcome
	Code    int    // the exchange's own code, 0 for transport failures
	Reason  string // the exchange's own words
	Param   string // the parameter that the exchange names
	Auth    bool   // the key or token is the trouble
	Gone    bool   // the order is not open any more
	Busy    bool   // rate limit, maintenance or settlement: try later
	Expired bool   // valid_until had passed before matching
	Closed  bool   // the exchange is shut for maintenance; Busy is set too
	Err     error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Reason, e.Err)
	}
	return fmt.Sprintf("%s (%d)", e.Reason, e.Code)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// OutcomeOf tells what is known; every error that is not an *Error is Unknown.
func OutcomeOf(err error) Outcome {
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	return Unknown
}

// As gives the *Error inside err, or nil.
func As(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// What an exchange says that does not know an argument or its combination.
const unsupported, otherReject, badArgument = 11047, 11030, -32602

// FailureOf puts an error in the account's words. Linked tells whether it answers a linked entry.
func FailureOf(err error, linked bool) trade.Failure {
	e := As(err)
	if e == nil {
		return trade.Failure{Unknown: true, Reason: err.Error()}
	}
	f := trade.Failure{Unknown: e.Outcome == Unknown, Gone: e.Gone, Busy: e.Busy || e.Outcome == NotSent, Expired: e.Expired, Reason: e.Reason}
	if f.Reason == "" {
		f.Reason = e.Error()
	}
	switch e.Param {
	case "linked_order_type", "otoco_config", "trigger_fill_condition":
		f.Unlinked = linked && e.Code == badArgument
	default:
		f.Unlinked = linked && (e.Code == unsupported || e.Code == otherReject && strings.Contains(e.Reason, "linked_order"))
	}
	return f
}
