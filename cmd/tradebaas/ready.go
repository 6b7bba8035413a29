package main

import (
	"context"

	"github.com/tradebaas/tradebaas/actors"
	"github.com/tradebaas/tradebaas/http"
	"github.com/tradebaas/tradebaas/store"
)

// readiness is what must hold for the server to be able to trade. No user's own trouble is in it.
type readiness struct {
	db   *store.DB
	tree *actors.System
}

// Ready asks each part.
func (r readiness) Ready(ctx context.Context) []http.Check {
	checks := []http.Check{
		check("database", r.db.Ping(ctx), "The database does not answer."),
		{Name: "ownership", OK: r.db.Owner()},
		check("actors", r.tree.Alive(ctx), "The actor tree does not answer."),
	}
	if !checks[1].OK {
		checks[1].Detail = "Another server holds this database, or the lock's connection is lost."
	}
	return checks
}

func check(name string, err error, detail string) http.Check {
	if err != nil {
		return http.Check{Name: name, Detail: detail}
	}
	return http.Check{Name: name, OK: true}
}
