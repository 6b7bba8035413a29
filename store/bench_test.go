package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/store/storetest"
	"github.com/tradebaas/tradebaas/trade"
)

// BenchmarkFills is a fill as trading stores it (fenced by the epoch, under row-level security, with
// its trade, order and cursor) over sixteen connections, beside a bare insert of the same fill over as
// many. Both are as durable as the test database makes them.
func BenchmarkFills(b *testing.B) {
	at := storetest.New(b)
	db, err := store.Open(ctx, store.Config{URL: at.ServerURL, MasterKey: storetest.MasterKey, PoolSize: 32})
	require.NoError(b, err)
	b.Cleanup(db.Close)
	require.NoError(b, db.TakeOver(ctx, func(string) {}))
	created, err := db.CreateUser(ctx, trade.NewUser{Email: "bench@example.com", PasswordHash: "none", AcceptedAt: time.Now()})
	require.NoError(b, err)
	account := accountOf(created.ID)
	trading := db.Trading()
	var n atomic.Int64
	b.Run("commit", func(b *testing.B) {
		b.SetParallelism(8) // of two processors: sixteen
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := n.Add(1)
				f := fill(fmt.Sprint("c", i), i, "label")
				change := trade.Change{Fills: []trade.Fill{f}, Trades: []trade.Trade{openTrade(account, "", "")},
					Cursors: map[trade.Instrument]trade.Cursor{trade.Instrument(fmt.Sprint(uuid.NewString()[:8], "-PERPETUAL")): {Seq: i, Time: start}}}
				if err := trading.Commit(ctx, account, change); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fills/s")
	})
	config, err := pgxpool.ParseConfig(at.OwnerURL)
	require.NoError(b, err)
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(ctx, config)
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	b.Run("floor", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := n.Add(1)
				_, err := pool.Exec(ctx, `INSERT INTO fills (user_id, broker, environment, venue_trade_id, seq, venue_order_id, label, instrument, side, price,
					amount, fee, fee_currency, profit_loss, index_price, maker, liquidation, time)
					VALUES ($1, 'deribit', 'paper', $2, $3, 'v', 'l', 'BTC_USDC-PERPETUAL', 'buy', '97000.5', '0.001', '0.05', 'USDC', '0', '97001', false, false, $4)`,
					created.ID, fmt.Sprint("f", i), i, start)
				if err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fills/s")
	})
}
