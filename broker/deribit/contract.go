package deribit

import "github.com/tradebaas/tradebaas/broker"

// Refusals that a contract as we know it does not explain: its tick, its step, its smallest amount
// or its being there at all may have changed.
var (
	contractCodes  = codes(10002, 10012, 10020, 10021, 10023, 10026, 10027, 10043, 10044, 11036, 13019, 13020)
	contractParams = map[string]bool{"price": true, "trigger_price": true, "amount": true, "contracts": true, "instrument_name": true}
)

const codeInvalidParams = -32602

// doubtContract has the feed tell that the instruments should be read again, when err is such a refusal.
func (v *Venue) doubtContract(err error) {
	e := broker.As(err)
	if e == nil || !contractCodes[e.Code] && (e.Code != codeInvalidParams || !contractParams[e.Param]) {
		return
	}
	select {
	case v.doubted <- struct{}{}:
	default: // said already
	}
}
