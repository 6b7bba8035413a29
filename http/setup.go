package http

import (
	"context"
	"crypto/subtle"

	"github.com/google/uuid"

	"github.com/tradebaas/tradebaas/trade"
)

var errSetupToken = trade.Errorf(trade.Forbidden, "setup_token_refused", "This link is not the one that the server printed. Use the newest one.")

func (s *Server) setupRoutes() {
	handle(s, route{method: post, path: "/api/setup/owner", id: "createOwner", tag: "Sign-in",
		summary: "Make the owner's account through the one-time link", status: 201}, s.createOwner)
}

// OwnerRequest asks for the first administrator's account.
type OwnerRequest struct {
	Token              string `json:"token" maxLength:"512" doc:"From the link that the server printed"`
	Email              string `json:"email" maxLength:"254" format:"email"`
	Password           string `json:"password" minLength:"12" maxLength:"128" doc:"No well-known one"`
	FullName           string `json:"fullName,omitempty" maxLength:"100"`
	DisclaimerAccepted bool   `json:"disclaimerAccepted" enum:"true"`
}

func (s *Server) createOwner(ctx context.Context, in *struct{ Body OwnerRequest }) (*UserOutput, error) {
	if err := s.throttled(ctx, s.limits.addresses); err != nil {
		return nil, err
	}
	if !s.ownerToken(in.Body.Token) {
		s.audit(ctx, "", "setup.owner.refused", "", nil)
		return nil, errSetupToken
	}
	b := in.Body
	owner, err := s.createUser(ctx, RegisterRequest{b.Email, b.Password, b.FullName, b.DisclaimerAccepted}, s.storage.CreateOwner)
	if err != nil {
		return nil, err
	}
	s.options.OwnerCreated()
	s.audit(ctx, owner.ID, "setup.owner.created", string(owner.ID), nil)
	return &UserOutput{UserAnswer{User: userInfo(owner)}}, nil
}

// ownerToken compares hashes, so that the time tells neither content nor length.
func (s *Server) ownerToken(token string) bool {
	want, got := hashOf(s.options.OwnerToken), hashOf(token)
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && s.options.OwnerToken != ""
}

func isUUID(text string) bool {
	_, err := uuid.Parse(text)
	return err == nil && len(text) == 36
}
