package store_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestCreateUser_one_account_per_address(t *testing.T) {
	db, at := owned(t)
	user := newUser(t, db, "One@Example.com")
	_, err := db.CreateUser(ctx, trade.NewUser{Email: "one@example.COM", PasswordHash: "x", AcceptedAt: start})
	require.ErrorIs(t, err, trade.ErrEmailTaken)
	login, err := db.LoginByEmail(ctx, "ONE@example.com")
	require.NoError(t, err)
	require.Equal(t, user, login.User.ID)
	require.Equal(t, "one@example.com", login.User.Email)
	require.Equal(t, "hash", login.PasswordHash)
	require.True(t, login.User.IsActive)
	_, err = db.LoginByEmail(ctx, "nobody@example.com")
	require.ErrorIs(t, err, trade.ErrUserNotFound)
	_, err = db.LoginOf(ctx, "not a uuid")
	require.ErrorIs(t, err, trade.ErrUserNotFound)

	// The shard follows from the id alone, on any machine and release.
	conn := looker(t, at)
	require.Equal(t, number(t, conn, `SELECT shard FROM users WHERE id = $1`, user), number(t, conn, `SELECT shard_of($1)`, user))
	require.Equal(t, 3132, number(t, conn, `SELECT shard_of('00000000-0000-0000-0000-000000000001')`))
}

func TestCreateOwner_only_the_first(t *testing.T) {
	db, _ := owned(t)
	has, err := db.HasOwner(ctx)
	require.NoError(t, err)
	require.False(t, has)
	newUser(t, db, "taken@example.com")
	_, err = db.CreateOwner(ctx, trade.NewUser{Email: "taken@example.com", PasswordHash: "x"})
	require.ErrorIs(t, err, trade.ErrEmailTaken)

	results := make(chan error)
	for i := range 4 {
		go func() {
			_, err := db.CreateOwner(ctx, trade.NewUser{Email: fmt.Sprintf("owner%d@example.com", i), PasswordHash: "x"})
			results <- err
		}()
	}
	made := 0
	for range 4 {
		if err := <-results; err == nil {
			made++
		} else {
			require.ErrorIs(t, err, trade.ErrSetupDone)
		}
	}
	require.Equal(t, 1, made)
	has, err = db.HasOwner(ctx)
	require.NoError(t, err)
	require.True(t, has)
}

func TestAdministration(t *testing.T) {
	db, _ := owned(t)
	owner, err := db.CreateOwner(ctx, trade.NewUser{Email: "owner@example.com", PasswordHash: "x"})
	require.NoError(t, err)
	user := populate(t, db, "anna@example.com")
	newUser(t, db, "100%@example.com")

	page, err := db.ListUsers(ctx, "", 2, "")
	require.NoError(t, err)
	require.Len(t, page.Users, 2)
	require.Equal(t, "100%@example.com", page.Users[0].Email)
	require.Equal(t, trade.AdminUser{User: page.Users[1].User, Connections: 1, Strategies: 1}, page.Users[1])
	page, err = db.ListUsers(ctx, "", 2, page.Next)
	require.NoError(t, err)
	require.Len(t, page.Users, 1)
	require.Empty(t, page.Next)
	page, err = db.ListUsers(ctx, "%", 10, "")
	require.NoError(t, err)
	require.Len(t, page.Users, 1, "a percent sign is a character, not a pattern")
	_, err = db.ListUsers(ctx, "", 2, "made up")
	require.ErrorIs(t, err, trade.ErrInvalidCursor)

	_, err = db.SetUserActive(ctx, owner.ID, false)
	require.ErrorIs(t, err, trade.ErrLastAdmin)
	require.ErrorIs(t, db.DeleteUser(ctx, owner.ID), trade.ErrLastAdmin)
	_, err = db.SetUserActive(ctx, trade.UserID(uuid.NewString()), false)
	require.ErrorIs(t, err, trade.ErrUserNotFound)

	signIns, err := db.ListSignIns(ctx, user)
	require.NoError(t, err)
	require.Len(t, signIns, 1)
	changed, err := db.SetUserActive(ctx, user, false)
	require.NoError(t, err)
	require.False(t, changed.IsActive)
	active, err := db.UserActive(ctx, user)
	require.NoError(t, err)
	require.False(t, active)
	state, err := db.SignInState(ctx, user, signIns[0].ID)
	require.NoError(t, err)
	require.False(t, state.Alive)
	_, err = db.SetUserActive(ctx, user, true)
	require.NoError(t, err)
	state, err = db.SignInState(ctx, user, signIns[0].ID)
	require.NoError(t, err)
	require.False(t, state.Alive, "enabling does not bring sign-ins back")

	boot, err := db.BootUsers(ctx)
	require.NoError(t, err)
	require.Len(t, boot, 1)
	require.Equal(t, user, boot[0].User)
	require.True(t, boot[0].Active)
}
