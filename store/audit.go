package store

import (
	"context"
	"fmt"

	"github.com/tradebaas/tradebaas/trade"
)

const insertAudit = `
INSERT INTO audit_log (user_id, actor, action, subject, address, request, at, detail)
VALUES (nullif($1::text, '')::uuid, nullif($2::text, '')::uuid, $3, $4, $5, $6, $7, $8)`

// AddAudit stores an entry about a user; user is "" when none is known.
func (db *DB) AddAudit(ctx context.Context, user trade.UserID, entry trade.AuditEntry) error {
	detail := entry.Detail
	if detail == nil {
		detail = map[string]string{}
	}
	// Entries are written for strangers too, so the role without a user writes them.
	_, err := db.system.Exec(ctx, insertAudit, string(user), string(entry.Actor), entry.Action, entry.Subject, entry.Address,
		entry.Request, entry.At, detail)
	if err != nil {
		return fmt.Errorf("add to the audit log: %w", err)
	}
	return nil
}
