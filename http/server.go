// Package http is the way in: routes, sign-in, the WebSocket upgrade, the OpenAPI document and the
// embedded page. Handlers read, check, ask one port and answer; they decide nothing about trading.
package http

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	nethttp "net/http"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/trade"
)

// The bounds of one request. Nothing that a client legitimately sends comes near them.
const (
	bodyLimit     = 64 << 10
	headerLimit   = 8 << 10
	handleTimeout = 15 * time.Second
)

// Options are what a Server is made of. Storage, Trading, Actors, Readiness, Page and Keys are required;
// every other zero value stands for the default that its comment names.
type Options struct {
	Storage   Storage
	Trading   Trading
	Actors    Actors
	Paper     PaperAccounts // none: paper accounts are unavailable
	Readiness Readiness
	Page      fs.FS // the built page, with index.html or placeholder.html at its root
	Log       zerolog.Logger
	Registry  *prometheus.Registry // none: one of its own
	Now       func() time.Time     // time.Now
	Version   string

	PublicURL      string         // what browsers open; https turns on Secure cookies and HSTS
	AllowedOrigins []string       // further origins that may call the API and open the WebSocket
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Dev            bool           // loopback escapes the throttles per address and may be any origin of its own

	RegistrationOpen bool
	OwnerToken       string // of the one-time link; "" when there is an owner
	OwnerCreated     func() // called once, after the owner's account was made

	Keys       []SigningKey  // the first signs, all verify
	AccessAge  time.Duration // 10 minutes
	RefreshAge time.Duration // 30 days
	StepUpAge  time.Duration // 10 minutes: how old a password entry may be for what is guarded by it

	Passwords PasswordCost
	Limits    Limits

	ReadTimeout  time.Duration // of header and body, 10 s
	WriteTimeout time.Duration // 10 s
	IdleTimeout  time.Duration // between requests of one connection, 60 s
}

// Limits bound what one address, account or user may ask. 0 means the default, below 0 no limit.
type Limits struct {
	RequestsPerMinute    int           // per address, 600
	SignInsPerMinute     int           // per address, before delays grow, 20
	RegistrationsPerHour int           // per address, before delays grow, 20
	AccountFailures      int           // wrong passwords per account, before delays grow, 10
	AccountWindow        time.Duration // after which failures are forgotten, 15 minutes
	UserPerMinute        int           // requests per signed-in user, 600
	SocketsPerUser       int           // open WebSockets, 10
}

// Server answers everything that comes in over HTTP.
type Server struct {
	options  Options
	storage  Storage
	trading  Trading
	log      zerolog.Logger
	now      func() time.Time
	app      *fiber.App
	api      huma.API
	document []byte
	origins  origins
	proxies  []netip.Prefix
	tokens   *tokens
	password *passwords
	signIns  *signInCache
	limits   limiters
	tickets  *tickets
	sockets  *sockets
	metrics  *metrics
	page     *page
	live     context.Context // ends with the server; sockets live in it
	end      context.CancelFunc
	admin    *nethttp.Server
}

// New makes a server that does not listen yet. The error names every option that is missing.
func New(options Options) (*Server, error) {
	options, err := options.completed()
	if err != nil {
		return nil, err
	}
	s := &Server{options: options, storage: options.Storage, trading: options.Trading,
		log: options.Log, now: options.Now, proxies: options.TrustedProxies}
	s.live, s.end = context.WithCancel(context.Background())
	if err := s.prepare(); err != nil {
		return nil, err
	}
	s.app = fiber.New(s.fiberConfig())
	s.app.Use(s.request)
	s.api = humafiber.New(s.app, apiConfig(options.Version))
	s.routes()
	if err := s.describe(); err != nil {
		return nil, err
	}
	s.app.Use(s.page.serve)
	s.guardEntry()
	return s, nil
}

func (s *Server) prepare() (err error) {
	o := s.options
	if s.origins, err = newOrigins(o.PublicURL, o.AllowedOrigins, o.Dev); err != nil {
		return err
	}
	if s.tokens, err = newTokens(o.Keys, o.AccessAge, o.Now); err != nil {
		return err
	}
	if s.page, err = newPage(o.Page); err != nil {
		return err
	}
	if s.metrics, err = newMetrics(o.Registry); err != nil {
		return err
	}
	s.password = newPasswords(o.Passwords)
	s.signIns = newSignInCache(o.Storage, o.Now)
	s.limits = newLimiters(o.Limits, o.Now)
	s.tickets = newTickets(o.Now)
	s.sockets = newSockets(o.Limits.SocketsPerUser)
	s.admin = newDebugServer(o.Registry)
	return watchSockets(o.Registry, s.sockets)
}

func (s *Server) fiberConfig() fiber.Config {
	return fiber.Config{
		Immutable:                    true,
		CaseSensitive:                true,
		StrictRouting:                true,
		BodyLimit:                    bodyLimit,
		ReadBufferSize:               headerLimit,
		ReadTimeout:                  s.options.ReadTimeout,
		WriteTimeout:                 s.options.WriteTimeout,
		IdleTimeout:                  s.options.IdleTimeout,
		DisablePreParseMultipartForm: true,
		DisableStartupMessage:        true,
		RequestMethods:               methods,
		ErrorHandler:                 s.answerError,
	}
}

func (o Options) completed() (Options, error) {
	for name, missing := range map[string]bool{"Storage": o.Storage == nil, "Trading": o.Trading == nil, "Actors": o.Actors == nil,
		"Readiness": o.Readiness == nil, "Page": o.Page == nil, "Keys": len(o.Keys) == 0} {
		if missing {
			return o, fmt.Errorf("http server: option %s is missing", name)
		}
	}
	if o.Paper == nil {
		o.Paper = noPaperAccounts{}
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OwnerCreated == nil {
		o.OwnerCreated = func() {}
	}
	orDefault(&o.Version, "dev")
	orDefault(&o.AccessAge, 10*time.Minute)
	orDefault(&o.RefreshAge, 30*24*time.Hour)
	orDefault(&o.StepUpAge, 10*time.Minute)
	orDefault(&o.ReadTimeout, 10*time.Second)
	orDefault(&o.WriteTimeout, 10*time.Second)
	orDefault(&o.IdleTimeout, time.Minute)
	orDefault(&o.Passwords, PasswordCost{MemoryKiB: 19 * 1024, Passes: 2, Threads: 1, Concurrent: runtime.NumCPU()})
	orDefault(&o.Limits.RequestsPerMinute, 600)
	orDefault(&o.Limits.SignInsPerMinute, 20)
	orDefault(&o.Limits.RegistrationsPerHour, 20)
	orDefault(&o.Limits.AccountFailures, 10)
	orDefault(&o.Limits.AccountWindow, 15*time.Minute)
	orDefault(&o.Limits.UserPerMinute, 600)
	orDefault(&o.Limits.SocketsPerUser, 10)
	return o, nil
}

func orDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

type noPaperAccounts struct{}

func (noPaperAccounts) Create(context.Context) (trade.Key, error) {
	return trade.Key{}, ErrPaperAccountsUnavailable
}

// Listen serves the API and the page until Shutdown.
func (s *Server) Listen(listener net.Listener) error {
	// The library forgets to stop what has not begun; this listener closes whichever comes first.
	listener = &closeOnce{Listener: listener}
	defer context.AfterFunc(s.live, func() { _ = listener.Close() })()
	if err := s.app.Listener(listener); err != nil && s.live.Err() == nil {
		return fmt.Errorf("listen on %s: %w", listener.Addr(), err)
	}
	return nil
}

// closeOnce may be closed by both the server and its library.
type closeOnce struct {
	net.Listener
	once sync.Once
	err  error
}

// Close closes the listener once; a repeat gives the first answer.
func (l *closeOnce) Close() error {
	l.once.Do(func() { l.err = l.Listener.Close() })
	return l.err
}

// ListenAdmin serves metrics and profiles until Shutdown. It asks nobody who they are: the listener
// belongs on loopback or a private network.
func (s *Server) ListenAdmin(listener net.Listener) error {
	if err := s.admin.Serve(listener); err != nil && err != nethttp.ErrServerClosed {
		return fmt.Errorf("listen on %s: %w", listener.Addr(), err)
	}
	return nil
}

// Shutdown stops accepting, closes every WebSocket with 1001 and waits for requests under way.
func (s *Server) Shutdown(ctx context.Context) error {
	s.end()
	s.sockets.closeAll()
	if err := s.admin.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop the admin listener: %w", err)
	}
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("stop the listener: %w", err)
	}
	return nil
}
