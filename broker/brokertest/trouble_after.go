package brokertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// recover waits until the session and the feed are well again, which they get by themselves.
func (l *life) recover() {
	ended := time.Now()
	l.eventually(func() bool { return l.up() && l.answers(l.session) }, "the session comes back")
	l.eventually(func() bool {
		book, known := l.feed.Book(l.Instrument, 5)
		return known && book.Time.After(ended.Add(l.feed.Clock().Offset))
	}, "the book comes back")
	awaitThat(l.news, func(e broker.TickerChanged) bool { return e.Ticker.Time.After(ended.Add(l.feed.Clock().Offset)) })
	events := newRecorder[broker.SessionEvent](l.T)
	witness := l.Venue.OpenSession(l.key, events.add)
	l.Cleanup(witness.Close)
	await[broker.SessionUp](events)
	l.witness = witness
	l.eventually(func() bool { return !l.doubt || l.session.Now().After(l.until) }, "no order of ours can start any more")
}

func (l *life) answers(session broker.Session) bool {
	_, err := session.Balances(l.ctx())
	return err == nil
}

func (l *life) eventually(fact func() bool, words string) {
	l.Helper()
	require.Eventually(l, fact, recovery, lookAgain, words)
}

// resolve asks what became of the orders: what was said of them was true, what was unknown is known.
func (l *life) resolve() {
	for _, c := range l.claims {
		found, err := l.session.OrdersByLabel(l.ctx(), l.spec.Settlement, c.label)
		require.NoError(l, err)
		again, err := l.witness.OrdersByLabel(l.ctx(), l.spec.Settlement, c.label)
		require.NoError(l, err)
		require.Equal(l, found, again, "the same for all who ask")
		require.LessOrEqual(l, len(found), 1, "I1: %s was sent once", c.label)
		switch c.outcome {
		case 0:
			require.Len(l, found, 1, "%s was answered", c.label)
			require.Equal(l, c.placed.Order.ID, found[0].ID)
		case broker.NotSent, broker.Refused:
			require.Empty(l, found, "%s was not done", c.label)
		}
	}
}

// clean does what an owner does who finds more than he wants: he leaves.
func (l *life) clean(label string) {
	positions, err := l.session.Positions(l.ctx())
	require.NoError(l, err)
	l.sized(positions)
	for _, p := range positions {
		exit := l.exit(label)
		exit.Amount = p.Size.Abs()
		if p.Size.Sign() < 0 {
			exit.Side = trade.Buy
		}
		_, err := l.session.Place(l.ctx(), exit)
		require.NoError(l, err)
	}
	orders, err := l.session.OpenOrders(l.ctx())
	require.NoError(l, err)
	for _, o := range orders {
		if _, err := l.session.Cancel(l.ctx(), o.ID); err != nil {
			require.True(l, broker.As(err).Gone, "%v", err)
		}
	}
	l.requireNothing(l.session)
	l.requireNothing(l.witness)
}

// account reads the books: each fill once, of what was entered as much as what was left, and all
// that was told of it is in there.
func (l *life) account() {
	fills, err := l.session.Fills(l.ctx(), l.spec.Instrument, 0, l.began)
	require.NoError(l, err)
	l.eachOnce(fills)
	again, err := l.witness.Fills(l.ctx(), l.spec.Instrument, 0, l.began)
	require.NoError(l, err)
	require.Equal(l, fills, again)
	byID, byLabel, net := map[trade.VenueTradeID]trade.Fill{}, map[string]trade.Dec{}, trade.Zero
	for _, f := range fills {
		require.NotContains(l, byID, f.ID)
		byID[f.ID] = f
		if !f.Liquidation {
			byLabel[f.Label] = byLabel[f.Label].Add(f.Amount)
		}
		if f.Side == trade.Buy {
			net = net.Add(f.Amount)
		} else {
			net = net.Sub(f.Amount)
		}
	}
	require.True(l, net.IsZero(), "flat, but %s by the fills", net)
	for label, amount := range byLabel {
		require.False(l, l.bracket.Amount.Less(amount), "I1: %s filled %s", label, amount)
	}
	for _, c := range l.claims {
		for _, f := range c.placed.Fills {
			requireSame(l, byID[f.ID], f)
		}
	}
	l.told(byID)
	if len(fills) > 1 {
		rest, err := l.session.Fills(l.ctx(), l.spec.Instrument, fills[0].Seq, time.Time{})
		require.NoError(l, err)
		require.Equal(l, fills[1:], rest)
	}
	require.True(l, l.trouble.Spends || l.Overspent(l) == 0, "I19: requests within the account's bucket")
}

// requireSame compares a fill as it was told with the books. The clock may have been set in between.
func requireSame(l *life, booked, told trade.Fill) {
	l.Helper()
	booked.Time, told.Time = time.Time{}, time.Time{}
	require.Equal(l, booked, told)
}

// told makes sure that no event tells of a fill that is not in the books.
func (l *life) told(fills map[trade.VenueTradeID]trade.Fill) {
	l.events.mu.Lock()
	defer l.events.mu.Unlock()
	for _, e := range l.events.events {
		if filled, is := e.(broker.Filled); is {
			requireSame(l, fills[filled.Fill.ID], filled.Fill)
		}
	}
}

// afterwards lives a round in which nothing may fail.
func (l *life) afterwards() {
	ticker, err := l.feed.Ticker(l.ctx(), l.Instrument)
	require.NoError(l, err)
	p := &position{Session: l.session, events: l.events, spec: l.spec, bracket: l.suite.bracket(l.session, trade.Sell, l.spec, ticker)}
	_, err = l.session.PlaceBracket(l.ctx(), p.bracket)
	if broker.OutcomeOf(err) == broker.NotSent { // the link was lost for a moment: nothing has left
		l.eventually(l.up, "the session comes back")
		_, err = l.session.PlaceBracket(l.ctx(), p.bracket)
	}
	require.NoError(l, err)
	l.requireLegs(p)
	l.roundTrip(p, trade.NewDec(-1))
}
