package deribit

import (
	"context"
	"sync/atomic"
	"time"
)

// strainFor is how long an address counts as strained after the exchange refused it a call.
const strainFor = 30 * time.Second

// strain is when the exchange last had no credit for a call before a login. Without it logins need
// not wait, and a server that starts has all its sessions up at once. With it they stand in line, each
// on its seat: two hundred that knocked by chance would leave their sockets after each refusal, and
// the calls that open new ones would use up the credit that no login then gets.
type strain struct{ at atomic.Int64 }

// strained takes note when a call before a login was refused for want of credit.
func (v *Venue) strained(err error) {
	if isCode(err, codeTooManyRequests) {
		v.strain.at.Store(time.Now().UnixNano())
		v.address.drained(poolRead)
	}
}

// mayKnock waits for credit while the address is strained.
func (v *Venue) mayKnock(ctx context.Context) error {
	at := v.strain.at.Load()
	if at == 0 || time.Since(time.Unix(0, at)) > strainFor {
		return nil
	}
	release, err := v.address.take(ctx, poolRead, PriorityExit)
	if err == nil {
		release()
	}
	return err
}
