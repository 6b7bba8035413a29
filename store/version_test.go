package store_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

// I33: what the first version has stored means the same to this one, and its open trade is carried on.
func TestI33_rows_of_the_first_version(t *testing.T) {
	db, at := owned(t)
	rows, err := os.ReadFile("testdata/first-version.sql")
	require.NoError(t, err)
	_, err = looker(t, at).Exec(ctx, string(rows))
	require.NoError(t, err)
	user := trade.UserID("7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d")
	account := accountOf(user)
	razor := trade.NewStrategyID(user, "Razor", trade.Market{Venue: paper, Instrument: instrument})

	record, err := db.LoadAccount(ctx, account)
	require.NoError(t, err)
	require.True(t, record.Connection.Wanted)
	require.Len(t, record.Orders, 3)
	require.Equal(t, trade.Cursor{Seq: 1990, Time: time.Date(2026, 11, 24, 9, 20, 0, 0, time.UTC)}, record.Cursors[instrument])
	require.Equal(t, 2, record.Counters[razor].TradesToday)
	require.Equal(t, "3.25", record.Counters[razor].LossToday.String())
	require.Equal(t, 12, record.Counters[razor].TotalTrades)
	limits, err := db.ListLimits(ctx, user)
	require.NoError(t, err)
	require.Contains(t, limits, trade.ScopedLimits{Scope: trade.UserLimits, Limits: trade.Limits{MaxOpenTrades: 2, MaxDailyLoss: dec("50"), MaxLeverage: dec("3")}})

	a := trade.NewAccount(account, trade.Origin{Installation: "home", Epoch: 9}, record)
	open, found := a.OpenTrade(razor)
	require.True(t, found)
	require.Equal(t, "49500", open.StopLoss.String())
	require.Equal(t, 2, open.ConfigVersion)

	now := time.Date(2026, 11, 24, 10, 5, 0, 0, time.UTC)
	out := a.OnFill(trade.Fill{ID: "USDC-78", Seq: 2050, Order: "USDC-1009", Label: "tb-home-3-00000000000000000000000000000abc-s", Instrument: instrument,
		Side: trade.Sell, Price: dec("49500"), Amount: dec("0.01"), Fee: dec("0.17325"), FeeCurrency: "USDC", ProfitLoss: dec("-5"), Time: now}, now)
	require.NoError(t, db.Commit(ctx, account, out.Change))
	page, err := db.ListTrades(ctx, user, trade.TradeFilter{Limit: 10})
	require.NoError(t, err)
	require.Len(t, page.Trades, 2)
	require.Equal(t, trade.TradeClosed, page.Trades[0].Status)
	require.Equal(t, trade.ExitStop, page.Trades[0].ExitReason)
	require.Equal(t, "-5.34825", page.Trades[0].Net.String(), "with the entry's fee of 0.175")
	require.Equal(t, "1.66", page.Trades[1].Net.String())
}
