package actors

import (
	"context"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// effectDone is the exchange's answer to an effect.
type effectDone struct {
	kit.Must
	effect  trade.Effect
	asked   trade.Snapshot // Asked, and what was listed
	placed  broker.Placed
	order   trade.VenueOrder
	orders  []trade.VenueOrder
	fills   []trade.Fill
	funding trade.Dec
	err     error
}

var errNoSession = &broker.Error{Outcome: broker.NotSent, Reason: "there is no link to the exchange"}

// do carries out an effect off the mailbox.
func (n *connection) do(c *kit.Context, effect trade.Effect) {
	if _, all := effect.(trade.AskAll); all {
		n.sweepIn(c, sweepSoon)
		return
	}
	session := n.session
	if session == nil {
		c.Self().Tell(effectDone{effect: effect, err: errNoSession})
		return
	}
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, exchangeCall)
		defer cancel()
		return carryOut(ctx, session, effect)
	})
}

func carryOut(ctx context.Context, session broker.Session, effect trade.Effect) effectDone {
	done := effectDone{effect: effect}
	done.asked.Asked = session.Now()
	switch e := effect.(type) {
	case trade.SendBracket:
		done.placed, done.err = session.PlaceBracket(ctx, e.Bracket)
	case trade.SendOrder:
		done.placed, done.err = session.Place(ctx, e.Order)
	case trade.AmendOrder:
		if _, done.err = session.Amend(ctx, broker.Amendment(e)); done.err == nil {
			done.order, done.err = session.Order(ctx, e.Order) // read back: the link must still be there
		}
	case trade.CancelOrder:
		done.order, done.err = session.Cancel(ctx, e.Order)
	case trade.AskLabel:
		done.orders, done.err = session.OrdersByLabel(ctx, e.Settlement, e.Label)
	case trade.AskFills:
		done.fills, done.err = session.Fills(ctx, e.Instrument, e.After.Seq, e.After.Time)
	case trade.AskFunding:
		done.funding, done.err = session.Funding(ctx, e.Spec, e.From, e.To)
	}
	return done
}

// effectDone hands the exchange's answer to the account.
func (n *connection) effectDone(c *kit.Context, m effectDone) {
	now := n.now()
	if m.err != nil {
		c.Log().Warn().Err(m.err).Type("effect", m.effect).Msg("connection.exchange.refused")
	}
	switch e := m.effect.(type) {
	case trade.SendBracket:
		n.sent(c, e.Order, m, true)
	case trade.SendOrder:
		n.sent(c, e.Order.ID, m, false)
	case trade.AmendOrder:
		if m.err != nil {
			n.apply(c, n.account.OnAmendFailed(e.Order, failure(m.err, false), now))
			return
		}
		n.record(c, n.account.OnAmended(m.order, now), "", func(c *kit.Context) { n.publishOrder(c, m.order) })
	case trade.CancelOrder:
		if m.err != nil {
			n.apply(c, n.account.OnCancelFailed(e.Order, failure(m.err, false), now))
			return
		}
		n.record(c, n.account.OnOrder(m.order, now), "", func(c *kit.Context) { n.publishOrder(c, m.order) })
	case trade.AskLabel:
		if m.err == nil {
			n.apply(c, n.account.OnLabel(e.Label, m.orders, m.asked.Asked, now))
		}
	case trade.AskFills:
		if m.err == nil {
			n.apply(c, n.account.OnFills(e.Instrument, m.fills, m.asked.Asked, now))
		}
	case trade.AskFunding:
		if m.err == nil {
			n.apply(c, n.account.OnFunding(e.Trade, m.funding, now))
		} else {
			n.apply(c, n.account.OnFunding(e.Trade, trade.Zero, now))
		}
	}
	n.armTick(c)
}

// sent takes the answer to a new order.
func (n *connection) sent(c *kit.Context, id trade.OrderID, m effectDone, linked bool) {
	now := n.now()
	if m.err != nil {
		n.answerClosers(id, exchangeRefusal(m.err))
		n.apply(c, n.account.OnSendFailed(id, failure(m.err, linked), now))
		return
	}
	n.answerClosers(id, nil)
	n.record(c, n.account.OnPlaced(id, m.placed.Order, m.placed.Legs, m.placed.Fills, now), "",
		func(c *kit.Context) { n.publishOrder(c, m.placed.Order) })
}

// unsupported says that an exchange does not know an argument or its combination.
const unsupported, badArgument = 11047, -32602

// failure puts an exchange's answer in the account's words.
func failure(err error, linked bool) trade.Failure {
	e := broker.As(err)
	if e == nil {
		return trade.Failure{Unknown: true, Reason: err.Error()}
	}
	f := trade.Failure{Unknown: e.Outcome == broker.Unknown, Gone: e.Gone, Busy: e.Busy || e.Outcome == broker.NotSent, Expired: e.Expired, Reason: e.Reason}
	if f.Reason == "" {
		f.Reason = e.Error()
	}
	switch e.Param {
	case "linked_order_type", "otoco_config", "trigger_fill_condition":
		f.Unlinked = linked && e.Code == badArgument
	default:
		f.Unlinked = linked && e.Code == unsupported
	}
	return f
}

// exchangeRefusal is what a user reads of an exchange's no.
func exchangeRefusal(err error) error {
	if e := broker.As(err); e != nil && e.Outcome == broker.Refused {
		return trade.Errorf(trade.Refused, "exchange_refused", "The exchange refused it: %s.", e.Reason)
	}
	return trade.ErrUnavailable
}
