package kit

import "github.com/asynkron/protoactor-go/actor"

// mailboxCap is how many messages wait for one actor when its Spec says nothing.
const mailboxCap = 4096

// Spec says how one actor is made and kept.
type Spec struct {
	// Kind names the sort of actor in metrics and logs: a short, fixed word,
	// never a user's or a market's name.
	Kind string
	// New fills a fresh struct and does nothing else; it is called for every
	// incarnation. Work begins with Started.
	New func() Actor
	// Cap bounds the mailbox (default 4096; soft by a few messages).
	Cap int
	// Guard answers this actor's own panics. It belongs to the child, so that
	// one parent can keep children of several kinds.
	Guard Backoff
}

// props builds what the library needs: fresh struct, pool dispatcher, refusing
// mailbox, and the supervision of this actor's children.
func (s *System) props(spec Spec, opts ...actor.PropsOption) *actor.Props {
	if spec.Cap <= 0 {
		spec.Cap = mailboxCap
	}
	cell := newCell(s, spec)
	opts = append(opts,
		actor.WithMailbox(func() actor.Mailbox { return cell }),
		actor.WithDispatcher(s.pool),
		actor.WithSupervisor(s.guard),
	)
	return actor.PropsFromProducer(func() actor.Actor { return newIncarnation(cell, spec.New) }, opts...)
}
