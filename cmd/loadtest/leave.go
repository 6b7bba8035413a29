package main

import (
	"context"
	"net/http"
	"time"
)

const (
	leaveAtOnce   = 16
	leavePatience = 5 * time.Minute
	flatPatience  = 15 * time.Second
	flatPause     = 200 * time.Millisecond
)

// leave undoes what the run did: strategies stop, connections end, sockets close. Users of a file
// stay; others are deleted by the administrator, or stay with an address that reaches nobody.
func (r *run) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leavePatience)
	defer cancel()
	r.say("cleaning up")
	together(leaveAtOnce, r.people, func(p *person) {
		if ctx.Err() == nil && p.id != "" {
			p.leave(ctx, r.o.SeedOnly)
		}
	})
	if r.o.UsersFile != "" {
		if err := r.writeUsers(); err != nil {
			r.say("%v", err)
		}
		return
	}
	deleted := r.admin.deleteAll(ctx, r.people)
	r.say("cleaned up; %d users deleted, %d stay with addresses at %s", deleted, r.signedUp()-deleted, markedDomain)
}

func (r *run) signedUp() (n int) {
	for _, p := range r.people {
		if p.id != "" {
			n++
		}
	}
	return n
}

func (p *person) leave(ctx context.Context, seeded bool) {
	if id := p.strategyID(); id != "" {
		_, _ = p.call(call{stage: "leave", method: http.MethodPost, route: "/api/strategy/stop", apart: true, due: time.Now(),
			body: map[string]any{"strategyId": id, "closePosition": true}}) // counted
		p.awaitFlat(ctx)
	}
	if p.role.connects && p.account && !seeded {
		_, _ = p.call(call{stage: "leave", method: http.MethodPost, route: "/api/v2/disconnect", apart: true, due: time.Now(),
			body: map[string]any{"environment": "paper"}}) // counted
	}
	if g := p.page.Load(); g != nil {
		g.close()
	}
}

// awaitFlat waits until the positions that are being closed are gone: whoever disconnects before
// that keeps them.
func (p *person) awaitFlat(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, flatPatience)
	defer cancel()
	for !p.flat() && sleepUntil(ctx, time.Now().Add(flatPause)) {
	}
}

// flat tells whether nothing is open. Without a connection nothing can be closed either.
func (p *person) flat() bool {
	held, err := p.call(call{stage: "leave", method: http.MethodGet, route: "/api/v2/positions", path: "/api/v2/positions" + paper, apart: true, due: time.Now()})
	if err != nil {
		return codeOf(err) == "409 not_connected"
	}
	open, err := p.call(call{stage: "leave", method: http.MethodGet, route: "/api/user/trades/history",
		path: "/api/user/trades/history?status=open&limit=1", apart: true, due: time.Now()})
	return err == nil && len(held.body.GetArray("positions"))+open.body.GetInt("total") == 0
}
