package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// ActivityInput selects what happened.
type ActivityInput struct {
	After time.Time `query:"after" doc:"none: from the beginning"`
	Limit int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ActivityAnswer lists what happened, newest first.
type ActivityAnswer struct {
	Answer
	Activity []trade.Activity `json:"activity"`
}

// ActivityOutput is an ActivityAnswer.
type ActivityOutput struct{ Body ActivityAnswer }

func (s *Server) activity(ctx context.Context, in *ActivityInput) (*ActivityOutput, error) {
	list, err := s.storage.ListActivity(ctx, callerOf(ctx).user, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return &ActivityOutput{ActivityAnswer{Activity: listed(list)}}, nil
}
