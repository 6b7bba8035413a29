package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// StepUpRequest is the password once more.
type StepUpRequest struct {
	Password string `json:"password" maxLength:"512"`
}

// TokenAnswer carries an access token of the same sign-in.
type TokenAnswer struct {
	Answer
	AccessToken string    `json:"accessToken"`
	ExpiresAt   time.Time `json:"expiresAt"`
}

// TokenOutput is a TokenAnswer.
type TokenOutput struct{ Body TokenAnswer }

func (s *Server) stepUp(ctx context.Context, in *struct{ Body StepUpRequest }) (*TokenOutput, error) {
	who := callerOf(ctx)
	if _, err := s.reenter(ctx, "password", in.Body.Password); err != nil {
		return nil, err
	}
	token, expires, err := s.tokens.issue(who.user, who.signIn, s.now())
	if err != nil {
		return nil, err
	}
	s.audit(ctx, who.user, "auth.step_up.done", string(who.signIn), nil)
	return &TokenOutput{TokenAnswer{AccessToken: token, ExpiresAt: expires}}, nil
}

// reenter checks the password of the caller, throttled like a sign-in.
func (s *Server) reenter(ctx context.Context, field, password string) (trade.User, error) {
	login, err := s.storage.LoginOf(ctx, callerOf(ctx).user)
	if err != nil {
		return trade.User{}, err
	}
	if wait := s.limits.accounts.take(login.User.Email); wait > 0 {
		return trade.User{}, tooMany(wait)
	}
	matches, err := s.password.matches(ctx, password, login.PasswordHash)
	if err != nil {
		return trade.User{}, err
	}
	if !matches {
		s.audit(ctx, login.User.ID, "auth.step_up.refused", "", nil)
		return trade.User{}, &trade.Error{Kind: trade.Forbidden, Code: "wrong_password", Message: "The password is wrong.",
			Fields: []trade.FieldError{{Field: field, Error: "is not your password"}}}
	}
	s.limits.accounts.forget(login.User.Email)
	return login.User, nil
}

// PasswordRequest asks for another password.
type PasswordRequest struct {
	CurrentPassword string `json:"currentPassword" maxLength:"512"`
	NewPassword     string `json:"newPassword" minLength:"12" maxLength:"128" doc:"No well-known one"`
}

func (s *Server) changePassword(ctx context.Context, in *struct{ Body PasswordRequest }) (*Done, error) {
	who := callerOf(ctx)
	user, err := s.reenter(ctx, "currentPassword", in.Body.CurrentPassword)
	if err != nil {
		return nil, err
	}
	if err := s.password.check("newPassword", in.Body.NewPassword, user.Email); err != nil {
		return nil, err
	}
	hash, err := s.password.hash(ctx, in.Body.NewPassword)
	if err != nil {
		return nil, err
	}
	if err := s.storage.SetPassword(ctx, who.user, hash, who.signIn); err != nil {
		return nil, err
	}
	s.endAllSignIns(who.user) // this sign-in stays in storage; its page opens a new socket
	s.audit(ctx, who.user, "auth.password.changed", string(who.user), nil)
	return &Done{}, nil
}
