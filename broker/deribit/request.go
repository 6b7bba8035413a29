package deribit

import (
	"context"
	"time"

	"github.com/valyala/fastjson"
)

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
	p := s.up.Load()
	if p == nil {
		return notSent(errLinkDown)
	}
	seen := s.logins.Load()
	err := s.send(ctx, r, read)
	switch {
	case isMaintenance(err):
		s.lose(p, err)
		return err
	case !isAuth(err):
		return err
	}
	switch renewed := s.reauthorize(ctx, p, seen, err); {
	case renewed != nil || !isCode(err, codeUnauthorized):
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
	p := s.up.Load()
	if p == nil {
		return notSent(errLinkDown)
	}
	err = p.link.call(ctx, r.method, s.signed(r.params), read)
	if isCode(err, codeTooManyRequests) {
		s.limiter.drained(r.pool)
	}
	return err
}
