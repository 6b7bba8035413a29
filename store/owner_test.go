package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store/storetest"
	"github.com/tradebaas/tradebaas/trade"
)

const soon, tick = 20 * time.Second, 20 * time.Millisecond

func TestTakeOver_the_second_server_waits_and_follows(t *testing.T) {
	at := storetest.New(t)
	first, second := storetest.MustOpenAt(t, at), storetest.MustOpenAt(t, at)
	require.NoError(t, first.TakeOver(ctx, func(string) {}))
	require.True(t, first.Owner())
	require.InDelta(t, time.Now().Unix(), first.Epoch(), 5, "an epoch that a failover lost never comes again")
	require.Len(t, first.Installation(), 8)

	told, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- second.TakeOver(ctx, func(why string) { told <- why }) }()
	require.Contains(t, <-told, "Another server")
	require.False(t, second.Owner())
	first.Close()
	require.NoError(t, <-done)
	require.True(t, second.Owner())
	require.Greater(t, second.Epoch(), first.Epoch())
	require.Equal(t, first.Installation(), second.Installation())
}

func TestTakeOver_waiting_can_be_given_up(t *testing.T) {
	at := storetest.New(t)
	first, second := storetest.MustOpenAt(t, at), storetest.MustOpenAt(t, at)
	require.NoError(t, first.TakeOver(ctx, func(string) {}))
	waiting, cancel := context.WithCancel(ctx)
	require.ErrorIs(t, second.TakeOver(waiting, func(string) { cancel() }), context.Canceled)
	require.True(t, first.Owner())
}

// The database ends the connection that holds the lock, as a restart of it would.
const endLockHolder = `
SELECT count(pg_terminate_backend(pid)) FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

func TestOwner_gets_a_lost_lock_back_when_nobody_took_it(t *testing.T) {
	db, at := owned(t)
	epoch := db.Epoch()
	require.Positive(t, number(t, looker(t, at), endLockHolder))
	require.Eventually(t, func() bool { return !db.Owner() }, soon, time.Millisecond)
	require.Eventually(t, db.Owner, soon, tick)
	require.Equal(t, epoch, db.Epoch())
	select {
	case <-db.Lost():
		t.Fatal("nobody has taken over")
	default:
	}
}

func TestCommit_is_fenced_once_another_server_owns(t *testing.T) {
	at := storetest.New(t)
	first, second := storetest.MustOpenAt(t, at), storetest.MustOpenAt(t, at)
	require.NoError(t, first.TakeOver(ctx, func(string) {}))
	user := newUser(t, first, "one@example.com")
	account := accountOf(user)
	instance := startRazor(t, first, user)
	placed := entry(account, instance.ID, start)
	require.NoError(t, first.Commit(ctx, account, placed))

	// The lock's connection dies; another server is quicker.
	done := make(chan error, 1)
	waited := make(chan struct{})
	told := sync.OnceFunc(func() { close(waited) })
	take := func() { done <- second.TakeOver(ctx, func(string) { told() }) }
	go take()
	<-waited
	conn := looker(t, at)
	taken := func() bool {
		select {
		case err := <-done:
			if err != nil { // it held the lock already when its connection was ended in the first one's place
				go take()
			}
			return err == nil
		default:
			number(t, conn, endLockHolder)
			return false
		}
	}
	require.Eventually(t, taken, soon, tick)
	require.False(t, first.Owner())

	require.ErrorIs(t, first.Commit(ctx, account, entry(account, instance.ID, start.Add(time.Minute))), trade.ErrFenced)
	update := trade.Change{Orders: placed.Orders}
	update.Orders[0].State = trade.OrderSent
	require.ErrorIs(t, first.Commit(ctx, account, update), trade.ErrFenced, "not even an update of an older epoch")
	require.Equal(t, 1, number(t, conn, `SELECT count(*) FROM orders WHERE state = 'intended'`))

	require.NoError(t, second.Commit(ctx, account, update))
	require.NoError(t, second.Commit(ctx, account, entry(account, instance.ID, start.Add(time.Minute))))
	require.Equal(t, 1, number(t, conn, `SELECT count(*) FROM orders WHERE epoch = $1`, second.Epoch()))
	select {
	case <-first.Lost():
	case <-time.After(soon):
		t.Fatal("the first server was not told")
	}
}

// The epoch moves in the database while a server believes that it owns: its insert
// is conditional, not merely checked beforehand.
func TestCommit_checks_the_epoch_in_the_same_transaction(t *testing.T) {
	db, at := owned(t)
	user := newUser(t, db, "one@example.com")
	account := accountOf(user)
	instance := startRazor(t, db, user)
	_, err := looker(t, at).Exec(ctx, `UPDATE server SET epoch = epoch + 1`)
	require.NoError(t, err)
	require.True(t, db.Owner())
	require.ErrorIs(t, db.Commit(ctx, account, entry(account, instance.ID, start)), trade.ErrFenced)
	require.Zero(t, number(t, looker(t, at), `SELECT count(*) FROM orders`))
	require.Zero(t, number(t, looker(t, at), `SELECT count(*) FROM decisions`), "all or nothing")
}
