package http

import (
	"context"

	"github.com/tradebaas/tradebaas/trade"
)

// VenueQuery names one environment of a broker in a query string.
type VenueQuery struct {
	Broker      string `query:"broker" default:"deribit" enum:"deribit"`
	Environment string `query:"environment" required:"true" enum:"live,testnet,paper"`
}

// VenueFilter is a VenueQuery that may be left out.
type VenueFilter struct {
	Broker      string `query:"broker" enum:"deribit"`
	Environment string `query:"environment" enum:"live,testnet,paper" doc:"none: all"`
}

// VenueBody names one environment of a broker in a body.
type VenueBody struct {
	Broker      string `json:"broker,omitempty" default:"deribit" enum:"deribit"`
	Environment string `json:"environment" enum:"live,testnet,paper"`
}

func (v VenueQuery) account(ctx context.Context) (trade.AccountID, error) {
	return accountOf(ctx, v.Broker, v.Environment)
}

func (v VenueBody) account(ctx context.Context) (trade.AccountID, error) {
	return accountOf(ctx, v.Broker, v.Environment)
}

// accountOf is always an account of the caller: no route takes a user from outside.
func accountOf(ctx context.Context, broker, environment string) (trade.AccountID, error) {
	venue, err := trade.ParseVenue(broker, environment)
	return trade.AccountID{User: callerOf(ctx).user, Venue: venue}, err
}

// venue gives the zero venue for all; half of one is checked as a whole.
func (f VenueFilter) venue() (trade.Venue, error) {
	if f.Broker == "" && f.Environment == "" {
		return trade.Venue{}, nil
	}
	return trade.ParseVenue(f.Broker, f.Environment)
}
