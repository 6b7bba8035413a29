package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/trade"
)

func command(body string, at time.Time) trade.CommandKey {
	return trade.CommandKey{Route: "POST /api/v2/connect", Key: "k", Body: hashOf(body), At: at}
}

func claim(t *testing.T, db *store.DB, user trade.UserID, key trade.CommandKey) trade.KeyClaim {
	t.Helper()
	got, err := db.ClaimKey(ctx, user, key)
	require.NoError(t, err)
	return got
}

func TestClaimKey_one_effect_and_one_answer(t *testing.T) {
	db, _ := owned(t)
	user, other := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	now := time.Now()
	first := command("body", now)
	require.Equal(t, trade.KeyClaimed, claim(t, db, user, first).State)
	require.Equal(t, trade.KeyInFlight, claim(t, db, user, first).State)
	require.Equal(t, trade.KeyDiffers, claim(t, db, user, command("another", now)).State)
	require.Equal(t, trade.KeyClaimed, claim(t, db, other, first).State, "another user's key is another key")

	require.NoError(t, db.FinishKey(ctx, user, first, 201, []byte(`{"success":true}`)))
	answered := claim(t, db, user, first)
	require.Equal(t, trade.KeyClaim{State: trade.KeyAnswered, Status: 201, Answer: []byte(`{"success":true}`)}, answered)
	require.NoError(t, db.ReleaseKey(ctx, user, first))
	require.Equal(t, trade.KeyAnswered, claim(t, db, user, first).State, "an answer is not released")
	require.Equal(t, trade.KeyClaimed, claim(t, db, user, command("another", now.Add(25*time.Hour))).State, "after a day the key is free")

	require.NoError(t, db.ReleaseKey(ctx, other, first))
	require.Equal(t, trade.KeyClaimed, claim(t, db, other, first).State)
}

func TestClaimKey_abandoned_by_a_server_that_died(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	now := time.Now()
	require.Equal(t, trade.KeyClaimed, claim(t, db, user, command("body", now)).State)
	require.Equal(t, trade.KeyInFlight, claim(t, db, user, command("body", now.Add(time.Minute))).State)
	require.Equal(t, trade.KeyDiffers, claim(t, db, user, command("other", now.Add(2*time.Minute))).State)
	require.Equal(t, trade.KeyClaimed, claim(t, db, user, command("body", now.Add(2*time.Minute))).State)
}

func TestClaimKey_at_once_by_many(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	key := command("body", time.Now())
	states := make(chan string)
	for range 8 {
		go func() {
			got, err := db.ClaimKey(ctx, user, key)
			if err != nil {
				got.State = err.Error()
			}
			states <- got.State
		}()
	}
	counts := map[string]int{}
	for range 8 {
		counts[<-states]++
	}
	require.Equal(t, map[string]int{trade.KeyClaimed: 1, trade.KeyInFlight: 7}, counts)
}

func TestAudit_is_added_to_and_never_changed(t *testing.T) {
	db, at := owned(t)
	user := newUser(t, db, "one@example.com")
	for _, who := range []trade.UserID{user, ""} {
		require.NoError(t, db.AddAudit(ctx, who, trade.AuditEntry{Actor: who, Action: "auth.login.refused", Address: "::1", At: start,
			Detail: map[string]string{"reason": "line\nbreak"}}))
	}
	conn := looker(t, at)
	require.Equal(t, 2, number(t, conn, `SELECT count(*) FROM audit_log`))
	require.Equal(t, 1, number(t, conn, `SELECT count(*) FROM audit_log WHERE user_id IS NULL`))
	for _, role := range []string{"tradebaas_app", "tradebaas_system"} {
		require.Zero(t, number(t, conn, `SELECT (has_table_privilege($1, 'audit_log', 'UPDATE') OR has_table_privilege($1, 'audit_log', 'DELETE'))::int`, role))
	}
}

// R49: the key is noted in the command's own transaction. A server that dies before it answers leaves
// a command that was carried out, or one that was not, and the next server knows which.
func TestCommand_is_noted_in_its_own_transaction(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	key := trade.CommandKey{Route: "POST /x", Key: "k", Body: hashOf("b"), At: time.Now()}
	claim := func(later time.Duration) string {
		t.Helper()
		again := key
		again.At = key.At.Add(later)
		got, err := db.ClaimKey(ctx, user, again)
		require.NoError(t, err)
		return got.State
	}
	require.Equal(t, trade.KeyClaimed, claim(0))
	inCommand := trade.WithCommand(ctx, key)
	_, err := db.StartInstance(inCommand, user, trade.StartStrategy{Name: "Razor", Market: trade.Market{Venue: paper, Instrument: instrument}})
	require.NoError(t, err)
	require.Equal(t, trade.KeyInFlight, claim(time.Second), "its server may still answer")
	require.Equal(t, trade.KeyDone, claim(2*time.Minute), "never carried out again")
	require.NoError(t, db.ReleaseKey(ctx, user, key))
	require.Equal(t, trade.KeyDone, claim(2*time.Minute), "what was done cannot be given back")

	key.Key = "refused"
	require.Equal(t, trade.KeyClaimed, claim(0))
	_, err = db.StartInstance(trade.WithCommand(ctx, key), user, trade.StartStrategy{Name: "Razor", Market: trade.Market{Venue: paper, Instrument: instrument}})
	require.ErrorIs(t, err, trade.ErrAlreadyRunning)
	require.Equal(t, trade.KeyClaimed, claim(2*time.Minute), "nothing was done, so it may be tried again")
	require.NoError(t, db.FinishKey(ctx, user, key, 201, []byte(`{}`)))
	require.Equal(t, trade.KeyAnswered, claim(3*time.Minute))
}
