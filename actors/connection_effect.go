package actors

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/killpoint"
	"github.com/tradebaas/tradebaas/trade"
)

// effectDone is the exchange's answer to an effect.
type effectDone struct {
	kit.Must
	account *trade.Account // that wanted it
	answer  trade.Answer
	err     error
	took    time.Duration
}

var errNoSession = &broker.Error{Outcome: broker.NotSent, Reason: "there is no link to the exchange"}

// do carries out an effect off the mailbox.
func (n *connection) do(c *kit.Context, effect trade.Effect) {
	if _, all := effect.(trade.AskAll); all {
		n.sweepIn(c, sweepSoon)
		return
	}
	session, account := n.session, n.account
	if session == nil {
		c.Self().Tell(effectDone{account: account, answer: trade.Answer{Effect: effect}, err: errNoSession})
		return
	}
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, exchangeCall)
		defer cancel()
		began := time.Now()
		done := carryOut(ctx, session, effect)
		done.account, done.took = account, time.Since(began)
		return done
	})
}

func carryOut(ctx context.Context, session broker.Session, effect trade.Effect) effectDone {
	a, err := trade.Answer{Effect: effect, Asked: session.Now()}, error(nil)
	switch e := effect.(type) {
	case trade.SendBracket:
		killpoint.At(killpoint.BeforeWrite)
		err = placed(&a)(session.PlaceBracket(ctx, e.Bracket))
		killpoint.At(killpoint.AckRead)
	case trade.SendOrder:
		killpoint.At(killpoint.BeforeWrite)
		err = placed(&a)(session.Place(ctx, e.Order))
		killpoint.At(killpoint.AckRead)
	case trade.AmendOrder:
		if _, err = session.Amend(ctx, broker.Amendment(e)); err == nil {
			a.Order, err = session.Order(ctx, e.Order) // read back: the link must still be there
		}
	case trade.CancelOrder:
		a.Order, err = session.Cancel(ctx, e.Order)
	case trade.AskLabel:
		a.Orders, err = session.OrdersByLabel(ctx, e.Settlement, e.Label)
	case trade.AskFills:
		a.Fills, err = session.Fills(ctx, e.Instrument, e.After.Seq, e.After.Time)
	case trade.AskFunding:
		if a.Funding, err = session.Funding(ctx, e.Spec, e.From, e.To); err == nil && e.Lost {
			a.Delivery, err = session.Delivery(ctx, e.Spec, e.From, e.To)
		}
	}
	return effectDone{answer: a, err: err}
}

// placed puts what came of a new order into its answer.
func placed(a *trade.Answer) func(broker.Placed, error) error {
	return func(p broker.Placed, err error) error {
		a.Order, a.Legs, a.Fills = p.Order, p.Legs, p.Fills
		return err
	}
}

// effectDone hands the exchange's answer to the account.
func (n *connection) effectDone(c *kit.Context, m effectDone) {
	answer := m.answer
	if isNewOrder(answer.Effect) {
		n.env.figures.answered(n.id.Venue, m.err, m.took)
	}
	if m.err != nil {
		c.Log().Warn().Err(m.err).Type("effect", answer.Effect).Msg("connection.exchange.refused")
		f := broker.FailureOf(m.err, isLinked(answer.Effect))
		answer.Failure = &f
	}
	if send, ok := answer.Effect.(trade.SendOrder); ok {
		n.answerAwaited(send.Order.ID, exchangeRefusal(m.err))
	}
	if m.account != n.account {
		return // it was read again meanwhile, and asks anew
	}
	out := n.account.Take(answer, n.now())
	if m.err != nil || answer.Order.ID == "" {
		n.apply(c, out)
		return
	}
	n.record(c, out, "", func(c *kit.Context) { n.publishOrder(c, answer.Order) })
}

func isNewOrder(e trade.Effect) bool {
	_, single := e.(trade.SendOrder)
	return single || isLinked(e)
}

func isLinked(e trade.Effect) bool {
	_, linked := e.(trade.SendBracket)
	return linked
}

// exchangeRefusal is what a user reads of an exchange's no.
func exchangeRefusal(err error) error {
	if err == nil {
		return nil
	}
	if e := broker.As(err); e != nil && e.Outcome == broker.Refused {
		return trade.Errorf(trade.Refused, "exchange_refused", "The exchange refused it: %s.", e.Reason)
	}
	return trade.ErrUnavailable
}
