package core_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

func (s *stage) key(c core.Command) *core.Key {
	s.t.Helper()
	r, err := s.Apply(s.now*1000, c)
	require.Nil(s.t, err)
	return r.Key
}

func TestKeys_of_an_account(t *testing.T) {
	s := newStage(t, "100000")
	first := s.KeyByClient("alice")
	require.Equal(t, int64(1), first.ID)
	for n := range 7 {
		k := s.key(core.Command{MakeKey: &core.MakeKey{Account: s.alice, Client: "c" + strconv.Itoa(n), Secret: "s", Scope: "trade:read"}})
		require.Equal(t, int64(n+2), k.ID)
		require.Equal(t, s.alice, k.Account)
	}
	_, err := s.Apply(s.now*1000, core.Command{MakeKey: &core.MakeKey{Account: s.alice, Client: "ninth"}})
	require.Equal(t, core.ErrTooManyKeys, err)
	_, err = s.Apply(s.now*1000, core.Command{MakeKey: &core.MakeKey{Account: s.bob, Client: "c0"}})
	require.Equal(t, -32602, err.Code, "a client id is unique at the whole exchange")

	off, name, secret := true, "desk", "fresh"
	s.key(core.Command{SetKey: &core.SetKey{Account: s.alice, Key: 2, Disabled: &off, Name: &name, Secret: &secret, Allowed: &[]string{"10.0.0.1"}}})
	changed := s.KeyByClient("c0")
	require.Equal(t, core.Key{ID: 2, Client: "c0", Secret: "fresh", Name: "desk", Scope: "trade:read", Disabled: true,
		Allowed: []string{"10.0.0.1"}, Created: dawn * 1000, Account: s.alice}, *changed)

	s.key(core.Command{SetKey: &core.SetKey{Account: s.alice, Key: 8, Remove: true}})
	require.Nil(t, s.KeyByClient("c6"))
	require.Equal(t, int64(9), s.key(core.Command{MakeKey: &core.MakeKey{Account: s.alice, Client: "again"}}).ID, "numbers are not used twice")
	for _, id := range []int64{8, 99} {
		_, err = s.Apply(s.now*1000, core.Command{SetKey: &core.SetKey{Account: s.alice, Key: id, Name: &name}})
		require.Equal(t, core.ErrUnknownKey, err)
	}
	s.key(core.Command{Scope: &core.SetScope{Account: s.alice, Scope: "account:read"}})
	require.Equal(t, "account:read", first.Scope)
}

func TestKeys_survive_a_snapshot(t *testing.T) {
	s := newStage(t, "100000")
	s.key(core.Command{MakeKey: &core.MakeKey{Account: s.bob, Client: "second", Secret: "s", Scope: "trade:read", Features: []string{"f"}}})
	state, err := s.Snapshot()
	require.NoError(t, err)
	back, err := core.Restore(s.script, state)
	require.NoError(t, err)
	require.Equal(t, s.KeyByClient("second"), back.KeyByClient("second"))
	again, err := back.Snapshot()
	require.NoError(t, err)
	require.Equal(t, string(state), string(again))
}

// Before accounts had several keys, an account's one key lay in fields of its own.
func TestSnapshot_of_one_key_accounts(t *testing.T) {
	s := newStage(t, "100000")
	state, err := s.Snapshot()
	require.NoError(t, err)
	var old map[string]any
	require.NoError(t, json.Unmarshal(state, &old))
	for _, a := range old["Accounts"].([]any) {
		a := a.(map[string]any)
		delete(a, "Keys")
		delete(a, "KeySeq")
		a["Key"], a["Secret"], a["Scope"] = a["Name"].(string)+"key", "hush", "trade:read"
	}
	state, err = json.Marshal(old)
	require.NoError(t, err)
	back, err := core.Restore(s.script, state)
	require.NoError(t, err)
	require.Equal(t, core.Key{ID: 1, Client: "bobkey", Secret: "hush", Name: "bob", Scope: "trade:read", Created: dawn * 1000, Account: s.bob},
		*back.KeyByClient("bobkey"))
	made, refused := back.Apply(s.now*1000, core.Command{MakeKey: &core.MakeKey{Account: s.bob, Client: "x"}})
	require.Nil(t, refused)
	require.Equal(t, int64(2), made.Key.ID)
}
