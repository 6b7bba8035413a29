package actors

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// Options are what a System is made of.
type Options struct {
	Storage Storage
	// Venues are the exchange environments that this server offers, each by its id.
	Venues map[trade.Venue]broker.Venue
	Log    zerolog.Logger
	// Registry takes the tree's collectors; nil keeps them private.
	Registry prometheus.Registerer
	// Fault, for tests, is called before each delivery to an actor and may panic in its place.
	Fault func(kind, id string, msg any)
}

// New makes a tree that has not started.
func New(o Options) *System {
	env := &Env{
		Storage: o.Storage, Venues: o.Venues, FindStrategy: strategy.Find, Log: o.Log,
		connection: newConnection, executor: newExecutor,
	}
	return newSystem(env, kit.Options{Metrics: o.Registry, Log: o.Log, Fault: o.Fault})
}
