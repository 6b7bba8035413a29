package http

import (
	"context"
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// refreshGrace lets two tabs of one browser refresh at once without ending the sign-in.
const refreshGrace = 10 * time.Second

// fingerprint recognises the same client within the grace period of a refresh.
func fingerprint(r *request) trade.TokenHash { return hashOf(r.agent + "\n" + addressKey(r.address)) }

// CookieRequest is the input of the routes that a cookie opens; the body is an empty object or none.
type CookieRequest struct {
	CookieInput
	Body *struct{}
}

func (s *Server) refresh(ctx context.Context, in *CookieRequest) (*SignInOutput, error) {
	old := s.refreshToken(in.Cookie)
	if old == "" {
		return nil, errNoSignIn
	}
	r := requestOf(ctx)
	next, hash := newOpaque()
	now := s.now()
	expires := now.Add(s.options.RefreshAge)
	done, err := s.storage.RotateRefresh(ctx, trade.Refresh{Old: hashOf(old), New: hash, Client: fingerprint(r),
		Address: r.address.String(), At: now, Expires: expires, Grace: refreshGrace})
	if errors.Is(err, trade.ErrSignInNotFound) {
		return nil, errNoSignIn
	}
	if err != nil {
		return nil, err
	}
	if done.Reused {
		s.endSignIn(done.User.ID, done.SignIn)
		s.audit(ctx, done.User.ID, "auth.refresh.reused", string(done.SignIn), nil)
		return nil, errNoSignIn
	}
	return s.signInOutput(done.User, done.SignIn, done.CreatedAt, s.setCookie(next, expires))
}

// LogoutOutput takes the cookie back.
type LogoutOutput struct {
	SetCookie string `header:"Set-Cookie"`
	Body      Answer
}

func (s *Server) logout(ctx context.Context, in *CookieRequest) (*LogoutOutput, error) {
	output := &LogoutOutput{SetCookie: s.clearCookie()}
	token := s.refreshToken(in.Cookie)
	if token == "" {
		return output, nil
	}
	user, id, err := s.storage.RevokeByRefresh(ctx, hashOf(token))
	if errors.Is(err, trade.ErrSignInNotFound) {
		return output, nil
	}
	if err != nil {
		return nil, err
	}
	s.endSignIn(user, id)
	s.audit(ctx, user, "auth.logout.done", string(id), nil)
	return output, nil
}
