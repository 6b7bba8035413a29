package actors

import (
	"context"
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// hear takes one event of the session.
func (n *connection) hear(c *kit.Context, event broker.SessionEvent) {
	if n.session == nil {
		return // its last words
	}
	now := n.now()
	switch e := event.(type) {
	case broker.SessionUp:
		n.sessionUp(c, e)
	case broker.SessionDown:
		n.sessionDown(c, e)
	case broker.KeyRefused:
		n.refuseKey(c, reasonOfKey(e.Err))
	default:
		if n.account != nil { // what is missed while it is read again is in the comparison that follows
			n.hearAccount(c, event, now)
		}
	}
}

// hearAccount takes what the exchange tells of the account.
func (n *connection) hearAccount(c *kit.Context, event broker.SessionEvent, now time.Time) {
	switch e := event.(type) {
	case broker.OrderChanged:
		n.record(c, n.account.OnOrder(e.Order, now), "", func(c *kit.Context) { n.publishOrder(c, e.Order) })
	case broker.Filled:
		n.apply(c, n.account.OnFill(e.Fill, now))
	case broker.PositionChanged:
		n.record(c, n.account.OnPosition(e.Position, now), "", func(c *kit.Context) { n.publishPosition(c, e.Position.Instrument) })
		n.statesSoon(c)
	case broker.BalanceChanged:
		n.account.OnBalance(e.Balance)
		n.publishBalance(c, e.Balance)
		n.statesSoon(c)
	}
}

// reasonOfKey is what a user reads: our own sentence where there is one for the case, else the
// exchange's words.
func reasonOfKey(err error) string {
	var known *trade.Error
	if errors.As(err, &known) && known.Code != trade.ErrKeyRefused.Code {
		return known.Message
	}
	if e := broker.As(err); e != nil && e.Reason != "" {
		return "The exchange refused this key: " + e.Reason + "."
	}
	return trade.ErrKeyRefused.Message
}

func (n *connection) sessionUp(c *kit.Context, e broker.SessionUp) {
	c.Log().Info().Msg("connection.session.up")
	n.up, n.compared, n.taking = true, false, false
	n.status.State, n.status.LastError, n.status.NextAttemptAt = trade.ConnReconciling, "", nil
	n.noteLink(c, true, e.Grant.ExchangeAccount, "")
	storage, id, grant, log := n.env.Storage, n.id, e.Grant, *c.Log()
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, storeCall)
		defer cancel()
		if err := storage.NoteKey(ctx, id, grant); err != nil {
			log.Warn().Err(err).Msg("connection.key.unnoted")
		}
		return nil
	})
	n.judge(c)
	n.snapshot(c)
}

func (n *connection) sessionDown(c *kit.Context, e broker.SessionDown) {
	reason := reasonOf(e.Err)
	c.Log().Warn().Str("reason", reason).Msg("connection.session.down")
	n.up, n.compared = false, false
	if n.account != nil {
		n.account.Online(false)
	}
	n.status.State, n.status.LastError, n.status.ConnectedAt = trade.ConnConnecting, reason, nil
	n.status.NextAttemptAt = nil
	if !e.Next.IsZero() {
		n.status.NextAttemptAt = &e.Next
	}
	n.noteLink(c, false, "", reason)
	n.judge(c)
}

// ---- comparing with the exchange ----

// snapshotTaken is what the exchange says of the account.
type snapshotTaken struct {
	session  broker.Session
	account  *trade.Account
	snapshot trade.Snapshot
	specs    []trade.Spec
	err      error
}

// snapshot asks the exchange for everything, one at a time, before anything else is asked or sent.
func (n *connection) snapshot(c *kit.Context) {
	if !n.up || n.session == nil || n.account == nil {
		return
	}
	if n.taking {
		n.again = true
		return
	}
	n.taking, n.again = true, false
	session, account, venues, venue := n.session, n.account, n.env.venues(), n.id.Venue
	cursors := map[trade.Instrument]trade.Cursor{}
	for _, i := range n.account.Instruments() {
		cursors[i] = n.account.Cursor(i)
	}
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, snapshotCall)
		defer cancel()
		got := snapshotTaken{session: session, account: account}
		got.specs = presentSpecs(ctx, venues, venue)
		got.snapshot, got.err = takeSnapshot(ctx, session, cursors)
		return got
	})
}

// presentSpecs asks the venue for its contracts, which change while the session lasts. None is no
// harm: those known stay, and without any the names tell enough.
func presentSpecs(ctx context.Context, venues kit.Ref, venue trade.Venue) []trade.Spec {
	ctx, cancel := context.WithTimeout(ctx, specsWait)
	defer cancel()
	specs, _ := kit.Ask(ctx, venues, func(r kit.Reply[[]trade.Spec]) any {
		return ToVenue{Venue: venue, Msg: listInstruments{r}}
	})
	return specs
}

// takeSnapshot asks in the one order in which absence proves something: positions, then orders, then
// the fills since the last one known. Whatever a fill explains was read before it. So a position that
// the fills do not explain is foreign and not merely newer, and an order that is not listed has its
// fills, if any, in this snapshot. Asked the other way round, a fill in between would be in neither.
// What happens meanwhile comes as events too, because the session has subscribed before it is up;
// the account takes the same fill twice for one.
func takeSnapshot(ctx context.Context, session broker.Session, cursors map[trade.Instrument]trade.Cursor) (s trade.Snapshot, err error) {
	s.Asked = session.Now()
	if s.Balances, err = session.Balances(ctx); err != nil {
		return s, err
	}
	if s.Positions, err = session.Positions(ctx); err != nil {
		return s, err
	}
	if s.Orders, err = session.OpenOrders(ctx); err != nil {
		return s, err
	}
	s.Fills = map[trade.Instrument][]trade.Fill{}
	for instrument, after := range cursors {
		if s.Fills[instrument], err = session.Fills(ctx, instrument, after.Seq, after.Time); err != nil && !unknownThere(err) {
			return s, err
		}
	}
	return s, nil
}

// unknownThere tells whether the exchange does not know what it was asked about: a contract that was
// delivered long ago has no fills to come, and may not keep the whole account from being compared.
func unknownThere(err error) bool {
	e := broker.As(err)
	return e != nil && e.Outcome == broker.Refused && !e.Auth
}

// compare lets the account put right what differs, and opens it for entries when
// that is stored.
func (n *connection) compare(c *kit.Context, m snapshotTaken) {
	n.taking = false
	if m.session != n.session || m.account != n.account || !n.up {
		n.snapshot(c)
		return
	}
	if m.err != nil {
		n.env.figures.compared(n.id.Venue, m.err, 0)
		c.Log().Warn().Err(m.err).Msg("connection.snapshot.failed")
		n.tries++
		n.sweepIn(c, min(retry.Pause(n.tries), sweepEvery))
		return
	}
	n.tries = 0
	n.account.SetSpecs(m.specs)
	if !n.compared {
		n.account.Online(true)
	}
	out := n.account.Reconcile(m.snapshot, n.now())
	n.env.figures.compared(n.id.Venue, nil, len(out.Change.Repairs))
	n.verifyKills()
	session := n.session
	for _, r := range out.Change.Repairs {
		c.Log().Warn().Str("kind", r.Kind).Str("instrument", string(r.Instrument)).Msg("connection.repaired")
	}
	n.record(c, out, "", func(c *kit.Context) {
		if n.session == session && n.up {
			n.allCompared(c)
		}
	})
	if n.sweep == nil { // unless the outcome wants one sooner
		n.sweepIn(c, n.rhythm())
	}
	if n.again {
		n.snapshot(c)
	}
}

func (n *connection) allCompared(c *kit.Context) {
	if !n.compared {
		n.compared = true
		now := time.Now()
		n.status.State, n.status.ConnectedAt, n.status.LastError = trade.ConnConnected, &now, ""
		c.Log().Info().Msg("connection.reconciled")
		n.publishAll(c)
	}
	n.judge(c)
	n.statesSoon(c)
}

// rhythm is how soon the account is compared again.
func (n *connection) rhythm() time.Duration {
	if n.account.Idle() {
		return sweepIdle
	}
	return sweepEvery
}

// hurrySweep compares sooner when there is something to look after again.
func (n *connection) hurrySweep(c *kit.Context) {
	if n.resting && !n.account.Idle() {
		n.sweepIn(c, sweepEvery)
	}
}

func (n *connection) sweepIn(c *kit.Context, d time.Duration) {
	n.resting = d == sweepIdle
	n.sweep.Stop()
	n.sweep = c.After(d, sweepDue{})
}

// armTick lets time pass for the account while something is under way.
func (n *connection) armTick(c *kit.Context) {
	if n.tick == nil && n.up && n.account.Busy() {
		n.tick = c.After(tickEvery, accountTick{})
	}
}
