package actors

import (
	"context"
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// journal is the one writer of an account: changes are committed in the order in
// which they were decided, off the mailbox, and only what is committed is sent
// and told. Cancels, amendments and questions pass meanwhile.
type journal struct {
	line    *kit.Line
	pending []*record
	number  uint64
}

// record is one outcome on its way through the journal.
type record struct {
	number  uint64
	since   time.Time
	done    bool
	entry   trade.IntentID // a new intent: released when it is stored
	effects []trade.Effect
	outcome trade.Outcome
	tell    func(*kit.Context)
}

// stored tells what became of committing a record.
type stored struct {
	number uint64
	err    error
}

// stuck tells whether the oldest record has waited too long.
func (j *journal) stuck(now time.Time) bool {
	return len(j.pending) > 0 && !j.pending[0].done && now.Sub(j.pending[0].since) > journalStuck
}

func (j *journal) add(r *record) {
	j.number++
	r.number, r.since = j.number, time.Now()
	j.pending = append(j.pending, r)
}

func (j *journal) find(number uint64) *record {
	for _, r := range j.pending {
		if r.number == number {
			return r
		}
	}
	return nil
}

// apply puts an outcome into the journal and carries out at once what needs no record.
func (n *connection) apply(c *kit.Context, out trade.Outcome) { n.record(c, out, "", nil) }

func (n *connection) record(c *kit.Context, out trade.Outcome, entry trade.IntentID, tell func(*kit.Context)) {
	r := &record{entry: entry, outcome: out, tell: tell, done: out.Change.Empty()}
	for _, e := range out.Effects {
		if n.urgent(e) || r.done {
			n.do(c, e)
		} else {
			r.effects = append(r.effects, e)
		}
	}
	if !r.done || tell != nil || len(out.Ended) > 0 {
		n.journal.add(r)
	}
	if !r.done {
		n.commit(r)
	}
	n.release(c)
	n.armTick(c)
	n.judge(c)
}

// urgent tells whether an effect needs no record of its own: the intent behind a
// sent entry is stored already, and to amend, to cancel and to ask may be repeated.
func (n *connection) urgent(e trade.Effect) bool {
	send, ok := e.(trade.SendOrder)
	return !ok || send.Order.Role == trade.Entry
}

// commit writes a record, for as long as it takes.
func (n *connection) commit(r *record) {
	storage, id, change, number := n.env.Storage, n.id, r.outcome.Change, r.number
	n.journal.line.Do(func(ctx context.Context) any {
		return stored{number, commitUntil(ctx, storage, id, change)}
	})
}

// commitPace spaces the tries of a commit, so that trading goes on soon after the
// database is back.
var commitPace = kit.Backoff{Base: 50 * time.Millisecond, Cap: time.Second}

// commitUntil repeats a commit until it is stored, refused, or ctx ends.
func commitUntil(ctx context.Context, storage Ledger, id trade.AccountID, change trade.Change) error {
	for try := 1; ; try++ {
		once, cancel := context.WithTimeout(ctx, storeCall)
		err := storage.Commit(once, id, change)
		cancel()
		var refusal *trade.Error
		if err == nil || errors.As(err, &refusal) || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(commitPace.Pause(try)):
		}
	}
}

func (n *connection) stored(c *kit.Context, m stored) {
	r := n.journal.find(m.number)
	if r == nil {
		return
	}
	r.done = true
	if m.err != nil {
		n.refusedByStorage(c, r, m.err)
	}
	n.release(c)
	n.judge(c)
}

// refusedByStorage takes back what storage will never take. Only a new intent can
// be refused while this server is the owner; anything else means that it is not.
func (n *connection) refusedByStorage(c *kit.Context, r *record, err error) {
	c.Log().Warn().Err(err).Msg("connection.commit.refused")
	var refusal *trade.Error
	if !errors.As(err, &refusal) {
		refusal = trade.ErrUnavailable
	}
	if r.entry != "" {
		strategy := r.outcome.Change.Orders[0].Strategy
		n.account.Withdraw(r.entry)
		c.Parent().Tell(EntryDenied{Strategy: strategy, Intent: r.entry, Err: refusal})
		r.entry, r.effects, r.outcome = "", nil, trade.Outcome{}
		return
	}
	if errors.Is(err, trade.ErrFenced) {
		n.fenced = true
		n.account.Online(false)
		n.status.State, n.status.LastError = trade.ConnDegraded, trade.ErrFenced.Message
		r.effects, r.outcome = nil, trade.Outcome{}
	}
}

// release sends and tells what is stored, in order.
func (n *connection) release(c *kit.Context) {
	for len(n.journal.pending) > 0 && n.journal.pending[0].done {
		r := n.journal.pending[0]
		n.journal.pending = n.journal.pending[1:]
		for _, e := range r.effects {
			n.do(c, e)
		}
		n.tellOutcome(c, r.outcome)
		if r.tell != nil {
			r.tell(c)
		}
		if r.entry != "" {
			n.judge(c) // the lock or the link may be gone by now
			n.apply(c, n.account.Release(r.entry, n.now()))
		}
	}
}

// releaseProtective sends exits and stops that wait for a database that is away:
// a position must not stay open or naked for want of a record.
func (n *connection) releaseProtective(c *kit.Context) {
	for _, r := range n.journal.pending {
		effects := r.effects
		r.effects = nil
		for _, e := range effects {
			n.do(c, e)
		}
	}
}
