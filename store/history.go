package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

var (
	errTakenOver = errors.New("another server has taken over this database; this one ends")
	errReplaced  = errors.New("another database has taken the place of the one that this server began with, perhaps without its last commits; " +
		"this server ends, and compares everything with the exchange when it starts again")
)

// whichHistory names the cluster and its timeline. A replica that is promoted begins a new one, and what
// the old primary had committed and not yet sent to it is on the old one alone.
const whichHistory = `
SELECT system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) FROM pg_control_system()`

// recognise refuses a connection to any other history of the database than the first one seen: what is
// known here was committed to that one. No connection is used before it has passed.
func (s *server) recognise(ctx context.Context, conn *pgx.Conn) error {
	var history string
	if err := conn.QueryRow(ctx, whichHistory).Scan(&history); err != nil {
		return fmt.Errorf("recognise the database: %w", err)
	}
	if s.history.CompareAndSwap(nil, &history) || *s.history.Load() == history {
		return nil
	}
	s.giveUp(errReplaced)
	return errReplaced
}
