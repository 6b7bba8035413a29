package brokertest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

var onePercent = trade.MustDec("0.01")

// bracket is a small entry with both legs one percent away.
func (s *suite) bracket(session broker.Session, side trade.Side, spec trade.Spec, ticker trade.Ticker) trade.Bracket {
	away := ticker.Mark.Mul(onePercent)
	below, above := ticker.Mark.Sub(away).FloorTo(spec.TickSize), ticker.Mark.Add(away).CeilTo(spec.TickSize)
	b := trade.Bracket{
		Instrument: spec.Instrument, Side: side, Amount: spec.MinAmount.Mul(trade.NewDec(10)),
		Stop: below, Target: above,
		ValidUntil: session.Now().Add(5 * time.Second),
		EntryLabel: "tb-contract-e", StopLabel: "tb-contract-s", TargetLabel: "tb-contract-t",
	}
	if side == trade.Sell {
		b.Stop, b.Target = above, below
	}
	return b
}

// position is a session with an open bracket.
type position struct {
	broker.Session
	events  *recorder[broker.SessionEvent]
	spec    trade.Spec
	bracket trade.Bracket
	stop    trade.VenueOrder
	target  trade.VenueOrder
}

// enter opens a position with its bracket and waits until both legs are live.
func (s *suite) enter(side trade.Side) *position {
	spec, ticker := s.market()
	session, events := s.session()
	p := &position{Session: session, events: events, spec: spec, bracket: s.bracket(session, side, spec, ticker)}
	placed, err := session.PlaceBracket(s.ctx(), p.bracket)
	require.NoError(s, err)
	require.NotEmpty(s, placed.Order.ID)
	require.Equal(s, p.bracket.EntryLabel, placed.Order.Label)
	s.requireLegs(p)
	return p
}

// requireLegs waits until the account's live orders are the bracket's two legs, nothing else.
func (s *suite) requireLegs(p *position) {
	s.Helper()
	var open []trade.VenueOrder
	require.Eventually(s, func() bool {
		var err error
		open, err = p.OpenOrders(s.ctx())
		return err == nil && len(open) == 2 && !open[0].Secondary && !open[1].Secondary
	}, patience, 50*time.Millisecond, "both legs live")
	for _, o := range open {
		require.True(s, o.Live(), "%+v", o)
		require.True(s, o.ReduceOnly)
		require.True(s, p.bracket.Amount.Equal(o.Amount), "%s of %s", o.Amount, p.bracket.Amount)
		require.Equal(s, p.bracket.Side.Opposite(), o.Side)
		switch o.Label {
		case p.bracket.StopLabel:
			p.stop = o
		case p.bracket.TargetLabel:
			p.target = o
		}
	}
	require.True(s, p.bracket.Stop.Equal(p.stop.TriggerPrice))
	require.Equal(s, string(trade.StopMarketOrder), p.stop.Type)
	require.True(s, p.bracket.Target.Equal(p.target.Price))
	require.NotEmpty(s, p.stop.OCORef)
	require.Equal(s, p.stop.OCORef, p.target.OCORef)
}

func (s *suite) orderBracket() { s.roundTrip(s.enter(trade.Buy), trade.NewDec(1)) }

func (s *suite) orderShort() { s.roundTrip(s.enter(trade.Sell), trade.NewDec(-1)) }

// roundTrip follows an open bracket by its events to the fill, the position and the way out.
func (s *suite) roundTrip(p *position, sign trade.Dec) {
	p.events.rewind()
	fill := awaitThat(p.events, func(f broker.Filled) bool { return f.Fill.Label == p.bracket.EntryLabel }).Fill
	require.Equal(s, p.bracket.Side, fill.Side)
	require.NotEmpty(s, fill.ID)
	require.Positive(s, fill.Seq)
	require.Positive(s, fill.Price.Sign())
	require.Equal(s, p.spec.Settlement, fill.FeeCurrency)
	p.events.rewind()
	awaitThat(p.events, func(e broker.OrderChanged) bool { return e.Order.ID == p.stop.ID && e.Order.Live() })
	p.events.rewind()
	awaitThat(p.events, func(e broker.PositionChanged) bool { return e.Position.Size.Equal(p.bracket.Amount.Mul(sign)) })

	positions, err := p.Positions(s.ctx())
	require.NoError(s, err)
	require.Len(s, positions, 1)
	require.True(s, positions[0].Size.Equal(p.bracket.Amount.Mul(sign)), "size %s", positions[0].Size)
	require.Positive(s, positions[0].AveragePrice.Sign())
	entry := s.byLabel(p, p.bracket.EntryLabel)
	require.Equal(s, "filled", entry.State)
	require.True(s, entry.Filled.Equal(p.bracket.Amount))
	require.Positive(s, entry.AveragePrice.Sign())

	s.leave(p)
}

// byLabel finds the one order with a label.
func (s *suite) byLabel(p *position, label string) trade.VenueOrder {
	s.Helper()
	found, err := p.OrdersByLabel(s.ctx(), p.spec.Settlement, label)
	require.NoError(s, err)
	require.Len(s, found, 1)
	same, err := p.Order(s.ctx(), found[0].ID)
	require.NoError(s, err)
	require.Equal(s, label, same.Label)
	return found[0]
}

// leave closes the position at market and takes the legs away.
func (s *suite) leave(p *position) {
	s.Helper()
	exit := p.exit()
	_, err := p.Place(s.ctx(), exit)
	require.NoError(s, err)
	awaitThat(p.events, func(f broker.Filled) bool { return f.Fill.Label == exit.Label })
	s.removeLegs(p)
}

// removeLegs cancels what a closed position has left behind.
func (s *suite) removeLegs(p *position) {
	s.Helper()
	for _, id := range []trade.VenueOrderID{p.stop.ID, p.target.ID} {
		if _, err := p.Cancel(s.ctx(), id); err != nil {
			require.True(s, broker.As(err).Gone, "%v", err)
		}
	}
	s.requireNothing(p.Session)
}

func (p *position) exit() trade.Order {
	return trade.Order{
		Role: trade.Exit, Label: "tb-contract-x", Instrument: p.spec.Instrument, Side: p.bracket.Side.Opposite(),
		Type: trade.MarketOrder, Amount: p.bracket.Amount, ReduceOnly: true,
	}
}

// requireNothing waits until the account is flat and has no live order.
func (s *suite) requireNothing(session broker.Session) {
	s.Helper()
	require.Eventually(s, func() bool {
		orders, err := session.OpenOrders(s.ctx())
		if err != nil || len(orders) > 0 {
			return false
		}
		positions, err := session.Positions(s.ctx())
		return err == nil && len(positions) == 0
	}, patience, 50*time.Millisecond, "flat, and no order left")
}

// orderSingle protects a position by the unlinked way: one stop, one target.
func (s *suite) orderSingle() {
	p := s.enter(trade.Buy)
	stop := trade.Order{
		Role: trade.Stop, Label: "tb-contract-2-s", Instrument: p.spec.Instrument, Side: trade.Sell,
		Type: trade.StopMarketOrder, Amount: p.bracket.Amount, TriggerPrice: p.bracket.Stop, ReduceOnly: true,
	}
	placed, err := p.Place(s.ctx(), stop)
	require.NoError(s, err)
	require.Equal(s, "untriggered", placed.Order.State)
	require.True(s, placed.Order.TriggerPrice.Equal(stop.TriggerPrice))
	require.True(s, placed.Order.Price.IsZero())
	_, err = p.Cancel(s.ctx(), placed.Order.ID)
	require.NoError(s, err)

	target := trade.Order{
		Role: trade.Target, Label: "tb-contract-2-t", Instrument: p.spec.Instrument, Side: trade.Sell,
		Type: trade.LimitOrder, Amount: p.bracket.Amount, Price: p.bracket.Target.Add(p.spec.TickSize), ReduceOnly: true,
	}
	placed, err = p.Place(s.ctx(), target)
	require.NoError(s, err)
	require.Equal(s, "open", placed.Order.State)
	require.True(s, placed.Order.Price.Equal(target.Price))
	_, err = p.Cancel(s.ctx(), placed.Order.ID)
	require.NoError(s, err)
	s.leave(p)
}

func (s *suite) orderAmend() {
	p := s.enter(trade.Buy)
	p.bracket.Stop = p.bracket.Stop.Add(p.spec.TickSize.Mul(trade.NewDec(3)))
	p.bracket.Target = p.bracket.Target.Sub(p.spec.TickSize.Mul(trade.NewDec(3)))
	amended, err := p.Amend(s.ctx(), broker.Amendment{
		Order: p.stop.ID, Instrument: p.spec.Instrument, Amount: p.bracket.Amount, TriggerPrice: p.bracket.Stop})
	require.NoError(s, err)
	require.Equal(s, p.stop.ID, amended.ID, "an amended order keeps its id")
	amended, err = p.Amend(s.ctx(), broker.Amendment{
		Order: p.target.ID, Instrument: p.spec.Instrument, Amount: p.bracket.Amount, Price: p.bracket.Target})
	require.NoError(s, err)
	require.Equal(s, p.target.ID, amended.ID)
	s.requireLegs(p) // at their new prices, still reduce-only and still linked
	s.leave(p)
	_, err = p.Amend(s.ctx(), broker.Amendment{
		Order: p.stop.ID, Instrument: p.spec.Instrument, Amount: p.bracket.Amount, TriggerPrice: p.bracket.Stop})
	require.True(s, s.outcome(broker.Refused, err).Gone)
}

func (s *suite) orderCancel() {
	p := s.enter(trade.Buy)
	cancelled, err := p.Cancel(s.ctx(), p.target.ID)
	require.NoError(s, err)
	require.Equal(s, "cancelled", cancelled.State)
	_, err = p.Cancel(s.ctx(), p.target.ID)
	require.True(s, s.outcome(broker.Refused, err).Gone, "the second cancel finds nothing")
	_, err = p.Cancel(s.ctx(), "999999999999")
	require.True(s, s.outcome(broker.Refused, err).Gone, "no such order")
	p.events.rewind()
	awaitThat(p.events, func(e broker.OrderChanged) bool { return e.Order.ID == p.stop.ID && e.Order.State == "cancelled" })
	s.leave(p)
}

func (s *suite) orderRefused() {
	spec, ticker := s.market()
	session, _ := s.session()
	for name, spoil := range map[string]func(*trade.Bracket){
		"an amount between two steps": func(b *trade.Bracket) { b.Amount = b.Amount.Add(spec.AmountStep.Div(trade.NewDec(2))) },
		"an amount of nothing":        func(b *trade.Bracket) { b.Amount = trade.Zero },
		"more than the account has":   func(b *trade.Bracket) { b.Amount = spec.MinAmount.Mul(trade.NewDec(1_000_000)) },
		"no such instrument":          func(b *trade.Bracket) { b.Instrument = "NO_SUCH-PERPETUAL" },
		"a target between two ticks":  func(b *trade.Bracket) { b.Target = b.Target.Add(spec.TickSize.Div(trade.NewDec(2))) },
	} {
		b := s.bracket(session, trade.Buy, spec, ticker)
		spoil(&b)
		_, err := session.PlaceBracket(s.ctx(), b)
		require.Error(s, err, name)
		require.Equal(s, broker.Refused, broker.OutcomeOf(err), "%s: %v", name, err)
		require.NotEmpty(s, broker.As(err).Reason, name)
	}
	s.requireNothing(session)
}

// orderExpired sends an entry whose time has passed: the exchange proves that it did nothing.
func (s *suite) orderExpired() {
	spec, ticker := s.market()
	session, _ := s.session()
	b := s.bracket(session, trade.Buy, spec, ticker)
	b.ValidUntil = session.Now().Add(-time.Second)
	_, err := session.PlaceBracket(s.ctx(), b)
	require.True(s, s.outcome(broker.NotSent, err).Expired)
	found, err := session.OrdersByLabel(s.ctx(), spec.Settlement, b.EntryLabel)
	require.NoError(s, err)
	require.Empty(s, found)
	s.requireNothing(session)
}
