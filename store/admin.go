package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const selectUsers = `
SELECT ` + userColumns + `,
	(SELECT count(*) FROM connections c WHERE c.user_id = u.id AND c.wanted),
	(SELECT count(*) FROM user_strategies s WHERE s.user_id = u.id AND s.status <> 'stopped')
FROM users u
WHERE ($1::text = '' OR position(lower($1) IN u.email) > 0 OR position(lower($1) IN lower(u.full_name)) > 0) AND u.email > $2
ORDER BY u.email LIMIT $3`

func scanAdminUser(row pgx.CollectableRow) (u trade.AdminUser, err error) {
	return u, row.Scan(append(userFields(&u.User), &u.Connections, &u.Strategies)...)
}

// ListUsers finds users whose address or name contains query, in any case.
func (db *DB) ListUsers(ctx context.Context, query string, limit int, cursor string) (trade.UserPage, error) {
	after := ""
	if cursor != "" {
		parts, err := parseCursor(cursor, 1)
		if err != nil {
			return trade.UserPage{}, err
		}
		after = parts[0]
	}
	limit = min(max(limit, 1), 200)
	list, err := systemRows(ctx, db, scanAdminUser, selectUsers, query, after, limit+1)
	if err != nil {
		return trade.UserPage{}, fmt.Errorf("list users: %w", err)
	}
	page := trade.UserPage{Users: list}
	if len(list) > limit {
		page.Users = list[:limit]
		page.Next = cursorOf(page.Users[limit-1].Email)
	}
	return page, nil
}

// lockAdmins makes acts on administrators wait for each other, so that two cannot
// remove the last two.
const lockAdmins = `SELECT id FROM users WHERE is_admin AND is_active ORDER BY id FOR UPDATE`

func guardLastAdmin(ctx context.Context, tx pgx.Tx, user trade.UserID) error {
	rows, err := tx.Query(ctx, lockAdmins)
	if err != nil {
		return err
	}
	admins, err := pgx.CollectRows(rows, pgx.RowTo[trade.UserID])
	if err != nil {
		return err
	}
	if len(admins) == 1 && slices.Contains(admins, user) {
		return trade.ErrLastAdmin
	}
	return nil
}

const setActive = `UPDATE users u SET is_active = $2 WHERE u.id = $1 RETURNING ` + userColumns

// SetUserActive disables or enables; disabling revokes every sign-in in the same
// transaction.
func (db *DB) SetUserActive(ctx context.Context, user trade.UserID, active bool) (trade.User, error) {
	if !isUUID(user) {
		return trade.User{}, trade.ErrUserNotFound
	}
	var changed trade.User
	err := pgx.BeginFunc(ctx, db.system, func(tx pgx.Tx) error {
		if !active {
			if err := guardLastAdmin(ctx, tx, user); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, revokeSignIns, user, ""); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, setActive, user, active)
		if err != nil {
			return err
		}
		changed, err = pgx.CollectExactlyOneRow(rows, scanUser)
		return err
	})
	return changed, adminError(err, "set active", user)
}

const deleteUser = `DELETE FROM users WHERE id = $1`

// DeleteUser removes a user and all their rows; the audit log stays.
func (db *DB) DeleteUser(ctx context.Context, user trade.UserID) error {
	if !isUUID(user) {
		return trade.ErrUserNotFound
	}
	err := pgx.BeginFunc(ctx, db.system, func(tx pgx.Tx) error {
		if err := guardLastAdmin(ctx, tx, user); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, deleteUser, user)
		if err == nil && tag.RowsAffected() == 0 {
			err = pgx.ErrNoRows
		}
		return err
	})
	return adminError(err, "delete", user)
}

func adminError(err error, what string, user trade.UserID) error {
	switch {
	case err == nil, errors.Is(err, trade.ErrLastAdmin):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return trade.ErrUserNotFound
	default:
		return fmt.Errorf("%s user %s: %w", what, user, err)
	}
}
