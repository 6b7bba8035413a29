package http

import (
	"context"

	"github.com/tradebaas/tradebaas/trade"
)

// StopPlaceRequest says where the stop of a position shall stand: at a price, or so many percent away
// from the mark price on the losing side.
type StopPlaceRequest struct {
	CloseRequest
	Price   trade.Dec `json:"price,omitempty" doc:"Trigger price, by mark price"`
	Percent trade.Dec `json:"percent,omitempty" doc:"Distance from the mark price, above 0 and below 100"`
}

// StopAnswer tells where the stop stands.
type StopAnswer struct {
	Answer
	Message  string             `json:"message"`
	StopLoss trade.Dec          `json:"stopLoss"`
	OrderID  trade.VenueOrderID `json:"slOrderId" doc:"Empty until the exchange has told the id of a new stop"`
}

// StopOutput is a StopAnswer.
type StopOutput struct{ Body StopAnswer }

var hundred = trade.NewDec(100)

func (r StopPlaceRequest) check() error {
	percent, price := r.Percent.Sign() != 0, r.Price.Sign() != 0
	switch {
	case percent == price:
		return invalid("price", "must be given, or percent instead of it")
	case r.Price.Sign() < 0:
		return invalid("price", "must be above 0")
	case percent && (r.Percent.Sign() < 0 || !r.Percent.Less(hundred)):
		return invalid("percent", "must be above 0 and below 100")
	}
	return nil
}

func (s *Server) addStop(ctx context.Context, in *struct{ Body StopPlaceRequest }) (*StopOutput, error) {
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	return s.protect(ctx, in.Body.CloseRequest, in.Body.Price, in.Body.Percent)
}

func (s *Server) ensureStop(ctx context.Context, in *struct{ Body CloseRequest }) (*StopOutput, error) {
	return s.protect(ctx, in.Body, trade.Zero, trade.Zero)
}

func (s *Server) protect(ctx context.Context, r CloseRequest, price, percent trade.Dec) (*StopOutput, error) {
	account, err := r.account(ctx)
	if err != nil {
		return nil, err
	}
	instrument, err := trade.ParseInstrument(r.Instrument)
	if err != nil {
		return nil, err
	}
	p, err := s.trading.ProtectPosition(ctx, account, instrument, price, percent)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, account.User, "position.stop.asked", account.Venue.String()+":"+string(instrument), map[string]string{"stop": p.Stop.String()})
	return &StopOutput{StopAnswer{Message: "The position has a stop at " + p.Stop.String() + ".", StopLoss: p.Stop, OrderID: p.VenueOrder}}, nil
}
