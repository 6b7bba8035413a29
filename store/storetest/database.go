// Package storetest gives tests a PostgreSQL database of their own within some
// tens of milliseconds: one server per machine, one migrated template, a clone
// per test.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/migrations"
	"github.com/tradebaas/tradebaas/store/embedded"
)

// Database is one empty, migrated database. Both addresses contain passwords of
// a throw-away server.
type Database struct {
	Name string
	// OwnerURL has the rights of a superuser: migrations, and looking behind
	// row-level security in a test.
	OwnerURL string
	// ServerURL is what a trading server gets as DATABASE_URL.
	ServerURL string
}

// cluster is the server that all tests of this machine share.
type cluster struct {
	owner, server string
	template      string
}

var shared = sync.OnceValues(func() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c, err := startCluster(ctx)
	if err != nil {
		return nil, err
	}
	return c, c.prepare(ctx)
})

// New clones a database for one test and drops it afterwards.
func New(tb testing.TB) Database {
	tb.Helper()
	c, err := shared()
	if err != nil {
		tb.Fatalf("test database server: %v", err)
	}
	name := fmt.Sprintf("tb_test_%d_%s", os.Getpid(), strings.ToLower(rand.Text()[:10]))
	// FILE_COPY copies files instead of logging every page: faster for a template
	// that is small and does not change.
	if err := c.run(context.Background(), "CREATE DATABASE "+name+" TEMPLATE "+c.template+" STRATEGY FILE_COPY"); err != nil {
		tb.Fatalf("clone the test database: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.run(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			tb.Errorf("drop the test database: %v", err)
		}
	})
	return Database{Name: name, OwnerURL: onDatabase(c.owner, name), ServerURL: onDatabase(c.server, name)}
}

// MustURL is the address of a database of the test's own, for a whole server under
// test that also migrates.
func MustURL(tb testing.TB) string {
	tb.Helper()
	return New(tb).OwnerURL
}

// NewEmpty makes a database without any migration, for tests of the migrations.
func NewEmpty(tb testing.TB) Database {
	tb.Helper()
	db := New(tb)
	c, _ := shared()
	ctx := context.Background()
	err := errors.Join(
		c.run(ctx, "DROP DATABASE "+db.Name+" WITH (FORCE)"),
		c.run(ctx, "CREATE DATABASE "+db.Name),
	)
	if err != nil {
		tb.Fatalf("make an empty test database: %v", err)
	}
	return db
}

func startCluster(ctx context.Context) (*cluster, error) {
	if address := os.Getenv("TEST_DATABASE_URL"); address != "" {
		return &cluster{owner: address, server: address}, nil
	}
	server, err := embedded.Start(ctx, embedded.Options{Dir: directory(), Volatile: true})
	if err != nil {
		return nil, err
	}
	server.Leave() // the next test process uses it too
	owner, err := server.OwnerURL()
	if err != nil {
		return nil, err
	}
	login, err := server.ServerURL()
	c := &cluster{owner: owner, server: login}
	if err == nil {
		c.dropLeftovers(ctx)
	}
	return c, err
}

// directory is in memory where there is enough of it, and per user, because a
// server's files belong to one.
func directory() string {
	name := "tradebaas-test-" + strconv.Itoa(os.Getuid())
	var space syscall.Statfs_t
	const enough = 1 << 30
	if syscall.Statfs("/dev/shm", &space) == nil && space.Bavail*uint64(space.Bsize) > enough {
		return filepath.Join("/dev/shm", name)
	}
	return filepath.Join(os.TempDir(), name)
}

// prepare makes the migrated template unless it is there. Its name follows from
// the content of the migrations, so a changed file means a new template.
func (c *cluster) prepare(ctx context.Context) error {
	c.template = "tb_template_" + migrations.Hash()
	conn, err := pgx.Connect(ctx, onDatabase(c.owner, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	// One process makes it while the others wait; the lock goes with the session.
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(7236837200000003)`); err != nil {
		return err
	}
	var found bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, c.template).Scan(&found)
	if err != nil || found {
		return err
	}
	draft := c.template + "_draft"
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + draft, "CREATE DATABASE " + draft} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	login, err := url.Parse(c.server)
	if err != nil {
		return errors.New("the test database's address is not valid")
	}
	if _, err := migrations.Up(ctx, onDatabase(c.owner, draft), login.User.Username()); err != nil {
		return err
	}
	for _, statement := range []string{
		"ALTER DATABASE " + draft + " RENAME TO " + c.template,
		"ALTER DATABASE " + c.template + " IS_TEMPLATE true ALLOW_CONNECTIONS false",
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) run(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, onDatabase(c.owner, "postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

var testName = regexp.MustCompile(`^tb_test_(\d+)_`)

// dropLeftovers drops the databases of test processes that were killed.
func (c *cluster) dropLeftovers(ctx context.Context) {
	conn, err := pgx.Connect(ctx, onDatabase(c.owner, "postgres"))
	if err != nil {
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE 'tb\_test\_%'`)
	if err != nil {
		return
	}
	names, _ := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		match := testName.FindStringSubmatch(name)
		if match == nil {
			continue
		}
		pid, _ := strconv.Atoi(match[1])
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		}
	}
}

func onDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.Path = "/" + name
	return u.String()
}
