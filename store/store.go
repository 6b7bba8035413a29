// Package store keeps the server's truth in PostgreSQL: one file per table, each
// statement beside the method that runs it, the user first in every one of them.
package store

import (
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
	PoolSize       int // connections for users' work; 0 means 8
	SystemPoolSize int // connections for sign-in, boot and admin lists; 0 means 2
}

// DB is the database. All methods are safe for concurrent use.
type DB struct {
	app    *pgxpool.Pool // one user at a time, held to them by row-level security
	system *pgxpool.Pool // no user: sign-in, boot list, admin lists
	direct *pgx.ConnConfig
	master masterKey

	owner        atomic.Bool
	epoch        atomic.Int64
	installation atomic.Pointer[string]
	lost         chan struct{}
	stopGuard    context.CancelFunc
	guard        sync.WaitGroup
}

// Open connects to a migrated database. It answers an error when the database
// cannot be reached or the roles are missing; it takes no ownership (TakeOver).
func Open(ctx context.Context, config Config) (*DB, error) {
	master, err := newMasterKey(config.MasterKey)
	if err != nil {
		return nil, err
	}
	db := &DB{master: master, lost: make(chan struct{}), stopGuard: func() {}}
	if db.app, err = newPool(ctx, config.URL, migrations.AppRole, config.PoolSize, 8); err != nil {
		return nil, err
	}
	if db.system, err = newPool(ctx, config.URL, migrations.SystemRole, config.SystemPoolSize, 2); err != nil {
		db.app.Close()
		return nil, err
	}
	db.direct = db.system.Config().ConnConfig
	// A dead machine keeps the lock until PostgreSQL notices: within half a minute.
	db.direct.RuntimeParams["tcp_keepalives_idle"] = "10"
	db.direct.RuntimeParams["tcp_keepalives_interval"] = "5"
	db.direct.RuntimeParams["tcp_keepalives_count"] = "3"
	if err := errors.Join(db.app.Ping(ctx), db.system.Ping(ctx)); err != nil {
		db.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return db, nil
}

func newPool(ctx context.Context, url, role string, size, otherwise int) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database address is not valid") // pgx's own text may show parts of it
	}
	if size == 0 {
		size = otherwise
	}
	config.MaxConns = int32(size)
	config.ConnConfig.RuntimeParams["application_name"] = "tradebaas"
	config.ConnConfig.RuntimeParams["statement_timeout"] = "30s"
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "30s"
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error { return becomeRole(ctx, conn, role) }
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

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.app.Ping(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return nil
}

// Close gives up ownership and closes every connection.
func (db *DB) Close() {
	db.stopGuard()
	db.guard.Wait()
	db.system.Close()
	db.app.Close()
}
