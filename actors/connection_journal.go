package actors

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// This file is the one writer of an account: changes are committed in the order in
// which they were decided, off the mailbox; trade.Journal says what may go when.

// stored tells what became of committing records.
type stored struct {
	numbers []uint64
	err     error
}

// apply puts an outcome into the journal and carries out at once what needs no record.
func (n *connection) apply(c *kit.Context, out trade.Outcome) { n.record(c, out, "") }

// record does the same; tell is called when the outcome is stored, entry released.
func (n *connection) record(c *kit.Context, out trade.Outcome, entry trade.IntentID, tell ...func(*kit.Context)) {
	r, urgent := n.journal.Add(out, entry, time.Now(), tell...)
	r.With = n.behalf
	for _, e := range urgent {
		n.do(c, e)
	}
	n.write(c)
	n.release(c)
	n.armTick(c)
	n.hurrySweep(c)
	n.judge(c)
}

// write commits what waits, one transaction at a time, each for as long as it takes. What comes
// meanwhile goes together into the next.
func (n *connection) write(c *kit.Context) {
	group, change := n.journal.Group()
	if len(group) == 0 {
		return
	}
	numbers := make([]uint64, len(group))
	for i, r := range group {
		numbers[i] = r.Number
	}
	storage, id, behalf, log := n.env.Storage, n.id, group[0].With, *c.Log()
	c.Go(func(ctx context.Context) any {
		if behalf != nil {
			ctx = behalf(ctx)
		}
		return stored{numbers: numbers, err: commitUntil(ctx, log, storage, id, change)}
	})
}

// commitPace spaces the tries of a commit, so that trading goes on soon after the
// database is back.
var commitPace = kit.Backoff{Base: 50 * time.Millisecond, Cap: time.Second}

// logCommits is how many tries share one line of the log.
const logCommits = 30

// commitUntil repeats a commit until it is stored, refused, or ctx ends. While it is tried nothing is
// entered on the account, so the log says what stands in the way.
func commitUntil(ctx context.Context, log zerolog.Logger, storage Ledger, id trade.AccountID, change trade.Change) error {
	for try := 1; ; try++ {
		once, cancel := context.WithTimeout(ctx, storeCall)
		err := storage.Commit(once, id, change)
		cancel()
		var refusal *trade.Error
		if err == nil || errors.As(err, &refusal) || ctx.Err() != nil {
			return err
		}
		if try%logCommits == 1 {
			log.Warn().Err(err).Int("try", try).Msg("connection.commit.failed")
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(commitPace.Pause(try)):
		}
	}
}

func (n *connection) stored(c *kit.Context, m stored) {
	for _, number := range m.numbers {
		if r := n.journal.Stored(number); r != nil && m.err != nil {
			n.refusedByStorage(c, r, m.err)
		}
	}
	n.write(c)
	n.release(c)
	n.judge(c)
}

// refusedByStorage takes back what storage will never take. Only a new intent can
// be refused while this server is the owner; anything else means that it is not.
func (n *connection) refusedByStorage(c *kit.Context, r *trade.Record[func(*kit.Context)], err error) {
	c.Log().Warn().Err(err).Msg("connection.commit.refused")
	var refusal *trade.Error
	if !errors.As(err, &refusal) {
		refusal = trade.ErrUnavailable
	}
	if r.Entry != "" {
		strategy := r.Outcome.Change.Orders[0].Strategy
		n.account.Withdraw(r.Entry)
		c.Parent().Tell(EntryDenied{Strategy: strategy, Intent: r.Entry, Err: refusal})
		r.Drop()
		return
	}
	if errors.Is(err, trade.ErrFenced) {
		n.fenced = true
		n.account.Online(false)
		n.status.State, n.status.LastError = trade.ConnDegraded, trade.ErrFenced.Message
		r.Drop()
	}
}

// release sends and tells what is stored, in order.
func (n *connection) release(c *kit.Context) {
	for r := n.journal.Next(); r != nil; r = n.journal.Next() {
		for _, e := range r.Effects {
			n.do(c, e)
		}
		n.tellOutcome(c, r.Outcome)
		for _, tell := range r.Notes {
			tell(c)
		}
		if r.Entry != "" {
			n.judge(c) // the lock or the link may be gone by now
			n.apply(c, n.account.Release(r.Entry, n.now()))
		}
	}
}

// releaseProtective sends exits and stops that wait for a database that is away.
func (n *connection) releaseProtective(c *kit.Context) {
	for _, e := range n.journal.Protective() {
		n.do(c, e)
	}
}
