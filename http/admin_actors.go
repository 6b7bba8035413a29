package http

import (
	"context"
	"strings"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
	"github.com/tradebaas/tradebaas/trade"
)

var (
	errNoActor   = trade.Errorf(trade.NotFound, "actor_not_found", "No actor lives at this path. It may have stopped; look at the branch above it.")
	errNoFailure = trade.Errorf(trade.NotFound, "failure_not_found", "This failure is not kept any more: only the last 100 are.")
)

// actorRoutes are asked every two seconds by an operator's page. A topic of the WebSocket would have to
// make every answer for every viewer in the tree that it tells about; asked for, it costs one pass over
// the mailboxes per look, nothing while nobody looks, and stays readable when the tree itself hangs.
func (s *Server) actorRoutes() {
	handle(s, route{method: get, path: "/api/admin/actors", id: "actors", tag: "Administration", access: admin,
		summary: "How the server's actors are: their kinds, the fullest mailboxes, the last failures and one place of the tree"}, s.listActors)
	handle(s, route{method: get, path: "/api/admin/actors/tree", id: "actorTree", tag: "Administration", access: admin,
		summary: "One place of the tree of actors, by its path or of a user"}, s.actorTree)
	handle(s, route{method: get, path: "/api/admin/actors/failures/{number}", id: "actorFailure", tag: "Administration", access: admin,
		summary: "One of the last failures with its stack"}, s.actorFailure)
}

// PlaceInput names a place of the tree and a page of its children.
type PlaceInput struct {
	Path  string `query:"path" maxLength:"500" doc:"Of the actor; empty is above the roots"`
	After string `query:"after" maxLength:"300" doc:"The name after which the page of children begins"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Of the children"`
}

// ActorsInput also tells whether failures come with their stacks.
type ActorsInput struct {
	PlaceInput
	Stacks bool `query:"stacks" default:"true" doc:"Whether failures come with their stacks"`
}

// ActorsAnswer tells how all actors are.
type ActorsAnswer struct {
	Answer
	insight.Overview
	Tree insight.Branch `json:"tree"`
}

// ActorsOutput is an ActorsAnswer.
type ActorsOutput struct{ Body ActorsAnswer }

func (s *Server) listActors(_ context.Context, in *ActorsInput) (*ActorsOutput, error) {
	tree, found := s.options.Actors.Branch(in.Path, in.After, in.Limit)
	if !found {
		return nil, errNoActor
	}
	overview := s.options.Actors.Overview()
	if !in.Stacks {
		for i := range overview.Failures {
			overview.Failures[i].Stack = ""
		}
	}
	return &ActorsOutput{ActorsAnswer{Overview: overview, Tree: tree}}, nil
}

// TreeInput names a place of the tree by its path or by the user whose it is.
type TreeInput struct {
	PlaceInput
	User string `query:"user" maxLength:"320" doc:"An address or an id of a user, in the place of a path"`
}

// TreeAnswer is one place of the tree.
type TreeAnswer struct {
	Answer
	User *trade.User    `json:"user"` // the one who was asked for
	Tree insight.Branch `json:"tree"` // of a user who has nothing to do just now it has no actor
}

// TreeOutput is a TreeAnswer.
type TreeOutput struct{ Body TreeAnswer }

func (s *Server) actorTree(ctx context.Context, in *TreeInput) (*TreeOutput, error) {
	answer := TreeAnswer{}
	if in.User != "" {
		user, err := s.findUser(ctx, in.User)
		if err != nil {
			return nil, err
		}
		answer.User, in.Path = &user, s.trading.UserPath(user.ID)
	}
	found := false
	if answer.Tree, found = s.options.Actors.Branch(in.Path, in.After, in.Limit); !found && answer.User == nil {
		return nil, errNoActor
	}
	return &TreeOutput{answer}, nil
}

// findUser finds a user by id or address.
func (s *Server) findUser(ctx context.Context, text string) (trade.User, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	find := s.storage.LoginByEmail
	if isUUID(text) {
		find = func(ctx context.Context, id string) (trade.Login, error) {
			return s.storage.LoginOf(ctx, trade.UserID(id))
		}
	}
	login, err := find(ctx, text)
	return login.User, err
}

// FailureInput names a failure.
type FailureInput struct {
	Number uint64 `path:"number" minimum:"1"`
}

// FailureAnswer is one failure.
type FailureAnswer struct {
	Answer
	Failure insight.Failure `json:"failure"`
}

// FailureOutput is a FailureAnswer.
type FailureOutput struct{ Body FailureAnswer }

func (s *Server) actorFailure(_ context.Context, in *FailureInput) (*FailureOutput, error) {
	failure, found := s.options.Actors.Failure(in.Number)
	if !found {
		return nil, errNoFailure
	}
	return &FailureOutput{FailureAnswer{Failure: failure}}, nil
}
