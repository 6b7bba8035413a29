package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// MetricsInfo is how an open position stands.
type MetricsInfo struct {
	StrategyID           trade.StrategyID  `json:"strategyId"`
	Broker               trade.Broker      `json:"broker"`
	Environment          trade.Environment `json:"environment"`
	Instrument           trade.Instrument  `json:"instrument"`
	Direction            string            `json:"direction" enum:"long,short"`
	EntryPrice           trade.Dec         `json:"entryPrice"`
	CurrentPrice         trade.Dec         `json:"currentPrice" doc:"Mark price"`
	Amount               trade.Dec         `json:"amount"`
	StopLoss             trade.Dec         `json:"stopLoss"`
	TakeProfit           trade.Dec         `json:"takeProfit"`
	UnrealizedPnL        trade.Dec         `json:"unrealizedPnl"`
	UnrealizedPnLPercent trade.Dec         `json:"unrealizedPnlPercent" doc:"Move of the price in the position's favour"`
	EntryOrderID         string            `json:"entryOrderId"`
	StopOrderID          string            `json:"slOrderId"`
	TargetOrderID        string            `json:"tpOrderId"`
	EnteredAt            time.Time         `json:"enteredAt"`
	Duration             int64             `json:"duration" doc:"Milliseconds"`
	RiskReward           *trade.Dec        `json:"riskReward" doc:"Distance to the target / distance to the stop; null without a stop at a loss"`
}

// MetricsAnswer carries MetricsInfo.
type MetricsAnswer struct {
	Answer
	Metrics MetricsInfo `json:"metrics"`
}

// MetricsOutput is a MetricsAnswer.
type MetricsOutput struct{ Body MetricsAnswer }

var errNoPosition = trade.Errorf(trade.NotFound, "no_position", "This strategy has no open position.")

func (s *Server) strategyMetrics(ctx context.Context, in *InstanceInput) (*MetricsOutput, error) {
	id, err := ownStrategy(ctx, decoded(in.StrategyID))
	if err != nil {
		return nil, err
	}
	status, err := s.statusOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if status.Trade == nil {
		return nil, errNoPosition
	}
	positions, err := s.trading.Positions(ctx, trade.AccountID{User: callerOf(ctx).user, Venue: marketOf(status).Venue})
	if err != nil {
		return nil, err
	}
	for _, position := range positions {
		if position.Instrument == status.Instrument {
			return &MetricsOutput{MetricsAnswer{Metrics: metricsInfo(status, *status.Trade, position, s.now())}}, nil
		}
	}
	return nil, errNoPosition
}

func (s *Server) statusOf(ctx context.Context, id trade.StrategyID) (trade.StrategyStatus, error) {
	found, err := s.trading.StrategyStatuses(ctx, callerOf(ctx).user)
	if err != nil {
		return trade.StrategyStatus{}, err
	}
	for _, status := range found {
		if status.ID == id {
			return status, nil
		}
	}
	return trade.StrategyStatus{}, trade.ErrStrategyNotFound
}

func metricsInfo(status trade.StrategyStatus, t trade.Trade, p trade.PositionView, now time.Time) MetricsInfo {
	m := MetricsInfo{StrategyID: status.ID, Broker: status.Broker, Environment: status.Environment, Instrument: status.Instrument,
		Direction: "long", EntryPrice: t.EntryPrice, CurrentPrice: p.MarkPrice, Amount: t.Open, StopLoss: t.StopLoss, TakeProfit: t.TakeProfit,
		UnrealizedPnL: p.UnrealizedPnL, EntryOrderID: string(t.EntryOrder), StopOrderID: string(t.StopOrder), TargetOrderID: string(t.TargetOrder),
		EnteredAt: t.EntryTime, Duration: now.Sub(t.EntryTime).Milliseconds()}
	risk, reward, moved := t.EntryPrice.Sub(t.StopLoss), t.TakeProfit.Sub(t.EntryPrice), p.MarkPrice.Sub(t.EntryPrice)
	if t.Side == trade.Sell {
		m.Direction, risk, reward, moved = "short", risk.Neg(), reward.Neg(), moved.Neg()
	}
	if t.EntryPrice.Sign() > 0 {
		m.UnrealizedPnLPercent = moved.Mul(trade.NewDec(100)).Div(t.EntryPrice).Round(4)
	}
	if risk.Sign() > 0 && !t.StopLoss.IsZero() {
		ratio := reward.Div(risk).Round(4)
		m.RiskReward = &ratio
	}
	return m
}
