package deribit

import (
	"context"
	"errors"
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
	cancel   context.CancelFunc
	finished chan struct{}
}

// stableAfter is how long a link must have lasted for the pauses to start small again.
const stableAfter = 10 * time.Second

func (k *keeper) start() {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel, k.finished = cancel, make(chan struct{})
	go k.run(ctx)
}

func (k *keeper) stop() {
	k.cancel()
	<-k.finished
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.finished)
	pace := backoff{first: k.venue.options.ReconnectMin, maximum: k.venue.options.ReconnectMax}
	for {
		began := time.Now()
		err := k.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) >= stableAfter && !isAuth(err) {
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

// once is the life of one link.
func (k *keeper) once(ctx context.Context) error {
	if k.venue.slots.spent() {
		k.tenant.down(errNoConnection, time.Time{})
	}
	l, err := k.venue.connect(ctx, k.tenant.notify)
	if err != nil {
		return err
	}
	defer l.close()
	if err := k.setup(ctx, l); err != nil {
		return err
	}
	return k.tenant.serve(ctx, l)
}

func (k *keeper) setup(ctx context.Context, l *link) error {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	if err := k.venue.greet(ctx, l); err != nil {
		return err
	}
	if err := l.heartbeat(ctx, k.venue.options.Heartbeat); err != nil {
		return err
	}
	return k.tenant.setup(ctx, l)
}

var errNoConnection = errors.New("every connection to the exchange is in use; waiting for a free one")

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
