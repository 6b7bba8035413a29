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
	// Venues are the exchange environments that this server offers.
	Venues []broker.Venue
	Log    zerolog.Logger
	// Metrics takes the tree's collectors; nil keeps them private.
	Metrics prometheus.Registerer
}

// NewSystem makes a tree that has not started.
func NewSystem(o Options) *System {
	env := &Env{
		Storage: o.Storage, Venues: map[trade.Venue]broker.Venue{}, FindStrategy: strategy.Find, Log: o.Log,
		connection: newConnection, executor: newExecutor,
	}
	for _, v := range o.Venues {
		env.Venues[v.ID()] = v
	}
	return newSystem(env, kit.Options{Metrics: o.Metrics, Log: o.Log})
}
