package store_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestChangeConfig(t *testing.T) {
	db, _ := owned(t)
	user, other := newUser(t, db, "one@example.com"), newUser(t, db, "two@example.com")
	instance := startRazor(t, db, user)
	first := instance.Config

	changed, err := db.ChangeConfig(ctx, user, instance.ID, json.RawMessage(`{"preset": "conservative"}`))
	require.NoError(t, err)
	require.Equal(t, 2, changed.ConfigVersion)
	require.Equal(t, trade.Active, changed.Status)
	require.JSONEq(t, `{"preset":"conservative"}`, string(changed.Config))
	listed, err := db.ListInstances(ctx, user)
	require.NoError(t, err)
	require.Equal(t, changed, listed[0])

	for version, want := range map[int]string{1: string(first), 2: `{"preset":"conservative"}`} {
		got, err := db.InstanceConfig(ctx, user, instance.ID, version)
		require.NoError(t, err)
		require.JSONEq(t, want, string(got))
	}
	_, err = db.InstanceConfig(ctx, user, instance.ID, 3)
	require.ErrorIs(t, err, trade.ErrStrategyNotFound)
	_, err = db.InstanceConfig(ctx, other, instance.ID, 1)
	require.ErrorIs(t, err, trade.ErrStrategyNotFound, "another user's")
	_, err = db.ChangeConfig(ctx, other, instance.ID, json.RawMessage(`{}`))
	require.ErrorIs(t, err, trade.ErrStrategyNotFound, "another user's")

	require.NoError(t, db.StopInstance(ctx, user, instance.ID, false))
	_, err = db.ChangeConfig(ctx, user, instance.ID, json.RawMessage(`{}`))
	require.ErrorIs(t, err, trade.ErrStrategyNotFound, "a stopped one is started with its config")
}
