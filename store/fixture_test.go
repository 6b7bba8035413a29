package store_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/store/storetest"
	"github.com/tradebaas/tradebaas/trade"
)

var (
	ctx   = context.Background()
	paper = trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}
	start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
)

const instrument = trade.Instrument("BTC_USDC-PERPETUAL")

func dec(s string) trade.Dec { return trade.MustDec(s) }

func hashOf(text string) trade.TokenHash { return sha256.Sum256([]byte(text)) }

// looker sees behind row-level security.
func looker(t *testing.T, at storetest.Database) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(ctx, at.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return conn
}

// owned is a database with its store, owned.
func owned(t *testing.T) (*store.DB, storetest.Database) {
	t.Helper()
	at := storetest.New(t)
	db := storetest.MustOpenAt(t, at)
	require.NoError(t, db.TakeOver(ctx, func(why string) { t.Log(why) }))
	return db, at
}

func newUser(t *testing.T, db *store.DB, email string) trade.UserID {
	t.Helper()
	user, err := db.CreateUser(ctx, trade.NewUser{Email: email, FullName: "N. N.", PasswordHash: "hash", AcceptedAt: start})
	require.NoError(t, err)
	return user.ID
}

func accountOf(user trade.UserID) trade.AccountID { return trade.AccountID{User: user, Venue: paper} }

func startRazor(t *testing.T, db *store.DB, user trade.UserID) trade.Instance {
	t.Helper()
	instance, err := db.StartInstance(ctx, user, razor())
	require.NoError(t, err)
	return instance
}

func razor() trade.StartStrategy {
	return trade.StartStrategy{
		Name:   "Razor",
		Market: trade.Market{Venue: paper, Instrument: instrument},
		Config: []byte(`{"preset":"conservative"}`),
	}
}

// entry is an intent with its decision, as the connection commits it.
func entry(account trade.AccountID, strategy trade.StrategyID, candle time.Time) trade.Change {
	intent := trade.IntentID(fmt.Sprintf("%x", [16]byte(uuid.New())))
	order := trade.Order{
		ID: trade.OrderID(uuid.NewString()), Account: account, Strategy: strategy, Intent: intent, Role: trade.Entry, Version: 3,
		Label: "tb-x-1-" + string(intent) + "-e", Instrument: instrument, Side: trade.Buy, Type: trade.MarketOrder,
		Amount: dec("0.001"), State: trade.OrderIntended, ValidUntil: start.Add(5 * time.Second), CreatedAt: start, UpdatedAt: start,
	}
	decision := trade.Decision{
		ID: uuid.NewString(), Strategy: strategy, CandleTime: candle, Time: start, Side: trade.Buy, Outcome: "taken",
		Reason: "All is well.", Intent: intent, Detail: []byte(`{"score":1}`),
	}
	return trade.Change{Orders: []trade.Order{order}, Decisions: []trade.Decision{decision}}
}

func openTrade(account trade.AccountID, strategy trade.StrategyID, intent trade.IntentID) trade.Trade {
	return trade.Trade{
		ID: trade.TradeID(uuid.NewString()), Account: account, Strategy: strategy, StrategyName: "Razor", Intent: intent,
		ConfigVersion: 1, Instrument: instrument, Side: trade.Buy, EntryOrder: "v1", EntryPrice: dec("97000.5"),
		Amount: dec("0.001"), Open: dec("0.001"), StopLoss: dec("96000"), TakeProfit: dec("98000"), EntryTime: start,
		Fees: dec("0.05"), Net: dec("-0.05"), Currency: "USDC", Status: "open",
	}
}

func fill(id string, seq int64, label string) trade.Fill {
	return trade.Fill{
		ID: trade.VenueTradeID(id), Seq: seq, Order: "v1", Label: label, Instrument: instrument, Side: trade.Buy,
		Price: dec("97000.5"), Amount: dec("0.001"), Fee: dec("0.05"), FeeCurrency: "USDC", Index: dec("97001"), Time: start,
	}
}

// populate leaves at least one row of a user in every tenant table.
func populate(t *testing.T, db *store.DB, email string) trade.UserID {
	t.Helper()
	user := newUser(t, db, email)
	account := accountOf(user)
	require.NoError(t, db.CreateSignIn(ctx, user, trade.NewSignIn{
		ID: trade.SignInID(uuid.NewString()), Device: "browser", Address: "127.0.0.1", Client: hashOf("client"),
		Refresh: hashOf("refresh " + email), At: time.Now(), Expires: time.Now().Add(time.Hour),
	}))
	_, err := db.SaveCredential(ctx, account, trade.Key{ID: "client-" + email, Secret: "secret-" + email}, true,
		trade.Grant{ExchangeAccount: "exchange-" + email, Scopes: []string{"trade:read_write"}, CanTrade: true}, false)
	require.NoError(t, err)
	require.NoError(t, db.WantConnection(ctx, account, true, trade.ManualConnect))
	instance := startRazor(t, db, user)
	change := entry(account, instance.ID, start)
	change.Fills = []trade.Fill{fill("t-1", 10, change.Orders[0].Label)}
	change.Trades = []trade.Trade{openTrade(account, instance.ID, change.Orders[0].Intent)}
	change.Repairs = []trade.Repair{{ID: uuid.NewString(), Account: account, Time: start, Instrument: instrument, Kind: "adopted", Message: "Found."}}
	change.Cursors = map[trade.Instrument]trade.Cursor{instrument: {Seq: 10, Time: start}}
	change.Counters = map[trade.StrategyID]trade.Counters{instance.ID: {Day: "2026-11-24", TradesToday: 1}}
	change.Days = map[trade.Currency]trade.Day{"USDC": {Day: "2026-11-24"}}
	require.NoError(t, db.Commit(ctx, account, change))
	require.NoError(t, db.SetLimits(ctx, user, trade.ScopedLimits{Limits: trade.Limits{MaxOpenTrades: 1}}))
	require.NoError(t, db.EngageKill(ctx, user, trade.Kill{Venue: &trade.Venue{Broker: trade.Deribit, Environment: trade.Live}}))
	require.NoError(t, db.AddEquity(ctx, account, start, []trade.Balance{{Currency: "USDC", Equity: dec("10000")}}))
	_, err = db.ClaimKey(ctx, user, trade.CommandKey{Route: "POST /x", Key: "k", Body: hashOf("b"), At: time.Now()})
	require.NoError(t, err)
	require.NoError(t, db.AddAudit(ctx, user, trade.AuditEntry{Actor: user, Action: "auth.login", At: start}))
	return user
}
