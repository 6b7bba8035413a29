// Package deribit is the client of Deribit's JSON-RPC API over WebSocket. The same code speaks to
// the live exchange, to its test environment and to the simulated one; only the address differs.
package deribit

import (
	"context"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// Options say where one environment of the exchange is and how much of it may be used.
// Zero values mean the defaults named beside them.
type Options struct {
	Venue  trade.Venue
	URL    string // ws:// or wss:// address, such as wss://www.deribit.com/ws/api/v2
	Logger zerolog.Logger

	// Dial opens the TCP connection; nil is the net package's dialer. Tests put a pipe here.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Connections bounds the sockets open at once, because the exchange refuses an address that
	// opens too many (Deribit: 32). 0 is no bound.
	Connections int
	// SessionsPerConnection is how many accounts share a socket (1). Deribit documents a token per
	// call; whether it also takes several accounts' subscriptions on one socket is not known.
	SessionsPerConnection int
	Linger                time.Duration // how long a shared socket is kept when its last session has gone (10 s)

	Heartbeat    time.Duration // interval asked of the exchange, whole seconds (10 s, its minimum)
	ReconnectMin time.Duration // ceiling of the first pause after a lost link (500 ms)
	ReconnectMax time.Duration // ceiling of every pause (30 s)
	RefusedPause time.Duration // pause after a refused key (5 min)

	Limits Limits // request credits per account until the exchange tells others
}

// Venue is one environment of Deribit. It fulfils broker.Venue.
type Venue struct {
	options Options
	slots   *budget
	fleet   *fleet
	address *limiter // what the exchange counts per address: calls before a login
	strain  strain
	clock   clock
	queued  queueDepth

	labels     atomic.Int64
	unreadable atomic.Int64
	doubted    chan struct{} // says that the exchange refused an order which its contract should allow
}

var _ broker.Venue = (*Venue)(nil)

// New makes a venue. It connects to nothing until a feed, a session or a key check needs it.
func New(o Options) *Venue {
	setDefault(&o.Heartbeat, 10*time.Second)
	setDefault(&o.ReconnectMin, 500*time.Millisecond)
	setDefault(&o.ReconnectMax, 30*time.Second)
	setDefault(&o.RefusedPause, 5*time.Minute)
	setDefault(&o.Linger, 10*time.Second)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	o.Limits = o.Limits.withDefaults()
	o.Logger = o.Logger.With().Stringer("venue", o.Venue).Logger()
	v := &Venue{options: o, slots: newBudget(o.Connections, o.ReconnectMin, o.ReconnectMax), doubted: make(chan struct{}, 1)}
	v.address = newLimiter(o.Limits, &v.queued)
	v.fleet = &fleet{venue: v, seats: max(1, o.SessionsPerConnection), linger: o.Linger, pace: backoff{first: o.ReconnectMin, maximum: o.ReconnectMax}}
	return v
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d <= 0 {
		*d = value
	}
}

// ID tells which venue this is.
func (v *Venue) ID() trade.Venue { return v.options.Venue }

// nextLabel gives a label that no other session of the venue has; the exchange allows 16 characters.
func (v *Venue) nextLabel() string { return "s" + strconv.FormatInt(v.labels.Add(1), 36) }

// Stats tells how much of the venue's budgets is in use right now.
func (v *Venue) Stats() Stats {
	s := Stats{Queued: v.queued.read(), Unreadable: v.unreadable.Load()}
	s.Connections, s.WaitingConnections, s.RefusedConnections = v.slots.read()
	s.Transports, s.Sessions, s.Fullest = v.fleet.read()
	return s
}

// Stats are the budgets of a venue in use.
type Stats struct {
	Connections        int              // sockets open or being opened
	WaitingConnections int              // sockets that wait for one of those to end
	RefusedConnections int64            // sockets that the exchange had no room for, since the start
	Transports         int              // sockets that carry sessions
	Sessions           int              // sessions that have a seat on one
	Fullest            int              // sessions on the fullest of them
	Queued             map[Priority]int // requests that wait for credit, over all accounts
	Unreadable         int64            // frames that could not be understood, since the start
}

// CheckKey logs in once with no scope asked, so that the answer shows all that the key may do.
func (v *Venue) CheckKey(ctx context.Context, key trade.Key) (trade.Grant, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	p, err := v.fleet.join(ctx, &claim{label: v.nextLabel(), waits: func(error) {}, visitor: true})
	if err != nil {
		return trade.Grant{}, notSent(err)
	}
	defer v.fleet.leave(p)
	l := p.link
	login, err := signIn(ctx, l, key, v.clock.now(), "")
	if err != nil {
		return trade.Grant{}, err
	}
	if login.grant.reads("account") {
		account, err := askAccount(ctx, l, login.access)
		if err != nil {
			return trade.Grant{}, err
		}
		login.grant.ExchangeAccount = account.id
	}
	return login.grant.Grant, nil
}

// greet measures the clock and makes sure that this is the kind of exchange the venue names,
// before any key is shown to it.
func (v *Venue) greet(ctx context.Context, l *link) error {
	if err := v.clock.measure(ctx, l); err != nil {
		return err
	}
	return v.checkHost(l)
}

// checkHost refuses to go on when play money and real money were mixed up in the addresses.
func (v *Venue) checkHost(l *link) error {
	play, told := l.playMoney()
	if told && play == v.options.Venue.Environment.RealMoney() {
		return notSent(trade.Errorf(trade.Unavailable, "wrong_exchange",
			"The address set for %s belongs to another environment of the exchange. Correct it in the configuration.", v.options.Venue))
	}
	return nil
}
