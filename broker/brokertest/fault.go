package brokertest

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// faultAnswerLost sends an entry whose answer never comes: unknown, and found by asking.
func (s *suite) faultAnswerLost() {
	spec, ticker := s.market()
	session, events := s.session()
	p := &position{Session: session, events: events, spec: spec, bracket: s.bracket(session, trade.Buy, spec, ticker)}
	s.Wire.Mute()
	ctx, cancel := context.WithTimeout(s.ctx(), time.Second)
	defer cancel()
	_, err := session.PlaceBracket(ctx, p.bracket)
	s.outcome(broker.Unknown, err)
	s.Wire.Drop()
	await[broker.SessionDown](events)
	await[broker.SessionUp](events)

	entry := s.byLabel(p, p.bracket.EntryLabel)
	require.Equal(s, "filled", entry.State)
	fills, err := session.Fills(s.ctx(), spec.Instrument, 0, session.Now().Add(-time.Minute))
	require.NoError(s, err)
	require.NotEmpty(s, fills)
	require.Equal(s, p.bracket.EntryLabel, fills[0].Label)
	s.requireLegs(p)
	s.leave(p)
}

// faultLinkLost closes the position while nothing can be heard: what happened meanwhile is found
// by asking for the fills after the last one known.
func (s *suite) faultLinkLost() {
	p := s.enter(trade.Buy)
	known, err := p.Fills(s.ctx(), p.spec.Instrument, 0, p.Now().Add(-time.Minute))
	require.NoError(s, err)
	require.NotEmpty(s, known)

	s.Wire.Mute()
	ctx, cancel := context.WithTimeout(s.ctx(), time.Second)
	defer cancel()
	_, err = p.Place(ctx, p.exit())
	s.outcome(broker.Unknown, err)
	s.Wire.Drop()
	down := await[broker.SessionDown](p.events)
	require.Error(s, down.Err)
	await[broker.SessionUp](p.events)

	missed, err := p.Fills(s.ctx(), p.spec.Instrument, known[len(known)-1].Seq, time.Time{})
	require.NoError(s, err)
	require.NotEmpty(s, missed)
	require.Equal(s, p.exit().Label, missed[0].Label)
	positions, err := p.Positions(s.ctx())
	require.NoError(s, err)
	require.Empty(s, positions)
	s.removeLegs(p)
}
