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
	return []http.Check{
		check("database", r.db.Ping(ctx), "The database does not answer."),
		fact("disk", !r.db.Full(), "The database has no room to write. Make room on its disk; trading goes on by itself then."),
		fact("ownership", r.db.Owner(), "Another server holds this database, or the lock's connection is lost."),
		check("actors", r.tree.Alive(ctx), "The actor tree does not answer."),
	}
}

func fact(name string, ok bool, detail string) http.Check {
	if ok {
		detail = ""
	}
	return http.Check{Name: name, OK: ok, Detail: detail}
}

func check(name string, err error, detail string) http.Check {
	return fact(name, err == nil, detail)
}
