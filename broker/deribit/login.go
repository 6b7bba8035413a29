package deribit

import (
	"context"
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	// inspectLatest is how old the knowledge of all that a key may do gets. In between, logins ask
	// for what trading needs and cannot show what was added to the key.
	inspectLatest = 24 * time.Hour
	// forcedEvery is how soon a token that was just given may be refused before the session starts over.
	forcedEvery = 10 * time.Second
)

// signIn logs in with the key and checks what was granted.
func (s *Session) signIn(ctx context.Context, l *link) error {
	if err := s.lockLogin(ctx); err != nil {
		return err
	}
	defer s.unlockLogin()
	return s.signInFully(ctx, l)
}

// signInFully first looks at all that the key may do, unless that was seen lately, and then takes
// a login that may do no more than trade.
func (s *Session) signInFully(ctx context.Context, l *link) error {
	if s.inspected.IsZero() || time.Since(s.inspected) >= s.inspectEvery {
		s.inspected = time.Time{}
		all, err := s.knock(ctx, l, "")
		if err == nil {
			err = all.grant.check()
		}
		if err != nil {
			return err
		}
		s.inspected = time.Now()
	}
	return s.takeLogin(s.knock(ctx, l, tradingScope))
}

// knock signs in as soon as the address may.
func (s *Session) knock(ctx context.Context, l *link, scope string) (login, error) {
	if err := s.venue.mayKnock(ctx); err != nil {
		return login{}, err
	}
	got, err := signIn(ctx, l, s.key, s.Now(), scope)
	s.venue.strained(err)
	return got, err
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

// takeLogin uses a login that is as it should be. One that is not has the key looked at again next time.
func (s *Session) takeLogin(got login, err error) error {
	if err == nil {
		err = got.grant.check()
	}
	if isAuth(err) {
		s.inspected = time.Time{}
	}
	if err != nil {
		return err
	}
	s.login = got
	s.token.Store(&got.access)
	s.logins.Add(1)
	return nil
}

// signed adds the session's token to a call's parameters.
func (s *Session) signed(p params) params {
	if token := s.token.Load(); token != nil {
		return p.text("access_token", *token)
	}
	return p
}

func (s *Session) untilSignIn() time.Duration {
	<-s.authTurn
	defer s.unlockLogin()
	return min(time.Until(s.login.renewAt), time.Until(s.inspected.Add(s.inspectEvery)))
}

// signInIfDue renews the token when its time has come, or looks at the key again.
func (s *Session) signInIfDue(ctx context.Context, l *link) error {
	if s.untilSignIn() > 0 {
		return nil // somebody was faster
	}
	if err := s.lockLogin(ctx); err != nil {
		return err
	}
	defer s.unlockLogin()
	if time.Since(s.inspected) >= s.inspectEvery {
		return s.signInFully(ctx, l)
	}
	return s.renew(ctx, l)
}

// renew gets a new token; a refused refresh falls back to a full login.
func (s *Session) renew(ctx context.Context, l *link) error {
	err := s.takeLogin(renew(ctx, l, s.login.refresh))
	if broker.OutcomeOf(err) == broker.Refused && !errors.As(err, new(*trade.Error)) {
		s.log.Info().Err(err).Msg("deribit.token.not_renewed")
		err = s.signInFully(ctx, l)
	}
	return err
}

var errTokenUseless = errors.New("the exchange does not take the token that it has just given")

// reauthorize answers a call that was refused because of the token or its scope: it gets a new
// login, unless that has happened since seen, and so sees whether the key is still as it was. When
// it is not, the session gives its seat up, so that the keeper tells so and waits.
func (s *Session) reauthorize(ctx context.Context, p *seat, seen int64, cause error) error {
	if err := s.lockLogin(ctx); err != nil {
		return err
	}
	defer s.unlockLogin()
	unauthorized, since := isCode(cause, codeUnauthorized), time.Since(s.forced)
	switch {
	case s.up.Load() != p:
		return errLinkDown
	case s.logins.Load() != seen:
		return nil
	case unauthorized && since < forcedEvery:
		s.lose(p, errTokenUseless)
		return errTokenUseless
	case !unauthorized && since < s.venue.options.RefusedPause:
		return cause // the key was looked at lately and is well
	}
	s.forced = time.Now()
	var err error
	if unauthorized {
		err = s.renew(ctx, p.link)
	} else {
		s.inspected = time.Time{}
		err = s.signInFully(ctx, p.link)
	}
	if isAuth(err) {
		s.lose(p, err)
	}
	return err
}

// reworded tells a user of a key that has worked before what may have become of it.
func (s *Session) reworded(err error) error {
	e := broker.As(err)
	if e == nil || s.logins.Load() == 0 {
		return err
	}
	reworded := *e
	var known *trade.Error
	switch errors.As(err, &known); {
	case known == nil || known.Code == trade.ErrKeyRefused.Code:
		reworded.Err = trade.Errorf(trade.Refused, "key_revoked", "The exchange no longer takes this key: it was deleted, disabled or changed there, "+
			"or it may not be used from this server's address. "+rightKey+" "+stays)
	default:
		reworded.Err = trade.Errorf(known.Kind, known.Code, "%s %s", known.Message, stays)
	}
	return &reworded
}

const stays = "Open positions and their stops stay at the exchange."
