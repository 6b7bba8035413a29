package http

import (
	"context"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) sessionRoutes() {
	handle(s, route{method: get, path: "/api/auth/sessions", id: "listSessions", tag: "Sign-in", summary: "Own signed-in devices", access: signedIn}, s.listSessions)
	handle(s, route{method: del, path: "/api/auth/sessions/{id}", id: "deleteSession", tag: "Sign-in", summary: "Sign a device out at once", access: signedIn}, s.deleteSession)
}

// SessionInfo is one signed-in device.
type SessionInfo struct {
	trade.SignIn
	Current bool `json:"current" doc:"The one that asks"`
}

// SessionsAnswer lists devices.
type SessionsAnswer struct {
	Answer
	Sessions []SessionInfo `json:"sessions"`
}

// SessionsOutput is a SessionsAnswer.
type SessionsOutput struct{ Body SessionsAnswer }

func (s *Server) listSessions(ctx context.Context, _ *None) (*SessionsOutput, error) {
	who := callerOf(ctx)
	found, err := s.storage.ListSignIns(ctx, who.user)
	if err != nil {
		return nil, err
	}
	sessions := []SessionInfo{}
	for _, signIn := range found {
		sessions = append(sessions, SessionInfo{signIn, signIn.ID == who.signIn})
	}
	return &SessionsOutput{SessionsAnswer{Sessions: sessions}}, nil
}

// SessionInput names a device.
type SessionInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) deleteSession(ctx context.Context, in *SessionInput) (*Done, error) {
	who, id := callerOf(ctx), trade.SignInID(decoded(in.ID))
	if !isUUID(string(id)) {
		return nil, trade.ErrSignInNotFound
	}
	if err := s.storage.RevokeSignIn(ctx, who.user, id); err != nil {
		return nil, err
	}
	s.endSignIn(who.user, id)
	s.audit(ctx, who.user, "auth.session.revoked", string(id), nil)
	return &Done{}, nil
}
