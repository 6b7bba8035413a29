package trade

import (
	"context"
	"time"
)

// journalStuck is how long the oldest record may wait for its storage; then exits and stops no longer
// wait for it, and nothing new is started.
const journalStuck = time.Second

// Journal keeps the outcomes of one account in the order in which they were decided. What is stored
// is sent and told in that order, and only then; to amend, to cancel and to ask need no record and
// pass meanwhile. It decides what may go when; storing and sending are its owner's. N is what the
// owner wants to be reminded of when a record is stored.
type Journal[N any] struct {
	pending []*Record[N]
	number  uint64
}

// Record is one outcome on its way through the journal.
type Record[N any] struct {
	Number  uint64
	Outcome Outcome
	Entry   IntentID // a new intent, to be released when it is stored
	Effects []Effect // to be carried out when it is stored
	Notes   []N
	With    func(context.Context) context.Context // on whose behalf it is stored; nil: on nobody's
	since   time.Time
	taken   bool // to be stored
	done    bool
}

// Add takes an outcome in. It gives the effects that need no record, for the caller to carry out now.
// What the caller stores next, Group tells.
func (j *Journal[N]) Add(out Outcome, entry IntentID, now time.Time, notes ...N) (*Record[N], []Effect) {
	j.number++
	r := &Record[N]{Number: j.number, Outcome: out, Entry: entry, Notes: notes, since: now, done: out.Change.Empty()}
	var urgent []Effect
	for _, e := range out.Effects {
		if r.done || needsNoRecord(e) {
			urgent = append(urgent, e)
		} else {
			r.Effects = append(r.Effects, e)
		}
	}
	if !r.done || len(notes)+len(out.Ended) > 0 {
		j.pending = append(j.pending, r)
	}
	return r, urgent
}

// needsNoRecord tells whether an effect needs no record of its own: the intent behind a sent entry
// is stored already, and to amend, to cancel and to ask may be repeated.
func needsNoRecord(e Effect) bool {
	send, ok := e.(SendOrder)
	return !ok || send.Order.Role == Entry
}

// groupMost bounds how many records go into one transaction.
const groupMost = 100

// Group gives the records to be stored next, in one transaction, and their changes together: all that
// wait, in their order. It gives none while an earlier group has no answer. What storage may refuse on its
// own account is stored alone; so is each further state of an order, because each is noted, and a
// transaction that is told twice must not move an order back.
func (j *Journal[N]) Group() (group []*Record[N], change Change) {
	for _, r := range j.pending {
		if r.taken && !r.done {
			return nil, Change{}
		}
		if r.done {
			continue
		}
		if len(group) > 0 && (len(group) == groupMost || r.alone() || group[0].alone() || change.restates(r.Outcome.Change)) {
			break
		}
		group, change = append(group, r), change.Then(r.Outcome.Change)
	}
	for _, r := range group {
		r.taken = true
	}
	return group, change
}

func (r *Record[N]) alone() bool { return r.Entry != "" || r.With != nil }

// Stored notes that storage has answered about a record, and gives it; nil when it is not pending.
func (j *Journal[N]) Stored(number uint64) *Record[N] {
	for _, r := range j.pending {
		if r.Number == number {
			r.done = true
			return r
		}
	}
	return nil
}

// Drop takes back what storage will never take: it is neither sent nor told.
func (r *Record[N]) Drop() { r.Entry, r.Effects, r.Outcome = "", nil, Outcome{} }

// Next gives the oldest record when it is stored, and forgets it; nil when it is not.
func (j *Journal[N]) Next() *Record[N] {
	if len(j.pending) == 0 || !j.pending[0].done {
		return nil
	}
	r := j.pending[0]
	j.pending = j.pending[1:]
	return r
}

// Stuck tells whether the oldest record has waited too long.
func (j *Journal[N]) Stuck(now time.Time) bool {
	return len(j.pending) > 0 && !j.pending[0].done && now.Sub(j.pending[0].since) > journalStuck
}

// Clear forgets every record. Answers of the storage that are still to come find none, as the numbers
// go on.
func (j *Journal[N]) Clear() { j.pending = nil }

// Pending counts the records that are not stored and told yet.
func (j *Journal[N]) Pending() int { return len(j.pending) }

// Protective gives the exits and stops that wait for a storage that is away, each once: a position
// must not stay open or naked for want of a record.
func (j *Journal[N]) Protective() []Effect {
	var waiting []Effect
	for _, r := range j.pending {
		waiting = append(waiting, r.Effects...)
		r.Effects = nil
	}
	return waiting
}
