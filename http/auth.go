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

// refreshGrace lets two tabs of one browser refresh at once without ending the sign-in.
const refreshGrace = 10 * time.Second

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
	Email              string `json:"email" maxLength:"254"`
	Password           string `json:"password" maxLength:"512" doc:"12 to 128 characters, no well-known one"`
	FullName           string `json:"fullName,omitempty" maxLength:"100"`
	DisclaimerAccepted bool   `json:"disclaimerAccepted" doc:"Must be true"`
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
	NewPassword     string `json:"newPassword" maxLength:"512" doc:"12 to 128 characters, no well-known one"`
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
