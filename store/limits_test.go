package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestLimits_of_every_scope(t *testing.T) {
	db, _ := owned(t)
	user, other := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	account := accountOf(user)
	live := trade.Venue{Broker: trade.Deribit, Environment: trade.Live}
	strategy := startRazor(t, db, user).ID
	unknown := trade.NewStrategyID(user, "Thor", trade.Market{Venue: account.Venue, Instrument: instrument})
	most := func(n int64) trade.Limits { return trade.Limits{MaxOrderSize: trade.NewDec(n)} }
	set := func(l trade.ScopedLimits) { t.Helper(); require.NoError(t, db.SetLimits(ctx, user, l)) }
	set(trade.ScopedLimits{Strategy: strategy, Limits: most(4)})
	set(trade.ScopedLimits{Venue: &account.Venue, Limits: most(3)})
	set(trade.ScopedLimits{Venue: &live, Limits: most(9)})
	set(trade.ScopedLimits{Limits: most(1)})
	set(trade.ScopedLimits{Limits: most(2)})
	require.NoError(t, db.SetServerLimits(ctx, most(100)))
	require.ErrorIs(t, db.SetLimits(ctx, other, trade.ScopedLimits{Strategy: strategy}), trade.ErrStrategyNotFound)
	require.ErrorIs(t, db.SetLimits(ctx, user, trade.ScopedLimits{Strategy: unknown}), trade.ErrStrategyNotFound)

	want := []trade.ScopedLimits{
		{Scope: trade.ServerLimits, Limits: most(100)},
		{Scope: trade.UserLimits, Limits: most(2)},
		{Scope: trade.ConnectionLimits, Venue: &account.Venue, Limits: most(3)},
		{Scope: trade.StrategyLimits, Venue: &account.Venue, Strategy: strategy, Limits: most(4)},
	}
	got, err := db.AccountRisk(ctx, account)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, got.Limits, decEqual))
	record, err := db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, record.Risk.Limits, decEqual))
	all, err := db.ListLimits(ctx, user)
	require.NoError(t, err)
	require.Len(t, all, 5, "of every connection")
	none, err := db.ListLimits(ctx, other)
	require.NoError(t, err)
	require.Len(t, none, 1, "the server's only")
	server, err := db.ServerLimits(ctx)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(most(100), server, decEqual))
}

// What counts against limits survives: the newest day of each currency, and recent entries.
func TestLimits_count_over_a_restart(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	day := func(date, realised string) map[trade.Currency]trade.Day {
		return map[trade.Currency]trade.Day{"USDC": {Day: date, Realised: dec(realised), Began: dec("-1.5"), CountedUntil: start}}
	}
	for _, days := range []map[trade.Currency]trade.Day{day("2026-11-23", "7"), day("2026-11-24", "1"), day("2026-11-24", "-2.25")} {
		require.NoError(t, db.Commit(ctx, account, trade.Change{Days: days}))
	}
	fresh := entry(account, instance.ID, start)
	fresh.Orders[0].CreatedAt = time.Now().UTC().Truncate(time.Microsecond)
	require.NoError(t, db.Commit(ctx, account, fresh))
	require.NoError(t, db.Commit(ctx, account, entry(account, instance.ID, start.Add(time.Minute))))

	record, err := db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(day("2026-11-24", "-2.25"), record.Days, decEqual))
	require.Equal(t, []trade.EntryMade{{Strategy: instance.ID, At: fresh.Orders[0].CreatedAt}}, record.Entries)
}
