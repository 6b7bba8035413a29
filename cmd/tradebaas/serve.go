package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/actors"
	"github.com/tradebaas/tradebaas/configs"
	"github.com/tradebaas/tradebaas/http"
	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/web"
)

// stopTime is how long an orderly stop may take. Nothing depends on it being enough.
const stopTime = 20 * time.Second

// ServeCmd runs the server.
type ServeCmd struct {
	Config string `help:"Configuration file (YAML)." env:"TRADEBAAS_CONFIG" type:"path"`
}

// Run starts everything in order and stops it in reverse when asked to.
func (c *ServeCmd) Run() error {
	config, err := configs.Load(os.Environ(), c.Config)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	n := &node{config: config, log: newLogger(config.Log), registry: prometheus.NewRegistry()}
	n.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	defer n.stop()
	if err := n.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop while starting
		}
		return err
	}
	return n.wait(ctx)
}

// node is one running server: what was started, and how each part stops.
type node struct {
	config   configs.Config
	log      zerolog.Logger
	registry *prometheus.Registry
	db       *store.DB
	tree     *actors.System
	server   *http.Server
	owner    ownerLink
	failed   chan error // a listener that ended by itself
	stops    []stopper
}

type stopper struct {
	name string
	stop func(context.Context) error
}

// onStop remembers how a part stops; the last started stops first.
func (n *node) onStop(name string, stop func(context.Context) error) {
	n.stops = append(n.stops, stopper{name, stop})
}

// start brings up, in order: keys, database, ownership, paper exchange, tree, listeners.
func (n *node) start(ctx context.Context) error {
	if limit, err := raiseFileLimit(); err == nil {
		n.log.Debug().Uint64("limit", limit).Msg("server.files.raised")
	}
	if err := os.MkdirAll(n.config.DataDir, 0o711); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	made, err := configs.EnsureKeys(&n.config)
	if err != nil {
		return err
	}
	for _, path := range made {
		n.log.Info().Str("file", path).Msg("server.key.made")
	}
	for _, step := range []func(context.Context) error{n.openDatabase, n.startPaper, n.startTree, n.listen} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	n.announce()
	return nil
}

// listen opens both listeners. The address is taken before anything is served, so that a busy port
// is an error and not a surprise.
func (n *node) listen(ctx context.Context) error {
	hasOwner, err := n.db.HasOwner(ctx)
	if err != nil {
		return err
	}
	if !hasOwner {
		if n.owner, err = openOwnerLink(n.config.DataDir, n.publicURL()); err != nil {
			return err
		}
	}
	if n.server, err = n.newServer(); err != nil {
		return err
	}
	n.failed = make(chan error, 2)
	n.onStop("listeners", n.server.Shutdown)
	if err := n.serveOn(n.config.AdminListen, "admin_listen", n.server.ListenAdmin); err != nil {
		return err
	}
	return n.serveOn(n.config.Listen, "listen", n.server.Listen)
}

func (n *node) serveOn(address, option string, serve func(net.Listener) error) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%s: %w; set another address or stop what uses it", option, err)
	}
	go func() {
		if err := serve(listener); err != nil {
			n.failed <- err
		}
	}()
	return nil
}

func (n *node) publicURL() string {
	if n.config.PublicURL != "" {
		return n.config.PublicURL
	}
	return "http://" + n.config.Listen
}

func (n *node) newServer() (*http.Server, error) {
	c := n.config
	key, err := c.Keys.JWT.Key()
	if err != nil {
		return nil, fmt.Errorf("jwt key: %w", err)
	}
	proxies, err := prefixes(c.TrustedProxies)
	if err != nil {
		return nil, err
	}
	ready := readiness{n.db, n.tree}
	n.registry.MustRegister(serverCollector{n.db.Pools, ready})
	return http.New(http.Options{
		Storage: n.db, Trading: n.tree, Actors: n.tree.Kit(), Paper: newPaperAccounts(c.Deribit.PaperAdminURL, c.Deribit.PaperAdminToken.Reveal()),
		Readiness: ready, Page: web.Dist(), Log: n.log, Registry: n.registry,
		PublicURL: n.publicURL(), AllowedOrigins: c.AllowedOrigins, TrustedProxies: proxies, Dev: c.ExemptLoopback(),
		RegistrationOpen: c.Registration.Open, OwnerToken: n.owner.token, OwnerCreated: n.owner.used,
		Keys:      []http.SigningKey{{ID: "1", Secret: key}},
		AccessAge: c.Sessions.AccessLife, RefreshAge: c.Sessions.RefreshLife,
		Passwords: http.PasswordCost{MemoryKiB: c.Passwords.MemoryKiB, Passes: c.Passwords.Passes, Threads: c.Passwords.Threads, Concurrent: c.Passwords.Concurrent},
		Limits: http.Limits{RequestsPerMinute: c.Throttle.RequestsPerMinute, SignInsPerMinute: c.Throttle.SignInsPerMinute,
			RegistrationsPerHour: c.Throttle.RegistrationsPerHour, AccountFailures: c.Throttle.AccountFailures,
			AccountWindow: c.Throttle.AccountWindow, UserPerMinute: c.Throttle.UserPerMinute, SocketsPerUser: c.Throttle.SocketsPerUser},
	})
}

// prefixes reads proxies given as addresses or as ranges.
func prefixes(texts []string) ([]netip.Prefix, error) {
	var found []netip.Prefix
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, addressErr := netip.ParseAddr(text)
			if addressErr != nil {
				return nil, fmt.Errorf("trusted_proxies: %q is neither an address nor a range", text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		found = append(found, prefix)
	}
	return found, nil
}

// announce prints the one address to open, and the owner's link while there is no owner.
func (n *node) announce() {
	fmt.Printf("\n  Tradebaas is ready: open %s\n", n.publicURL())
	if n.owner.link != "" {
		fmt.Printf("  First time here? Make the owner's account with this link, which works once:\n  %s\n", n.owner.link)
	}
	fmt.Print("  Ctrl-C stops everything in order.\n\n")
}

// wait returns when the server is asked to stop, has lost the database to another server, or cannot
// listen any more.
func (n *node) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		n.log.Info().Msg("server.stop.asked")
		return nil
	case <-n.db.Lost():
		return n.db.Why()
	case err := <-n.failed:
		return err
	}
}

// stop undoes what start did, the last first, within stopTime.
func (n *node) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	for _, part := range slices.Backward(n.stops) {
		if err := part.stop(ctx); err != nil {
			n.log.Warn().Err(err).Str("part", part.name).Msg("server.part.stop_failed")
			continue
		}
		n.log.Debug().Str("part", part.name).Msg("server.part.stopped")
	}
}
