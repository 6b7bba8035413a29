package deribit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// Session is one account's private link. It fulfils broker.Session. It has a seat on a transport and
// no socket of its own: what it sends carries its token, what it is told carries its label, and
// whatever becomes of it leaves the transport to the others.
type Session struct {
	venue   *Venue
	key     trade.Key
	label   string
	log     zerolog.Logger
	limiter *limiter
	keeper  keeper
	inbox   *inbox

	seat       *seat                // the keeper's
	subscribed bool                 // the keeper's: on that seat
	shut       bool                 // the keeper's: maintenance was told
	up         atomic.Pointer[seat] // nil while down

	authTurn     chan struct{} // holds one token: whoever has it may sign in
	login        login         // guarded by authTurn
	inspected    time.Time     // when all that the key may do was seen last; guarded by authTurn
	inspectEvery time.Duration
	forced       time.Time              // when a refused token was replaced last; guarded by authTurn
	token        atomic.Pointer[string] // what login gave
	logins       atomic.Int64           // counts sign-ins and renewals, to see whether one happened meanwhile
}

var _ broker.Session = (*Session)(nil)

// OpenSession starts one account's private session; it connects by itself.
func (v *Venue) OpenSession(key trade.Key, sink func(broker.SessionEvent)) broker.Session {
	s := &Session{
		venue:        v,
		key:          key,
		label:        v.nextLabel(),
		log:          v.options.Logger,
		limiter:      newLimiter(v.options.Limits, &v.queued),
		inbox:        &inbox{sink: sink, log: v.options.Logger},
		authTurn:     make(chan struct{}, 1),
		inspectEvery: inspectLatest - rand.N(inspectLatest/24),
	}
	s.authTurn <- struct{}{}
	s.keeper = keeper{venue: v, tenant: s, board: s.board}
	s.keeper.start()
	return s
}

// Close ends the session and waits for its goroutines.
func (s *Session) Close() {
	s.keeper.stop()
	s.limiter.stop()
	s.inbox.close()
}

// Now is the exchange's time.
func (s *Session) Now() time.Time { return s.venue.clock.now() }

// Clock tells how the exchange's clock stands against ours.
func (s *Session) Clock() trade.Clock { return s.venue.clock.read() }

var errSlowOwner = errors.New("too many events wait for the session's owner")

// emit tells what happened to the account. An owner who falls too far behind loses the link
// instead: he is told so, and compares everything when the session is up again.
func (s *Session) emit(e broker.SessionEvent) {
	if !s.inbox.put(e) {
		s.lose(s.up.Load(), errSlowOwner)
	}
}

// lose gives a seat up because of what happened to this session alone.
func (s *Session) lose(p *seat, cause error) {
	if p != nil && s.up.CompareAndSwap(p, nil) {
		p.end(cause)
	}
}

// board takes a seat.
func (s *Session) board(ctx context.Context) (*link, func(), error) {
	p, err := s.venue.fleet.join(ctx, &claim{label: s.label, notify: s.notify, waits: func(why error) { s.down(why, time.Time{}) }})
	if err != nil {
		return nil, nil, err
	}
	if p.transport.maintenance.Load() {
		s.venue.fleet.leave(p)
		return nil, nil, errMaintenance
	}
	s.seat, s.subscribed = p, false
	return p.link, s.alight, nil
}

// alight gives the seat back. On a shared socket the exchange is told to be silent about this account.
func (s *Session) alight() {
	p := s.seat
	if s.subscribed && s.venue.fleet.shared() && p.link.ending() == nil {
		ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
		defer cancel()
		if err := p.link.call(ctx, "private/unsubscribe", s.signed(params(nil).list("channels", accountChannels)), nil); err != nil {
			s.log.Debug().Err(err).Msg("deribit.session.not_unsubscribed")
		}
	}
	s.venue.fleet.leave(p)
}

var (
	accountChannels = []string{"user.changes.any.any.raw", "user.portfolio.any"}
	sessionChannels = append(accountChannels[:len(accountChannels):len(accountChannels)], platformState)
)

// setup logs in, subscribes, learns the account's limits and tells that the session is up. What
// happens to the account from the subscription on is told, so nothing falls between it and the
// owner's comparison.
func (s *Session) setup(ctx context.Context, l *link) error {
	if err := s.signIn(ctx, l); err != nil {
		return err
	}
	if err := s.paid(ctx, poolSubscribe, func() error { return s.subscribe(ctx, l) }); err != nil {
		return err
	}
	s.subscribed = true
	var account account
	if err := s.paid(ctx, poolRead, func() (err error) { account, err = askAccount(ctx, l, *s.token.Load()); return err }); err != nil {
		return err
	}
	s.limiter.resize(poolMatching, account.matching)
	s.limiter.resize(poolRead, account.reads)
	granted := s.login.grant.Grant
	granted.ExchangeAccount = account.id
	s.shut = false
	s.up.Store(s.seat)
	s.inbox.must(broker.SessionUp{Grant: granted})
	return nil
}

// paid makes a call of the setup when there is credit for it. It may use the reserve: without a
// session nothing can be protected.
func (s *Session) paid(ctx context.Context, p pool, call func() error) error {
	release, err := s.limiter.take(ctx, p, PriorityStop)
	if err != nil {
		return err
	}
	defer release()
	err = call()
	switch {
	case isCode(err, codeTooManyRequests):
		s.limiter.drained(p)
	case isCode(err, codeUnauthorized):
		return errTokenUseless // the key itself has just been taken
	}
	return err
}

// subscribe asks for the session's channels under its label. The account's must be accepted.
func (s *Session) subscribe(ctx context.Context, l *link) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	accepted := map[string]bool{}
	p := s.signed(params(nil).list("channels", sessionChannels).text("label", s.label))
	err := l.call(ctx, "private/subscribe", p, func(result *fastjson.Value) error {
		for _, channel := range result.GetArray() {
			accepted[string(channel.GetStringBytes())] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, channel := range accountChannels {
		if !accepted[channel] {
			return fmt.Errorf("the exchange did not accept the channel %s", channel)
		}
	}
	return nil
}

// serve renews the token in time, for as long as the seat lasts.
func (s *Session) serve(ctx context.Context, l *link) error {
	defer s.up.Store(nil)
	for {
		due := time.NewTimer(s.untilSignIn())
		select {
		case <-l.done:
			due.Stop()
			return l.cause
		case err := <-s.seat.ended:
			due.Stop()
			return err
		case <-ctx.Done():
			due.Stop()
			return ctx.Err()
		case <-due.C:
			if err := s.signInIfDue(ctx, l); err != nil {
				return err
			}
		}
	}
}

// down tells that the seat is lost. Maintenance is told once, however often it is run into: when
// it will be over is not known.
func (s *Session) down(err error, next time.Time) {
	if isMaintenance(err) {
		if s.shut {
			return
		}
		next = time.Time{}
	}
	s.shut = isMaintenance(err)
	s.log.Info().Err(err).Msg("deribit.session.down")
	s.inbox.must(broker.SessionDown{Err: err, Next: next})
	if isAuth(err) {
		s.inbox.must(broker.KeyRefused{Err: s.reworded(err)})
	}
}
