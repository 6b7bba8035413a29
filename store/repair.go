package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const insertRepair = `
INSERT INTO repairs (user_id, broker, environment, id, time, instrument, kind, message)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO NOTHING`

func queueRepair(batch *pgx.Batch, account trade.AccountID, r trade.Repair) {
	batch.Queue(insertRepair, account.User, account.Broker, account.Environment, r.ID, r.Time, r.Instrument, r.Kind, r.Message)
}

const selectRepairs = `
SELECT id, broker, environment, time, instrument, kind, message FROM repairs
WHERE user_id = $1 AND ($2::text = '' OR broker = $2) AND ($3::text = '' OR environment = $3)
	AND ($4::timestamptz IS NULL OR (time, id) < ($4, $5::uuid))
ORDER BY time DESC, id DESC LIMIT $6`

func scanRepair(user trade.UserID) pgx.RowToFunc[trade.Repair] {
	return func(row pgx.CollectableRow) (r trade.Repair, err error) {
		r.Account.User = user
		return r, row.Scan(&r.ID, &r.Account.Broker, &r.Account.Environment, &r.Time, &r.Instrument, &r.Kind, &r.Message)
	}
}

// ListRepairs gives one page, newest first; a zero venue means all.
func (db *DB) ListRepairs(ctx context.Context, user trade.UserID, venue trade.Venue, limit int, cursor string) (trade.RepairPage, error) {
	end, err := parseTimedCursor(cursor)
	if err != nil {
		return trade.RepairPage{}, err
	}
	limit = min(max(limit, 1), 200)
	list, err := rowsOf(ctx, db, user, scanRepair(user), selectRepairs, user, venue.Broker, venue.Environment, end.before, end.id, limit+1)
	if err != nil {
		return trade.RepairPage{}, fmt.Errorf("repairs of %s: %w", user, err)
	}
	page := trade.RepairPage{Repairs: list}
	if len(list) > limit {
		page.Repairs = list[:limit]
		last := page.Repairs[limit-1]
		page.Next = newTimedCursor(last.Time, last.ID)
	}
	return page, nil
}
