package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// AdminConnection is a user's connection as an administrator sees it. It counts what is open there and
// tells no amount.
type AdminConnection struct {
	trade.ConnectionStatus
	HasKey    bool       `json:"hasKey"`
	KeyUsed   *time.Time `json:"keyLastUsed"`
	Positions *int       `json:"positions" doc:"null while the exchange cannot be asked"`
	Orders    *int       `json:"orders" doc:"null while the exchange cannot be asked"`
}

// AdminStrategy is a user's strategy as an administrator sees it: what it does, not what it is set to
// or has earned.
type AdminStrategy struct {
	trade.Venue
	ID            trade.StrategyID `json:"id"`
	Name          string           `json:"strategyName"`
	Instrument    trade.Instrument `json:"instrument"`
	Status        trade.Status     `json:"status"`
	State         trade.State      `json:"state"`
	StateReason   string           `json:"stateReason,omitempty"`
	InPosition    bool             `json:"inPosition"`
	LastAction    string           `json:"lastAction"`
	ErrorMessage  string           `json:"errorMessage"`
	ErrorCount    int              `json:"errorCount"`
	LastHeartbeat *time.Time       `json:"lastHeartbeat"`
}

// UserViewAnswer is what an administrator sees of one user: no key, no amount of a trade, no balance.
type UserViewAnswer struct {
	Answer
	User         trade.User           `json:"user"`
	SignIns      int                  `json:"signIns" doc:"Devices that are signed in"`
	Connections  []AdminConnection    `json:"connections"`
	Strategies   []AdminStrategy      `json:"strategies"`
	Limits       []trade.ScopedLimits `json:"limits"`
	KillSwitches []trade.KillStatus   `json:"killSwitches"`
	ActorPath    string               `json:"actorPath" doc:"Where the user's actors are in the tree"`
}

// UserViewOutput is a UserViewAnswer.
type UserViewOutput struct{ Body UserViewAnswer }

// viewUser shows one user to an administrator, and writes down that it did.
func (s *Server) viewUser(ctx context.Context, in *UserIDInput) (*UserViewOutput, error) {
	id := trade.UserID(decoded(in.ID))
	if !isUUID(string(id)) {
		return nil, trade.ErrUserNotFound
	}
	login, err := s.storage.LoginOf(ctx, id)
	if err != nil {
		return nil, err
	}
	view := UserViewAnswer{User: login.User, ActorPath: s.trading.UserPath(id)}
	for _, part := range []func(context.Context, trade.UserID, *UserViewAnswer) error{
		s.viewStored, s.viewConnections, s.viewStrategies,
	} {
		if err := part(ctx, id, &view); err != nil {
			return nil, err
		}
	}
	s.audit(ctx, id, "admin.user.viewed", string(id), nil)
	return &UserViewOutput{view}, nil
}

func (s *Server) viewStored(ctx context.Context, id trade.UserID, view *UserViewAnswer) error {
	signIns, err := s.storage.ListSignIns(ctx, id)
	if err != nil {
		return err
	}
	limits, err := s.storage.ListLimits(ctx, id)
	if err != nil {
		return err
	}
	kills, err := s.trading.Kills(ctx, id)
	view.SignIns, view.Limits, view.KillSwitches = len(signIns), listed(limits), listed(kills)
	return err
}

func (s *Server) viewConnections(ctx context.Context, id trade.UserID, view *UserViewAnswer) error {
	keys, err := s.storage.ListCredentials(ctx, id)
	if err != nil {
		return err
	}
	statuses, err := s.trading.ConnectionStatuses(ctx, id)
	if err != nil {
		return err
	}
	view.Connections = make([]AdminConnection, 0, len(statuses))
	for _, status := range statuses {
		shown := AdminConnection{ConnectionStatus: status}
		for _, key := range keys {
			if key.Account.Venue == status.Venue {
				shown.HasKey, shown.KeyUsed = true, key.LastUsed
			}
		}
		if status.IsConnected {
			s.countOpen(ctx, trade.AccountID{User: id, Venue: status.Venue}, &shown)
		}
		view.Connections = append(view.Connections, shown)
	}
	return nil
}

// countOpen counts positions and orders. A connection that is lost meanwhile has neither.
func (s *Server) countOpen(ctx context.Context, account trade.AccountID, shown *AdminConnection) {
	if positions, err := s.trading.Positions(ctx, account); err == nil {
		open := 0
		for _, position := range positions {
			if !position.Size.IsZero() {
				open++
			}
		}
		shown.Positions = &open
	}
	if orders, err := s.trading.Orders(ctx, account, ""); err == nil {
		live := len(orders)
		shown.Orders = &live
	}
}

func (s *Server) viewStrategies(ctx context.Context, id trade.UserID, view *UserViewAnswer) error {
	statuses, err := s.trading.StrategyStatuses(ctx, id)
	if err != nil {
		return err
	}
	view.Strategies = make([]AdminStrategy, 0, len(statuses))
	for _, one := range statuses {
		view.Strategies = append(view.Strategies, AdminStrategy{
			Venue: trade.Venue{Broker: one.Broker, Environment: one.Environment}, ID: one.ID, Name: one.Name, Instrument: one.Instrument,
			Status: one.Status, State: one.State, StateReason: one.StateReason, InPosition: one.Trade != nil,
			LastAction: one.LastAction, ErrorMessage: one.ErrorMessage, ErrorCount: one.ErrorCount, LastHeartbeat: one.LastHeartbeat,
		})
	}
	return nil
}
