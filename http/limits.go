package http

import (
	"context"
	"encoding/json"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) limitRoutes() {
	handle(s, route{method: get, path: "/api/user/limits", id: "limits", tag: "Account", access: signedIn, summary: "The limits that hold for own entries, the widest first"}, s.listLimits)
	handle(s, route{method: put, path: "/api/user/limits", id: "setLimits", tag: "Account", access: signedIn, stepUp: true,
		summary: "Replace own limits: of all connections, of one, or of one strategy"}, s.setLimits)
	handle(s, route{method: get, path: "/api/admin/limits", id: "serverLimits", tag: "Administration", access: admin, summary: "The ceilings of the whole server"}, s.serverLimits)
	handle(s, route{method: put, path: "/api/admin/limits", id: "setServerLimits", tag: "Administration", access: admin, stepUp: true,
		summary: "Replace the ceilings of the whole server"}, s.setServerLimits)
}

// LimitsAnswer lists limits. Each holds by itself: an entry must keep within all of them.
type LimitsAnswer struct {
	Answer
	Limits []trade.ScopedLimits `json:"limits"`
}

// LimitsOutput is a LimitsAnswer.
type LimitsOutput struct{ Body LimitsAnswer }

func (s *Server) listLimits(ctx context.Context, _ *None) (*LimitsOutput, error) {
	list, err := s.storage.ListLimits(ctx, callerOf(ctx).user)
	if err != nil {
		return nil, err
	}
	return &LimitsOutput{LimitsAnswer{Limits: listed(list)}}, nil
}

// SetLimitsRequest replaces the limits of one scope. Without environment and strategyId they are the
// user's own, for each of their connections.
type SetLimitsRequest struct {
	Broker      string       `json:"broker,omitempty" maxLength:"20"`
	Environment string       `json:"environment,omitempty" enum:"live,testnet,paper"`
	StrategyID  string       `json:"strategyId,omitempty" maxLength:"250"`
	Limits      trade.Limits `json:"limits"`
}

func (r SetLimitsRequest) scope(ctx context.Context) (l trade.ScopedLimits, err error) {
	l = trade.ScopedLimits{Scope: trade.UserLimits, Limits: r.Limits}
	switch {
	case r.StrategyID != "":
		l.Scope = trade.StrategyLimits
		l.Strategy, err = ownStrategy(ctx, r.StrategyID)
	case r.Environment != "":
		l.Scope = trade.ConnectionLimits
		account, bad := VenueBody{Broker: r.Broker, Environment: r.Environment}.account(ctx)
		l.Venue, err = &account.Venue, bad
	case r.Broker != "":
		err = invalid("environment", "is required with broker")
	}
	if err == nil {
		err = r.Limits.Check()
	}
	return l, err
}

func (s *Server) setLimits(ctx context.Context, in *struct{ Body SetLimitsRequest }) (*LimitsOutput, error) {
	user := callerOf(ctx).user
	scope, err := in.Body.scope(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.storage.SetLimits(ctx, user, scope); err != nil {
		return nil, err
	}
	s.audit(ctx, user, "limits.changed", limitsSubject(scope), limitsDetail(scope.Limits))
	if err := s.trading.RiskChanged(ctx, user); err != nil {
		return nil, err
	}
	return s.listLimits(ctx, nil)
}

// limitsSubject names the scope of limits in the audit log.
func limitsSubject(l trade.ScopedLimits) string {
	switch {
	case l.Strategy != "":
		return string(l.Strategy)
	case l.Venue != nil:
		return l.Venue.String()
	}
	return l.Scope
}

func limitsDetail(l trade.Limits) map[string]string {
	text, _ := json.Marshal(l) // decimals, numbers and texts always marshal
	return map[string]string{"limits": string(text)}
}

// ServerLimitsAnswer carries the ceilings of the server.
type ServerLimitsAnswer struct {
	Answer
	Limits trade.Limits `json:"limits"`
}

// ServerLimitsOutput is a ServerLimitsAnswer.
type ServerLimitsOutput struct{ Body ServerLimitsAnswer }

func (s *Server) serverLimits(ctx context.Context, _ *None) (*ServerLimitsOutput, error) {
	limits, err := s.storage.ServerLimits(ctx)
	if err != nil {
		return nil, err
	}
	return &ServerLimitsOutput{ServerLimitsAnswer{Limits: limits}}, nil
}

// ServerLimitsInput carries new ceilings.
type ServerLimitsInput struct {
	Body struct {
		Limits trade.Limits `json:"limits"`
	}
}

func (s *Server) setServerLimits(ctx context.Context, in *ServerLimitsInput) (*ServerLimitsOutput, error) {
	limits := in.Body.Limits
	if err := limits.Check(); err != nil {
		return nil, err
	}
	if err := s.storage.SetServerLimits(ctx, limits); err != nil {
		return nil, err
	}
	s.audit(ctx, "", "admin.limits.changed", "", limitsDetail(limits))
	s.trading.ServerRiskChanged()
	return &ServerLimitsOutput{ServerLimitsAnswer{Limits: limits}}, nil
}
