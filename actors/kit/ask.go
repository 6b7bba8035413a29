package kit

import (
	"context"
	"fmt"
	"time"
)

// askTimeout bounds an Ask whose context has no deadline of its own.
const askTimeout = 10 * time.Second

// Answerable is a message whose sender waits. Embedding a Reply gives it.
type Answerable interface {
	// Fail ends the wait with err; only the first answer counts.
	Fail(err error)
}

// Reply is the way back for one question. Embed it in the question's message;
// the zero Reply belongs to a message that was told rather than asked, and
// swallows the answer.
type Reply[T any] struct {
	ch    chan answer[T]
	until time.Time
	asker context.Context // for its values only
}

type answer[T any] struct {
	value T
	err   error
}

// Answer ends the wait with v; only the first answer counts.
func (r Reply[T]) Answer(v T) { r.put(answer[T]{value: v}) }

// Fail ends the wait with err; only the first answer counts.
func (r Reply[T]) Fail(err error) { r.put(answer[T]{err: err}) }

// Resolve ends the wait with err if there is one, else with v.
func (r Reply[T]) Resolve(v T, err error) {
	if err != nil {
		r.Fail(err)
		return
	}
	r.Answer(v)
}

// With gives ctx the values of the one who asked, not their deadline: what is done for a question may
// need to know on whose behalf.
func (r Reply[T]) With(ctx context.Context) context.Context {
	if r.asker == nil {
		return ctx
	}
	return onBehalf{ctx, r.asker}
}

type onBehalf struct {
	context.Context
	asker context.Context
}

func (c onBehalf) Value(key any) any {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.asker.Value(key)
}

// Late tells whether the one who asked has given up waiting. What was asked for
// must not be done any more: its sender was told that it was not.
func (r Reply[T]) Late() bool { return r.ch != nil && time.Now().After(r.until) }

func (r Reply[T]) put(a answer[T]) {
	select {
	case r.ch <- a:
	default: // nobody asked, or it was answered already
	}
}

// Ask sends the message that question builds around its way back, and waits
// for the answer or the end of ctx (10 s when ctx has no deadline). It is for
// callers outside the tree; inside Receive nothing may wait.
func Ask[T any](ctx context.Context, to Ref, question func(Reply[T]) any) (T, error) {
	until, bounded := ctx.Deadline()
	if !bounded {
		until = time.Now().Add(askTimeout)
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	reply := Reply[T]{ch: make(chan answer[T], 1), until: until, asker: context.WithoutCancel(ctx)}
	to.Tell(question(reply))
	select {
	case a := <-reply.ch:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("ask %s: %w", to.ID(), ctx.Err())
	}
}

// Fail answers the sender of msg, when it waits, with err.
func Fail(msg any, err error) {
	if waiting, ok := msg.(Answerable); ok {
		waiting.Fail(err)
	}
}
