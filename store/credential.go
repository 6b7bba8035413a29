package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tradebaas/tradebaas/trade"
)

// This file holds the tables user_keys and user_credentials.

const selectDataKey = `SELECT wrapped FROM user_keys WHERE user_id = $1`

const insertDataKey = `INSERT INTO user_keys (user_id, wrapped) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING`

// ensureDataKey reads a user's data key, or makes it with the first secret. Of two
// first secrets at once one key wins, hence the second look.
func (db *DB) ensureDataKey(ctx context.Context, tx pgx.Tx, user trade.UserID) (dataKey, error) {
	var wrapped []byte
	err := tx.QueryRow(ctx, selectDataKey, user).Scan(&wrapped)
	if errors.Is(err, pgx.ErrNoRows) {
		_, fresh, makeErr := db.master.newDataKey(user)
		if makeErr != nil {
			return dataKey{}, makeErr
		}
		if _, err := tx.Exec(ctx, insertDataKey, user, fresh); err != nil {
			return dataKey{}, fmt.Errorf("store data key of %s: %w", user, err)
		}
		err = tx.QueryRow(ctx, selectDataKey, user).Scan(&wrapped)
	}
	if err != nil {
		return dataKey{}, fmt.Errorf("read data key of %s: %w", user, err)
	}
	return db.master.unwrap(user, wrapped)
}

const credentialColumns = `id, broker, environment, last_four, verified, granted, created_at, last_used`

func scanCredential(user trade.UserID) pgx.RowToFunc[trade.Credential] {
	return func(row pgx.CollectableRow) (c trade.Credential, err error) {
		c.Account.User = user
		return c, row.Scan(&c.ID, &c.Account.Broker, &c.Account.Environment, &c.LastFour, &c.Verified, &c.Grant, &c.CreatedAt, &c.LastUsed)
	}
}

const insertCredential = `
INSERT INTO user_credentials (user_id, broker, environment, id, api_key_encrypted, api_secret_encrypted, last_four, verified, granted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT user_credentials_slot_key DO UPDATE SET
	id = excluded.id, api_key_encrypted = excluded.api_key_encrypted, api_secret_encrypted = excluded.api_secret_encrypted,
	last_four = excluded.last_four, verified = excluded.verified, granted = excluded.granted, created_at = now(), last_used = NULL
WHERE $10
RETURNING ` + credentialColumns

// SaveCredential seals and stores a key. With replace false a stored one gives
// trade.ErrCredentialExists. An exchange account of another user gives
// trade.ErrAccountInUse.
func (db *DB) SaveCredential(ctx context.Context, account trade.AccountID, key trade.Key, verified bool, grant trade.Grant, replace bool) (trade.Credential, error) {
	var saved trade.Credential
	err := db.txOf(ctx, account.User, func(tx pgx.Tx) error {
		data, err := db.ensureDataKey(ctx, tx, account.User)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, insertCredential, account.User, account.Broker, account.Environment, newID(),
			data.seal(account, purposeKeyID, key.ID), data.seal(account, purposeSecret, key.Secret),
			lastFour(key.ID), verified, grant, replace)
		if err != nil {
			return err
		}
		if saved, err = pgx.CollectExactlyOneRow(rows, scanCredential(account.User)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, noteExchangeAccount, account.User, account.Broker, account.Environment, grant.ExchangeAccount)
		return err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return trade.Credential{}, trade.ErrCredentialExists
	case violates(err, exchangeAccountKey):
		return trade.Credential{}, trade.ErrAccountInUse
	case err != nil:
		return trade.Credential{}, fmt.Errorf("save credential of %s: %w", account, err)
	}
	return saved, nil
}

// lastFour shows of a short key less, so that never half of one is seen.
func lastFour(id string) string {
	show := min(4, len(id)/3)
	return id[len(id)-show:]
}

const selectCredentials = `SELECT ` + credentialColumns + ` FROM user_credentials WHERE user_id = $1 ORDER BY broker, environment`

// ListCredentials lists a user's keys without their secrets.
func (db *DB) ListCredentials(ctx context.Context, user trade.UserID) ([]trade.Credential, error) {
	list, err := rowsOf(ctx, db, user, scanCredential(user), selectCredentials, user)
	if err != nil {
		return nil, fmt.Errorf("credentials of %s: %w", user, err)
	}
	return list, nil
}

const deleteCredential = `DELETE FROM user_credentials WHERE user_id = $1 AND broker = $2 AND environment = $3`

// DeleteCredential gives trade.ErrCredentialNotFound. The exchange account is free
// for another user again.
func (db *DB) DeleteCredential(ctx context.Context, account trade.AccountID) error {
	batch := &pgx.Batch{}
	batch.Queue(deleteCredential, account.User, account.Broker, account.Environment)
	batch.Queue(forgetExchangeAccount, account.User, account.Broker, account.Environment)
	tags, err := db.batchOf(ctx, account.User, batch)
	if err != nil {
		return fmt.Errorf("delete credential of %s: %w", account, err)
	}
	if tags[0].RowsAffected() == 0 {
		return trade.ErrCredentialNotFound
	}
	return nil
}

const selectSealed = `
SELECT k.wrapped, c.api_key_encrypted, c.api_secret_encrypted
FROM user_credentials c JOIN user_keys k ON k.user_id = c.user_id
WHERE c.user_id = $1 AND c.broker = $2 AND c.environment = $3`

type sealedKey struct{ wrapped, id, secret []byte }

func scanSealed(row pgx.CollectableRow) (s sealedKey, err error) {
	return s, row.Scan(&s.wrapped, &s.id, &s.secret)
}

// OpenKey gives trade.ErrNoCredentials when none is stored.
func (db *DB) OpenKey(ctx context.Context, account trade.AccountID) (trade.Key, error) {
	sealed, err := rowOf(ctx, db, account.User, scanSealed, selectSealed, account.User, account.Broker, account.Environment)
	if errors.Is(err, pgx.ErrNoRows) {
		return trade.Key{}, trade.ErrNoCredentials
	}
	if err == nil {
		var key trade.Key
		if key, err = db.openSealed(account, sealed); err == nil {
			return key, nil
		}
	}
	return trade.Key{}, fmt.Errorf("open key of %s: %w", account, err)
}

func (db *DB) openSealed(account trade.AccountID, sealed sealedKey) (key trade.Key, err error) {
	data, err := db.master.unwrap(account.User, sealed.wrapped)
	if err != nil {
		return trade.Key{}, err
	}
	if key.ID, err = data.open(account, purposeKeyID, sealed.id); err != nil {
		return trade.Key{}, err
	}
	if key.Secret, err = data.open(account, purposeSecret, sealed.secret); err != nil {
		return trade.Key{}, err
	}
	return key, nil
}

const noteKey = `
UPDATE user_credentials SET verified = true, granted = $4, last_used = now()
WHERE user_id = $1 AND broker = $2 AND environment = $3`

// NoteKey stores what a login said of the key. An exchange account of another user
// gives trade.ErrAccountInUse.
func (db *DB) NoteKey(ctx context.Context, account trade.AccountID, grant trade.Grant) error {
	batch := &pgx.Batch{}
	batch.Queue(noteKey, account.User, account.Broker, account.Environment, grant)
	batch.Queue(noteExchangeAccount, account.User, account.Broker, account.Environment, grant.ExchangeAccount)
	_, err := db.batchOf(ctx, account.User, batch)
	if violates(err, exchangeAccountKey) {
		return trade.ErrAccountInUse
	}
	if err != nil {
		return fmt.Errorf("note key of %s: %w", account, err)
	}
	return nil
}

const selectAllSealed = `
SELECT c.id, c.broker, c.environment, coalesce(k.wrapped, ''), c.api_key_encrypted, c.api_secret_encrypted
FROM user_credentials c LEFT JOIN user_keys k ON k.user_id = c.user_id
WHERE c.user_id = $1 ORDER BY c.broker, c.environment`

type scannedKey struct {
	credential string
	venue      trade.Venue
	sealed     sealedKey
}

func scanScanned(row pgx.CollectableRow) (s scannedKey, err error) {
	return s, row.Scan(&s.credential, &s.venue.Broker, &s.venue.Environment, &s.sealed.wrapped, &s.sealed.id, &s.sealed.secret)
}

const selectAddresses = `SELECT ` + userColumns + ` FROM users u ORDER BY u.email`

// ScanCredentials tries every stored key, user by user, and keeps none of them.
func (db *DB) ScanCredentials(ctx context.Context) (total int, failed []trade.CredentialScan, err error) {
	users, err := systemRows(ctx, db, scanUser, selectAddresses)
	if err != nil {
		return 0, nil, fmt.Errorf("scan credentials: %w", err)
	}
	for _, user := range users {
		keys, err := rowsOf(ctx, db, user.ID, scanScanned, selectAllSealed, user.ID)
		if err != nil {
			return 0, nil, fmt.Errorf("scan credentials of %s: %w", user.ID, err)
		}
		total += len(keys)
		for _, key := range keys {
			reason := db.whyClosed(trade.AccountID{User: user.ID, Venue: key.venue}, key.sealed)
			if reason == "" {
				continue
			}
			failed = append(failed, trade.CredentialScan{
				Credential: key.credential, User: user.ID, Email: user.Email,
				Broker: key.venue.Broker, Environment: key.venue.Environment, Reason: reason,
			})
		}
	}
	return total, failed, nil
}

// whyClosed is empty for a key that opens.
func (db *DB) whyClosed(account trade.AccountID, sealed sealedKey) string {
	if _, err := db.master.unwrap(account.User, sealed.wrapped); err != nil && !errors.Is(err, errEnvelopeVersion) {
		return "master_key"
	}
	_, err := db.openSealed(account, sealed)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errEnvelopeVersion):
		return "version"
	default:
		return "corrupt"
	}
}
