package http

import (
	"context"

	"github.com/tradebaas/tradebaas/trade"
)

// RepairsInput selects one page of repairs.
type RepairsInput struct {
	VenueFilter
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200"`
}

// RepairInfo is one repair.
type RepairInfo struct {
	trade.Repair
	trade.Venue
}

// RepairsAnswer is one page of repairs.
type RepairsAnswer struct {
	Answer
	Repairs []RepairInfo `json:"repairs"`
	Next    string       `json:"nextCursor,omitempty"`
}

// RepairsOutput is a RepairsAnswer.
type RepairsOutput struct{ Body RepairsAnswer }

func (s *Server) repairs(ctx context.Context, in *RepairsInput) (*RepairsOutput, error) {
	venue, err := in.venue()
	if err != nil {
		return nil, err
	}
	page, err := s.storage.ListRepairs(ctx, callerOf(ctx).user, venue, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	answer := RepairsAnswer{Repairs: []RepairInfo{}, Next: page.Next}
	for _, r := range page.Repairs {
		answer.Repairs = append(answer.Repairs, RepairInfo{r, r.Account.Venue})
	}
	return &RepairsOutput{answer}, nil
}
