package http

import (
	"context"
	"sync"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	ticketAge   = 30 * time.Second
	ticketsMost = 20 // of one user at a time
)

// tickets open the WebSocket, once each: a browser cannot send a header there, and an access token
// must not stand in an address.
type tickets struct {
	now func() time.Time

	mu    sync.Mutex
	all   map[trade.TokenHash]ticket
	held  map[trade.UserID]int
	queue []trade.TokenHash // in the order of their ends; what was redeemed is no longer in all
	ends  []time.Time
}

type ticket struct {
	user    trade.UserID
	signIn  trade.SignInID
	expires time.Time
}

func newTickets(now func() time.Time) *tickets {
	return &tickets{now: now, all: map[trade.TokenHash]ticket{}, held: map[trade.UserID]int{}}
}

// issue gives a ticket, or false when the user holds too many unused ones.
func (t *tickets) issue(user trade.UserID, signIn trade.SignInID) (string, time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for len(t.queue) > 0 && !now.Before(t.ends[0]) {
		t.remove(t.queue[0])
		t.queue, t.ends = t.queue[1:], t.ends[1:]
	}
	if t.held[user] >= ticketsMost {
		return "", time.Time{}, false
	}
	token, hash := newOpaque()
	issued := ticket{user, signIn, now.Add(ticketAge)}
	t.all[hash] = issued
	t.held[user]++
	t.queue, t.ends = append(t.queue, hash), append(t.ends, issued.expires)
	return token, issued.expires, true
}

func (t *tickets) remove(hash trade.TokenHash) {
	found, ok := t.all[hash]
	if !ok {
		return
	}
	delete(t.all, hash)
	if t.held[found.user]--; t.held[found.user] == 0 {
		delete(t.held, found.user)
	}
}

// redeem takes a ticket out; it is valid once.
func (t *tickets) redeem(token string) (ticket, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	hash := hashOf(token)
	found, ok := t.all[hash]
	t.remove(hash)
	return found, ok && t.now().Before(found.expires)
}

// forget voids the tickets of a sign-in that ended; "" voids all of the user's.
func (t *tickets) forget(user trade.UserID, signIn trade.SignInID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for hash, other := range t.all {
		if other.user == user && (signIn == "" || other.signIn == signIn) {
			t.remove(hash)
		}
	}
}

// TicketAnswer carries a ticket.
type TicketAnswer struct {
	Answer
	Ticket    string    `json:"ticket" doc:"Opens /ws?ticket=... once"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// TicketOutput is a TicketAnswer.
type TicketOutput struct{ Body TicketAnswer }

func (s *Server) issueTicket(ctx context.Context, _ *EmptyBody) (*TicketOutput, error) {
	who := callerOf(ctx)
	token, expires, ok := s.tickets.issue(who.user, who.signIn)
	if !ok {
		return nil, tooMany(ticketAge)
	}
	return &TicketOutput{TicketAnswer{Ticket: token, ExpiresAt: expires}}, nil
}
