package actors

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

var killAll = trade.Kill{Scope: trade.KillAccount, Close: true}

// moved is what a connection says of a kill.
func (x *tree) moved(kill trade.Kill, report trade.KillReport) {
	x.inside(x.connectionOf(alice), func(c *kit.Context) {
		c.Parent().Tell(KillMoved{Venue: paperVenue, Reports: []killMove{{kill, report}}})
	})
}

func TestKill_waits_until_flat(t *testing.T) {
	bubble(t, func(t *testing.T) {
		razor := storedInstance(alice, "Razor", btcPaper, trade.Active)
		x := grow(t, func(s *storageFake) { ready(s, alice); s.instances[razor.ID] = razor })
		defer x.fell()
		x.up()
		wait(time.Second)
		answer := make(chan trade.KillStatus, 1)
		began := time.Now()
		go func() {
			status, err := x.EngageKill(t.Context(), alice, killAll)
			require.NoError(t, err)
			answer <- status
		}()
		wait(time.Second)
		require.Equal(t, trade.Stopped, x.storage.status(razor.ID), "the will is stored first")
		require.Len(t, heard[kit.Stopped](x.stage, string(razor.ID)), 1, "the executor is gone")
		x.moved(killAll, trade.KillReport{OrdersLeft: 1, PositionsLeft: []trade.Instrument{btcPaper.Instrument}})
		require.Empty(t, answer)
		x.moved(killAll, trade.KillReport{Flat: true})
		status := <-answer
		require.True(t, status.Flat)
		require.Equal(t, 1, status.Stopped)
		require.Less(t, time.Since(began), killWait)

		_, err := x.start(alice, btcPaper)
		require.ErrorIs(t, err, trade.ErrKilled)
		list, err := x.Kills(t.Context(), alice)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.True(t, list[0].Flat)
		require.Equal(t, 1, list[0].Stopped)
		require.NoError(t, x.ResetKill(t.Context(), alice, killAll))
		require.ErrorIs(t, x.ResetKill(t.Context(), alice, killAll), trade.ErrKillNotFound)
		_, err = x.start(alice, btcPaper)
		require.NoError(t, err)
	})
}

// What takes long, or can not be done while a connection is down, is told as it stands and goes on.
func TestKill_that_takes_long(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		x.up()
		wait(time.Second)
		status, err := x.EngageKill(t.Context(), alice, killAll)
		require.NoError(t, err)
		require.False(t, status.Flat)
		require.Empty(t, status.Connections[0].Problem)
		x.inside(x.connectionOf(alice), func(c *kit.Context) {
			c.Parent().Tell(ConnectionChanged{Status: trade.ConnectionStatus{Venue: paperVenue, State: trade.ConnConnecting}})
		})
		status, err = x.EngageKill(t.Context(), alice, killAll)
		require.NoError(t, err)
		require.Contains(t, status.Connections[0].Problem, "goes on by itself")
		require.Len(t, x.storage.kills, 1, "safe to repeat")
	})
}

// F59, F60: a kill survives a restart of the server; nothing resumes.
func TestF60_kill_survives_a_restart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice); s.kills = []trade.Kill{killAll} })
		defer x.fell()
		x.up()
		wait(time.Second)
		_, err := x.start(alice, btcPaper)
		require.ErrorIs(t, err, trade.ErrKilled)
	})
}

func TestHalt_reaches_everybody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice); ready(s, bob) })
		defer x.fell()
		x.up()
		wait(time.Second)
		x.storage.set(func() { x.storage.kills = []trade.Kill{{Scope: trade.KillServer}} })
		x.ServerRiskChanged()
		wait(time.Second)
		for _, user := range []trade.UserID{alice, bob} {
			_, err := x.start(user, btcPaper)
			require.ErrorIs(t, err, trade.ErrHalted)
			require.Len(t, heard[reloadRisk](x.stage, account(user).String()), 1)
		}
	})
}

// A whole connection closes what it holds, asks the exchange once more and only then says that it is flat.
func TestConnection_Kill(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := seated(t)
		defer d.rise()
		d.tell(d.entry())
		wait(time.Second)
		require.Len(t, d.x.live(), 2)
		d.ledger.set(func() { d.ledger.risk.Kills = []trade.Kill{killAll} })
		d.tell(reloadRisk{})
		wait(5 * time.Second)
		require.Empty(t, d.x.live())
		require.Equal(t, trade.ExitKillSwitch, d.oneTrade().ExitReason)
		moves := of[KillMoved](d)
		require.False(t, moves[0].Reports[0].report.Flat)
		require.Equal(t, []trade.Instrument{btcPaper.Instrument}, moves[0].Reports[0].report.PositionsLeft)
		require.True(t, moves[len(moves)-1].Reports[0].report.Flat)
		d.tell(d.entry())
		require.Equal(t, "kill_switch", newest[EntryDenied](d).Err.Code)
		d.ledger.set(func() { d.ledger.risk.Kills = nil })
		d.tell(reloadRisk{})
		wait(time.Second)
		require.Empty(t, newest[KillMoved](d).Reports)
		d.tell(d.entry())
		wait(time.Second)
		require.Equal(t, 2, d.sent("send entry"))
	})
}
