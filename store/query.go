package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tradebaas/tradebaas/trade"
)

// setUser names the tenant of the transaction it runs in. A batch is one
// transaction and one round trip, so it costs nothing to say who is meant.
const setUser = `SELECT set_config('app.user_id', $1, true)`

// setUserFenced fails with codeFenced when another server has taken over.
const setUserFenced = `SELECT set_config('app.user_id', $1, true), assert_epoch($2)`

// rowsOf runs one query as a user.
func rowsOf[T any](ctx context.Context, db *DB, user trade.UserID, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	batch := &pgx.Batch{}
	batch.Queue(setUser, string(user))
	batch.Queue(sql, args...)
	results := db.app.SendBatch(ctx, batch)
	if _, err := results.Exec(); err != nil {
		return nil, errors.Join(err, results.Close())
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	list, err := pgx.CollectRows(rows, scan)
	if closed := results.Close(); err == nil {
		err = closed
	}
	return list, err
}

// rowOf runs one query as a user; no row gives pgx.ErrNoRows.
func rowOf[T any](ctx context.Context, db *DB, user trade.UserID, scan pgx.RowToFunc[T], sql string, args ...any) (T, error) {
	list, err := rowsOf(ctx, db, user, scan, sql, args...)
	if err == nil && len(list) == 0 {
		err = pgx.ErrNoRows
	}
	if err != nil {
		var none T
		return none, err
	}
	return list[0], nil
}

// systemRows runs one query without a user.
func systemRows[T any](ctx context.Context, db *DB, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := db.system.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// execOf runs one statement as a user and tells how many rows it touched.
func (db *DB) execOf(ctx context.Context, user trade.UserID, sql string, args ...any) (int64, error) {
	batch := &pgx.Batch{}
	batch.Queue(sql, args...)
	tags, err := db.batchOf(ctx, user, batch)
	if err != nil {
		return 0, err
	}
	return tags[0].RowsAffected(), nil
}

// batchOf runs statements as a user: all or none of them, in one round trip.
func (db *DB) batchOf(ctx context.Context, user trade.UserID, statements *pgx.Batch) ([]pgconn.CommandTag, error) {
	return db.openedBy(ctx, user, statements, setUser, string(user))
}

// fencedOf does the same, for as long as this server owns the database.
func (db *DB) fencedOf(ctx context.Context, user trade.UserID, statements *pgx.Batch) error {
	_, err := db.openedBy(ctx, user, statements, setUserFenced, string(user), db.Epoch())
	return err
}

// openedBy runs statements after one that sets the user.
func (db *DB) openedBy(ctx context.Context, user trade.UserID, statements *pgx.Batch, sql string, args ...any) (tags []pgconn.CommandTag, err error) {
	err = db.again(ctx, func() (err error) {
		batch := &pgx.Batch{}
		batch.Queue(sql, args...)
		tags, err = db.sendOf(ctx, user, batch, statements)
		return err
	})
	return tags, err
}

func (db *DB) sendOf(ctx context.Context, user trade.UserID, batch, statements *pgx.Batch) ([]pgconn.CommandTag, error) {
	for _, q := range statements.QueuedQueries {
		batch.Queue(q.SQL, q.Arguments...)
	}
	if key, ok := trade.CommandOf(ctx); ok {
		batch.Queue(markDone, user, key.Route, key.Key)
	}
	results := db.app.SendBatch(ctx, batch)
	tags := make([]pgconn.CommandTag, 0, statements.Len())
	for i := range batch.Len() {
		tag, err := results.Exec()
		if err != nil {
			_ = results.Close()
			return nil, err
		}
		if i > 0 {
			tags = append(tags, tag)
		}
	}
	return tags, results.Close() // the commit's own error, if any
}

// txOf runs a transaction as a user, for work that must read before it writes.
func (db *DB) txOf(ctx context.Context, user trade.UserID, work func(pgx.Tx) error) error {
	return db.again(ctx, func() error {
		return pgx.BeginFunc(ctx, db.app, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, setUser, string(user)); err != nil {
				return err
			}
			if key, ok := trade.CommandOf(ctx); ok {
				if _, err := tx.Exec(ctx, markDone, user, key.Route, key.Key); err != nil {
					return err
				}
			}
			return work(tx)
		})
	})
}

// PostgreSQL gives one of two transactions up when they stand in each other's way; nothing of it was
// done, and the same again usually passes.
const (
	codeSerialization = "40001"
	codeDeadlock      = "40P01"
	triesMost         = 3
	tryAgainWithin    = 50 * time.Millisecond
)

// again repeats a transaction that PostgreSQL gave up, three times at most, after a pause by chance.
func (db *DB) again(ctx context.Context, work func() error) error {
	for try := 1; ; try++ {
		err := work()
		db.noteRoom(err)
		if try == triesMost || !hasCode(err, codeSerialization) && !hasCode(err, codeDeadlock) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(tryAgainWithin)):
		}
	}
}

// violates says whether an error is the breach of a named constraint.
func violates(err error, constraint string) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.ConstraintName == constraint
}

// hasCode says whether an error carries an SQLSTATE.
func hasCode(err error, code string) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == code
}

// isUUID keeps ids that users typed from reaching a uuid column as errors.
func isUUID[ID ~string](id ID) bool {
	return len(id) == 36 && uuid.Validate(string(id)) == nil
}

// newID makes a time-ordered UUID: new rows lie side by side in their index.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// orNull stores a zero time as NULL.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero reads NULL as the zero time.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func orObject(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// cursorOf writes a page's end, and parseCursor reads it; users see it as opaque.
func cursorOf(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\n")))
}

func parseCursor(cursor string, parts int) ([]string, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, trade.ErrInvalidCursor
	}
	list := strings.Split(string(text), "\n")
	if len(list) != parts {
		return nil, trade.ErrInvalidCursor
	}
	return list, nil
}

// timedCursor is the end of a page in the order of time and id, newest first.
type timedCursor struct {
	before *time.Time
	id     string
}

func newTimedCursor(t time.Time, id string) string {
	return cursorOf(t.UTC().Format(time.RFC3339Nano), id)
}

// parseTimedCursor reads "" as the first page.
func parseTimedCursor(cursor string) (timedCursor, error) {
	first := timedCursor{id: uuid.Max.String()}
	if cursor == "" {
		return first, nil
	}
	parts, err := parseCursor(cursor, 2)
	if err != nil {
		return first, err
	}
	before, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil || !isUUID(parts[1]) {
		return first, trade.ErrInvalidCursor
	}
	return timedCursor{before: &before, id: parts[1]}, nil
}
