package actors

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// PreviewStart tells what a strategy would enter if its signal came right now: its own plans, from
// the present prices and what the account is worth. Nothing is sent and nothing is stored.
func (s *System) PreviewStart(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.StartPreview, error) {
	start, err := s.checked(ctx, start)
	if err != nil {
		return trade.StartPreview{}, err
	}
	definition, err := s.env.FindStrategy(start.Name)
	if err != nil {
		return trade.StartPreview{}, err
	}
	config, err := definition.Parse(start.Config)
	if err != nil {
		return trade.StartPreview{}, err
	}
	in, err := s.planInput(ctx, trade.AccountID{User: user, Venue: start.Market.Venue}, start.Market.Instrument, config)
	if err != nil {
		return trade.StartPreview{}, err
	}
	return trade.StartPreview{
		StrategyName: start.Name, Instrument: start.Market.Instrument, Config: start.Config, Currency: in.Spec.Settlement, Quote: in.Spec.Quote,
		Time: in.Ticker.Time, Bid: in.Ticker.Bid, Ask: in.Ticker.Ask, Equity: in.Equity, Available: in.Available, Sides: strategy.Preview(config, in),
	}, nil
}

// planInput gathers what a plan depends on, from the account and the market as they are now.
func (s *System) planInput(ctx context.Context, account trade.AccountID, instrument trade.Instrument, config strategy.Config) (in strategy.PlanInput, err error) {
	market := trade.Market{Venue: account.Venue, Instrument: instrument}
	balances, err := s.Balances(ctx, account)
	if err != nil {
		return in, err
	}
	if in.Spec, err = s.spec(ctx, market); err != nil {
		return in, err
	}
	if in.Ticker, err = s.Ticker(ctx, market); err != nil {
		return in, err
	}
	for _, b := range balances {
		if b.Currency == in.Spec.Settlement {
			in.Equity, in.Available = b.Equity, b.Available
		}
	}
	in.Analysis, err = s.analyse(ctx, market, config, in.Ticker.Time)
	return in, err
}

// analyse gives the market's half as it stands after the last candle that closed by at.
func (s *System) analyse(ctx context.Context, market trade.Market, config strategy.Config, at time.Time) (strategy.Analysis, error) {
	want := strategy.PreviewHistory(config)
	if want == 0 {
		return strategy.Analysis{}, nil
	}
	found, err := s.Candles(ctx, market, trade.OneMinute, at.Add(-time.Duration(want)*minute), at)
	if err != nil {
		return strategy.Analysis{}, err
	}
	var closed []strategy.Candle
	for _, candle := range found {
		if !candle.OpenTime.Add(minute).After(at) {
			closed = append(closed, floats(candle))
		}
	}
	return strategy.Analyse(config, closed), nil
}
