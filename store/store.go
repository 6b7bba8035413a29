// Package store keeps the server's truth in PostgreSQL: one file per table, each
// statement beside the method that runs it, the user first in every one of them.
package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tradebaas/tradebaas/migrations"
)

// Config is what Open needs. URL is a login that may take on both roles of the
// migrations. MasterKey has at least 32 bytes.
type Config struct {
	URL            string
	MasterKey      []byte
	PoolSize       int // connections for users' work, half of them for trading alone; 0 means 8
	SystemPoolSize int // connections for sign-in, boot and admin lists; 0 means 2
}

// DB is the database. All methods are safe for concurrent use.
type DB struct {
	*server
	app *pgxpool.Pool // one user at a time, held to them by row-level security
}

// server is what every view of the database shares.
type server struct {
	api     *pgxpool.Pool // requests of people
	trading *pgxpool.Pool // accounts, wills and keys: never waits for a person's request
	reports chan struct{} // so many long readings may run at a time
	notes   chan struct{} // and so many writings that nothing waits for
	system  *pgxpool.Pool // no user: sign-in, boot list, admin lists
	direct  *pgx.ConnConfig
	master  masterKey

	owner        atomic.Bool
	epoch        atomic.Int64
	installation atomic.Pointer[string]
	full         atomic.Int64           // when PostgreSQL last had no room to write, in Unix nanoseconds
	history      atomic.Pointer[string] // of the database: whose commits are known here
	lost         chan struct{}
	lose         sync.Once
	why          error // lost
	stopGuard    context.CancelFunc
	guard        sync.WaitGroup
}

// Trading is the same database over connections that only trading uses: whatever people ask for, an
// order never waits for it.
func (db *DB) Trading() *DB { return &DB{db.server, db.trading} }

// Open connects to a migrated database. It answers an error when the database
// cannot be reached or the roles are missing; it takes no ownership (TakeOver).
func Open(ctx context.Context, config Config) (*DB, error) {
	master, err := newMasterKey(config.MasterKey)
	if err != nil {
		return nil, err
	}
	s := &server{master: master, lost: make(chan struct{}), stopGuard: func() {}}
	size := cmp.Or(config.PoolSize, 8)
	s.reports, s.notes = make(chan struct{}, max(1, size/4)), make(chan struct{}, max(1, size/8))
	for _, p := range []struct {
		pool **pgxpool.Pool
		role string
		size int
	}{
		{&s.api, migrations.AppRole, max(1, size-size/2)}, {&s.trading, migrations.AppRole, max(1, size/2)},
		{&s.system, migrations.SystemRole, cmp.Or(config.SystemPoolSize, 2)},
	} {
		if *p.pool, err = s.newPool(ctx, config.URL, p.role, p.size); err != nil {
			s.close()
			return nil, err
		}
	}
	s.direct = s.system.Config().ConnConfig
	// A dead machine keeps the lock until PostgreSQL notices: within half a minute.
	s.direct.RuntimeParams["tcp_keepalives_idle"] = "10"
	s.direct.RuntimeParams["tcp_keepalives_interval"] = "5"
	s.direct.RuntimeParams["tcp_keepalives_count"] = "3"
	if err := errors.Join(s.api.Ping(ctx), s.trading.Ping(ctx), s.system.Ping(ctx)); err != nil {
		s.close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return &DB{s, s.api}, nil
}

func (s *server) newPool(ctx context.Context, url, role string, size int) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database address is not valid") // pgx's own text may show parts of it
	}
	config.MaxConns = int32(size)
	config.ConnConfig.RuntimeParams["application_name"] = "tradebaas"
	config.ConnConfig.RuntimeParams["statement_timeout"] = "30s"
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "30s"
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := becomeRole(ctx, conn, role); err != nil {
			return err
		}
		return s.recognise(ctx, conn)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return pool, nil
}

// becomeRole gives up every right but the role's. Times are read as UTC.
func becomeRole(ctx context.Context, conn *pgx.Conn, role string) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	_, err := conn.Exec(ctx, "SET ROLE "+role)
	return err
}

// Pools tells how busy each pool of connections is.
func (db *DB) Pools() map[string]*pgxpool.Stat {
	return map[string]*pgxpool.Stat{"people": db.api.Stat(), "trading": db.trading.Stat(), "system": db.system.Stat()}
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.app.Ping(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return nil
}

// report waits for its turn to read a lot; call done when that is over.
func (db *DB) report(ctx context.Context) (done func(), err error) { return turn(ctx, db.reports) }

// note waits for its turn to write what nothing waits for. A thousand strategies that decide on the same
// candle write a thousand refusals at once, and no order and no page may stand in line behind them.
func (db *DB) note(ctx context.Context) (done func(), err error) { return turn(ctx, db.notes) }

func turn(ctx context.Context, lane chan struct{}) (done func(), err error) {
	select {
	case lane <- struct{}{}:
		return func() { <-lane }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close gives up ownership and closes every connection.
func (db *DB) Close() {
	db.stopGuard()
	db.guard.Wait()
	db.close()
}

func (s *server) close() {
	for _, pool := range []*pgxpool.Pool{s.system, s.trading, s.api} {
		if pool != nil {
			pool.Close()
		}
	}
}
