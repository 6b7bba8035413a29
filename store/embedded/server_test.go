package embedded_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store/embedded"
)

func start(t *testing.T, options embedded.Options) *embedded.Server {
	t.Helper()
	options.Volatile = true
	server, err := embedded.Start(context.Background(), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return server
}

// whoAmI asks the server through an address of its own.
func whoAmI(t *testing.T, address func() (string, error)) (user string, superuser bool) {
	t.Helper()
	ctx := context.Background()
	url, err := address()
	require.NoError(t, err)
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	require.NoError(t, conn.QueryRow(ctx,
		`SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`).Scan(&user, &superuser))
	return user, superuser
}

func TestStart_first_second_and_after_a_kill(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "database")
	var told []string
	first := start(t, embedded.Options{Dir: dir, Progress: func(s string) { told = append(told, s) }})
	require.Contains(t, told, "Creating the database (first start)")
	require.False(t, first.Adopted())
	user, mighty := whoAmI(t, first.OwnerURL)
	require.Equal(t, "postgres", user)
	require.True(t, mighty)
	user, mighty = whoAmI(t, first.ServerURL)
	require.Equal(t, "tradebaas_server", user)
	require.False(t, mighty, "the trading server's login bypasses nothing")
	port := first.Port()

	// A killed process leaves its server running, which the next one adopts.
	first.Leave()
	second := start(t, embedded.Options{Dir: dir})
	require.True(t, second.Adopted())
	require.Equal(t, first.PID(), second.PID())

	// While two use it, the first to stop leaves it to the other.
	third := start(t, embedded.Options{Dir: dir})
	require.NoError(t, second.Stop(ctx))
	whoAmI(t, third.ServerURL)
	require.NoError(t, third.Stop(ctx))
	require.NoError(t, third.Stop(ctx), "stopping twice is allowed")

	// A server that died leaves a stale pid file, and the port is remembered.
	fourth := start(t, embedded.Options{Dir: dir})
	require.False(t, fourth.Adopted())
	require.Equal(t, port, fourth.Port())
	require.NoError(t, syscall.Kill(fourth.PID(), syscall.SIGKILL))
	fourth.Leave()
	fifth := start(t, embedded.Options{Dir: dir})
	whoAmI(t, fifth.ServerURL)

	for _, secret := range []string{"superuser-password", "server-password"} {
		info, err := os.Stat(filepath.Join(dir, secret))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

func TestStart_two_at_once_share_one_server(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "database")
	pids := make(chan int, 2)
	stop := make(chan struct{})
	for range 2 {
		go func() {
			server, err := embedded.Start(context.Background(), embedded.Options{Dir: dir, Volatile: true})
			if err != nil {
				pids <- -1
				return
			}
			pids <- server.PID()
			<-stop
			_ = server.Stop(context.Background())
			pids <- 0
		}()
	}
	one, two := <-pids, <-pids
	close(stop)
	require.Zero(t, <-pids)
	require.Zero(t, <-pids)
	require.Positive(t, one)
	require.Equal(t, one, two)
}

func TestStart_as_root_where_namespaces_are_refused(t *testing.T) {
	if os.Getuid() != 0 {
		return // another account is taken by root only
	}
	server := start(t, embedded.WithoutNamespace(embedded.Options{Dir: filepath.Join(t.TempDir(), "database")}))
	whoAmI(t, server.ServerURL)
	info, err := os.Stat(filepath.Join(server.Home(), "data"))
	require.NoError(t, err)
	require.NotZero(t, info.Sys().(*syscall.Stat_t).Uid)
	require.NoError(t, server.Stop(context.Background()))
	require.NoError(t, os.RemoveAll(server.Home()))
}

func TestStart_names_the_ways_out(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("PG_BIN", "")
	_, err := embedded.Start(context.Background(), embedded.Options{Dir: t.TempDir(), Search: []string{}})
	for _, way := range []string{"Node.js", "apt install postgresql", "PG_BIN", "DATABASE_URL"} {
		require.ErrorContains(t, err, way)
	}
	_, err = embedded.Start(context.Background(), embedded.Options{Dir: t.TempDir(), Bin: t.TempDir()})
	require.ErrorContains(t, err, "has no postgres")
}

func TestKeep_restarts_a_server_that_died(t *testing.T) {
	server := start(t, embedded.Options{Dir: filepath.Join(t.TempDir(), "database")})
	url, err := server.ServerURL()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	told, done, pid := make(chan error, 10), make(chan struct{}), server.PID()
	go func() { defer close(done); server.Keep(ctx, func(err error) { told <- err }) }()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.NoError(t, <-told)
	cancel()
	<-done
	conn, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err, "at the same address")
	require.NoError(t, conn.Close(context.Background()))
}
