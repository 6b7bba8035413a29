package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const userColumns = `u.id, u.email, u.full_name, u.is_admin, u.is_active, u.created_at, u.last_login`

func userFields(u *trade.User) []any {
	return []any{&u.ID, &u.Email, &u.FullName, &u.IsAdmin, &u.IsActive, &u.CreatedAt, &u.LastLogin}
}

func scanUser(row pgx.CollectableRow) (u trade.User, err error) {
	return u, row.Scan(userFields(&u)...)
}

func scanLogin(row pgx.CollectableRow) (l trade.Login, err error) {
	return l, row.Scan(append(userFields(&l.User), &l.PasswordHash)...)
}

const insertUser = `
INSERT INTO users AS u (id, email, full_name, password_hash, is_admin, disclaimer_accepted, disclaimer_accepted_at)
VALUES ($1, lower($2), $3, $4, $5, $6::timestamptz IS NOT NULL, $6)
RETURNING ` + userColumns

// CreateUser gives trade.ErrEmailTaken when the address has an account.
func (db *DB) CreateUser(ctx context.Context, user trade.NewUser) (trade.User, error) {
	return insertedUser(ctx, db.system, user, user.IsAdmin)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func insertedUser(ctx context.Context, q querier, user trade.NewUser, admin bool) (trade.User, error) {
	rows, err := q.Query(ctx, insertUser, newID(), user.Email, user.FullName, user.PasswordHash, admin, orNull(user.AcceptedAt))
	if err != nil {
		return trade.User{}, fmt.Errorf("create user: %w", err)
	}
	made, err := pgx.CollectExactlyOneRow(rows, scanUser)
	if violates(err, "users_email_key") {
		return trade.User{}, trade.ErrEmailTaken
	}
	if err != nil {
		return trade.User{}, fmt.Errorf("create user: %w", err)
	}
	return made, nil
}

// setupLock keeps two people who open the owner's link at once apart.
const setupLock = 7236837200000004

// CreateOwner makes the first administrator; with one there it gives
// trade.ErrSetupDone.
func (db *DB) CreateOwner(ctx context.Context, owner trade.NewUser) (trade.User, error) {
	var made trade.User
	err := pgx.BeginFunc(ctx, db.system, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(setupLock)); err != nil {
			return fmt.Errorf("create owner: %w", err)
		}
		var done bool
		if err := tx.QueryRow(ctx, hasAdmin).Scan(&done); err != nil {
			return fmt.Errorf("create owner: %w", err)
		}
		if done {
			return trade.ErrSetupDone
		}
		var err error
		made, err = insertedUser(ctx, tx, owner, true)
		return err
	})
	return made, err
}

const hasAdmin = `SELECT EXISTS (SELECT FROM users WHERE is_admin)`

// HasOwner tells whether there is an administrator, so that no set-up is needed.
func (db *DB) HasOwner(ctx context.Context) (bool, error) {
	var has bool
	if err := db.system.QueryRow(ctx, hasAdmin).Scan(&has); err != nil {
		return false, fmt.Errorf("look for the owner: %w", err)
	}
	return has, nil
}

const selectLoginByEmail = `SELECT ` + userColumns + `, u.password_hash FROM users u WHERE u.email = lower($1)`

// LoginByEmail gives trade.ErrUserNotFound; inactive users are returned.
func (db *DB) LoginByEmail(ctx context.Context, email string) (trade.Login, error) {
	list, err := systemRows(ctx, db, scanLogin, selectLoginByEmail, email)
	if err != nil {
		return trade.Login{}, fmt.Errorf("login by email: %w", err)
	}
	if len(list) == 0 {
		return trade.Login{}, trade.ErrUserNotFound
	}
	return list[0], nil
}

const selectLoginOf = `SELECT ` + userColumns + `, u.password_hash FROM users u WHERE u.id = $1`

// LoginOf is LoginByEmail for a user who is signed in.
func (db *DB) LoginOf(ctx context.Context, user trade.UserID) (trade.Login, error) {
	if !isUUID(user) {
		return trade.Login{}, trade.ErrUserNotFound
	}
	login, err := rowOf(ctx, db, user, scanLogin, selectLoginOf, user)
	if errors.Is(err, pgx.ErrNoRows) {
		return login, trade.ErrUserNotFound
	}
	if err != nil {
		return login, fmt.Errorf("login of %s: %w", user, err)
	}
	return login, nil
}

const updatePassword = `UPDATE users SET password_hash = $2 WHERE id = $1`

// SetPassword stores a new hash and revokes every sign-in of the user but keep.
func (db *DB) SetPassword(ctx context.Context, user trade.UserID, hash string, keep trade.SignInID) error {
	if !isUUID(user) {
		return trade.ErrUserNotFound
	}
	batch := &pgx.Batch{}
	batch.Queue(updatePassword, user, hash)
	batch.Queue(revokeSignIns, user, string(keep))
	tags, err := db.batchOf(ctx, user, batch)
	if err != nil {
		return fmt.Errorf("set password of %s: %w", user, err)
	}
	if tags[0].RowsAffected() == 0 {
		return trade.ErrUserNotFound
	}
	return nil
}
