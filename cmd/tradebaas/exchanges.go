package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/tradebaas/tradebaas/actors"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/deribit"
	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/configs"
	"github.com/tradebaas/tradebaas/trade"
)

// startPaper runs the simulated exchange inside the server, unless one runs elsewhere. The server
// talks to it over its socket and its admin calls, exactly as to one that is a process of its own.
func (n *node) startPaper(ctx context.Context) error {
	if !n.config.EmbeddedExchange() {
		return nil
	}
	exchange, err := simulator.New(simulator.Options{
		DataDir: filepath.Join(n.config.DataDir, "exchange"), Market: n.config.Paper.Market, Seed: uint64(n.config.Paper.Seed),
		Log: n.log.With().Str("part", "paper-exchange").Logger(),
	})
	if err != nil {
		return fmt.Errorf("paper exchange: %w", err)
	}
	if err := exchange.Start(context.WithoutCancel(ctx)); err != nil { // it stops after the tree, not with the first Ctrl-C
		return fmt.Errorf("paper exchange: %w", err)
	}
	n.onStop("paper exchange", func(context.Context) error { exchange.Close(); return nil })
	n.config.Deribit.PaperURL, n.config.Deribit.PaperAdminURL = exchange.URL(), exchange.AdminURL()
	n.config.Deribit.PaperAdminToken = configs.NewSecret(exchange.AdminToken())
	return nil
}

// venues are the environments that this server can reach. One client serves them all; only the
// address differs.
func (n *node) venues() map[trade.Venue]broker.Venue {
	venues := map[trade.Venue]broker.Venue{}
	exchanges := exchangeCollector{}
	c := n.config.Deribit
	add := func(environment trade.Environment, url string, connections, sessions int) {
		if url == "" {
			return
		}
		id := trade.Venue{Broker: trade.Deribit, Environment: environment}
		venue := deribit.New(deribit.Options{Venue: id, URL: url, Logger: n.log, Connections: connections, SessionsPerConnection: sessions})
		venues[id], exchanges[id.String()] = venue, venue.Stats
	}
	add(trade.Live, c.LiveURL, c.Connections, c.SessionsPerConnection.Live)
	add(trade.Testnet, c.TestnetURL, c.Connections, c.SessionsPerConnection.Testnet)
	add(trade.Paper, c.PaperURL, 0, c.SessionsPerConnection.Paper)
	n.registry.MustRegister(exchanges)
	return venues
}

// startTree starts the actors; what users had running resumes by itself.
func (n *node) startTree(context.Context) error {
	fault, err := n.actorFault()
	if err != nil {
		return err
	}
	n.tree = actors.New(actors.Options{Storage: n.db.Trading(), Venues: n.venues(), Log: n.log, Registry: n.registry, Fault: fault})
	n.onStop("tree", func(ctx context.Context) error {
		if left := n.tree.Stop(ctx).Left; len(left) > 0 {
			return errors.New("some actors did not stop in time")
		}
		return nil
	})
	return n.tree.Start()
}
