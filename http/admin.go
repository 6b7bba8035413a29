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
		NewPassword string `json:"newPassword" maxLength:"512"`
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

// DeleteInput names a user to delete.
type DeleteInput struct {
	UserIDInput
	Close bool `query:"close" doc:"Also stop their strategies and close their positions first"`
}

func (s *Server) deleteUser(ctx context.Context, in *DeleteInput) (*Done, error) {
	id, err := in.other(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.storage.LoginOf(ctx, id); err != nil {
		return nil, err
	}
	if err := s.flatten(ctx, id, in.Close); err != nil {
		return nil, err
	}
	if err := s.storage.DeleteUser(ctx, id); err != nil {
		return nil, err
	}
	s.endAllSignIns(id)
	s.audit(ctx, "", "admin.user.deleted", string(id), nil)
	return &Done{}, s.trading.UserChanged(ctx, id)
}

// flatten makes sure that nothing of a user trades any more. A user to be closed is switched off
// first, so that nothing new starts meanwhile; whatever goes wrong, the call can be repeated.
func (s *Server) flatten(ctx context.Context, id trade.UserID, closing bool) error {
	busy, err := s.trading.UserBusy(ctx, id)
	switch {
	case err != nil:
		return err
	case !busy:
		return nil
	case !closing:
		return errHasPositions
	}
	if _, err := s.setActive(ctx, id, false); err != nil {
		return err
	}
	if err := s.closeAll(ctx, id); err != nil {
		return err
	}
	return s.awaitFlat(ctx, id)
}

func (s *Server) closeAll(ctx context.Context, id trade.UserID) error {
	strategies, err := s.trading.StrategyStatuses(ctx, id)
	if err != nil {
		return err
	}
	for _, strategy := range strategies {
		if strategy.Status == trade.Stopped {
			continue
		}
		if _, err := s.trading.StopStrategy(ctx, id, strategy.ID, true); err != nil {
			return err
		}
	}
	connections, err := s.trading.ConnectionStatuses(ctx, id)
	if err != nil {
		return err
	}
	for _, connection := range connections {
		if err := s.closeAccount(ctx, trade.AccountID{User: id, Venue: connection.Venue}, connection.IsAuthenticated); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) closeAccount(ctx context.Context, account trade.AccountID, reachable bool) error {
	if !reachable {
		return nil
	}
	positions, err := s.trading.Positions(ctx, account)
	if err != nil {
		return err
	}
	for _, position := range positions {
		if position.Size.IsZero() {
			continue
		}
		if err := s.trading.ClosePosition(ctx, account, position.Instrument); err != nil {
			return err
		}
	}
	return nil
}

// awaitFlat gives the exchange a few seconds to fill what was sent.
func (s *Server) awaitFlat(ctx context.Context, id trade.UserID) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		busy, err := s.trading.UserBusy(ctx, id)
		if err == nil && !busy {
			return nil
		}
		select {
		case <-ctx.Done():
			return errHasPositions
		case <-tick.C:
		}
	}
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
