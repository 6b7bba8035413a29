package deribit

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
)

// I19: logins go at once until the exchange has no credit for the address; then they stand in line.
func TestI19_logins_of_a_strained_address_stand_in_line(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := New(Options{URL: "ws://127.0.0.1:1"})
		began := time.Now()
		knock := func() time.Duration {
			require.NoError(t, v.mayKnock(t.Context()))
			return time.Since(began)
		}
		require.Zero(t, knock())
		v.strained(&broker.Error{Outcome: broker.Refused, Code: codeTooManyRequests})
		// A quarter of 100 is kept for what is more urgent: 26 credits at 20 per second, then one by one.
		require.InDelta(t, 1.3, knock().Seconds(), 0.01)
		require.InDelta(t, 1.35, knock().Seconds(), 0.01)
		time.Sleep(strainFor)
		began = time.Now()
		require.Zero(t, knock(), "it is forgotten")
	})
}
