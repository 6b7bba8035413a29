package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

const insertEquity = `
INSERT INTO equity_points (user_id, broker, environment, currency, time, equity) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT equity_points_pkey DO NOTHING`

// AddEquity stores one point per currency; the same moment twice counts once.
func (db *DB) AddEquity(ctx context.Context, account trade.AccountID, at time.Time, balances []trade.Balance) error {
	batch := &pgx.Batch{}
	for _, b := range balances {
		batch.Queue(insertEquity, account.User, account.Broker, account.Environment, b.Currency, at, b.Equity)
	}
	done, err := db.note(ctx)
	if err == nil {
		defer done()
		_, err = db.batchOf(ctx, account.User, batch)
	}
	if err != nil {
		return fmt.Errorf("add equity of %s: %w", account, err)
	}
	return nil
}

// selectEquity thins each series by itself: b grows from 0 to share-1 along a
// series, and the first point of each step is kept, so both ends always are.
const selectEquity = `
WITH points AS (
	SELECT broker, environment, currency, time, equity,
		row_number() OVER series AS n, count(*) OVER (PARTITION BY broker, environment, currency) AS total
	FROM equity_points
	WHERE user_id = $1 AND ($2::text = '' OR broker = $2) AND ($3::text = '' OR environment = $3)
		AND ($4::timestamptz IS NULL OR time >= $4) AND ($5::timestamptz IS NULL OR time < $5)
	WINDOW series AS (PARTITION BY broker, environment, currency ORDER BY time)),
budget AS (
	SELECT greatest(1, $6::bigint / greatest(1, count(DISTINCT (broker, environment, currency)))) AS share FROM points)
SELECT broker, environment, currency, time, equity FROM points, budget
WHERE total <= share OR n = 1
	OR (n - 1) * (share - 1) / (total - 1) <> (n - 2) * (share - 1) / (total - 1)
ORDER BY time, broker, environment, currency
LIMIT $6`

func scanEquity(row pgx.CollectableRow) (p trade.EquityPoint, err error) {
	return p, row.Scan(&p.Broker, &p.Environment, &p.Currency, &p.Time, &p.Equity)
}

// ListEquity gives points oldest first, at most limit of them, evenly thinned.
func (db *DB) ListEquity(ctx context.Context, user trade.UserID, venue trade.Venue, from, to time.Time, limit int) ([]trade.EquityPoint, error) {
	done, err := db.report(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	list, err := rowsOf(ctx, db, user, scanEquity, selectEquity, user, venue.Broker, venue.Environment, orNull(from), orNull(to), max(limit, 1))
	if err != nil {
		return nil, fmt.Errorf("equity of %s: %w", user, err)
	}
	return list, nil
}
