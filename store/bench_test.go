package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/migrations"
	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/store/embedded"
	"github.com/tradebaas/tradebaas/store/storetest"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	writers   = 16
	blocks    = 9 // of ours and of the floor, in turn
	blockTime = 400 * time.Millisecond
	copied    = 500 // fills of one COPY
)

// BenchmarkFills is a fill as trading stores it, beside a bare insert of the same row: fenced by the
// epoch, under row-level security, told twice without harm, with the order (and the note of its state) and
// the trade that it changes. Sixteen accounts write at once to a PostgreSQL that flushes each commit to disk, by ones, tens (what waits goes
// together) and, beside COPY, by five hundred.
func BenchmarkFills(b *testing.B) {
	bench := newFillBench(b)
	insert, copy := bench.insert, bench.copy
	for _, c := range []struct {
		name    string
		records int // in one transaction, each with a fill
		whole   bool
		floor   func(writer int) int
	}{
		{"fill", 1, false, insert}, {"fill, order and trade", 1, true, insert}, {"ten of them", 10, true, insert},
		{"five hundred fills, beside COPY", copied, false, copy},
	} {
		b.Run(c.name, func(b *testing.B) {
			ours := func(writer int) int {
				require.NoError(b, bench.db.Commit(ctx, bench.accounts[writer], bench.change(writer, c.records, c.whole)))
				return c.records
			}
			bench.compare(b, ours, c.floor)
		})
	}
}

type fillBench struct {
	db       *store.DB
	pool     *pgxpool.Pool // of the floor
	accounts []trade.AccountID
	last     atomic.Int64
}

func newFillBench(b *testing.B) *fillBench {
	server, err := embedded.Start(ctx, embedded.Options{Dir: filepath.Join(b.TempDir(), "durable")})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, server.Stop(context.Background())) })
	owner, err := server.OwnerURL()
	require.NoError(b, err)
	login, err := server.ServerURL()
	require.NoError(b, err)
	_, err = migrations.Up(ctx, owner, "tradebaas_server")
	require.NoError(b, err)
	db, err := store.Open(ctx, store.Config{URL: login, MasterKey: storetest.MasterKey, PoolSize: 2 * writers})
	require.NoError(b, err)
	b.Cleanup(db.Close)
	require.NoError(b, db.TakeOver(ctx, func(string) {}))
	config, err := pgxpool.ParseConfig(owner)
	require.NoError(b, err)
	config.MaxConns = writers
	pool, err := pgxpool.NewWithConfig(ctx, config)
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	bench := &fillBench{db: db.Trading(), pool: pool}
	for i := range writers {
		user, err := db.CreateUser(ctx, trade.NewUser{Email: fmt.Sprintf("bench%d@example.com", i), PasswordHash: "none", AcceptedAt: start})
		require.NoError(b, err)
		bench.accounts = append(bench.accounts, accountOf(user.ID))
		require.NoError(b, db.WantConnection(ctx, bench.accounts[i], true, trade.ManualConnect))
	}
	return bench
}

// change is what so many fills of a new order do.
func (f *fillBench) change(writer, fills int, whole bool) (c trade.Change) {
	intent := trade.IntentID(fmt.Sprintf("%x", [16]byte(uuid.New())))
	for range fills {
		seq := f.last.Add(1)
		c.Fills = append(c.Fills, fill(fmt.Sprint("ours", seq), seq, "label"))
	}
	if whole {
		order := entry(f.accounts[writer], "", time.Time{}).Orders[0]
		order.State = trade.OrderFilled
		c.Orders = append(c.Orders, order)
		c.Trades = append(c.Trades, openTrade(f.accounts[writer], "", intent))
	}
	return c
}

var fillColumns = []string{"user_id", "broker", "environment", "venue_trade_id", "seq", "venue_order_id", "label", "instrument", "side",
	"price", "amount", "fee", "fee_currency", "profit_loss", "index_price", "maker", "liquidation", "time"}

func (f *fillBench) row(writer int) []any {
	seq := f.last.Add(1)
	one := fill(fmt.Sprint("floor", seq), seq, "label")
	return []any{f.accounts[writer].User, "deribit", "paper", one.ID, one.Seq, one.Order, one.Label, one.Instrument, one.Side,
		one.Price, one.Amount, one.Fee, one.FeeCurrency, one.ProfitLoss, one.Index, one.Maker, one.Liquidation, one.Time}
}

func (f *fillBench) insert(writer int) int {
	_, err := f.pool.Exec(ctx, `INSERT INTO fills (user_id, broker, environment, venue_trade_id, seq, venue_order_id, label, instrument, side,
		price, amount, fee, fee_currency, profit_loss, index_price, maker, liquidation, time)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`, f.row(writer)...)
	if err != nil {
		panic(err)
	}
	return 1
}

func (f *fillBench) copy(writer int) int {
	n, err := f.pool.CopyFrom(ctx, pgx.Identifier{"fills"}, fillColumns,
		pgx.CopyFromSlice(copied, func(int) ([]any, error) { return f.row(writer), nil }))
	if err != nil {
		panic(err)
	}
	return int(n)
}

// compare runs both in turn and reports the median of the pairs' ratios.
func (f *fillBench) compare(b *testing.B, ours, floor func(writer int) int) {
	var rates, floors, ratios []float64
	var fills, wal float64
	f.run(ours)
	f.run(floor)
	for range blocks {
		before := f.wal(b)
		count, rate := f.run(ours)
		fills, wal = fills+float64(count), wal+f.wal(b)-before
		_, bare := f.run(floor)
		rates, floors, ratios = append(rates, rate), append(floors, bare), append(ratios, rate/bare)
	}
	for range b.N {
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(rates), "fills/s")
	b.ReportMetric(median(floors), "floor/s")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(wal/fills, "WAL-B/fill")
}

func (f *fillBench) run(write func(writer int) int) (count int64, rate float64) {
	var total atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for writer := range writers {
		all.Go(func() {
			for time.Since(began) < blockTime {
				total.Add(int64(write(writer)))
			}
		})
	}
	all.Wait()
	return total.Load(), float64(total.Load()) / time.Since(began).Seconds()
}

func (f *fillBench) wal(b *testing.B) (bytes float64) {
	require.NoError(b, f.pool.QueryRow(ctx, `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn`).Scan(&bytes))
	return bytes
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
