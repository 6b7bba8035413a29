package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/trade"
)

func only(t *testing.T, db *store.DB, user trade.UserID) trade.Instance {
	t.Helper()
	list, err := db.ListInstances(ctx, user)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

func TestStartInstance_one_per_market(t *testing.T) {
	db, at := owned(t)
	user, other := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	instance := startRazor(t, db, user)
	require.Equal(t, trade.NewStrategyID(user, "Razor", razor().Market), instance.ID)
	require.Equal(t, trade.Active, instance.Status)
	require.Equal(t, 1, instance.ConfigVersion)
	require.True(t, instance.AutoReconnect)
	require.NotNil(t, instance.ConnectedAt)

	_, err := db.StartInstance(ctx, user, razor())
	require.ErrorIs(t, err, trade.ErrAlreadyRunning)
	thor := razor()
	thor.Name = "Thor"
	_, err = db.StartInstance(ctx, user, thor)
	require.ErrorIs(t, err, trade.ErrAlreadyRunning, "another strategy on the same market")
	require.Equal(t, 1, number(t, looker(t, at), `SELECT count(*) FROM strategy_configs`), "a refused start leaves no trace")
	startRazor(t, db, other)
	eth := razor()
	eth.Market.Instrument = "ETH_USDC-PERPETUAL"
	_, err = db.StartInstance(ctx, user, eth)
	require.NoError(t, err)
}

func TestStartInstance_two_at_once(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	results := make(chan error)
	for _, name := range []string{"Razor", "Thor", "Razor", "Thor"} {
		go func() {
			start := razor()
			start.Name = name
			_, err := db.StartInstance(ctx, user, start)
			results <- err
		}()
	}
	started := 0
	for range 4 {
		if err := <-results; err == nil {
			started++
		} else {
			require.ErrorIs(t, err, trade.ErrAlreadyRunning)
		}
	}
	require.Equal(t, 1, started)
}

func TestInstance_stop_wins_and_limits_survive_a_new_start(t *testing.T) {
	db, at := owned(t)
	user, stranger := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	instance := startRazor(t, db, user)
	counters := trade.Counters{Day: "2026-11-24", TradesToday: 3, LossToday: dec("12.5"), CooldownUntil: start}
	require.NoError(t, db.Commit(ctx, accountOf(user), trade.Change{Counters: map[trade.StrategyID]trade.Counters{instance.ID: counters}}))

	require.ErrorIs(t, db.SetInstance(ctx, stranger, instance.ID, trade.Stopped, trade.ManualStop, ""), trade.ErrStrategyNotFound)
	require.NoError(t, db.SetInstance(ctx, user, instance.ID, trade.Errored, trade.ExecutionError, "A part failed."))
	got := only(t, db, user)
	require.Equal(t, trade.Errored, got.Status)
	require.Equal(t, "A part failed.", got.ErrorMessage)
	require.Equal(t, 1, got.ErrorCount)
	require.NotNil(t, got.DisconnectedAt)

	require.NoError(t, db.SetInstance(ctx, user, instance.ID, trade.Stopped, trade.ManualStop, ""))
	require.ErrorIs(t, db.SetInstance(ctx, user, instance.ID, trade.Active, trade.AutoResume, ""), trade.ErrStrategyNotFound)
	got = only(t, db, user)
	require.Equal(t, trade.Stopped, got.Status)
	require.Equal(t, trade.ManualStop, got.LastAction)
	require.False(t, got.AutoReconnect)

	again, err := db.StartInstance(ctx, user, razor())
	require.NoError(t, err)
	require.Equal(t, 2, again.ConfigVersion)
	require.Equal(t, 3, again.Counters.TradesToday, "stopping and starting does not reset a daily limit")
	require.True(t, again.Counters.LossToday.Equal(dec("12.5")))
	require.Zero(t, again.ErrorCount)
	require.True(t, again.AutoReconnect)
	require.Equal(t, 2, number(t, looker(t, at), `SELECT count(*) FROM strategy_configs`))
	require.NoError(t, db.BeatInstance(ctx, user, instance.ID, start))
	require.WithinDuration(t, start, *only(t, db, user).LastHeartbeat, 0)
}

func TestWantConnection_pauses_and_resumes_only_its_own(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	account := accountOf(user)
	running := startRazor(t, db, user)
	stopped := razor()
	stopped.Market.Instrument = "ETH_USDC-PERPETUAL"
	halted, err := db.StartInstance(ctx, user, stopped)
	require.NoError(t, err)
	require.NoError(t, db.SetInstance(ctx, user, halted.ID, trade.Stopped, trade.ManualStop, ""))
	held := razor()
	held.Market.Instrument = "BTC-PERPETUAL"
	paused, err := db.StartInstance(ctx, user, held)
	require.NoError(t, err)
	require.NoError(t, db.SetInstance(ctx, user, paused.ID, trade.Paused, trade.AutoResumeFailed, "Waits for its user."))

	statuses := func() map[trade.StrategyID]trade.Status {
		list, err := db.ListInstances(ctx, user)
		require.NoError(t, err)
		found := map[trade.StrategyID]trade.Status{}
		for _, instance := range list {
			found[instance.ID] = instance.Status
		}
		return found
	}
	require.NoError(t, db.WantConnection(ctx, account, true, trade.ManualConnect))
	require.NoError(t, db.WantConnection(ctx, account, false, trade.ManualDisconnect))
	require.Equal(t, map[trade.StrategyID]trade.Status{running.ID: trade.Paused, halted.ID: trade.Stopped, paused.ID: trade.Paused}, statuses())
	list, err := db.ListConnections(ctx, user)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.False(t, list[0].Wanted)
	require.Equal(t, trade.ManualDisconnect, list[0].LastAction)

	require.NoError(t, db.WantConnection(ctx, account, true, trade.ManualConnect))
	require.Equal(t, map[trade.StrategyID]trade.Status{running.ID: trade.Active, halted.ID: trade.Stopped, paused.ID: trade.Paused}, statuses(),
		"what waited for its user before still does")
}

func TestNoteConnection(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	account := accountOf(user)
	note := func(up bool, exchangeAccount, lastError string) trade.Connection {
		require.NoError(t, db.NoteConnection(ctx, account, up, exchangeAccount, lastError))
		list, err := db.ListConnections(ctx, user)
		require.NoError(t, err)
		return list[0]
	}
	first := note(true, "x1", "")
	require.NotNil(t, first.ConnectedAt)
	require.Nil(t, first.DisconnectedAt)
	require.False(t, first.Wanted, "news is no will")
	again := note(true, "", "")
	require.Equal(t, first.ConnectedAt, again.ConnectedAt, "still the same connection")
	require.Equal(t, "x1", again.ExchangeAccount)
	down := note(false, "", "The link broke.")
	require.NotNil(t, down.DisconnectedAt)
	require.Equal(t, "The link broke.", down.LastError)
	require.WithinDuration(t, time.Now(), *down.DisconnectedAt, time.Minute)
}

// F59: an entry that comes after the stop is not stored, so it is never sent.
func TestF59_no_entry_of_a_strategy_that_does_not_run(t *testing.T) {
	db, at := owned(t)
	user := newUser(t, db, "one@example.com")
	account, instance := accountOf(user), startRazor(t, db, user)
	require.NoError(t, db.Commit(ctx, account, entry(account, instance.ID, start)))
	require.NoError(t, db.WantConnection(ctx, account, false, trade.ManualDisconnect))
	err := db.Commit(ctx, account, entry(account, instance.ID, start.Add(time.Minute)))
	require.Equal(t, "strategy_not_active", trade.CodeOf(err), "paused")
	require.NoError(t, db.WantConnection(ctx, account, true, trade.ManualConnect))
	require.NoError(t, db.StopInstance(ctx, user, instance.ID, false))
	err = db.Commit(ctx, account, entry(account, instance.ID, start.Add(time.Minute)))
	require.Equal(t, "strategy_not_active", trade.CodeOf(err), "stopped")
	require.Equal(t, 1, number(t, looker(t, at), `SELECT count(*) FROM orders`))

	exit := entry(account, instance.ID, time.Time{}).Orders[0]
	exit.Role, exit.ReduceOnly, exit.Label = trade.Exit, true, exit.Label+"x"
	require.NoError(t, db.Commit(ctx, account, trade.Change{Orders: []trade.Order{exit}}), "what reduces always passes")
	_, err = db.StartInstance(ctx, user, razor())
	require.NoError(t, err)
	require.NoError(t, db.Commit(ctx, account, entry(account, instance.ID, start.Add(time.Minute))))
}

// The stop of one transaction and the entry of another: whoever is first has won, and nobody gives up.
func TestF59_stop_beside_an_entry(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	account, instance := accountOf(user), startRazor(t, db, user)
	for n := range 20 {
		entered := make(chan error, 1)
		change := entry(account, instance.ID, start.Add(time.Duration(n)*time.Minute))
		change.Counters = map[trade.StrategyID]trade.Counters{instance.ID: {Day: "2026-11-24", TradesToday: n}}
		go func() { entered <- db.Trading().Commit(ctx, account, change) }()
		require.NoError(t, db.StopInstance(ctx, user, instance.ID, true))
		if err := <-entered; err != nil {
			require.Equal(t, "strategy_not_active", trade.CodeOf(err))
		}
		_, err := db.StartInstance(ctx, user, razor())
		require.NoError(t, err)
	}
}

func TestStopInstance_that_closes(t *testing.T) {
	db, _ := owned(t)
	user, stranger := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	account, instance := accountOf(user), startRazor(t, db, user)
	closing := func() []trade.StrategyID {
		record, err := db.LoadAccount(ctx, account)
		require.NoError(t, err)
		return record.Closing
	}
	require.ErrorIs(t, db.StopInstance(ctx, stranger, instance.ID, true), trade.ErrStrategyNotFound)
	require.NoError(t, db.StopInstance(ctx, user, trade.StrategyID(strings.ToUpper(string(instance.ID))), false))
	require.Empty(t, closing())
	require.NoError(t, db.StopInstance(ctx, user, instance.ID, true))
	require.Equal(t, []trade.StrategyID{instance.ID}, closing())
	require.NoError(t, db.StopInstance(ctx, user, instance.ID, false))
	require.Equal(t, []trade.StrategyID{instance.ID}, closing(), "what was wanted closed stays so")
	_, err := db.StartInstance(ctx, user, razor())
	require.NoError(t, err)
	require.Empty(t, closing())
	err = db.EngageKill(ctx, user, trade.Kill{})
	require.NoError(t, err)
	require.NoError(t, db.StopInstance(ctx, user, instance.ID, true))
	require.Equal(t, trade.KillAct, only(t, db, user).LastAction, "who stopped it stays known")
}

// The limits of a stopped strategy are read too: a trade that it left is counted on top of them.
func TestLoadAccount_counts_stopped_strategies(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	account, instance := accountOf(user), startRazor(t, db, user)
	counters := map[trade.StrategyID]trade.Counters{instance.ID: {Day: "2026-11-24", TradesToday: 3, LossToday: dec("12.5"), TotalTrades: 9}}
	require.NoError(t, db.Commit(ctx, account, trade.Change{Counters: counters}))
	require.NoError(t, db.StopInstance(ctx, user, instance.ID, false))
	record, err := db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.Equal(t, 9, record.Counters[instance.ID].TotalTrades)
	require.True(t, record.Counters[instance.ID].LossToday.Equal(dec("12.5")))
}

// What nothing waits for has few connections to itself and stands in its own line.
func TestBeatInstance_waits_for_its_turn(t *testing.T) {
	db, _ := owned(t)
	free := db.HoldNotes()
	late, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	require.ErrorIs(t, db.BeatInstance(late, "5f0c1b1e-0000-4000-8000-000000000001", "s", start), context.DeadlineExceeded)
	free()
	require.NoError(t, db.BeatInstance(ctx, "5f0c1b1e-0000-4000-8000-000000000001", "s", start))
}
