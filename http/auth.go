package http

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tradebaas/tradebaas/trade"
)

var (
	errCredentials  = trade.Errorf(trade.Unauthenticated, "invalid_credentials", "The address or the password is wrong.")
	errDisabled     = trade.Errorf(trade.Forbidden, "user_disabled", "This account is switched off. Ask an administrator.")
	errRegistration = trade.Errorf(trade.Forbidden, "registration_closed", "This server does not take new accounts.")
	errNoSignIn     = trade.Errorf(trade.Unauthenticated, "session_ended", "Your session has ended. Sign in again.")
)

func (s *Server) authRoutes() {
	handle(s, route{method: post, path: "/api/auth/register", id: "register", tag: "Sign-in", summary: "Make an account", status: 201}, s.register)
	handle(s, route{method: post, path: "/api/auth/login", id: "login", tag: "Sign-in", summary: "Sign in; the refresh token is set as a cookie"}, s.login)
	handle(s, route{method: post, path: "/api/auth/refresh", id: "refresh", tag: "Sign-in", summary: "Swap the refresh cookie for a new one and an access token", access: cookied}, s.refresh)
	handle(s, route{method: post, path: "/api/auth/logout", id: "logout", tag: "Sign-in", summary: "End this sign-in; what trades keeps trading", access: cookied}, s.logout)
	handle(s, route{method: get, path: "/api/auth/me", id: "me", tag: "Sign-in", summary: "Who is signed in", access: signedIn}, s.me)
	handle(s, route{method: post, path: "/api/auth/step-up", id: "stepUp", tag: "Sign-in", summary: "Enter the password again: an access token for what is guarded by it", access: signedIn}, s.stepUp)
	handle(s, route{method: post, path: "/api/auth/password", id: "changePassword", tag: "Sign-in", summary: "Change the password; every other sign-in ends", access: signedIn}, s.changePassword)
	s.sessionRoutes()
}

// RegisterRequest asks for an account.
type RegisterRequest struct {
	Email              string `json:"email" maxLength:"254" format:"email"`
	Password           string `json:"password" minLength:"12" maxLength:"128" doc:"No well-known one"`
	FullName           string `json:"fullName,omitempty" maxLength:"100"`
	DisclaimerAccepted bool   `json:"disclaimerAccepted" enum:"true"`
}

// UserInfo is a user as the sign-in routes show it.
type UserInfo struct {
	ID        trade.UserID `json:"id"`
	Email     string       `json:"email"`
	FullName  string       `json:"fullName"`
	IsAdmin   bool         `json:"isAdmin"`
	CreatedAt time.Time    `json:"createdAt"`
}

func userInfo(u trade.User) UserInfo {
	return UserInfo{u.ID, u.Email, u.FullName, u.IsAdmin, u.CreatedAt}
}

// UserAnswer carries one user.
type UserAnswer struct {
	Answer
	User UserInfo `json:"user"`
}

// UserOutput is a UserAnswer.
type UserOutput struct{ Body UserAnswer }

func (s *Server) register(ctx context.Context, in *struct{ Body RegisterRequest }) (*UserOutput, error) {
	if !s.options.RegistrationOpen {
		return nil, errRegistration
	}
	if err := s.throttled(ctx, s.limits.registrations); err != nil {
		return nil, err
	}
	created, err := s.createUser(ctx, in.Body, s.storage.CreateUser)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, created.ID, "auth.user.registered", string(created.ID), nil)
	return &UserOutput{UserAnswer{User: userInfo(created)}}, nil
}

func (s *Server) createUser(ctx context.Context, r RegisterRequest, create func(context.Context, trade.NewUser) (trade.User, error)) (trade.User, error) {
	email, err := s.checkNewUser(r)
	if err != nil {
		return trade.User{}, err
	}
	hash, err := s.password.hash(ctx, r.Password)
	if err != nil {
		return trade.User{}, err
	}
	return create(ctx, trade.NewUser{Email: email, FullName: clipped(strings.TrimSpace(r.FullName), 400), PasswordHash: hash, AcceptedAt: s.now()})
}

// checkNewUser names everything that is wrong at once.
func (s *Server) checkNewUser(r RegisterRequest) (email string, err error) {
	var fields []trade.FieldError
	email, valid := emailOf(r.Email)
	if !valid {
		fields = append(fields, trade.FieldError{Field: "email", Error: "must be an e-mail address"})
	}
	var refusal *trade.Error
	if err := s.password.check("password", r.Password, email); errors.As(err, &refusal) {
		fields = append(fields, refusal.Fields...)
	}
	if !r.DisclaimerAccepted {
		fields = append(fields, trade.FieldError{Field: "disclaimerAccepted", Error: "must be true: trading can lose money, and nobody but you is responsible for it"})
	}
	if fields != nil {
		return "", trade.InvalidFields("invalid_input", protocolErrors[422].sentence, fields...)
	}
	return email, nil
}

// emailOf gives the one form in which an address is stored and compared.
func emailOf(text string) (string, bool) {
	email := strings.ToLower(strings.TrimSpace(text))
	parsed, err := mail.ParseAddress(email)
	return email, err == nil && parsed.Address == email && len(email) <= 254
}

// LoginRequest asks to sign in.
type LoginRequest struct {
	Email    string `json:"email" maxLength:"254"`
	Password string `json:"password" maxLength:"512"`
	TOTP     string `json:"totp,omitempty" maxLength:"12" doc:"Ignored for users without a second factor"`
}

// SignInAnswer carries an access token; it is sent as a Bearer token and kept in memory only.
type SignInAnswer struct {
	Answer
	AccessToken string    `json:"accessToken"`
	ExpiresAt   time.Time `json:"expiresAt"`
	User        UserInfo  `json:"user"`
}

// SignInOutput is a SignInAnswer with the refresh cookie.
type SignInOutput struct {
	SetCookie string `header:"Set-Cookie"`
	Body      SignInAnswer
}

func (s *Server) login(ctx context.Context, in *struct{ Body LoginRequest }) (*SignInOutput, error) {
	email := strings.ToLower(strings.TrimSpace(in.Body.Email))
	if err := s.throttled(ctx, s.limits.addresses); err != nil {
		return nil, err
	}
	if wait := s.limits.accounts.take(email); wait > 0 {
		return nil, tooMany(wait)
	}
	user, err := s.verify(ctx, email, in.Body.Password)
	if err != nil {
		s.audit(ctx, user.ID, "auth.login.refused", string(user.ID), map[string]string{"code": trade.CodeOf(err)})
		return nil, err
	}
	s.limits.accounts.forget(email)
	s.limits.addresses.refund(addressKey(requestOf(ctx).address))
	return s.newSignIn(ctx, user)
}

// verify spends the same time on unknown, wrong and right. A known user is named even when refused.
func (s *Server) verify(ctx context.Context, email, password string) (trade.User, error) {
	login, err := s.storage.LoginByEmail(ctx, email)
	if err != nil && !errors.Is(err, trade.ErrUserNotFound) {
		return trade.User{}, err
	}
	matches, err := s.password.matches(ctx, password, login.PasswordHash)
	switch {
	case err != nil:
		return login.User, err
	case !matches:
		return login.User, errCredentials
	case !login.User.IsActive:
		return login.User, errDisabled
	}
	return login.User, nil
}

func (s *Server) newSignIn(ctx context.Context, user trade.User) (*SignInOutput, error) {
	r := requestOf(ctx)
	refresh, hash := newOpaque()
	id, now := trade.SignInID(uuid.NewString()), s.now()
	expires := now.Add(s.options.RefreshAge)
	err := s.storage.CreateSignIn(ctx, user.ID, trade.NewSignIn{ID: id, Device: r.agent, Address: r.address.String(),
		Client: fingerprint(r), Refresh: hash, At: now, Expires: expires})
	if err != nil {
		return nil, err
	}
	s.audit(ctx, user.ID, "auth.login.accepted", string(id), nil)
	return s.signInOutput(user, id, now, s.setCookie(refresh, expires))
}

func (s *Server) signInOutput(user trade.User, id trade.SignInID, passwordAt time.Time, cookie string) (*SignInOutput, error) {
	token, expires, err := s.tokens.issue(user.ID, id, passwordAt)
	if err != nil {
		return nil, err
	}
	return &SignInOutput{cookie, SignInAnswer{AccessToken: token, ExpiresAt: expires, User: userInfo(user)}}, nil
}

func (s *Server) me(ctx context.Context, _ *None) (*UserOutput, error) {
	login, err := s.storage.LoginOf(ctx, callerOf(ctx).user)
	if errors.Is(err, trade.ErrUserNotFound) {
		return nil, errUnauthenticated
	}
	if err != nil {
		return nil, err
	}
	return &UserOutput{UserAnswer{User: userInfo(login.User)}}, nil
}

// throttled counts an attempt of the caller's address.
func (s *Server) throttled(ctx context.Context, t *throttle) error {
	address := requestOf(ctx).address
	if s.exempt(address) {
		return nil
	}
	if wait := t.take(addressKey(address)); wait > 0 {
		return tooMany(wait)
	}
	return nil
}
