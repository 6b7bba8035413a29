package actors

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

// A limit holds from the moment its change is acknowledged, and over a restart; a database that is
// away only delays it.
func TestConnection_Limits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		tight := []trade.ScopedLimits{{Scope: trade.UserLimits, Limits: trade.Limits{MaxOrderSize: trade.NewDec(1)}}}
		d.ledger.set(func() { d.ledger.risk.Limits, d.ledger.away = tight, true })
		d.tell(reloadRisk{})
		d.ledger.set(func() { d.ledger.away = false })
		wait(time.Minute)
		d.tell(d.entry())
		require.Equal(t, "max_order_size", newest[EntryDenied](d).Err.Code)
		d.kill()
		d.x.login()
		wait(time.Second)
		d.tell(d.entry())
		require.Equal(t, "max_order_size", newest[EntryDenied](d).Err.Code)
		require.Zero(t, d.sent("send entry"))
		d.ledger.set(func() { d.ledger.risk.Limits = nil })
		d.tell(reloadRisk{})
		wait(time.Second)
		d.tell(d.entry())
		wait(time.Second)
		require.Equal(t, 1, d.sent("send entry"))
	})
}
