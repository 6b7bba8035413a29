package storetest

import (
	"bytes"
	"context"
	"testing"

	"github.com/tradebaas/tradebaas/store"
)

// MasterKey seals the secrets of test databases.
var MasterKey = bytes.Repeat([]byte{7}, 32)

// MustOpen gives a test a store on a database of its own, owned and with an epoch,
// closed and dropped when the test ends.
func MustOpen(tb testing.TB) *store.DB {
	tb.Helper()
	db := MustOpenAt(tb, New(tb))
	if err := db.TakeOver(context.Background(), func(why string) { tb.Log(why) }); err != nil {
		tb.Fatalf("own the test database: %v", err)
	}
	return db
}

// MustOpenAt opens one more store on a test's database, as a second server would,
// without owning it.
func MustOpenAt(tb testing.TB, at Database) *store.DB {
	tb.Helper()
	db, err := store.Open(context.Background(), store.Config{URL: at.ServerURL, MasterKey: MasterKey, PoolSize: 4, SystemPoolSize: 2})
	if err != nil {
		tb.Fatalf("open the test database: %v", err)
	}
	tb.Cleanup(db.Close)
	return db
}
