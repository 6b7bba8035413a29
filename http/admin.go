package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

var (
	errOwnAccount   = trade.Errorf(trade.Conflict, "own_account", "You cannot do this to your own account.")
	errHasPositions = trade.Errorf(trade.Conflict, "has_positions",
		"This user still trades or has a position. Ask for it to be closed as well, or wait until it is flat.")
)

func (s *Server) adminRoutes() {
	handle(s, route{method: get, path: "/api/admin/users", id: "listUsers", tag: "Administration", access: admin, summary: "Users, by address"}, s.listUsers)
	handle(s, route{method: get, path: "/api/admin/users/{id}", id: "viewUser", tag: "Administration", access: admin,
		summary: "One user's connections, strategies and limits, without keys and amounts; it is written into the audit log"}, s.viewUser)
	handle(s, route{method: post, path: "/api/admin/users/{id}/reset-password", id: "resetPassword", tag: "Administration", access: admin, stepUp: true,
		summary: "Give a user another password and end their sign-ins"}, s.resetPassword)
	handle(s, route{method: post, path: "/api/admin/users/{id}/toggle-active", id: "toggleActive", tag: "Administration", access: admin, stepUp: true,
		summary: "Switch a user off or on; off ends sign-ins and entries, protection stays"}, s.toggleActive)
	handle(s, route{method: del, path: "/api/admin/users/{id}", id: "deleteUser", tag: "Administration", access: admin, stepUp: true,
		summary: "Delete a user"}, s.deleteUser)
	handle(s, route{method: get, path: "/api/admin/credentials-scan", id: "scanCredentials", tag: "Administration", access: admin,
		summary: "Which stored keys no longer open"}, s.scanCredentials)
}

// UsersInput selects one page of users.
type UsersInput struct {
	Query  string `query:"query" maxLength:"100" doc:"Part of an address or a name"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"300"`
}

// UsersAnswer is one page of users.
type UsersAnswer struct {
	Answer
	trade.UserPage
}

// UsersOutput is a UsersAnswer.
type UsersOutput struct{ Body UsersAnswer }

func (s *Server) listUsers(ctx context.Context, in *UsersInput) (*UsersOutput, error) {
	page, err := s.storage.ListUsers(ctx, in.Query, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	page.Users = listed(page.Users)
	return &UsersOutput{UsersAnswer{UserPage: page}}, nil
}

// UserIDInput names a user to an administrator.
type UserIDInput struct {
	ID string `path:"id" maxLength:"64"`
}

// other gives somebody else's id; whether they exist storage knows.
func (in UserIDInput) other(ctx context.Context) (trade.UserID, error) {
	id := trade.UserID(decoded(in.ID))
	if !isUUID(string(id)) {
		return "", trade.ErrUserNotFound
	}
	if id == callerOf(ctx).user {
		return "", errOwnAccount
	}
	return id, nil
}

// ResetInput carries the new password of a user.
type ResetInput struct {
	UserIDInput
	Body struct {
		NewPassword string `json:"newPassword" minLength:"12" maxLength:"128" doc:"No well-known one"`
	}
}

func (s *Server) resetPassword(ctx context.Context, in *ResetInput) (*Done, error) {
	id, err := in.other(ctx)
	if err != nil {
		return nil, err
	}
	login, err := s.storage.LoginOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.password.check("newPassword", in.Body.NewPassword, login.User.Email); err != nil {
		return nil, err
	}
	hash, err := s.password.hash(ctx, in.Body.NewPassword)
	if err != nil {
		return nil, err
	}
	if err := s.storage.SetPassword(ctx, id, hash, ""); err != nil {
		return nil, err
	}
	s.endAllSignIns(id)
	s.audit(ctx, id, "admin.password.reset", string(id), nil)
	return &Done{}, nil
}

// ToggleInput names a user; the body is an empty object or none.
type ToggleInput struct {
	UserIDInput
	Body *struct{}
}

// AdminUserAnswer carries a user.
type AdminUserAnswer struct {
	Answer
	User trade.User `json:"user"`
}

// AdminUserOutput is an AdminUserAnswer.
type AdminUserOutput struct{ Body AdminUserAnswer }

func (s *Server) toggleActive(ctx context.Context, in *ToggleInput) (*AdminUserOutput, error) {
	id, err := in.other(ctx)
	if err != nil {
		return nil, err
	}
	login, err := s.storage.LoginOf(ctx, id)
	if err != nil {
		return nil, err
	}
	user, err := s.setActive(ctx, id, !login.User.IsActive)
	if err != nil {
		return nil, err
	}
	return &AdminUserOutput{AdminUserAnswer{User: user}}, nil
}

func (s *Server) setActive(ctx context.Context, id trade.UserID, active bool) (trade.User, error) {
	user, err := s.storage.SetUserActive(ctx, id, active)
	if err != nil {
		return user, err
	}
	action := "admin.user.enabled"
	if !active {
		action = "admin.user.disabled"
		s.endAllSignIns(id)
	}
	s.audit(ctx, id, action, string(id), nil)
	return user, s.trading.UserChanged(ctx, id)
}

// ScanSummary counts stored keys.
type ScanSummary struct {
	Total  int `json:"total"`
	Failed int `json:"failed"`
}

// ScanAnswer tells which stored keys no longer open.
type ScanAnswer struct {
	Answer
	GeneratedAt time.Time              `json:"generatedAt"`
	Summary     ScanSummary            `json:"summary"`
	Rows        []trade.CredentialScan `json:"rows"`
}

// ScanOutput is a ScanAnswer.
type ScanOutput struct{ Body ScanAnswer }

func (s *Server) scanCredentials(ctx context.Context, _ *None) (*ScanOutput, error) {
	total, failed, err := s.storage.ScanCredentials(ctx)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, "", "admin.credentials.scanned", "", nil)
	return &ScanOutput{ScanAnswer{GeneratedAt: s.now(), Summary: ScanSummary{total, len(failed)}, Rows: listed(failed)}}, nil
}
