package http

import (
	"context"
	"encoding/json"

	"github.com/tradebaas/tradebaas/trade"
)

// TradeInput names a trade.
type TradeInput struct {
	ID string `path:"id" maxLength:"60"`
}

// FillInfo is one fill of a trade.
type FillInfo struct {
	trade.Fill
	Role trade.Role `json:"role,omitempty" doc:"entry, stop, target or exit; none for an order that is not ours"`
}

// TradeAnswer is one trade with what it was made of.
type TradeAnswer struct {
	Answer
	Trade    TradeInfo       `json:"trade"`
	Fills    []FillInfo      `json:"fills" doc:"Oldest first; at most 500"`
	Decision *trade.Decision `json:"decision" doc:"Why it was entered; null when no strategy of this server decided it"`
}

// TradeOutput is a TradeAnswer.
type TradeOutput struct{ Body TradeAnswer }

func (s *Server) tradeDetail(ctx context.Context, in *TradeInput) (*TradeOutput, error) {
	found, err := s.storage.FindTrade(ctx, callerOf(ctx).user, trade.TradeID(decoded(in.ID)))
	if err != nil {
		return nil, err
	}
	answer := TradeAnswer{Trade: tradeInfo(found.Trade), Fills: []FillInfo{}, Decision: found.Decision}
	if d := answer.Decision; d != nil && len(d.Detail) == 0 {
		d.Detail = json.RawMessage("{}")
	}
	for _, fill := range found.Fills {
		info := FillInfo{Fill: fill}
		if label, ok := trade.ParseLabel(fill.Label); ok {
			info.Role = label.Role
		}
		answer.Fills = append(answer.Fills, info)
	}
	return &TradeOutput{answer}, nil
}

// CalendarAnswer lists results per day.
type CalendarAnswer struct {
	Answer
	Days []trade.DayResult `json:"days" doc:"One per UTC day of the exit, environment and currency, oldest first; days without a closed trade are left out"`
}

// CalendarOutput is a CalendarAnswer.
type CalendarOutput struct{ Body CalendarAnswer }

func (s *Server) tradeCalendar(ctx context.Context, in *TradeQuery) (*CalendarOutput, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	days, err := s.storage.TradeDays(ctx, callerOf(ctx).user, filter)
	if err != nil {
		return nil, err
	}
	return &CalendarOutput{CalendarAnswer{Days: listed(days)}}, nil
}
