package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestKill_stops_strategies_in_its_own_transaction(t *testing.T) {
	db, _ := owned(t)
	user, other := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	account := accountOf(user)
	instance, theirs := startRazor(t, db, user), startRazor(t, db, other)

	require.NoError(t, db.EngageKill(ctx, user, trade.Kill{Venue: &trade.Venue{Broker: trade.Deribit, Environment: trade.Live}}))
	for range 2 { // safe to repeat
		require.NoError(t, db.EngageKill(ctx, user, trade.Kill{Venue: &account.Venue, Strategy: instance.ID}))
	}
	unknown := trade.NewStrategyID(user, "Thor", trade.Market{Venue: account.Venue, Instrument: instrument})
	for _, id := range []trade.StrategyID{unknown, theirs.ID} {
		require.ErrorIs(t, db.EngageKill(ctx, user, trade.Kill{Venue: &account.Venue, Strategy: id}), trade.ErrStrategyNotFound)
	}
	list, err := db.ListInstances(ctx, user)
	require.NoError(t, err)
	require.Equal(t, trade.Stopped, list[0].Status)
	require.Equal(t, trade.KillAct, list[0].LastAction)
	list, err = db.ListInstances(ctx, other)
	require.NoError(t, err)
	require.Equal(t, trade.Active, list[0].Status)
	require.Equal(t, theirs.ID, list[0].ID)

	record, err := db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.Len(t, record.Risk.Kills, 1, "the other connection's is not this one's")
	require.Equal(t, trade.KillStrategy, record.Risk.Kills[0].Scope)
	require.True(t, record.Risk.Kills[0].Close)
	all, err := db.ListKills(ctx, user)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Zero(t, all[0].Stopped, "another connection")
	require.Equal(t, 1, all[1].Stopped, "and it is counted for as long as it is on")

	require.ErrorIs(t, db.ResetKill(ctx, other, trade.Kill{Venue: &account.Venue, Strategy: instance.ID}), trade.ErrKillNotFound)
	require.NoError(t, db.ResetKill(ctx, user, trade.Kill{Venue: &account.Venue, Strategy: instance.ID}))
	require.ErrorIs(t, db.ResetKill(ctx, user, trade.Kill{Venue: &account.Venue, Strategy: instance.ID}), trade.ErrKillNotFound)
	list, err = db.ListInstances(ctx, user)
	require.NoError(t, err)
	require.Equal(t, trade.Stopped, list[0].Status, "a reset starts nothing")
}

func TestHalt(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	require.NoError(t, db.WantConnection(ctx, accountOf(user), true, trade.ManualConnect))
	halt := func() trade.Halt {
		t.Helper()
		h, err := db.Halt(ctx)
		require.NoError(t, err)
		return h
	}
	require.Equal(t, trade.Halt{Connections: 1}, halt())
	require.NoError(t, db.SetHalt(ctx, true, false))
	first := halt()
	require.True(t, first.On)
	require.False(t, first.Closes)
	require.NoError(t, db.SetHalt(ctx, true, true))
	require.NoError(t, db.SetHalt(ctx, true, false))
	require.True(t, halt().Closes, "what is being closed goes on closing")
	require.Equal(t, first.Since, halt().Since)
	risk, err := db.AccountRisk(ctx, accountOf(user))
	require.NoError(t, err)
	require.Equal(t, trade.KillServer, risk.Kills[0].Scope)
	require.True(t, risk.Kills[0].Close)
	require.NoError(t, db.SetHalt(ctx, false, false))
	require.False(t, halt().On)
	require.NoError(t, db.SetHalt(ctx, true, false))
	require.False(t, halt().Closes, "a new halt begins anew")
}
