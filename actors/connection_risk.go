package actors

import (
	"context"
	"slices"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

type (
	// reloadRisk tells a connection that its limits or kill switches have changed; answered when they hold.
	reloadRisk struct {
		kit.Must
		kit.Reply[struct{}]
	}
	riskLoaded struct {
		asked  reloadRisk
		number int
		risk   trade.Risk
		err    error
	}
	// riskChanged says that the limits or the halt of everybody have changed.
	riskChanged struct{ kit.Must }
	// KillMoved tells the user how far its kill switches have come on a connection.
	KillMoved struct {
		kit.Must
		Venue   trade.Venue
		Reports []killMove
	}
)

// killMove is one kill switch and how far it has come.
type killMove struct {
	kill   trade.Kill
	report trade.KillReport
}

// reloadRisk reads limits and kill switches again, until the database answers.
func (n *connection) reloadRisk(c *kit.Context, m reloadRisk) {
	n.asking++
	storage, id, number := n.env.Storage, n.id, n.asking
	c.Go(func(ctx context.Context) any {
		var risk trade.Risk
		err := persist(ctx, func(ctx context.Context) (err error) {
			risk, err = storage.AccountRisk(ctx, id)
			return err
		})
		return riskLoaded{m, number, risk, err}
	})
}

func (n *connection) riskLoaded(c *kit.Context, m riskLoaded) {
	if m.err != nil {
		c.Log().Warn().Err(m.err).Msg("connection.risk.unread")
		m.asked.Fail(trade.ErrUnavailable)
		return
	}
	if m.number > n.knows { // an answer that comes late may be older than the one that holds
		n.knows, n.risk, n.verified = m.number, &m.risk, false
		if n.account != nil {
			n.apply(c, n.account.SetRisk(m.risk, n.now()))
		}
	}
	m.asked.Answer(struct{}{})
}

// tellKills reports to the user how far the kill switches have come. Flat is told only after the
// exchange was asked once more.
func (n *connection) tellKills(c *kit.Context) {
	if n.account == nil || len(n.account.Kills())+len(n.moves) == 0 {
		return
	}
	var moves []killMove
	flat := true
	for _, k := range n.account.Kills() {
		report := n.account.KillReport(k)
		flat = flat && report.Flat
		report.Flat = report.Flat && n.verified
		moves = append(moves, killMove{k, report})
	}
	if flat && !n.verified && n.compared {
		n.snapshot(c)
	}
	if slices.EqualFunc(moves, n.moves, sameMove) {
		return
	}
	n.moves = moves
	c.Parent().Tell(KillMoved{Venue: n.id.Venue, Reports: moves})
}

func sameMove(a, b killMove) bool {
	return a.kill.Same(b.kill) && a.report.Flat == b.report.Flat && a.report.OrdersLeft == b.report.OrdersLeft &&
		slices.Equal(a.report.PositionsLeft, b.report.PositionsLeft)
}

// verifyKills notes after a comparison with the exchange whether nothing is left of what was killed.
func (n *connection) verifyKills() {
	n.verified = true
	for _, k := range n.account.Kills() {
		n.verified = n.verified && n.account.KillReport(k).Flat
	}
}
