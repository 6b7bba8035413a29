package deribit

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// Session is one account's private link. It fulfils broker.Session.
type Session struct {
	venue   *Venue
	key     trade.Key
	log     zerolog.Logger
	limiter *limiter
	keeper  keeper

	link atomic.Pointer[link] // nil while down

	sinkMu sync.Mutex
	sink   func(broker.SessionEvent)

	authTurn chan struct{} // holds one token: whoever has it may sign in
	login    login         // guarded by authTurn
	logins   atomic.Int64  // counts sign-ins and renewals, to see whether one happened meanwhile
}

var _ broker.Session = (*Session)(nil)

// OpenSession starts one account's private session; it connects by itself.
func (v *Venue) OpenSession(key trade.Key, sink func(broker.SessionEvent)) broker.Session {
	s := &Session{
		venue:    v,
		key:      key,
		log:      v.options.Logger,
		limiter:  newLimiter(v.options.Limits, &v.queued),
		sink:     sink,
		authTurn: make(chan struct{}, 1),
	}
	s.authTurn <- struct{}{}
	s.keeper = keeper{venue: v, tenant: s}
	s.keeper.start()
	return s
}

// Close ends the session and waits for its goroutines.
func (s *Session) Close() {
	s.keeper.stop()
	s.limiter.stop()
}

// Now is the exchange's time.
func (s *Session) Now() time.Time { return s.venue.clock.now() }

// Clock tells how the exchange's clock stands against ours.
func (s *Session) Clock() trade.Clock { return s.venue.clock.read() }

func (s *Session) emit(e broker.SessionEvent) {
	s.sinkMu.Lock()
	defer s.sinkMu.Unlock()
	s.sink(e)
}

var sessionChannels = []string{"user.changes.any.any.raw", "user.portfolio.any"}

// setup logs in, subscribes, learns the account's limits and tells that the session is up.
func (s *Session) setup(ctx context.Context, l *link) error {
	account, err := s.prepare(ctx, l)
	if err != nil {
		return err
	}
	s.limiter.resize(poolMatching, account.matching)
	s.limiter.resize(poolRead, account.reads)
	granted := s.login.grant.Grant
	granted.ExchangeAccount = account.id
	s.link.Store(l)
	s.emit(broker.SessionUp{Grant: granted})
	return nil
}

func (s *Session) prepare(ctx context.Context, l *link) (account, error) {
	if err := s.signIn(ctx, l); err != nil {
		return account{}, err
	}
	release, err := s.limiter.take(ctx, poolSubscribe, PriorityRead)
	if err != nil {
		return account{}, err
	}
	defer release()
	if err := subscribe(ctx, l, "private/subscribe", sessionChannels); err != nil {
		return account{}, err
	}
	return askAccount(ctx, l)
}

// serve renews the token in time, for as long as the link lasts.
func (s *Session) serve(ctx context.Context, l *link) error {
	defer s.link.Store(nil)
	for {
		renewal := time.NewTimer(s.untilRenewal())
		select {
		case <-l.done:
			renewal.Stop()
			return l.cause
		case <-ctx.Done():
			renewal.Stop()
			return ctx.Err()
		case <-renewal.C:
			if err := s.renewIfDue(ctx, l); err != nil {
				return err
			}
		}
	}
}

func (s *Session) down(err error, next time.Time) {
	s.log.Info().Err(err).Msg("deribit.session.down")
	s.emit(broker.SessionDown{Err: err, Next: next})
	if isAuth(err) {
		s.emit(broker.KeyRefused{Err: err})
	}
}

// signIn logs in with the key and checks what was granted.
func (s *Session) signIn(ctx context.Context, l *link) error {
	if err := s.lockLogin(ctx); err != nil {
		return err
	}
	defer s.unlockLogin()
	return s.takeLogin(signIn(ctx, l, s.key, s.Now(), tradingScope))
}

func (s *Session) lockLogin(ctx context.Context) error {
	select {
	case <-s.authTurn:
		return nil
	case <-ctx.Done():
		return notSent(ctx.Err())
	}
}

func (s *Session) unlockLogin() { s.authTurn <- struct{}{} }

func (s *Session) takeLogin(got login, err error) error {
	if err != nil {
		return err
	}
	if err := got.grant.check(); err != nil {
		return err
	}
	s.login = got
	s.logins.Add(1)
	return nil
}

func (s *Session) untilRenewal() time.Duration {
	<-s.authTurn
	defer s.unlockLogin()
	return time.Until(s.login.renewAt)
}

// renewIfDue renews the token when its time has come; a refused refresh falls back to a full login.
func (s *Session) renewIfDue(ctx context.Context, l *link) error {
	if s.untilRenewal() > 0 {
		return nil // somebody was faster
	}
	return s.renewAfter(ctx, l, s.logins.Load())
}

// renewAfter gets a new token unless that has happened since seen.
func (s *Session) renewAfter(ctx context.Context, l *link, seen int64) error {
	if err := s.lockLogin(ctx); err != nil {
		return err
	}
	defer s.unlockLogin()
	if s.logins.Load() != seen {
		return nil
	}
	err := s.takeLogin(renew(ctx, l, s.login.refresh))
	if isAuth(err) || broker.OutcomeOf(err) == broker.Refused {
		s.log.Info().Err(err).Msg("deribit.token.not_renewed")
		err = s.takeLogin(signIn(ctx, l, s.key, s.Now(), tradingScope))
	}
	return err
}

// request is one private call: what it costs and how urgent it is.
type request struct {
	method   string
	params   params
	pool     pool
	priority Priority
	timeout  time.Duration
	once     bool // a new order: never sent again, whatever the answer
}

// do sends a request when there is credit for it. An expired token is renewed, and the request
// then repeated when a second one can do no harm.
func (s *Session) do(ctx context.Context, r request, read func(*fastjson.Value) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if s.link.Load() == nil {
		return notSent(errLinkDown)
	}
	seen := s.logins.Load()
	err := s.send(ctx, r, read)
	if !isCode(err, codeUnauthorized) {
		return err
	}
	switch renewed := s.recoverToken(ctx, seen); {
	case renewed != nil:
		return err
	case r.once:
		return busy(err) // not done, and the key is well: the next one finds a fresh token
	default:
		return s.send(ctx, r, read)
	}
}

func (s *Session) send(ctx context.Context, r request, read func(*fastjson.Value) error) error {
	release, err := s.limiter.take(ctx, r.pool, r.priority)
	if err != nil {
		return err
	}
	defer release()
	l := s.link.Load()
	if l == nil {
		return notSent(errLinkDown)
	}
	err = l.call(ctx, r.method, r.params, read)
	if isCode(err, codeTooManyRequests) {
		s.limiter.drained(r.pool)
	}
	return err
}

// recoverToken answers an unauthorized reply. When the key itself is refused the link is ended,
// so that the keeper tells so and waits.
func (s *Session) recoverToken(ctx context.Context, seen int64) error {
	l := s.link.Load()
	if l == nil {
		return errLinkDown
	}
	err := s.renewAfter(ctx, l, seen)
	if isAuth(err) {
		l.fail(err)
	}
	return err
}

// subscribe asks for channels; all of them must be accepted.
func subscribe(ctx context.Context, l *link, method string, channels []string) error {
	accepted := 0
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	err := l.call(ctx, method, params(nil).list("channels", channels), func(result *fastjson.Value) error {
		accepted = len(result.GetArray())
		return nil
	})
	if err == nil && accepted < len(channels) {
		return fmt.Errorf("the exchange accepted %d of the channels %v", accepted, channels)
	}
	return err
}
