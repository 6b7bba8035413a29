package main

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// admin is the administrator whom the run was given, if any.
type admin struct {
	*person
	kinds   []actorKind
	deepest []string // mailboxes with what waits in them
}

// actorKind is what the server tells of all its actors of one kind; times are microseconds.
type actorKind struct {
	Kind    string `json:"kind"`
	Alive   int    `json:"alive"`
	Handled int64  `json:"handled"`
	P50     int64  `json:"p50Micros"`
	P99     int64  `json:"p99Micros"`
	Panics  int64  `json:"panics"`
}

const deepestTold = 10

// newAdmin signs in; without an address there is none, which every method bears.
func newAdmin(r *run) (*admin, error) {
	if r.o.AdminEmail == "" {
		return &admin{}, nil
	}
	a := &admin{person: &person{run: r, number: -1, email: r.o.AdminEmail, password: r.o.AdminPassword}}
	return a, a.login(time.Now())
}

// look reads how the actors are, just before the people leave.
func (a *admin) look(r *run) {
	if a.person == nil {
		return
	}
	got, err := a.call(call{apart: true, method: http.MethodGet, route: "/api/admin/actors", path: "/api/admin/actors?stacks=false&limit=1", due: time.Now()})
	if err != nil {
		r.say("how the actors are is unknown: %v", err)
		return
	}
	for _, kind := range got.body.GetArray("kinds") {
		a.kinds = append(a.kinds, actorKind{Kind: string(kind.GetStringBytes("kind")), Alive: kind.GetInt("alive"), Handled: kind.GetInt64("handled"),
			P50: kind.GetInt64("p50Micros"), P99: kind.GetInt64("p99Micros"), Panics: kind.GetInt64("panics")})
	}
	for _, box := range got.body.GetArray("deepest") {
		if len(a.deepest) < deepestTold {
			a.deepest = append(a.deepest, fmt.Sprintf("%s: %d", box.GetStringBytes("id"), box.GetInt("queued")))
		}
	}
}

// deleteAll deletes people, and tells how many it could.
func (a *admin) deleteAll(ctx context.Context, people []*person) int {
	if a.person == nil {
		return 0
	}
	if err := a.login(time.Now()); err != nil { // deleting wants a recent password
		return 0
	}
	var deleted atomic.Int64
	together(leaveAtOnce, people, func(p *person) {
		if p.id == "" || ctx.Err() != nil {
			return
		}
		_, err := a.call(call{stage: "leave", apart: true, method: http.MethodDelete, route: "/api/admin/users/{id}",
			path: "/api/admin/users/" + p.id + "?close=true", due: time.Now()})
		if err == nil {
			deleted.Add(1)
		}
	})
	return int(deleted.Load())
}
