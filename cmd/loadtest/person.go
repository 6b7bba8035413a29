package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// person is one simulated user with one browser.
type person struct {
	run      *run
	number   int
	role     role
	market   string
	email    string
	password string

	signing sync.Mutex // one sign-in or refresh at a time
	mu      sync.Mutex // guards the rest
	id      string
	token   string
	expires time.Time
	cookie  string // the refresh cookie
	account bool   // has a paper account
	started string // id of the strategy

	page  atomic.Pointer[page]
	ready atomic.Bool // has arrived
}

func newPerson(r *run, number int) *person {
	return &person{run: r, number: number, role: r.mix.of(number), market: r.o.Markets[number%len(r.o.Markets)],
		email: r.marks.email(number), password: "load test pass phrase " + r.id}
}

// arrive takes a person from nothing to an open page. due is when they were to begin; each later
// step begins with the end of the one before.
func (p *person) arrive(ctx context.Context, due time.Time) error {
	steps := []func(context.Context, time.Time) error{p.signUp, p.openAccount, p.connect, p.start, p.openPage}
	if p.run.o.SeedOnly {
		steps = steps[:2]
	}
	began := due
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx, began); err != nil {
			p.run.stages.add("arrival", time.Since(due), "not_arrived")
			return err
		}
		began = time.Now()
	}
	p.ready.Store(true)
	p.run.stages.add("arrival", time.Since(due), "")
	return nil
}

// signUp registers and signs in. Few do so at a time, as passwords cost the server far more than
// anything else; waiting for one's turn counts.
func (p *person) signUp(ctx context.Context, due time.Time) error {
	select {
	case p.run.doors <- struct{}{}:
		defer func() { <-p.run.doors }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.cookie != "" && p.refresh(due) == nil {
		return nil
	}
	if p.id == "" {
		a, err := p.call(call{stage: "sign-up", method: http.MethodPost, route: "/api/auth/register", due: due, anonymous: true,
			body: map[string]any{"email": p.email, "password": p.password, "fullName": p.run.marks.of(p.number), "disclaimerAccepted": true}})
		if err != nil {
			return err
		}
		p.id, due = a.text("user", "id"), time.Now()
	}
	return p.login(due)
}

func (p *person) login(due time.Time) error {
	a, err := p.call(call{stage: "login", method: http.MethodPost, route: "/api/auth/login", due: due, anonymous: true,
		body: map[string]any{"email": p.email, "password": p.password}})
	if err != nil {
		return err
	}
	return p.signedIn(a)
}

// refresh swaps the refresh cookie for a fresh access token.
func (p *person) refresh(due time.Time) error {
	a, err := p.call(call{method: http.MethodPost, route: "/api/auth/refresh", due: due, anonymous: true, cookie: true, body: struct{}{}})
	if err != nil {
		return err
	}
	return p.signedIn(a)
}

func (p *person) signedIn(a answer) error {
	expires, err := time.Parse(time.RFC3339, a.text("expiresAt"))
	if err != nil {
		return fmt.Errorf("sign-in of %s: %w", p.email, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.id, p.token, p.expires, p.cookie = a.text("user", "id"), a.text("accessToken"), expires, a.cookie
	return nil
}

// bearer is an access token that is good for a while.
func (p *person) bearer() string {
	p.signing.Lock()
	defer p.signing.Unlock()
	p.mu.Lock()
	token, left := p.token, time.Until(p.expires)
	p.mu.Unlock()
	if left > time.Minute || p.refresh(time.Now()) != nil {
		return token // an old one is refused and counted where it is used
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.token
}

func (p *person) openAccount(_ context.Context, due time.Time) error {
	if p.account || !p.role.connects && !p.run.o.SeedOnly {
		return nil
	}
	_, err := p.call(call{stage: "paper account", method: http.MethodPost, route: "/api/paper/account", due: due, body: struct{}{}})
	p.account = err == nil
	return err
}

func (p *person) connect(_ context.Context, due time.Time) error {
	if !p.role.connects {
		return nil
	}
	_, err := p.call(call{stage: "connect", method: http.MethodPost, route: "/api/v2/connect", due: due, body: map[string]any{"environment": "paper"}})
	return err
}

func (p *person) start(_ context.Context, due time.Time) error {
	if p.role.strategy == "" {
		return nil
	}
	return p.startStrategy("start", due)
}

func (p *person) startStrategy(stage string, due time.Time) error {
	a, err := p.call(call{stage: stage, method: http.MethodPost, route: "/api/strategy/start", due: due,
		body: map[string]any{"environment": "paper", "strategyName": p.role.strategy, "instrument": p.market, "disclaimerAccepted": true}})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started = a.text("strategyId")
	return nil
}

// strategyID is the strategy that was started, "" for none.
func (p *person) strategyID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.started
}
