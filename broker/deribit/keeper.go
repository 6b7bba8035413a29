package deribit

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/valyala/fastjson"
)

// tenant is what lives on a link that a keeper keeps up: the public feed or one account's session.
type tenant interface {
	notify(channel []byte, data *fastjson.Value) // on the reader's goroutine
	setup(ctx context.Context, l *link) error    // log in and subscribe
	serve(ctx context.Context, l *link) error    // until the link ends
	down(err error, next time.Time)              // the link is lost; trying again at next
}

// keeper connects its tenant, and reconnects it for ever, until it is closed.
type keeper struct {
	venue    *Venue
	tenant   tenant
	board    func(context.Context) (*link, func(), error) // gets a link and how to leave it; nil: one of its own
	keeps    int                                          // connections that are kept for it
	cancel   context.CancelFunc
	finished chan struct{}
}

// stableAfter is how long a link must have lasted for the pauses to start small again.
const stableAfter = 10 * time.Second

func (k *keeper) start() {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel, k.finished = cancel, make(chan struct{})
	if k.board == nil {
		k.board, k.keeps = k.alone, 1
	}
	k.venue.slots.keep(k.keeps)
	go k.run(ctx)
}

func (k *keeper) stop() {
	k.cancel()
	<-k.finished
	k.venue.slots.keep(-k.keeps)
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.finished)
	pace := backoff{first: k.venue.options.ReconnectMin, maximum: k.venue.options.ReconnectMax}
	for {
		lasted, err := k.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if lasted >= stableAfter && !isAuth(err) {
			pace.reset()
		}
		pause := k.pause(&pace, err)
		k.tenant.down(err, time.Now().Add(pause))
		if !sleep(ctx, pause) {
			return
		}
	}
}

// pause is long after a refused key: knocking again changes nothing and may get the key locked.
func (k *keeper) pause(pace *backoff, err error) time.Duration {
	if isAuth(err) {
		refused := k.venue.options.RefusedPause
		return refused + rand.N(refused/10+1)
	}
	return pace.next()
}

// once is the life on one link; it tells how long that was.
func (k *keeper) once(ctx context.Context) (time.Duration, error) {
	l, leave, err := k.board(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	began := time.Now()
	if err := k.setup(ctx, l); err != nil {
		return 0, err
	}
	err = k.tenant.serve(ctx, l)
	return time.Since(began), err
}

func (k *keeper) setup(ctx context.Context, l *link) error {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	return k.tenant.setup(ctx, l)
}

// alone opens a link that is shared with nobody: the feed's, for which a connection is kept.
func (k *keeper) alone(ctx context.Context) (*link, func(), error) {
	waits := func(why error) { k.tenant.down(why, time.Time{}) }
	l, err := k.venue.open(ctx, forFeed, waits, func(_, channel []byte, data *fastjson.Value) { k.tenant.notify(channel, data) })
	if err != nil {
		return nil, nil, err
	}
	return l, l.close, nil
}

// sleep waits; false says that ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
