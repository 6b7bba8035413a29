package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/migrations"
	"github.com/tradebaas/tradebaas/trade"
)

// tenantTables reads from the catalog every table that holds users' rows, and its
// column that says whose.
func tenantTables(t *testing.T, conn *pgx.Conn) map[string]string {
	t.Helper()
	rows, err := conn.Query(ctx, `
		SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND (column_name = 'user_id' OR (table_name = 'users' AND column_name = 'id'))`)
	require.NoError(t, err)
	tables := map[string]string{}
	var table, column string
	_, err = pgx.ForEachRow(rows, []any{&table, &column}, func() error { tables[table] = column; return nil })
	require.NoError(t, err)
	return tables
}

func TestRowSecurity_on_every_tenant_table(t *testing.T) {
	db, at := owned(t)
	one, two := populate(t, db, "one@example.com"), populate(t, db, "two@example.com")
	conn := looker(t, at)
	tables := tenantTables(t, conn)
	require.Greater(t, len(tables), 15)

	var outside []string
	rows, err := conn.Query(ctx, `
		SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
		AND relname NOT IN ('server', 'goose_db_version')`)
	require.NoError(t, err)
	outside, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for _, table := range outside {
		require.Contains(t, tables, table, "a table without an owner of its rows")
	}

	for table, column := range tables {
		t.Run(table, func(t *testing.T) {
			var enabled, forced bool
			require.NoError(t, conn.QueryRow(ctx,
				`SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = $1`, table).Scan(&enabled, &forced))
			require.True(t, enabled && forced, "row-level security must be enabled and forced")

			count := `SELECT count(*) FROM ` + pgx.Identifier{table}.Sanitize() + ` WHERE `
			own := pgx.Identifier{column}.Sanitize()
			for _, user := range []trade.UserID{one, two} {
				require.Positive(t, number(t, conn, count+own+` = $1`, user), "populate must leave a row here")
			}
			asApp(t, conn, "", func(tx pgx.Tx) {
				require.Zero(t, number(t, tx, count+`true`), "no user set")
			})
			asApp(t, conn, one, func(tx pgx.Tx) {
				require.Positive(t, number(t, tx, count+own+` = $1`, one))
				require.Zero(t, number(t, tx, count+own+` IS DISTINCT FROM $1`, one), "another user's rows")
			})
		})
	}
}

func number(t *testing.T, q any, sql string, args ...any) (n int) {
	t.Helper()
	var row pgx.Row
	switch q := q.(type) {
	case *pgx.Conn:
		row = q.QueryRow(ctx, sql, args...)
	case pgx.Tx:
		row = q.QueryRow(ctx, sql, args...)
	}
	require.NoError(t, row.Scan(&n))
	return n
}

// asApp runs with the app role's rights, for a user or for nobody.
func asApp(t *testing.T, conn *pgx.Conn, user trade.UserID, work func(pgx.Tx)) {
	t.Helper()
	tx, err := conn.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, `SET LOCAL ROLE `+migrations.AppRole)
	require.NoError(t, err)
	if user != "" {
		_, err = tx.Exec(ctx, `SELECT set_config('app.user_id', $1, true)`, string(user))
		require.NoError(t, err)
	}
	work(tx)
}

func TestRowSecurity_refuses_writing_for_another_user(t *testing.T) {
	db, at := owned(t)
	one, two := populate(t, db, "one@example.com"), populate(t, db, "two@example.com")
	conn := looker(t, at)
	asApp(t, conn, one, func(tx pgx.Tx) {
		_, err := tx.Exec(ctx, `INSERT INTO equity_points (user_id, broker, environment, currency, time, equity)
			VALUES ($1, 'deribit', 'paper', 'USDC', now(), 1)`, two)
		require.ErrorContains(t, err, "row-level security")
	})
	asApp(t, conn, one, func(tx pgx.Tx) {
		tag, err := tx.Exec(ctx, `UPDATE orders SET reason = 'mine now'`)
		require.NoError(t, err)
		require.EqualValues(t, 1, tag.RowsAffected())
	})
}

// The statements themselves name the user first; this asks the methods.
func TestMethods_show_nothing_of_another_user(t *testing.T) {
	db, _ := owned(t)
	populate(t, db, "one@example.com")
	stranger := newUser(t, db, "two@example.com")
	other := accountOf(stranger)

	record, err := db.LoadAccount(ctx, other)
	require.NoError(t, err)
	require.Equal(t, trade.AccountRecord{
		Connection: trade.Connection{Account: other},
		Orders:     []trade.Order{}, Trades: []trade.Trade{}, Fills: []trade.Fill{},
		Cursors: map[trade.Instrument]trade.Cursor{}, Closing: []trade.StrategyID{}, Counters: map[trade.StrategyID]trade.Counters{},
		Days: map[trade.Currency]trade.Day{}, Entries: []trade.EntryMade{}, Risk: trade.Risk{Limits: []trade.ScopedLimits{{Scope: trade.ServerLimits}}, Kills: []trade.Kill{}},
	}, record)
	page, err := db.ListTrades(ctx, stranger, trade.TradeFilter{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, page.Trades)
	require.Zero(t, page.Total)
	instances, err := db.ListInstances(ctx, stranger)
	require.NoError(t, err)
	require.Empty(t, instances)
	_, err = db.OpenKey(ctx, other)
	require.ErrorIs(t, err, trade.ErrNoCredentials)
	equity, err := db.ListEquity(ctx, stranger, trade.Venue{}, time.Time{}, time.Time{}, 10)
	require.NoError(t, err)
	require.Empty(t, equity)
}

func TestDeleteUser_leaves_no_row_but_the_audit(t *testing.T) {
	db, at := owned(t)
	one, two := populate(t, db, "one@example.com"), populate(t, db, "two@example.com")
	require.NoError(t, db.DeleteUser(ctx, one))
	require.ErrorIs(t, db.DeleteUser(ctx, one), trade.ErrUserNotFound)
	conn := looker(t, at)
	for table, column := range tenantTables(t, conn) {
		count := `SELECT count(*) FROM ` + pgx.Identifier{table}.Sanitize() + ` WHERE ` + column + ` = $1`
		if table == "audit_log" {
			require.Positive(t, number(t, conn, count, one))
			continue
		}
		require.Zero(t, number(t, conn, count, one), table)
		require.Positive(t, number(t, conn, count, two), table)
	}
}
