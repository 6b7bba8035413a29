package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

func (s *Server) marketRoutes() {
	handle(s, route{method: get, path: "/api/v2/instruments", id: "instruments", tag: "Market", access: signedIn, summary: "What can be traded in an environment"}, s.instruments)
	handle(s, route{method: get, path: "/api/v2/ticker/{instrument}", id: "ticker", tag: "Market", access: signedIn, summary: "The newest prices of an instrument"}, s.ticker)
	handle(s, route{method: get, path: "/api/v2/candles/{instrument}", id: "candles", tag: "Market", access: signedIn, summary: "Candles of 1, 5 or 15 minutes or an hour, oldest first"}, s.candles)
}

// InstrumentsAnswer lists instruments.
type InstrumentsAnswer struct {
	Answer
	trade.Venue
	Instruments []trade.Spec `json:"instruments"`
}

// InstrumentsOutput is an InstrumentsAnswer.
type InstrumentsOutput struct{ Body InstrumentsAnswer }

func (s *Server) instruments(ctx context.Context, in *VenueQuery) (*InstrumentsOutput, error) {
	account, err := in.account(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.trading.Instruments(ctx, account.Venue)
	if err != nil {
		return nil, err
	}
	return &InstrumentsOutput{InstrumentsAnswer{Venue: account.Venue, Instruments: listed(found)}}, nil
}

// TickerAnswer carries a ticker.
type TickerAnswer struct {
	Answer
	trade.Venue
	Ticker trade.Ticker `json:"ticker"`
}

// TickerOutput is a TickerAnswer.
type TickerOutput struct{ Body TickerAnswer }

func (s *Server) ticker(ctx context.Context, in *InstrumentInput) (*TickerOutput, error) {
	account, instrument, err := in.market(ctx)
	if err != nil {
		return nil, err
	}
	ticker, err := s.trading.Ticker(ctx, trade.Market{Venue: account.Venue, Instrument: instrument})
	if err != nil {
		return nil, err
	}
	return &TickerOutput{TickerAnswer{Venue: account.Venue, Ticker: ticker}}, nil
}

// candlesMost is how many candles one answer gives at most.
const candlesMost = 5000

// CandlesInput selects candles. From and to win over limit, which counts back from to.
type CandlesInput struct {
	InstrumentInput
	Resolution string    `query:"resolution" enum:"1m,5m,15m,1h" default:"1m"`
	From       time.Time `query:"from"`
	To         time.Time `query:"to" doc:"none: now"`
	Limit      int       `query:"limit" minimum:"1" maximum:"5000" default:"500"`
}

// CandlesAnswer lists candles.
type CandlesAnswer struct {
	Answer
	trade.Venue
	Instrument trade.Instrument `json:"instrument"`
	Resolution trade.Resolution `json:"resolution"`
	Candles    []trade.Candle   `json:"candles"`
}

// CandlesOutput is a CandlesAnswer.
type CandlesOutput struct{ Body CandlesAnswer }

func (s *Server) candles(ctx context.Context, in *CandlesInput) (*CandlesOutput, error) {
	account, instrument, err := in.market(ctx)
	if err != nil {
		return nil, err
	}
	from, to, err := in.span(s.now())
	if err != nil {
		return nil, err
	}
	resolution := trade.Resolution(in.Resolution)
	found, err := s.trading.Candles(ctx, trade.Market{Venue: account.Venue, Instrument: instrument}, resolution, from, to)
	if err != nil {
		return nil, err
	}
	return &CandlesOutput{CandlesAnswer{Venue: account.Venue, Instrument: instrument, Resolution: resolution, Candles: listed(found)}}, nil
}

func (in CandlesInput) span(now time.Time) (from, to time.Time, err error) {
	from, to = in.From, in.To
	length := trade.Resolution(in.Resolution).Length()
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-time.Duration(in.Limit) * length)
	}
	switch {
	case !from.Before(to):
		return from, to, invalid("from", "must be before to")
	case to.Sub(from) > candlesMost*length:
		return from, to, invalid("from", "must be at most %d candles of %s before to", candlesMost, in.Resolution)
	}
	return from, to, nil
}
