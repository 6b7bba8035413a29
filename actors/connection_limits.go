package actors

import (
	"context"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

type (
	// reloadLimits tells a connection that its limits have changed; answered when the new ones hold.
	reloadLimits struct {
		kit.Must
		kit.Reply[struct{}]
	}
	limitsLoaded struct {
		asked  reloadLimits
		limits []trade.ScopedLimits
		err    error
	}
	// limitsChanged says that the limits of everybody have changed.
	limitsChanged struct{ kit.Must }
)

// reloadLimits reads the limits again, until the database answers.
func (n *connection) reloadLimits(c *kit.Context, m reloadLimits) {
	storage, id := n.env.Storage, n.id
	c.Go(func(ctx context.Context) any {
		var limits []trade.ScopedLimits
		err := persist(ctx, func(ctx context.Context) (err error) {
			limits, err = storage.AccountLimits(ctx, id)
			return err
		})
		return limitsLoaded{m, limits, err}
	})
}

func (n *connection) limitsLoaded(c *kit.Context, m limitsLoaded) {
	if m.err != nil {
		c.Log().Warn().Err(m.err).Msg("connection.limits.unread")
		m.asked.Fail(trade.ErrUnavailable)
		return
	}
	n.limits = m.limits
	if n.account != nil {
		n.account.SetLimits(m.limits)
	}
	m.asked.Answer(struct{}{})
}
