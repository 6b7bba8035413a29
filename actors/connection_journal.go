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

// refusedByStorage takes back what storage will never take: of a new intent nothing was sent. Any
// other refusal means that this server is not the owner, or that the account in memory and what is
// stored of it have come apart; then it is read again.
func (n *connection) refusedByStorage(c *kit.Context, r *trade.Record[func(*kit.Context)], err error) {
	c.Log().Warn().Err(err).Msg("connection.commit.refused")
	var refusal *trade.Error
	if !errors.As(err, &refusal) {
		refusal = trade.ErrUnavailable
	}
	wasEntry := r.Entry != ""
	if wasEntry {
		strategy := r.Outcome.Change.Orders[0].Strategy
		n.account.Withdraw(r.Entry)
		c.Parent().Tell(EntryDenied{Strategy: strategy, Intent: r.Entry, Err: refusal})
		r.Drop()
	}
	switch {
	case wasEntry && !errors.Is(err, trade.ErrUnstorable):
	case errors.Is(err, trade.ErrFenced):
		n.fenced = true
		n.account.Online(false)
		n.status.State, n.status.LastError = trade.ConnDegraded, trade.ErrFenced.Message
		r.Drop()
	case errors.Is(err, trade.ErrUnstorable):
		n.readAgain(c)
	}
}

// readAgain gives the account in memory up and reads it from the database and the exchange, as a restart
// would, over the session that stands. No commit is under way then, and of what waits for one the exchange
// tells again; exits and stops in it are sent before. Nothing is entered until the account is compared.
// Tries follow each other ever more slowly.
func (n *connection) readAgain(c *kit.Context) {
	n.releaseProtective(c)
	n.journal.Clear()
	n.env.figures.reread(n.id.Venue)
	n.account, n.compared, n.verified = nil, false, false
	if n.status.State != trade.ConnKeyInvalid {
		n.status.State, n.status.LastError, n.status.ConnectedAt = trade.ConnDegraded, trade.ErrUnstorable.Message, nil
	}
	if time.Since(n.reread) > calm {
		n.rereads = 0
	}
	n.reread = time.Now()
	n.rereads++
	if n.rereads == 1 {
		n.load(c)
		return
	}
	c.After(retry.Pause(n.rereads-1), loadAccountDue{})
}

// calm is after how long without it being read again an account counts as sound.
const calm = 10 * time.Minute

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
