package actors

import (
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

func (x *tree) user(id trade.UserID) kit.Ref { return x.env.userRef(id) }

// inside runs f in a fake child's turn.
func (x *tree) inside(ref kit.Ref, f act) {
	ref.Tell(f)
	synctest.Wait()
}

func (x *tree) connectionOf(u trade.UserID) kit.Ref { return x.env.connectionRef(account(u)) }

func (x *tree) start(u trade.UserID, m trade.Market) (trade.StrategyStatus, error) {
	return x.StartStrategy(x.t.Context(), u, trade.StartStrategy{Name: "Razor", Market: m})
}

func TestBoot_resumes_what_was_wanted_and_nothing_else(t *testing.T) {
	const carol = trade.UserID("33333333-3333-4333-8333-333333333333")
	bubble(t, func(t *testing.T) {
		running, stopped := storedInstance(alice, "Razor", btcPaper, trade.Active), storedInstance(bob, "Razor", btcPaper, trade.Stopped)
		paused := storedInstance(carol, "Razor", btcPaper, trade.Paused)
		x := grow(t, func(s *storageFake) {
			ready(s, alice)
			ready(s, bob)
			s.connections[account(carol)] = storedConnection(carol, paperVenue, false)
			for _, i := range []trade.Instance{running, stopped, paused} {
				s.instances[i.ID] = i
			}
		})
		defer x.fell()
		wait(time.Second)
		require.Equal(t, 1, x.stage.count(account(alice).String()))
		require.Equal(t, 1, x.stage.count(string(running.ID)), "a running strategy resumes")
		require.Equal(t, 1, x.stage.count(account(bob).String()))
		require.Zero(t, x.stage.count(string(stopped.ID)), "a stopped one stays stopped")
		require.Zero(t, x.stage.count(account(carol).String()), "disconnected by hand stays disconnected")
		require.Zero(t, x.stage.count(string(paused.ID)))
		require.Equal(t, []string{trade.AutoResume}, x.storage.acted())
	})
}

func TestBoot_waits_for_the_database(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice); s.away = true })
		defer x.fell()
		wait(10 * time.Minute)
		x.storage.set(func() { x.storage.away = false })
		wait(time.Minute)
		require.Equal(t, 1, x.stage.count(account(alice).String()))
		d, _ := x.kit.Mailbox(x.env.users().ID())
		require.EqualValues(t, 1, d.Incarnation, "no database is a state, not a failure")
	})
}

func TestBoot_spreads_users_by_chance(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var ids []trade.UserID
		x := grow(t, func(s *storageFake) {
			for i := range 500 {
				ids = append(ids, trade.UserID(fmt.Sprintf("user-%03d", i)))
				ready(s, ids[i])
			}
		})
		defer x.fell()
		awake := func() (n int) {
			for _, id := range ids {
				n += x.stage.count(account(id).String())
			}
			return n
		}
		wait(625 * time.Millisecond)
		require.InDelta(t, 250, awake(), 100)
		wait(time.Second)
		require.Equal(t, 500, awake())
	})
}

func TestConnect(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		_, err := x.Connect(t.Context(), account(alice))
		require.ErrorIs(t, err, trade.ErrNoCredentials)
		require.Empty(t, x.storage.acted(), "nothing is wanted without a key")

		x.storage.set(func() { x.storage.keys[account(alice)] = true })
		status, err := x.Connect(t.Context(), account(alice))
		require.NoError(t, err)
		require.Equal(t, trade.ConnConnected, status.State)
		require.Equal(t, []string{trade.ManualConnect}, x.storage.acted(), "the will is stored first")

		_, err = x.Connect(t.Context(), account(alice))
		require.NoError(t, err)
		require.Equal(t, 1, x.stage.count(account(alice).String()), "a connection that is up is left alone")

		_, err = x.Connect(t.Context(), trade.AccountID{User: alice, Venue: liveVenue})
		require.Equal(t, "venue_off", trade.CodeOf(err))
	})
}

func TestConnect_that_takes_long_answers_connecting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { s.keys[account(alice)] = true })
		defer x.fell()
		x.stage.setUp("")
		began := time.Now()
		status, err := x.Connect(t.Context(), account(alice))
		require.NoError(t, err)
		require.Equal(t, trade.ConnConnecting, status.State)
		require.Equal(t, connectWait, time.Since(began))
	})
}

func TestConnect_refused_key(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { s.keys[account(alice)] = true })
		defer x.fell()
		x.stage.setUp(trade.ConnKeyInvalid)
		_, err := x.Connect(t.Context(), account(alice))
		require.ErrorIs(t, err, trade.ErrKeyRefused)

		x.stage.setUp(trade.ConnConnected) // the user stored a better key
		status, err := x.Connect(t.Context(), account(alice))
		require.NoError(t, err)
		require.Equal(t, trade.ConnConnected, status.State)
		require.Equal(t, 2, x.stage.count(account(alice).String()), "with a connection of its own")
	})
}

func TestDisconnect_is_durable_and_pauses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		started, err := x.start(alice, btcPaper)
		require.NoError(t, err)

		status, err := x.Disconnect(t.Context(), account(alice))
		require.NoError(t, err)
		require.Equal(t, trade.ConnDisconnected, status.State)
		synctest.Wait()
		require.False(t, x.connectionOf(alice).Alive())
		require.False(t, x.env.executorRef(alice, started.ID).Alive())
		require.Equal(t, trade.Paused, x.storage.status(started.ID))
		list, err := x.StrategyStatuses(t.Context(), alice)
		require.NoError(t, err)
		require.Equal(t, trade.Pausing, list[0].State)

		_, err = x.Connect(t.Context(), account(alice))
		require.NoError(t, err)
		synctest.Wait()
		require.True(t, x.env.executorRef(alice, started.ID).Alive(), "a manual connect resumes what the disconnect paused")
		require.Equal(t, trade.Active, x.storage.status(started.ID))
	})
}

func TestStart_and_stop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		status, err := x.start(alice, btcPaper)
		require.NoError(t, err)
		require.Equal(t, trade.Collecting, status.State)
		require.True(t, status.IsRunning)
		require.Equal(t, trade.NewStrategyID(alice, "Razor", btcPaper), status.ID)

		_, err = x.start(alice, btcPaper)
		require.ErrorIs(t, err, trade.ErrAlreadyRunning)
		_, err = x.start(alice, trade.Market{Venue: paperVenue, Instrument: "DOGE_USDC-PERPETUAL"})
		require.ErrorIs(t, err, trade.ErrInstrumentNotFound)
		_, err = x.start(bob, btcPaper)
		require.ErrorIs(t, err, trade.ErrNotConnected)
		_, err = x.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Razor", Market: ethPaper, Config: json.RawMessage("bad")})
		require.Equal(t, "invalid_parameters", trade.CodeOf(err))
		_, err = x.StartStrategy(t.Context(), alice, trade.StartStrategy{Name: "Nonsense", Market: ethPaper})
		require.Equal(t, "unknown_strategy", trade.CodeOf(err))

		_, err = x.StopStrategy(t.Context(), bob, status.ID, false)
		require.ErrorIs(t, err, trade.ErrStrategyNotFound, "anybody else's is not there")
		_, err = x.Analysis(t.Context(), bob, status.ID)
		require.ErrorIs(t, err, trade.ErrStrategyNotFound)
		analysis, err := x.Analysis(t.Context(), alice, status.ID)
		require.NoError(t, err)
		require.JSONEq(t, `"analysis"`, string(analysis))

		status, err = x.StopStrategy(t.Context(), alice, status.ID, true)
		require.NoError(t, err)
		require.Equal(t, trade.Halted, status.State)
		require.False(t, status.IsRunning)
		synctest.Wait()
		require.False(t, x.env.executorRef(alice, status.ID).Alive())
		require.Equal(t, []CloseStrategyTrade{{Strategy: status.ID, Reason: trade.ExitStrategyStop}},
			heard[CloseStrategyTrade](x.stage, account(alice).String()))
		_, err = x.StopStrategy(t.Context(), alice, status.ID, false)
		require.NoError(t, err, "to stop it again does nothing")
		_, err = x.Analysis(t.Context(), alice, status.ID)
		require.Equal(t, "not_running", trade.CodeOf(err))
	})
}

func TestStart_waits_until_a_stopped_strategy_is_flat(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		status, err := x.start(alice, btcPaper)
		require.NoError(t, err)
		open := TradeChanged{Strategy: status.ID, Trade: trade.Trade{ID: "t", Strategy: status.ID, Status: "open"}}
		x.inside(x.connectionOf(alice), func(c *kit.Context) { c.Parent().Tell(open) })
		require.Equal(t, []TradeChanged{open}, heard[TradeChanged](x.stage, string(status.ID)), "the executor hears of it")
		_, err = x.StopStrategy(t.Context(), alice, status.ID, false)
		require.NoError(t, err)
		_, err = x.start(alice, btcPaper)
		require.ErrorIs(t, err, trade.ErrPositionOpen)
		busy, err := x.KeyInUse(t.Context(), account(alice))
		require.NoError(t, err)
		require.True(t, busy)

		open.Trade.Status = "closed"
		x.inside(x.connectionOf(alice), func(c *kit.Context) { c.Parent().Tell(open) })
		_, err = x.start(alice, btcPaper)
		require.NoError(t, err)
	})
}

func TestStrategy_that_ends_by_itself(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		status, err := x.start(alice, btcPaper)
		require.NoError(t, err)
		x.storage.set(func() { x.storage.away = true })
		executor := x.env.executorRef(alice, status.ID)
		x.inside(executor, func(c *kit.Context) {
			c.Parent().Tell(StrategyEnded{Strategy: status.ID, Status: trade.Stopped, Act: trade.Completed, Message: "One trade is done."})
		})
		wait(time.Minute)
		require.True(t, executor.Alive(), "not before the database has it")
		x.storage.set(func() { x.storage.away = false })
		wait(time.Minute)
		require.False(t, executor.Alive())
		require.Equal(t, trade.Stopped, x.storage.status(status.ID))
	})
}

func TestUser_failures_stay_with_the_user(t *testing.T) {
	bubble(t, func(t *testing.T) {
		razor := storedInstance(alice, "Razor", btcPaper, trade.Active)
		x := grow(t, func(s *storageFake) {
			ready(s, alice)
			ready(s, bob)
			s.instances[razor.ID] = razor
		})
		defer x.fell()
		wait(time.Second)
		once := true
		x.fault.set(func(kind, id string, _ any) bool {
			hit := kind == "user" && id == x.user(alice).ID() && once
			once = once && !hit
			return hit
		})
		_, err := x.ConnectionStatuses(t.Context(), alice)
		require.ErrorIs(t, err, kit.ErrInternal)
		wait(time.Second)
		require.Equal(t, 2, x.stage.count(account(alice).String()), "the user's tree comes back by itself")
		require.Equal(t, 2, x.stage.count(string(razor.ID)))
		require.Equal(t, 1, x.stage.count(account(bob).String()), "nobody else notices")
		statuses, err := x.ConnectionStatuses(t.Context(), alice)
		require.NoError(t, err)
		require.Equal(t, trade.ConnConnected, statuses[0].State)
	})
}

func TestUser_that_fails_again_and_again_rests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.fault.set(func(kind, _ string, _ any) bool { return kind == "user" })
		x.user(alice).Tell(act(nil))
		wait(10 * time.Minute)
		require.False(t, x.user(alice).Alive())
		_, err := x.ConnectionStatuses(t.Context(), alice)
		require.Equal(t, "degraded", trade.CodeOf(err))
		_, err = x.ConnectionStatuses(t.Context(), bob)
		require.Error(t, err, "a fault for every user strikes bob too")
		x.fault.set(nil)
		wait(spentRest)
		statuses, err := x.ConnectionStatuses(t.Context(), alice)
		require.NoError(t, err)
		require.Equal(t, trade.ConnConnected, statuses[0].State, "after the rest it goes on")
	})
}

func TestChildren_that_fail_again_and_again_become_degraded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		razor := storedInstance(alice, "Razor", btcPaper, trade.Active)
		x := grow(t, func(s *storageFake) { ready(s, alice); s.instances[razor.ID] = razor })
		defer x.fell()
		wait(time.Second)
		crash := act(func(*kit.Context) { panic("a bug") })
		for range 6 {
			x.inside(x.env.executorRef(alice, razor.ID), crash)
			wait(10 * time.Second)
		}
		require.False(t, x.env.executorRef(alice, razor.ID).Alive())
		require.Equal(t, trade.Errored, x.storage.status(razor.ID))
		list, err := x.StrategyStatuses(t.Context(), alice)
		require.NoError(t, err)
		require.Equal(t, trade.Degraded, list[0].State)
		require.Contains(t, list[0].StateReason, "failed too often")
		require.Equal(t, 1, x.stage.count(account(alice).String()), "its connection is not touched")

		for range 6 {
			x.inside(x.connectionOf(alice), crash)
			wait(10 * time.Second)
		}
		statuses, err := x.ConnectionStatuses(t.Context(), alice)
		require.NoError(t, err)
		require.Equal(t, trade.ConnDegraded, statuses[0].State)
		_, err = x.Balances(t.Context(), account(alice))
		require.ErrorIs(t, err, trade.ErrNotConnected)

		statuses[0], err = x.Connect(t.Context(), account(alice))
		require.NoError(t, err)
		require.Equal(t, trade.ConnConnected, statuses[0].State, "the user may try again")
		balances, err := x.Balances(t.Context(), account(alice))
		require.NoError(t, err)
		require.Equal(t, trade.NewDec(10), balances[0].Equity)
	})
}

func TestUser_sleeps_and_wakes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		_, err := x.StrategyStatuses(t.Context(), alice)
		require.NoError(t, err)
		require.True(t, x.user(alice).Alive())
		wait(sleepAfter + time.Second)
		require.False(t, x.user(alice).Alive(), "nothing to do: asleep")

		for range 50 { // whenever it is asked it answers, also while it falls asleep
			wait(sleepAfter - 5*time.Millisecond)
			for range 10 {
				_, err := x.StrategyStatuses(t.Context(), alice)
				require.NoError(t, err)
				wait(time.Millisecond)
			}
		}

		x.storage.set(func() { x.storage.keys[account(alice)] = true })
		_, err = x.Connect(t.Context(), account(alice))
		require.NoError(t, err)
		wait(time.Hour)
		require.True(t, x.user(alice).Alive(), "a wanted connection keeps it awake")
		_, err = x.Disconnect(t.Context(), account(alice))
		require.NoError(t, err)
		wait(2 * sleepAfter)
		require.False(t, x.user(alice).Alive())
	})
}

func TestUser_messages_on_the_way_to_sleep_are_not_lost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		_, err := x.StrategyStatuses(t.Context(), alice)
		require.NoError(t, err)
		time.Sleep(sleepAfter) // the alarm rings at this very moment
		for range 100 {
			_, err := x.StrategyStatuses(t.Context(), alice)
			require.NoError(t, err)
		}
	})
}

func TestUser_disabled_and_enabled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		page := x.open(alice, "sign-in")
		x.storage.set(func() { x.storage.inactive[alice] = true })
		require.NoError(t, x.UserChanged(t.Context(), alice))
		synctest.Wait()
		require.Equal(t, closePolicy, page.ended())
		told := heard[AllowEntries](x.stage, account(alice).String())
		require.False(t, told[len(told)-1].Allowed)
		require.True(t, x.connectionOf(alice).Alive(), "the connection stays for protection")
		_, err := x.start(alice, btcPaper)
		require.Equal(t, "user_disabled", trade.CodeOf(err))
		_, err = x.Connect(t.Context(), account(alice))
		require.Equal(t, "user_disabled", trade.CodeOf(err))

		x.storage.set(func() { x.storage.inactive[alice] = false })
		require.NoError(t, x.UserChanged(t.Context(), alice))
		synctest.Wait()
		told = heard[AllowEntries](x.stage, account(alice).String())
		require.True(t, told[len(told)-1].Allowed)
		_, err = x.start(alice, btcPaper)
		require.NoError(t, err)
	})
}

func TestUser_deleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.storage.set(func() {
			x.storage.inactive[alice] = true
			clear(x.storage.connections)
		})
		require.NoError(t, x.UserChanged(t.Context(), alice))
		synctest.Wait()
		require.False(t, x.connectionOf(alice).Alive())
		wait(2 * sleepAfter)
		require.False(t, x.user(alice).Alive())
	})
}

func TestUser_busy(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) {
			s.connections[account(alice)] = storedConnection(alice, paperVenue, false)
			s.trades[account(alice)] = []trade.Trade{{Status: "open"}}
		})
		defer x.fell()
		busy, err := x.UserBusy(t.Context(), alice)
		require.NoError(t, err)
		require.True(t, busy, "a disconnected account may still hold a position")
		busy, err = x.UserBusy(t.Context(), bob)
		require.NoError(t, err)
		require.False(t, busy)
		x.storage.set(func() { x.storage.away = true })
		_, err = x.UserBusy(t.Context(), alice)
		require.ErrorIs(t, err, trade.ErrUnavailable)
	})
}

func TestUser_without_a_database_keeps_trading_and_says_unavailable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		x.storage.set(func() { x.storage.away = true })
		_, err := x.start(alice, btcPaper)
		require.ErrorIs(t, err, trade.ErrUnavailable)
		_, err = x.Disconnect(t.Context(), account(alice))
		require.ErrorIs(t, err, trade.ErrUnavailable)
		require.True(t, x.connectionOf(alice).Alive(), "what is not stored does not happen")
		_, err = x.ConnectionStatuses(t.Context(), bob)
		require.ErrorIs(t, err, trade.ErrUnavailable, "one who sleeps cannot be woken without the database")
	})
}

func TestUser_does_nothing_that_was_answered_as_not_done(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { s.keys[account(alice)] = true; s.away = true })
		defer x.fell()
		_, err := x.Connect(t.Context(), account(alice))
		require.ErrorIs(t, err, trade.ErrUnavailable)
		x.storage.set(func() { x.storage.away = false })
		wait(10 * time.Minute)
		require.Empty(t, x.storage.acted(), "the user was told no; it must not happen minutes later")
	})
}

func TestCheckKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, nil)
		defer x.fell()
		grant, checked, err := x.CheckKey(t.Context(), account(alice), trade.Key{ID: "good"})
		require.NoError(t, err)
		require.True(t, checked && grant.CanTrade)
		_, _, err = x.CheckKey(t.Context(), account(alice), trade.Key{ID: "bad"})
		require.ErrorIs(t, err, trade.ErrKeyRefused)
		_, checked, err = x.CheckKey(t.Context(), account(alice), trade.Key{ID: "unreachable"})
		require.NoError(t, err)
		require.False(t, checked)
	})
}

// R49: what a command commits is committed in its name.
func TestCommands_reach_storage_in_their_name(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		x.up()
		wait(time.Second)
		ctx := trade.WithCommand(t.Context(), trade.CommandKey{Key: "k-1"})
		status, err := x.StartStrategy(ctx, alice, trade.StartStrategy{Name: "Razor", Market: btcPaper})
		require.NoError(t, err)
		_, err = x.StopStrategy(trade.WithCommand(t.Context(), trade.CommandKey{Key: "k-2"}), alice, status.ID, false)
		require.NoError(t, err)
		_, err = x.Disconnect(trade.WithCommand(t.Context(), trade.CommandKey{Key: "k-3"}), account(alice))
		require.NoError(t, err)
		x.storage.set(func() { require.Equal(t, []string{"k-1", "k-2", "k-3"}, x.storage.commands) })
	})
}

// A user who is disabled while the server reads about them is disabled when that is answered.
func TestUserChanged_while_reading(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		pause := make(chan struct{})
		x.storage.set(func() { x.storage.pause = pause })
		answers := make(chan error, 2)
		change := func() {
			go func() { answers <- x.UserChanged(t.Context(), alice) }()
			synctest.Wait()
		}
		change() // has read by now that the user is active
		x.storage.set(func() { x.storage.inactive[alice] = true })
		change()
		x.storage.set(func() { x.storage.pause = nil })
		close(pause)
		require.NoError(t, <-answers)
		require.NoError(t, <-answers)
		_, err := x.start(alice, btcPaper)
		require.ErrorIs(t, err, errUserDisabled)
	})
}

// What a stopped strategy holds can still be wanted closed, and that is stored like the stop itself.
func TestStop_again_closes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		x := grow(t, func(s *storageFake) { ready(s, alice) })
		defer x.fell()
		wait(time.Second)
		x.up()
		status, err := x.start(alice, btcPaper)
		require.NoError(t, err)
		_, err = x.StopStrategy(t.Context(), alice, status.ID, false)
		require.NoError(t, err)
		require.False(t, x.storage.closing[status.ID])
		status, err = x.StopStrategy(t.Context(), alice, status.ID, true)
		require.NoError(t, err)
		require.True(t, x.storage.closing[status.ID], "durable before it is answered")
		require.Equal(t, trade.ManualStop, status.LastAction)
		synctest.Wait()
		asked := heard[CloseStrategyTrade](x.stage, account(alice).String())
		require.False(t, asked[len(asked)-1].Keep)
	})
}
