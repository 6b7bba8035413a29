package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the table idempotency_keys.

const (
	keyLife      = 24 * time.Hour
	abandonAfter = time.Minute // an unanswered claim this old was left by a server that died
)

const dropOldKeys = `DELETE FROM idempotency_keys WHERE user_id = $1 AND claimed_at < $2`

// claimKey inserts the key, or takes over an abandoned claim of the same command.
const claimKey = `
INSERT INTO idempotency_keys AS k (user_id, route, key, body_hash, claimed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id, route, key) DO UPDATE SET claimed_at = excluded.claimed_at
WHERE k.status IS NULL AND NOT k.done AND k.claimed_at < $6 AND k.body_hash = excluded.body_hash`

const selectKey = `
SELECT body_hash = $4, status, answer, done AND claimed_at < $5 FROM idempotency_keys WHERE user_id = $1 AND route = $2 AND key = $3`

type storedKey struct {
	same   bool
	status *int
	answer []byte
	lost   bool // carried out by a server that died before it answered
}

func scanKey(row pgx.CollectableRow) (k storedKey, err error) {
	return k, row.Scan(&k.same, &k.status, &k.answer, &k.lost)
}

// ClaimKey inserts the key or tells what is known of it.
func (db *DB) ClaimKey(ctx context.Context, user trade.UserID, key trade.CommandKey) (trade.KeyClaim, error) {
	var claim trade.KeyClaim
	err := db.txOf(ctx, user, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, dropOldKeys, user, key.At.Add(-keyLife)); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, claimKey, user, key.Route, key.Key, key.Body[:], key.At, key.At.Add(-abandonAfter))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 1 {
			claim.State = trade.KeyClaimed
			return nil
		}
		rows, err := tx.Query(ctx, selectKey, user, key.Route, key.Key, key.Body[:], key.At.Add(-abandonAfter))
		if err != nil {
			return err
		}
		stored, err := pgx.CollectExactlyOneRow(rows, scanKey)
		claim = stored.claim()
		return err
	})
	if err != nil {
		return trade.KeyClaim{}, fmt.Errorf("claim command key of %s: %w", user, err)
	}
	return claim, nil
}

func (k storedKey) claim() trade.KeyClaim {
	switch {
	case !k.same:
		return trade.KeyClaim{State: trade.KeyDiffers}
	case k.status == nil && k.lost:
		return trade.KeyClaim{State: trade.KeyDone}
	case k.status == nil:
		return trade.KeyClaim{State: trade.KeyInFlight}
	default:
		return trade.KeyClaim{State: trade.KeyAnswered, Status: *k.status, Answer: k.answer}
	}
}

// markDone runs inside the transaction of what a command does.
const markDone = `UPDATE idempotency_keys SET done = true WHERE user_id = $1 AND route = $2 AND key = $3 AND status IS NULL`

const finishKey = `
UPDATE idempotency_keys SET status = $4, answer = $5 WHERE user_id = $1 AND route = $2 AND key = $3`

// FinishKey stores the answer that every repeat gets.
func (db *DB) FinishKey(ctx context.Context, user trade.UserID, key trade.CommandKey, status int, answer []byte) error {
	if _, err := db.execOf(ctx, user, finishKey, user, key.Route, key.Key, status, answer); err != nil {
		return fmt.Errorf("finish command key of %s: %w", user, err)
	}
	return nil
}

const releaseKey = `DELETE FROM idempotency_keys WHERE user_id = $1 AND route = $2 AND key = $3 AND status IS NULL AND NOT done`

// ReleaseKey forgets a claim whose command had no effect.
func (db *DB) ReleaseKey(ctx context.Context, user trade.UserID, key trade.CommandKey) error {
	if _, err := db.execOf(ctx, user, releaseKey, user, key.Route, key.Key); err != nil {
		return fmt.Errorf("release command key of %s: %w", user, err)
	}
	return nil
}
