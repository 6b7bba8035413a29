package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/configs"
	"github.com/tradebaas/tradebaas/store/storetest"
)

func TestAdminCreate(t *testing.T) {
	ctx := context.Background()
	db := storetest.MustOpen(t)
	cheap := configs.Passwords{MemoryKiB: 1024, Passes: 1, Threads: 1, Concurrent: 1}
	create := AdminCreateCmd{Email: "Boss@Example.com", FullName: "The Boss"}
	user, err := create.create(ctx, db, cheap, "correct horse battery staple")
	require.NoError(t, err)
	require.True(t, user.IsAdmin)
	require.Equal(t, "boss@example.com", user.Email)
	login, err := db.LoginByEmail(ctx, "boss@example.com")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(login.PasswordHash, "$argon2id$"))

	_, err = create.create(ctx, db, cheap, "correct horse battery staple")
	require.ErrorContains(t, err, "already an account")
	_, err = AdminCreateCmd{Email: "b@example.com"}.create(ctx, db, cheap, "short")
	require.ErrorContains(t, err, "The password must have at least 12 characters.")
	_, err = AdminCreateCmd{Email: "nobody"}.create(ctx, db, cheap, "correct horse battery staple")
	require.ErrorContains(t, err, "not an e-mail address")
}

func TestReadLine(t *testing.T) {
	for text, want := range map[string]string{"one\ntwo\n": "one", "one": "one", "one\r\n": "one", " a b \n": " a b "} {
		got, err := readLine(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := readLine(strings.NewReader("\n"))
	require.ErrorContains(t, err, "no password")
}
