package http

import (
	"context"
	"encoding/json"

	"github.com/tradebaas/tradebaas/trade"
)

// DecisionsInput selects decisions of one strategy.
type DecisionsInput struct {
	InstanceInput
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200"`
}

// DecisionsAnswer lists decisions.
type DecisionsAnswer struct {
	Answer
	trade.DecisionPage
}

// DecisionsOutput is a DecisionsAnswer.
type DecisionsOutput struct{ Body DecisionsAnswer }

func (s *Server) decisions(ctx context.Context, in *DecisionsInput) (*DecisionsOutput, error) {
	id, err := ownStrategy(ctx, decoded(in.StrategyID))
	if err != nil {
		return nil, err
	}
	page, err := s.storage.ListDecisions(ctx, callerOf(ctx).user, id, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	page.Decisions = listed(page.Decisions)
	for i := range page.Decisions {
		if len(page.Decisions[i].Detail) == 0 {
			page.Decisions[i].Detail = json.RawMessage("{}")
		}
	}
	return &DecisionsOutput{DecisionsAnswer{DecisionPage: page}}, nil
}
