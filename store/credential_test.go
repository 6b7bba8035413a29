package store_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/trade"
)

var key = trade.Key{ID: "AbCdEfGh1234WXYZ", Secret: "canary-secret"}

func grantOf(exchangeAccount string) trade.Grant {
	return trade.Grant{ExchangeAccount: exchangeAccount, Scopes: []string{"account:read", "trade:read_write"}, CanTrade: true}
}

func TestCredential_saved_opened_replaced_deleted(t *testing.T) {
	db, at := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	_, err := db.OpenKey(ctx, account)
	require.ErrorIs(t, err, trade.ErrNoCredentials)

	saved, err := db.SaveCredential(ctx, account, key, true, grantOf("x1"), false)
	require.NoError(t, err)
	require.Equal(t, "WXYZ", saved.LastFour)
	require.Equal(t, account, saved.Account)
	require.True(t, saved.Verified)
	require.Equal(t, grantOf("x1"), saved.Grant)
	opened, err := db.OpenKey(ctx, account)
	require.NoError(t, err)
	require.Equal(t, key.Secret, opened.Secret)
	require.Equal(t, key.ID, opened.ID)

	_, err = db.SaveCredential(ctx, account, trade.Key{ID: "second key", Secret: "s2"}, false, trade.Grant{}, false)
	require.ErrorIs(t, err, trade.ErrCredentialExists)
	opened, err = db.OpenKey(ctx, account)
	require.NoError(t, err)
	require.Equal(t, key.Secret, opened.Secret, "a refused save changes nothing")
	replaced, err := db.SaveCredential(ctx, account, trade.Key{ID: "second key", Secret: "s2"}, false, trade.Grant{}, true)
	require.NoError(t, err)
	require.NotEqual(t, saved.ID, replaced.ID)
	require.False(t, replaced.Verified)
	require.NoError(t, db.NoteKey(ctx, account, grantOf("x1")))
	list, err := db.ListCredentials(ctx, account.User)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.True(t, list[0].Verified)
	require.NotNil(t, list[0].LastUsed)

	// No stored byte shows a key.
	var dump []byte
	require.NoError(t, looker(t, at).QueryRow(ctx, `SELECT string_agg(c::text, ' ')::bytea FROM user_credentials c`).Scan(&dump))
	require.NotContains(t, string(dump), "canary")
	require.NotContains(t, string(dump), "second key")

	require.NoError(t, db.DeleteCredential(ctx, account))
	require.ErrorIs(t, db.DeleteCredential(ctx, account), trade.ErrCredentialNotFound)
}

func TestExchangeAccount_belongs_to_one_user(t *testing.T) {
	db, _ := owned(t)
	one, two := accountOf(newUser(t, db, "one@example.com")), accountOf(newUser(t, db, "two@example.com"))
	_, err := db.SaveCredential(ctx, one, key, true, grantOf("x1"), false)
	require.NoError(t, err)
	_, err = db.SaveCredential(ctx, two, key, true, grantOf("x1"), false)
	require.ErrorIs(t, err, trade.ErrAccountInUse)
	_, err = db.OpenKey(ctx, two)
	require.ErrorIs(t, err, trade.ErrNoCredentials, "nothing was stored")

	// A key saved while the exchange was away is found out at its first login.
	_, err = db.SaveCredential(ctx, two, key, false, trade.Grant{}, false)
	require.NoError(t, err)
	require.ErrorIs(t, db.NoteKey(ctx, two, grantOf("x1")), trade.ErrAccountInUse)
	require.ErrorIs(t, db.NoteConnection(ctx, two, true, "x1", ""), trade.ErrAccountInUse)
	list, err := db.ListCredentials(ctx, two.User)
	require.NoError(t, err)
	require.False(t, list[0].Verified)

	// Another environment is another account, and a deleted key frees it.
	live := two
	live.Environment = trade.Live
	_, err = db.SaveCredential(ctx, live, key, true, grantOf("x1"), false)
	require.NoError(t, err)
	require.NoError(t, db.DeleteCredential(ctx, one))
	require.NoError(t, db.NoteKey(ctx, two, grantOf("x1")))
}

func TestSealedFields_swapped_in_the_database_do_not_open(t *testing.T) {
	db, at := owned(t)
	one, two := accountOf(newUser(t, db, "one@example.com")), accountOf(newUser(t, db, "two@example.com"))
	for i, account := range []trade.AccountID{one, two} {
		_, err := db.SaveCredential(ctx, account, key, true, grantOf(string(rune('a'+i))), false)
		require.NoError(t, err)
	}
	total, failed, err := db.ScanCredentials(ctx)
	require.NoError(t, err)
	require.Equal(t, 2, total)
	require.Empty(t, failed)

	conn := looker(t, at)
	change := func(sql string) {
		_, err := conn.Exec(ctx, sql, one.User, two.User)
		require.NoError(t, err)
	}
	change(`UPDATE user_credentials SET api_secret_encrypted = (SELECT api_secret_encrypted FROM user_credentials WHERE user_id = $2) WHERE user_id = $1`)
	_, err = db.OpenKey(ctx, one)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "canary")
	_, failed, err = db.ScanCredentials(ctx)
	require.NoError(t, err)
	require.Len(t, failed, 1)
	require.Equal(t, "corrupt", failed[0].Reason)
	require.Equal(t, "one@example.com", failed[0].Email)

	change(`UPDATE user_credentials SET environment = 'live' WHERE user_id = $2 AND user_id <> $1`)
	moved := two
	moved.Environment = trade.Live
	_, err = db.OpenKey(ctx, moved)
	require.Error(t, err, "a paper key does not become a live one")
	change(`UPDATE user_credentials SET environment = 'paper', api_key_encrypted = '\x09'::bytea || substr(api_key_encrypted, 2) WHERE user_id IN ($1, $2) AND user_id = $2`)
	_, failed, err = db.ScanCredentials(ctx)
	require.NoError(t, err)
	require.Equal(t, "version", failed[1].Reason)
	change(`UPDATE user_keys SET wrapped = (SELECT wrapped FROM user_keys WHERE user_id = $2) WHERE user_id = $1`)
	_, failed, err = db.ScanCredentials(ctx)
	require.NoError(t, err)
	require.Equal(t, "master_key", failed[0].Reason)
}

func TestOpenKey_needs_the_same_master_key(t *testing.T) {
	db, at := owned(t)
	account := accountOf(newUser(t, db, "one@example.com"))
	_, err := db.SaveCredential(ctx, account, key, true, grantOf("x"), false)
	require.NoError(t, err)
	other, err := store.Open(ctx, store.Config{URL: at.ServerURL, MasterKey: bytes.Repeat([]byte{8}, 32)})
	require.NoError(t, err)
	defer other.Close()
	_, err = other.OpenKey(ctx, account)
	require.Error(t, err)
}
