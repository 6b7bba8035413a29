package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/trade"
)

const grace = 10 * time.Second

// signIn makes a sign-in whose first refresh token is named.
func signIn(t *testing.T, db *store.DB, user trade.UserID, token string, now time.Time) trade.SignInID {
	t.Helper()
	id := trade.SignInID(uuid.NewString())
	require.NoError(t, db.CreateSignIn(ctx, user, trade.NewSignIn{
		ID: id, Device: "browser", Address: "127.0.0.1", Client: hashOf("mine"), Refresh: hashOf(token), At: now, Expires: now.Add(time.Hour),
	}))
	return id
}

func refresh(from, to, client string, at time.Time) trade.Refresh {
	return trade.Refresh{Old: hashOf(from), New: hashOf(to), Client: hashOf(client), Address: "127.0.0.2", At: at, Expires: at.Add(time.Hour), Grace: grace}
}

func TestRotateRefresh(t *testing.T) {
	db, at := owned(t)
	user := newUser(t, db, "one@example.com")
	now := time.Now()
	id := signIn(t, db, user, "a", now)
	other := signIn(t, db, user, "other", now)

	got, err := db.RotateRefresh(ctx, refresh("a", "b", "mine", now.Add(time.Second)))
	require.NoError(t, err)
	require.Equal(t, user, got.User.ID)
	require.Equal(t, id, got.SignIn)
	require.False(t, got.Reused)
	require.WithinDuration(t, now, got.CreatedAt, time.Millisecond)

	// The same client lost the answer: one more successor, within the grace period.
	got, err = db.RotateRefresh(ctx, refresh("a", "b2", "mine", now.Add(5*time.Second)))
	require.NoError(t, err)
	require.False(t, got.Reused)

	_, err = db.RotateRefresh(ctx, refresh("unknown", "x", "mine", now))
	require.ErrorIs(t, err, trade.ErrSignInNotFound)
	_, err = db.RotateRefresh(ctx, refresh("b", "x", "mine", now.Add(3*time.Hour)))
	require.ErrorIs(t, err, trade.ErrSignInNotFound, "expired")

	// From elsewhere it is theft, however early: the family dies, others live.
	got, err = db.RotateRefresh(ctx, refresh("a", "c", "thief", now.Add(2*time.Second)))
	require.NoError(t, err)
	require.True(t, got.Reused)
	_, err = db.RotateRefresh(ctx, refresh("b", "d", "mine", now.Add(6*time.Second)))
	require.ErrorIs(t, err, trade.ErrSignInNotFound)
	state, err := db.SignInState(ctx, user, id)
	require.NoError(t, err)
	require.False(t, state.Alive)
	state, err = db.SignInState(ctx, user, other)
	require.NoError(t, err)
	require.True(t, state.Alive)
	require.Zero(t, number(t, looker(t, at), `SELECT count(*) FROM refresh_tokens WHERE hash = $1`, hashBytes("c")))
}

func hashBytes(text string) []byte { h := hashOf(text); return h[:] }

func TestRotateRefresh_after_the_grace_period(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	now := time.Now()
	signIn(t, db, user, "a", now)
	_, err := db.RotateRefresh(ctx, refresh("a", "b", "mine", now))
	require.NoError(t, err)
	got, err := db.RotateRefresh(ctx, refresh("a", "c", "mine", now.Add(grace)))
	require.NoError(t, err)
	require.True(t, got.Reused)
}

func TestRotateRefresh_twice_at_once(t *testing.T) {
	db, _ := owned(t)
	user := newUser(t, db, "one@example.com")
	now := time.Now()
	id := signIn(t, db, user, "a", now)
	reused := make(chan bool)
	for _, client := range []string{"mine", "thief"} {
		go func() {
			got, err := db.RotateRefresh(ctx, refresh("a", "next of "+client, client, now))
			reused <- err != nil || got.Reused
		}()
	}
	require.NotEqual(t, <-reused, <-reused, "exactly one wins")
	// Who comes first is not judged, so either may win; the other is noticed.
	state, err := db.SignInState(ctx, user, id)
	require.NoError(t, err)
	require.False(t, state.Alive)
}

func TestSignIns_list_and_revoke(t *testing.T) {
	db, _ := owned(t)
	one, two := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	now := time.Now()
	first, second := signIn(t, db, one, "a", now.Add(-time.Minute)), signIn(t, db, one, "b", now)
	list, err := db.ListSignIns(ctx, one)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, second, list[0].ID, "last used first")

	for _, id := range []trade.SignInID{first, "not-a-uuid", trade.SignInID(uuid.NewString())} {
		require.ErrorIs(t, db.RevokeSignIn(ctx, two, id), trade.ErrSignInNotFound)
	}
	state, err := db.SignInState(ctx, two, first)
	require.NoError(t, err)
	require.False(t, state.Alive, "another user's")
	require.NoError(t, db.RevokeSignIn(ctx, one, first))
	require.ErrorIs(t, db.RevokeSignIn(ctx, one, first), trade.ErrSignInNotFound)

	user, id, err := db.RevokeByRefresh(ctx, hashOf("b"))
	require.NoError(t, err)
	require.Equal(t, one, user)
	require.Equal(t, second, id)
	_, _, err = db.RevokeByRefresh(ctx, hashOf("unknown"))
	require.ErrorIs(t, err, trade.ErrSignInNotFound)
	list, err = db.ListSignIns(ctx, one)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestSetPassword_ends_the_other_sign_ins(t *testing.T) {
	db, _ := owned(t)
	one, two := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	now := time.Now()
	kept, ended := signIn(t, db, one, "a", now), signIn(t, db, one, "b", now)
	foreign := signIn(t, db, two, "c", now)
	require.NoError(t, db.SetPassword(ctx, one, "new", kept))
	alive := func(user trade.UserID, id trade.SignInID) bool {
		state, err := db.SignInState(ctx, user, id)
		require.NoError(t, err)
		return state.Alive
	}
	require.True(t, alive(one, kept))
	require.False(t, alive(one, ended))
	require.True(t, alive(two, foreign))
	login, err := db.LoginOf(ctx, one)
	require.NoError(t, err)
	require.Equal(t, "new", login.PasswordHash)
	require.NotNil(t, login.User.LastLogin)
	require.NoError(t, db.SetPassword(ctx, one, "newer", ""))
	require.False(t, alive(one, kept))
	require.ErrorIs(t, db.SetPassword(ctx, trade.UserID(uuid.NewString()), "x", ""), trade.ErrUserNotFound)
}
