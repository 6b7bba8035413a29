package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the tables sessions and refresh_tokens.

const insertSignIn = `
INSERT INTO sessions (user_id, id, device, address, created_at, last_used_at, expires_at)
VALUES ($1, $2, left($3, 255), $4, $5, $5, $6)`

const insertRefresh = `
INSERT INTO refresh_tokens (user_id, session_id, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`

const noteLogin = `UPDATE users SET last_login = $2 WHERE id = $1`

// CreateSignIn stores a sign-in with its first refresh token and the user's last
// login.
func (db *DB) CreateSignIn(ctx context.Context, user trade.UserID, s trade.NewSignIn) error {
	batch := &pgx.Batch{}
	batch.Queue(insertSignIn, user, s.ID, s.Device, s.Address, s.At, s.Expires)
	batch.Queue(insertRefresh, user, s.ID, s.Refresh[:], s.At, s.Expires)
	batch.Queue(noteLogin, user, s.At)
	if _, err := db.batchOf(ctx, user, batch); err != nil {
		return fmt.Errorf("create sign-in of %s: %w", user, err)
	}
	return nil
}

const selectRefresh = `
SELECT t.used_at, t.used_by, t.expires_at, s.id, s.created_at, s.revoked_at, ` + userColumns + `
FROM refresh_tokens t
JOIN sessions s ON s.id = t.session_id
JOIN users u ON u.id = t.user_id
WHERE t.hash = $1
FOR UPDATE OF t, s`

const useRefresh = `
UPDATE refresh_tokens SET used_at = coalesce(used_at, $2), used_by = coalesce(used_by, $3) WHERE hash = $1`

const touchSession = `UPDATE sessions SET last_used_at = $3, expires_at = $4, address = $5 WHERE user_id = $1 AND id = $2`

const revokeSession = `UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL`

// storedRefresh is a presented token as it is stored.
type storedRefresh struct {
	used    *time.Time
	usedBy  []byte
	expires time.Time
	revoked *time.Time
	found   trade.Refreshed
}

func scanRefresh(row pgx.CollectableRow) (s storedRefresh, err error) {
	fields := []any{&s.used, &s.usedBy, &s.expires, &s.found.SignIn, &s.found.CreatedAt, &s.revoked}
	return s, row.Scan(append(fields, userFields(&s.found.User)...)...)
}

// RotateRefresh swaps a refresh token for its successor. It runs before a user is
// known. Rows are locked, so of two swaps at once the second sees the first.
func (db *DB) RotateRefresh(ctx context.Context, r trade.Refresh) (trade.Refreshed, error) {
	var answer trade.Refreshed
	err := pgx.BeginFunc(ctx, db.system, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectRefresh, r.Old[:])
		if err != nil {
			return err
		}
		stored, err := pgx.CollectExactlyOneRow(rows, scanRefresh)
		if err != nil {
			return err
		}
		answer = stored.found
		switch {
		case stored.revoked != nil, !stored.expires.After(r.At), !answer.User.IsActive:
			return trade.ErrSignInNotFound
		case stored.reused(r):
			answer.Reused = true
			_, err := tx.Exec(ctx, revokeSession, answer.User.ID, answer.SignIn)
			return err
		}
		return succeed(ctx, tx, answer, r)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows), errors.Is(err, trade.ErrSignInNotFound):
		return trade.Refreshed{}, trade.ErrSignInNotFound
	case err != nil:
		return trade.Refreshed{}, fmt.Errorf("rotate refresh token: %w", err)
	}
	return answer, nil
}

// reused says whether a used token came back too late, or from another client than
// the one that used it. Within the grace period that client may have lost the
// answer, or have two pages. Who uses a token first is not judged: browsers change.
func (s storedRefresh) reused(r trade.Refresh) bool {
	if s.used == nil {
		return false
	}
	return !bytes.Equal(s.usedBy, r.Client[:]) || r.At.Sub(*s.used) >= r.Grace
}

func succeed(ctx context.Context, tx pgx.Tx, who trade.Refreshed, r trade.Refresh) error {
	batch := &pgx.Batch{}
	batch.Queue(useRefresh, r.Old[:], r.At, r.Client[:])
	batch.Queue(insertRefresh, who.User.ID, who.SignIn, r.New[:], r.At, r.Expires)
	batch.Queue(touchSession, who.User.ID, who.SignIn, r.At, r.Expires, r.Address)
	return tx.SendBatch(ctx, batch).Close()
}

const selectSignInState = `
SELECT s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active, u.is_admin
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.user_id = $1 AND s.id = $2`

func scanSignInState(row pgx.CollectableRow) (s trade.SignInState, err error) {
	return s, row.Scan(&s.Alive, &s.IsAdmin)
}

// SignInState never fails for an unknown id: it is not Alive.
func (db *DB) SignInState(ctx context.Context, user trade.UserID, id trade.SignInID) (trade.SignInState, error) {
	if !isUUID(user) || !isUUID(id) {
		return trade.SignInState{}, nil
	}
	state, err := rowOf(ctx, db, user, scanSignInState, selectSignInState, user, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return trade.SignInState{}, nil
	}
	if err != nil {
		return trade.SignInState{}, fmt.Errorf("sign-in of %s: %w", user, err)
	}
	return state, nil
}

const selectSignIns = `
SELECT id, device, address, created_at, last_used_at FROM sessions
WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
ORDER BY last_used_at DESC, id DESC`

func scanSignIn(row pgx.CollectableRow) (s trade.SignIn, err error) {
	return s, row.Scan(&s.ID, &s.Device, &s.Address, &s.CreatedAt, &s.LastUsed)
}

// ListSignIns lists those that are alive, last used first.
func (db *DB) ListSignIns(ctx context.Context, user trade.UserID) ([]trade.SignIn, error) {
	list, err := rowsOf(ctx, db, user, scanSignIn, selectSignIns, user)
	if err != nil {
		return nil, fmt.Errorf("sign-ins of %s: %w", user, err)
	}
	return list, nil
}

// revokeSignIns revokes all of a user's sign-ins but one.
const revokeSignIns = `UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND id::text <> $2 AND revoked_at IS NULL`

// RevokeSignIn gives trade.ErrSignInNotFound; revoking twice does too.
func (db *DB) RevokeSignIn(ctx context.Context, user trade.UserID, id trade.SignInID) error {
	if !isUUID(id) {
		return trade.ErrSignInNotFound
	}
	touched, err := db.execOf(ctx, user, revokeSession, user, id)
	if err != nil {
		return fmt.Errorf("revoke sign-in of %s: %w", user, err)
	}
	if touched == 0 {
		return trade.ErrSignInNotFound
	}
	return nil
}

const revokeByRefresh = `
UPDATE sessions s SET revoked_at = coalesce(s.revoked_at, now())
FROM refresh_tokens t WHERE t.hash = $1 AND s.id = t.session_id
RETURNING s.user_id, s.id`

// RevokeByRefresh revokes the family of a refresh token, for a logout without an
// access token. An unknown token gives trade.ErrSignInNotFound.
func (db *DB) RevokeByRefresh(ctx context.Context, token trade.TokenHash) (user trade.UserID, id trade.SignInID, err error) {
	err = db.system.QueryRow(ctx, revokeByRefresh, token[:]).Scan(&user, &id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", trade.ErrSignInNotFound
	}
	if err != nil {
		return "", "", fmt.Errorf("revoke by refresh token: %w", err)
	}
	return user, id, nil
}
