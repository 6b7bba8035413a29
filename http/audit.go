package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// audit stores an act of the caller, or of a stranger, about a user. The act has happened: a
// failure to store it is logged and does not undo it, and the request's own end does not stop it.
func (s *Server) audit(ctx context.Context, user trade.UserID, action, subject string, detail map[string]string) {
	r := requestOf(ctx)
	entry := trade.AuditEntry{Actor: r.caller.user, Action: action, Subject: subject, Address: r.address.String(),
		Request: r.id, At: s.now(), Detail: detail}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.storage.AddAudit(ctx, user, entry); err != nil {
		s.log.Error().Err(err).Str("request", r.id).Str("action", action).Msg("http.audit.failed")
	}
}
