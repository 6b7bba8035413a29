package http

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	signInFresh = 30 * time.Second // how long storage's word on a sign-in is repeated
	signInsKept = 50_000
)

// signInCache repeats what storage said of a sign-in for a few seconds. This server is the only one
// of its database, so what it revokes itself is forgotten here at once.
type signInCache struct {
	storage SignIns
	now     func() time.Time

	mu      sync.Mutex
	round   uint64 // grows with every forgetting, so that an older read is not kept
	entries map[trade.SignInID]signInEntry
}

type signInEntry struct {
	user  trade.UserID
	state trade.SignInState
	until time.Time
}

func newSignInCache(storage SignIns, now func() time.Time) *signInCache {
	return &signInCache{storage: storage, now: now, entries: map[trade.SignInID]signInEntry{}}
}

func (c *signInCache) state(ctx context.Context, user trade.UserID, id trade.SignInID) (trade.SignInState, error) {
	now := c.now()
	c.mu.Lock()
	entry, found := c.entries[id]
	round := c.round
	c.mu.Unlock()
	if found && entry.user == user && now.Before(entry.until) {
		return entry.state, nil
	}
	state, err := c.storage.SignInState(ctx, user, id)
	if err != nil {
		return trade.SignInState{}, err
	}
	c.keep(round, id, signInEntry{user, state, now.Add(signInFresh)})
	return state, nil
}

func (c *signInCache) keep(round uint64, id trade.SignInID, entry signInEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.round != round {
		return
	}
	if len(c.entries) >= signInsKept {
		clear(c.entries)
	}
	c.entries[id] = entry
}

func (c *signInCache) forget(id trade.SignInID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	delete(c.entries, id)
}

func (c *signInCache) forgetUser(user trade.UserID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	for id, entry := range c.entries {
		if entry.user == user {
			delete(c.entries, id)
		}
	}
}

// signedIn lets only holders of a valid access token of a sign-in that is still alive pass.
func (s *Server) signedIn(ctx huma.Context, next func(huma.Context)) {
	c := humafiber.Unwrap(ctx)
	r := requestOfFiber(c)
	who, err := s.identify(c.UserContext(), c.Get(fiber.HeaderAuthorization))
	if err != nil {
		s.refuse(ctx, err)
		return
	}
	r.caller = who
	if wait := s.limits.users.take(string(who.user)); wait > 0 {
		s.refuse(ctx, tooMany(wait))
		return
	}
	next(ctx)
}

func (s *Server) identify(ctx context.Context, authorization string) (caller, error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, errUnauthenticated
	}
	claims, err := s.tokens.read(token)
	if err != nil {
		return caller{}, err
	}
	state, err := s.signIns.state(ctx, claims.Subject, claims.SignIn)
	if err != nil {
		return caller{}, err
	}
	if !state.Alive {
		return caller{}, errUnauthenticated
	}
	return caller{claims.Subject, claims.SignIn, state.IsAdmin, time.Unix(claims.PasswordAt, 0)}, nil
}

func (s *Server) adminOnly(ctx huma.Context, next func(huma.Context)) {
	if !requestOfFiber(humafiber.Unwrap(ctx)).caller.admin {
		s.refuse(ctx, errAdminOnly)
		return
	}
	next(ctx)
}

// recentPassword guards what a stolen access token must not do: the password was entered within
// StepUpAge, at sign-in or through POST /api/auth/step-up.
func (s *Server) recentPassword(ctx huma.Context, next func(huma.Context)) {
	entered := requestOfFiber(humafiber.Unwrap(ctx)).caller.passwordAt
	if s.now().Sub(entered) > s.options.StepUpAge {
		s.refuse(ctx, errStepUp)
		return
	}
	next(ctx)
}

// endSignIn makes a revocation felt at once: the next request is refused and sockets close.
func (s *Server) endSignIn(user trade.UserID, id trade.SignInID) {
	s.signIns.forget(id)
	s.tickets.forget(user, id)
	s.sockets.endSignIn(user, id)
	s.trading.EndSessions(user, string(id))
}

func (s *Server) endAllSignIns(user trade.UserID) {
	s.signIns.forgetUser(user)
	s.tickets.forget(user, "")
	s.sockets.endSignIn(user, "")
	s.trading.EndSessions(user, "")
}
