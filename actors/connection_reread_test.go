package actors

import (
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

// A change that the database refuses for good does not keep an account from trading until a restart: it
// is read again, over the session that stands, and goes on from what is stored and what is so.
func TestConnection_ReadsAgainWhatTheDatabaseRefuses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		registry := prometheus.NewRegistry()
		registry.MustRegister(d.env.figures.rereads)
		refused := 0
		d.ledger.set(func() {
			d.ledger.refuse = func(c trade.Change) bool {
				if refused < 2 && len(c.Fills) > 0 {
					refused++
					return true
				}
				return false
			}
		})
		d.tell(d.entry())
		wait(500 * time.Millisecond)
		require.True(t, slices.ContainsFunc(of[ConnectionChanged](d), func(m ConnectionChanged) bool {
			return m.Status.State == trade.ConnDegraded && m.Status.LastError == trade.ErrUnstorable.Message
		}), "the user reads why")
		wait(20 * time.Second)
		require.Equal(t, trade.ConnConnected, d.status().State)
		require.Equal(t, 2, refused)
		require.Equal(t, float64(2), gathered(t, registry)["tradebaas_account_rereads_total deribit:paper"])
		require.Equal(t, trade.TradeOpen, d.oneTrade().Status, "the fill was read from the exchange")
		require.False(t, d.oneTrade().StopLoss.IsZero())
		require.Len(t, d.x.live(), 2, "under the stop and target that were sent with it")
		require.Equal(t, 1, d.sent("send entry"))
		d.ledger.set(func() {
			require.Len(t, d.ledger.fills, 1, "once")
			require.NotEmpty(t, d.ledger.repairs)
		})
		d.tell(CloseStrategyTrade{Strategy: fastTestID, Reason: trade.ExitStrategyStop})
		wait(3 * time.Second)
		require.Equal(t, trade.ExitStrategyStop, d.oneTrade().ExitReason)
		d.tell(d.entry())
		wait(time.Second)
		require.Equal(t, 2, d.sent("send entry"), "entries are open again")
	})
}
