package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

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
