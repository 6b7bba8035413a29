package migrations_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/migrations"
	"github.com/tradebaas/tradebaas/store/storetest"
)

// shape describes every table, column, constraint, index, policy, grant, trigger
// and function of the public schema, goose's own table apart.
const shape = `
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'
UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'goose%'
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'
UNION ALL SELECT 'policy ' || tablename || '.' || policyname || ' ' || coalesce(qual, '') FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'grant ' || grantee || ' ' || privilege_type || ' ' || table_name FROM information_schema.role_table_grants
  WHERE table_schema = 'public' AND grantee LIKE 'tradebaas%'
UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1`

func describe(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), shape)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return lines
}

func TestMigrations_up_down_and_up_again(t *testing.T) {
	ctx := context.Background()
	db := storetest.NewEmpty(t)
	conn, err := pgx.Connect(ctx, db.OwnerURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()

	applied, err := migrations.Up(ctx, db.OwnerURL)
	require.NoError(t, err)
	require.NotEmpty(t, applied)
	first := describe(t, conn)
	require.NotEmpty(t, first)

	again, err := migrations.Up(ctx, db.OwnerURL)
	require.NoError(t, err)
	require.Empty(t, again, "nothing is applied twice")

	// Each step down and up again leaves the same shape.
	for range applied {
		before := describe(t, conn)
		down, err := migrations.Down(ctx, db.OwnerURL, false)
		require.NoError(t, err)
		require.Len(t, down, 1)
		require.NotEqual(t, before, describe(t, conn))
	}
	require.Empty(t, describe(t, conn), "going down leaves nothing behind")
	_, err = migrations.Up(ctx, db.OwnerURL)
	require.NoError(t, err)
	require.Equal(t, first, describe(t, conn))

	states, err := migrations.Status(ctx, db.OwnerURL)
	require.NoError(t, err)
	require.Len(t, states, len(applied))
	for _, state := range states {
		require.NotNil(t, state.Applied, state.Name)
	}
	_, err = migrations.Down(ctx, db.OwnerURL, true)
	require.NoError(t, err)
	require.Empty(t, describe(t, conn))
}

func TestUp_by_several_servers_at_once(t *testing.T) {
	ctx := context.Background()
	db := storetest.NewEmpty(t)
	results := make(chan error)
	for range 4 {
		go func() {
			_, err := migrations.Up(ctx, db.OwnerURL)
			results <- err
		}()
	}
	for range 4 {
		require.NoError(t, <-results)
	}
}

func TestRoles_own_nothing_and_bypass_nothing(t *testing.T) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, storetest.New(t).OwnerURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	for _, role := range []string{migrations.AppRole, migrations.SystemRole} {
		var mighty bool
		require.NoError(t, conn.QueryRow(ctx,
			`SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin FROM pg_roles WHERE rolname = $1`, role).Scan(&mighty))
		require.False(t, mighty, role)
		var owned int
		require.NoError(t, conn.QueryRow(ctx,
			`SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = $1`, role).Scan(&owned))
		require.Zero(t, owned, role)
	}
}

func TestSystemRole_sees_no_orders_and_no_ciphertext(t *testing.T) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, storetest.New(t).OwnerURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	for _, table := range []string{"orders", "order_events", "fills", "trades", "repairs", "decisions",
		"user_keys", "user_credentials", "fill_cursors", "equity_points", "strategy_configs", "idempotency_keys"} {
		var may bool
		require.NoError(t, conn.QueryRow(ctx, `SELECT has_any_column_privilege($1, $2, 'SELECT, INSERT, UPDATE')
			OR has_table_privilege($1, $2, 'DELETE')`, migrations.SystemRole, table).Scan(&may))
		require.False(t, may, table)
	}
}
