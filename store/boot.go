package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// selectBoot lists whom to wake: somebody with a wanted link, with an order or
// round trip that is not finished, or with a strategy that is not stopped.
const selectBoot = `
SELECT u.id, u.is_active FROM users u
WHERE EXISTS (SELECT FROM connections c WHERE c.user_id = u.id AND (c.wanted OR c.unfinished))
	OR EXISTS (SELECT FROM user_strategies s WHERE s.user_id = u.id AND s.status <> 'stopped')
ORDER BY u.id`

// BootUser is one line of the boot list; not Active means that the user is
// disabled and only protection goes on.
type BootUser = struct {
	User   trade.UserID
	Active bool
}

func scanBoot(row pgx.CollectableRow) (b BootUser, err error) {
	return b, row.Scan(&b.User, &b.Active)
}

// BootUsers lists the users whose actors must wake at start.
func (db *DB) BootUsers(ctx context.Context) ([]BootUser, error) {
	list, err := systemRows(ctx, db, scanBoot, selectBoot)
	if err != nil {
		return nil, fmt.Errorf("boot list: %w", err)
	}
	return list, nil
}
