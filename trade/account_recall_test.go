package trade

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// copy is the database as of now, as a replica holds it that hears nothing more.
func (l *ledger) copy() ledger {
	c := *l
	c.orders, c.trades, c.fills, c.cursors = maps.Clone(l.orders), maps.Clone(l.trades), maps.Clone(l.fills), maps.Clone(l.cursors)
	c.counters, c.days, c.repairs = maps.Clone(l.counters), maps.Clone(l.days), maps.Clone(l.repairs)
	return c
}

// loseTail puts an older copy of the database in its place, as a failover does to a replica that lost
// the last commits, and starts again.
func (d *desk) loseTail(at ledger) {
	d.ledger = at
	d.restart()
	d.wait(3 * time.Second)
}

// F43: an entry whose every trace the database lost is taken over by its label, with its legs.
func TestF43_LostEntryIsTakenOver(t *testing.T) {
	d := newDesk(50000)
	d.ledger.commit(Change{Counters: map[StrategyID]Counters{testStrategy: {Day: "2026-11-24"}}})
	replica := d.ledger.copy()
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	before := d.theTrade(t)
	d.loseTail(replica)

	tr := d.theTrade(t)
	require.Equal(t, before.ID, tr.ID)
	require.Equal(t, testStrategy, tr.Strategy)
	decEqual(t, "0.01", tr.Open)
	require.True(t, before.StopLoss.Equal(tr.StopLoss) && before.TakeProfit.Equal(tr.TakeProfit))
	require.Len(t, d.stops(), 1)
	require.Equal(t, 1, d.repairKinds()["recalled"])
	require.Len(t, d.ledger.orders, 3, "entry, stop and target are on record again")
	require.Equal(t, 1, d.ledger.counters[testStrategy].TradesToday)
	require.False(t, d.ledger.counters[testStrategy].LastCandle.Before(tr.EntryTime), "no candle from before is decided on again")
	require.ErrorIs(t, d.enter(2, Buy), ErrPositionOpen)

	d.x.move(NewDec(50500))
	d.wait(2 * time.Second)
	tr = d.theTrade(t)
	require.Equal(t, ExitTarget, tr.ExitReason)
	decEqual(t, "4.63825", tr.Net)
	require.Empty(t, d.x.live())
	for _, o := range d.ledger.orders {
		require.True(t, o.State.Terminal(), "%s is %s", o.Role, o.State)
	}
	for label, times := range d.x.accepted {
		require.Equal(t, 1, times, label)
	}
}

// F43: a round trip that began and ended in what was lost is on record again, by its fills.
func TestF43_LostRoundTripIsRecorded(t *testing.T) {
	d := newDesk(50000)
	require.NoError(t, d.enter(1, Buy))
	d.hear()
	d.x.move(NewDec(50500))
	d.wait(2 * time.Second)
	d.x.price = NewDec(50000)
	replica := d.ledger.copy()
	require.NoError(t, d.enter(2, Buy))
	d.hear()
	d.x.move(NewDec(49400))
	d.wait(2 * time.Second)
	before := maps.Clone(d.ledger.trades)
	d.loseTail(replica)

	require.Len(t, d.ledger.trades, 2)
	for id, tr := range d.ledger.trades {
		require.Equal(t, before[id].ExitReason, tr.ExitReason)
		require.Equal(t, before[id].Net.String(), tr.Net.String())
	}
	require.Len(t, d.ledger.fills, 4)
	require.Empty(t, d.x.live())
	require.False(t, d.Busy())
}

// F43: of an entry that the database knows, all that came after is read again.
func TestF43_LostFillsAreReadAgain(t *testing.T) {
	d := newDesk(50000)
	cmd := d.command(1, Buy)
	out, err := d.Enter(cmd, d.x.now)
	require.NoError(t, err)
	d.do(out)
	replica := d.ledger.copy()
	d.do(d.Release(cmd.Intent, d.x.now))
	d.hear()
	d.loseTail(replica)
	require.Equal(t, TradeOpen, d.theTrade(t).Status)
	require.Len(t, d.stops(), 1)
	require.Zero(t, d.repairKinds()["recalled"], "it was not lost")
}
