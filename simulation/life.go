package simulation

import (
	"encoding/json"
	"fmt"
	"hash/fnv"

	"github.com/tradebaas/tradebaas/trade"
)

// life is all that one account in memory has taken in, from its rebuilding to its end.
type life struct {
	rebuild func() *trade.Account
	steps   []func(*trade.Account) trade.Outcome
	sum     uint64
}

func (l *life) begin(id trade.AccountID, origin trade.Origin, record trade.AccountRecord) {
	l.rebuild = func() *trade.Account { return trade.NewAccount(id, origin, record) }
}

func (l *life) add(step func(*trade.Account) trade.Outcome, out trade.Outcome) {
	l.steps = append(l.steps, step)
	l.sum = digest(l.sum, out)
}

// digest adds an outcome to a running sum of bytes.
func digest(sum uint64, out trade.Outcome) uint64 {
	if out.Change.Empty() && len(out.Effects)+len(out.Ended) == 0 {
		return sum
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d", sum)
	if err := json.NewEncoder(h).Encode(out); err != nil {
		panic(err)
	}
	for _, e := range out.Effects {
		_, _ = fmt.Fprintf(h, "%T", e)
	}
	return h.Sum64()
}

// replay lives the life again and compares every outcome, byte by byte.
func (l *life) replay(w *World) {
	if l.rebuild == nil {
		return
	}
	account, sum := l.rebuild(), uint64(0)
	for _, step := range l.steps {
		sum = digest(sum, step(account))
	}
	if sum != l.sum {
		w.violate("I10", fmt.Errorf("the same events gave other outcomes"))
	}
	w.report.Replayed += len(l.steps)
	*l = life{}
}

// describe tells what an outcome is about, where somebody listens.
func (n *connection) describe(out trade.Outcome) {
	if n.s.w.options.Trace == nil {
		return
	}
	for _, o := range out.Change.Orders {
		n.s.w.note("%s   order %s %s filled %s of %s %s", n.u.id, o.Label, o.State, o.Filled, o.Amount, o.Reason)
	}
	for _, f := range out.Change.Fills {
		n.s.w.note("%s   fill %s of %q: %s %s at %s", n.u.id, f.ID, f.Label, f.Side, f.Amount, f.Price)
	}
	for _, t := range out.Change.Trades {
		n.s.w.note("%s   trade %s %s open %s, stop %s, %s", n.u.id, t.Intent, t.Status, t.Open, t.StopLoss, t.ExitReason)
	}
	for _, r := range out.Change.Repairs {
		n.s.w.note("%s   repair %s: %s", n.u.id, r.Kind, r.Message)
	}
	for _, e := range out.Effects {
		n.s.w.note("%s   wants %T %+v", n.u.id, e, e)
	}
}
