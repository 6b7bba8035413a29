package brokertest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// live does what an owner does, and takes what comes of it: each call is done, or fails in a way
// that the contract knows, and what is read is never wrong.
func (l *life) live(exitLabel string) {
	l.enter()
	if l.trouble.Holding {
		l.Fault(l, l.trouble.Switch, l.trouble.How)
	}
	l.reads()
	if stop, found := l.leg(l.bracket.StopLabel); found {
		l.order("amend", func(ctx context.Context) error {
			amended, err := l.session.Amend(ctx, broker.Amendment{Order: stop.ID, Instrument: l.spec.Instrument,
				Amount: stop.Amount, TriggerPrice: stop.TriggerPrice.Sub(l.spec.TickSize)})
			if err == nil {
				require.Equal(l, stop.ID, amended.ID)
				require.True(l, amended.TriggerPrice.Equal(stop.TriggerPrice.Sub(l.spec.TickSize)))
			}
			return err
		})
	}
	if l.trouble.Quiet || l.trouble.Spends {
		l.flood()
	}
	l.settle()
	l.place(l.exit(exitLabel))
	for _, label := range []string{l.bracket.TargetLabel, l.bracket.StopLabel} {
		if leg, found := l.leg(label); found {
			l.order("cancel", func(ctx context.Context) error {
				cancelled, err := l.session.Cancel(ctx, leg.ID)
				if err == nil {
					require.Equal(l, "cancelled", cancelled.State)
				} else if e := broker.As(err); e.Gone {
					return nil // its position has gone, and it with it
				}
				return err
			})
		}
	}
	l.reads()
}

// enter opens the position, in the unlinked way where the linked one is refused.
func (l *life) enter() {
	l.bracket.ValidUntil = l.session.Now().Add(l.validity())
	var refusal error
	l.claim(l.bracket.EntryLabel, l.bracket.ValidUntil, func(ctx context.Context) (broker.Placed, error) {
		placed, err := l.session.PlaceBracket(ctx, l.bracket)
		refusal = err
		return placed, err
	})
	if refusal == nil || !broker.FailureOf(refusal, true).Unlinked {
		return
	}
	entry := trade.Order{Role: trade.Entry, Label: l.bracket.EntryLabel + "2", Instrument: l.spec.Instrument, Side: l.bracket.Side,
		Type: trade.MarketOrder, Amount: l.bracket.Amount, ValidUntil: l.session.Now().Add(l.validity())}
	l.place(entry)
	l.place(trade.Order{Role: trade.Stop, Label: l.bracket.StopLabel, Instrument: l.spec.Instrument, Side: l.bracket.Side.Opposite(),
		Type: trade.StopMarketOrder, Amount: l.bracket.Amount, TriggerPrice: l.bracket.Stop, ReduceOnly: true})
}

func (l *life) exit(label string) trade.Order {
	return trade.Order{Role: trade.Exit, Label: label, Instrument: l.spec.Instrument, Side: l.bracket.Side.Opposite(),
		Type: trade.MarketOrder, Amount: l.bracket.Amount, ReduceOnly: true, ValidUntil: l.session.Now().Add(l.validity())}
}

func (l *life) place(o trade.Order) {
	l.claim(o.Label, o.ValidUntil, func(ctx context.Context) (broker.Placed, error) { return l.session.Place(ctx, o) })
}

// claim places an order and keeps what was said of it.
func (l *life) claim(label string, until time.Time, place func(context.Context) (broker.Placed, error)) {
	c := claim{label: label}
	c.outcome = l.order(label, func(ctx context.Context) (err error) {
		c.placed, err = place(ctx)
		return err
	})
	if c.outcome == 0 {
		require.Equal(l, label, c.placed.Order.Label)
		require.NotEmpty(l, c.placed.Order.ID)
	}
	l.claims = append(l.claims, c)
	l.doubt = l.doubt || c.outcome == broker.Unknown
	if until.After(l.until) {
		l.until = until
	}
}

// order makes a call about an order; a trouble that cuts is turned beside it.
func (l *life) order(what string, call func(context.Context) error) broker.Outcome {
	var beside sync.WaitGroup
	if what == l.cut {
		beside.Go(func() { l.Fault(l, l.trouble.Switch, l.trouble.How) })
	}
	outcome, err := l.attempt(what, call)
	beside.Wait()
	if outcome != 0 && (l.up() || outcome != broker.NotSent) {
		entered := slices.ContainsFunc(l.claims, func(c claim) bool { return c.outcome == 0 })
		impossible := !entered && outcome == broker.Refused // an exit of nothing
		require.True(l, impossible || slices.Contains(l.trouble.Orders, outcome), "%s: %v", what, err)
	}
	return outcome
}

// attempt makes a call that may fail, but only as the contract says.
func (l *life) attempt(what string, call func(context.Context) error) (broker.Outcome, error) {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), l.brief())
	defer cancel()
	err := call(ctx)
	if err == nil {
		return 0, nil
	}
	e := broker.As(err)
	require.NotNil(l, e, "%s: every failure is a broker.Error: %v", what, err)
	require.Contains(l, AnyFailure, e.Outcome, what)
	require.NotEmpty(l, e.Reason, what)
	require.True(l, !e.Busy && !e.Expired || e.Outcome == broker.NotSent, "%s: %v", what, err)
	return e.Outcome, err
}

// silent tells whether answers may never come under the trouble.
func (l *life) silent() bool { return slices.Contains(l.trouble.Orders, broker.Unknown) }

// brief is what a call is given: long where an answer must come.
func (l *life) brief() time.Duration {
	if l.silent() {
		return briefly
	}
	return patience
}

// validity is how long an order may wait for its turn.
func (l *life) validity() time.Duration {
	if l.silent() {
		return validity
	}
	return patience
}

// leg looks for a live leg.
func (l *life) leg(label string) (found trade.VenueOrder, ok bool) {
	l.attempt("open orders", func(ctx context.Context) error {
		orders, err := l.session.OpenOrders(ctx)
		for _, o := range orders {
			require.True(l, o.Live(), "%+v", o)
			if o.Label == label && !o.Secondary {
				found, ok = o, true
			}
		}
		return err
	})
	return found, ok
}

// reads asks for everything; what is answered is right.
func (l *life) reads() {
	l.attempt("by label", func(ctx context.Context) error {
		found, err := l.session.OrdersByLabel(ctx, l.spec.Settlement, l.bracket.EntryLabel)
		require.LessOrEqual(l, len(found), 1, "I1: one entry")
		for _, o := range found {
			require.Equal(l, l.bracket.EntryLabel, o.Label)
		}
		return err
	})
	l.attempt("fills", func(ctx context.Context) error {
		fills, err := l.session.Fills(ctx, l.spec.Instrument, 0, l.began)
		l.eachOnce(fills)
		return err
	})
	l.attempt("positions", func(ctx context.Context) error {
		positions, err := l.session.Positions(ctx)
		l.sized(positions)
		return err
	})
	l.attempt("balances", func(ctx context.Context) error {
		balances, err := l.session.Balances(ctx)
		require.True(l, err != nil || of(balances, l.spec.Settlement).Equity.Sign() > 0)
		return err
	})
	l.attempt("ticker", func(ctx context.Context) error {
		ticker, err := l.feed.Ticker(ctx, l.Instrument)
		if err == nil {
			require.Equal(l, l.Instrument, ticker.Instrument)
			require.Positive(l, ticker.Mark.Sign())
			require.True(l, ticker.Ask.IsZero() || ticker.Bid.Less(ticker.Ask)) // a shut book has neither
		}
		return err
	})
}

// sized makes sure that nothing was entered twice.
func (l *life) sized(positions []trade.VenuePosition) {
	l.Helper()
	require.LessOrEqual(l, len(positions), 1)
	for _, p := range positions {
		require.True(l, l.trouble.Turns || p.Size.Sign() > 0, "I1: %s", p.Size)
		require.False(l, l.bracket.Amount.Less(p.Size.Abs()), "I1: one entry, not %s", p.Size)
	}
}

// flood asks for more than the account has credit for. What finds none is never sent.
func (l *life) flood() {
	var calls sync.WaitGroup
	outcomes := make([]error, 200)
	ctx, cancel := context.WithTimeout(l.Context(), time.Second)
	defer cancel()
	for i := range outcomes {
		calls.Go(func() {
			if i%4 == 0 {
				_, outcomes[i] = l.session.Cancel(ctx, "999999999999")
			} else {
				_, outcomes[i] = l.session.Positions(ctx)
			}
		})
	}
	calls.Wait()
	for _, err := range outcomes {
		if e := broker.As(err); err != nil {
			require.NotNil(l, e)
			require.True(l, l.trouble.Spends || e.Gone || e.Code == 0, "%v", err) // never the exchange's no
		}
	}
}

func (l *life) eachOnce(fills []trade.Fill) {
	l.Helper()
	for i := 1; i < len(fills); i++ {
		require.Greater(l, fills[i].Seq, fills[i-1].Seq)
	}
}
