package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/migrations"
)

// One server works on a database at a time. The owner holds a session lock on a
// connection of its own and has raised the epoch; each of its commits checks that
// the epoch is still its own. A server that lost the lock's connection makes no
// entries until it has the lock again, and stops for good when the epoch moved.
const (
	ownerLock = 7236837200000000
	// epochLock is the lock that assert_epoch shares in each commit.
	epochLock = 7236837200000002

	askEvery  = 250 * time.Millisecond
	tellEvery = 10 * time.Second
	// guardEvery bounds how long a silently dead connection goes unnoticed.
	guardEvery = 2 * time.Second
)

// raiseEpoch follows the clock, so that an epoch that was raised in commits which a failover lost does
// not come again: its labels are at the exchange, and its server may still run.
const raiseEpoch = `
UPDATE server SET epoch = greatest(epoch + 1, extract(epoch FROM clock_timestamp())::bigint)
RETURNING installation, epoch`

// TakeOver waits until no other server owns the database, raises the epoch and
// guards the ownership from then on. waiting is told, at once and every ten
// seconds, why it takes long.
func (db *DB) TakeOver(ctx context.Context, waiting func(string)) error {
	conn, err := db.lock(ctx, waiting)
	if err != nil {
		return err
	}
	var installation string
	var epoch int64
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(epochLock)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, raiseEpoch).Scan(&installation, &epoch)
	})
	if err != nil {
		return errors.Join(fmt.Errorf("raise the epoch: %w", err), conn.Close(context.WithoutCancel(ctx)))
	}
	db.installation.Store(&installation)
	db.epoch.Store(epoch)
	db.owner.Store(true)
	guarded, stop := context.WithCancel(context.WithoutCancel(ctx))
	db.stopGuard = stop
	db.guard.Go(func() { db.keep(guarded, conn) })
	return nil
}

// lock connects and asks for the lock until it has it.
func (db *DB) lock(ctx context.Context, waiting func(string)) (*pgx.Conn, error) {
	conn, err := db.dial(ctx)
	if err != nil {
		return nil, err
	}
	var told time.Time
	for {
		var got bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(ownerLock)).Scan(&got); err != nil {
			return nil, errors.Join(fmt.Errorf("lock the database: %w", err), conn.Close(context.WithoutCancel(ctx)))
		}
		if got {
			return conn, nil
		}
		if time.Since(told) >= tellEvery {
			waiting("Another server works on this database; waiting until it stops")
			told = time.Now()
		}
		if err := pause(ctx, askEvery); err != nil {
			return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
		}
	}
}

func (db *DB) dial(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, db.direct.Copy())
	if err != nil {
		return nil, fmt.Errorf("connect for the lock: %w", err)
	}
	if err = becomeRole(ctx, conn, migrations.SystemRole); err == nil {
		err = db.recognise(ctx, conn)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect for the lock: %w", err), conn.Close(ctx))
	}
	return conn, nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d/2 + rand.N(d))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// keep watches the lock's connection, and gets the lock back when it breaks.
func (db *DB) keep(ctx context.Context, conn *pgx.Conn) {
	for {
		watch(ctx, conn)
		db.owner.Store(false)
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		_ = conn.Close(closing)
		cancel()
		if conn = db.recover(ctx); conn == nil {
			return
		}
		db.owner.Store(true)
	}
}

// watch returns when the connection is dead or the context done. Waiting for a
// notification, though none is sent, notices a closed connection at once.
func watch(ctx context.Context, conn *pgx.Conn) {
	for ctx.Err() == nil && !conn.IsClosed() {
		quiet, cancel := context.WithTimeout(ctx, guardEvery)
		_, _ = conn.WaitForNotification(quiet)
		cancel()
		asked, cancel := context.WithTimeout(ctx, guardEvery)
		err := conn.Ping(asked)
		cancel()
		if err != nil {
			return
		}
	}
}

// recover gets the lock back. It gives up, for good, when the context is done or
// another server has raised the epoch since.
func (db *DB) recover(ctx context.Context) *pgx.Conn {
	for ctx.Err() == nil {
		conn, ours, err := db.relock(ctx)
		switch {
		case err == nil && ours:
			return conn
		case err == nil:
			db.giveUp(errTakenOver)
			return nil
		case errors.Is(err, errReplaced):
			return nil
		}
		_ = pause(ctx, askEvery)
	}
	return nil
}

// relock connects, reads the epoch and takes the lock; an error means try again.
func (db *DB) relock(ctx context.Context) (conn *pgx.Conn, ours bool, err error) {
	if conn, err = db.dial(ctx); err != nil {
		return nil, false, err
	}
	var got bool
	var epoch int64
	// The lock first: once it is ours, nobody raises the epoch any more.
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(ownerLock)).Scan(&got)
	if err == nil {
		err = conn.QueryRow(ctx, `SELECT epoch FROM server`).Scan(&epoch)
	}
	ours = err == nil && epoch == db.epoch.Load()
	if err == nil && ours && !got {
		err = errors.New("the lock is not free yet")
	}
	if err != nil || !ours {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, ours, err
	}
	return conn, true, nil
}

// Owner tells whether this server holds the database's lock right now; without
// it, no entries.
func (db *DB) Owner() bool { return db.owner.Load() }

// Lost is closed when another server has taken the database over, or another database the place of
// this one: nothing that this server commits will be accepted any more, and it should end. Why tells which.
func (db *DB) Lost() <-chan struct{} { return db.lost }

// Why is the reason once Lost is closed.
func (db *DB) Why() error { return db.why }

func (s *server) giveUp(why error) {
	s.lose.Do(func() {
		s.why = why
		close(s.lost)
	})
}

// Installation names this database in every order label. Empty before TakeOver.
func (db *DB) Installation() string {
	if name := db.installation.Load(); name != nil {
		return *name
	}
	return ""
}

// Epoch names the present owner of this database, each later one by a larger number; 0 before TakeOver.
func (db *DB) Epoch() int64 { return db.epoch.Load() }
