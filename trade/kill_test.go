package trade

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (d *desk) killSwitch(kills ...Kill) { d.do(d.SetRisk(Risk{Kills: kills}, d.x.now)) }

func TestAccount_KillSwitch(t *testing.T) {
	venue := testMarket.Venue
	other := NewStrategyID("u1", "Other", testMarket)
	cases := map[string]struct {
		kill   Kill
		closes bool
		code   string // of the next entry; "": allowed
	}{
		"strategy":           {Kill{Scope: KillStrategy, Venue: &venue, Strategy: testStrategy, Close: true}, true, "kill_switch"},
		"another strategy":   {Kill{Scope: KillStrategy, Venue: &venue, Strategy: other, Close: true}, false, ""},
		"connection":         {Kill{Scope: KillConnection, Venue: &venue, Close: true}, true, "kill_switch"},
		"another connection": {Kill{Scope: KillConnection, Venue: &Venue{Deribit, Live}, Close: true}, false, ""},
		"account":            {Kill{Scope: KillAccount, Close: true}, true, "kill_switch"},
		"server, closing":    {Kill{Scope: KillServer, Close: true}, true, "server_halted"},
		"server, holding":    {Kill{Scope: KillServer}, false, "server_halted"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			require.NoError(t, d.enter(1, Buy))
			d.hear()
			d.killSwitch(c.kill)
			d.wait(3 * time.Second)
			require.Equal(t, c.closes, d.x.size.IsZero())
			if c.closes {
				require.Equal(t, ExitKillSwitch, d.theTrade(t).ExitReason)
				require.Empty(t, d.x.live())
				require.True(t, d.KillReport(c.kill).Flat)
			} else {
				require.Len(t, d.x.live(), 2, "what is open stays protected")
				d.x.move(NewDec(50500))
				d.wait(3 * time.Second)
			}
			d.x.price = NewDec(50000)
			_, err := d.Enter(d.command(2, Buy), d.x.now)
			if c.code == "" {
				require.NoError(t, err)
			} else {
				require.Equal(t, c.code, CodeOf(err))
			}
		})
	}
}

// F60: orders in flight are resolved first, then closed; a kill survives every restart until it is reset.
func TestF60_kill_while_orders_are_in_flight(t *testing.T) {
	kill := Kill{Scope: KillAccount, Close: true}
	for name, hide := range map[string]func(*desk){
		"answer lost":  func(d *desk) { d.swallow = true },
		"request lost": func(d *desk) { d.lost = true },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(50000)
			hide(d)
			require.NoError(t, d.enter(1, Buy))
			d.killSwitch(kill)
			require.False(t, d.KillReport(kill).Flat, "nobody knows yet what became of the entry")
			d.wait(15 * time.Second)
			require.True(t, d.x.size.IsZero())
			require.Empty(t, d.x.live())
			require.True(t, d.KillReport(kill).Flat)
		})
	}
	t.Run("killed before it was sent", func(t *testing.T) {
		d := newDesk(50000)
		cmd := d.command(1, Buy)
		out, err := d.Enter(cmd, d.x.now)
		require.NoError(t, err)
		d.do(out)
		d.killSwitch(kill)
		d.do(d.Release(cmd.Intent, d.x.now))
		require.Empty(t, d.x.accepted)
		require.True(t, d.KillReport(kill).Flat)
	})
	t.Run("over a restart", func(t *testing.T) {
		d := newDesk(50000)
		require.NoError(t, d.enter(1, Buy))
		d.hear()
		d.ledger.risk = Risk{Kills: []Kill{kill}}
		d.restart()
		d.wait(3 * time.Second)
		require.True(t, d.x.size.IsZero())
		_, err := d.Enter(d.command(2, Buy), d.x.now)
		require.ErrorIs(t, err, ErrKilled)
		d.restart()
		_, err = d.Enter(d.command(2, Buy), d.x.now)
		require.ErrorIs(t, err, ErrKilled, "it never ends by itself")
		d.ledger.risk = Risk{}
		d.killSwitch()
		_, err = d.Enter(d.command(2, Buy), d.x.now)
		require.NoError(t, err)
	})
}

// The whole account is flat only when what the user's own hand opened is gone too.
func TestAccount_KillClosesByHandToo(t *testing.T) {
	d := newDesk(50000)
	d.x.size, d.x.avg = MustDec("0.03"), NewDec(50000)
	d.hearOne(d.x.position())
	kill := Kill{Scope: KillConnection, Venue: &testMarket.Venue, Close: true}
	refused := "exit"
	d.x.refuse = &refused
	d.killSwitch(kill)
	d.wait(5 * time.Second)
	require.Equal(t, []Instrument{testMarket.Instrument}, d.KillReport(kill).PositionsLeft)
	d.x.refuse = nil
	d.wait(5 * time.Second)
	require.True(t, d.x.size.IsZero(), "tried again")
	require.True(t, d.KillReport(kill).Flat)
	before := len(d.x.fills)
	d.killSwitch(kill)
	d.wait(5 * time.Second)
	require.Len(t, d.x.fills, before, "safe to repeat")
}
