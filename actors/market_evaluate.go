package actors

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/strategy"
)

// step feeds one candle to one signal and wakes whom it concerns.
func (m *market) step(c *kit.Context, key string, s *signal, candle strategy.Candle, closedAt time.Time) {
	if !s.step(candle) {
		m.quarantine(c, s)
		return
	}
	m.raise(s, closedAt)
	for _, l := range m.leases.byKey[key] {
		if l.Analysis {
			l.From.Tell(AnalysisChanged{Market: m.id, Key: key, Analysis: s.analysis})
		}
	}
}

// raise wakes the executors of a signal that fired on the candle that closed at
// closedAt, and nobody when it did not.
func (m *market) raise(s *signal, closedAt time.Time) {
	if t := s.analysis.Signal.Type; !s.analysis.Ready() || t == strategy.None || t == "" {
		return
	}
	for _, l := range m.leases.byKey[s.key] {
		l.From.Tell(SignalRaised{Market: m.id, Key: s.key, Analysis: s.analysis, Spec: m.venue.Spec,
			Ticker: m.ticker, ClosedAt: closedAt, Now: m.exchangeNow()})
	}
}

// quarantine ends a signal that failed; only those who run it are concerned.
func (m *market) quarantine(c *kit.Context, s *signal) {
	c.Log().Error().Str("signal", s.key).Str("reason", s.failed).Msg("market.signal.quarantined")
	s.evaluator = nil
	for _, l := range m.leases.byKey[s.key] {
		l.From.Tell(SignalFailed{Key: s.key, Reason: s.failed})
	}
}

// warm feeds the history to a signal, off the mailbox.
func (m *market) warm(c *kit.Context, s *signal) {
	if s.evaluator != nil || s.failed != "" || !m.candles.loaded() || m.have < strategy.History(s.config) {
		return
	}
	config, past := s.config, m.candles.closed[:len(m.candles.closed):len(m.candles.closed)]
	c.Go(func(ctx context.Context) any { return warm(ctx, config, past) })
}

// warmed takes a signal into use and catches up with what closed meanwhile.
func (m *market) warmed(c *kit.Context, got warmed) {
	s, ok := m.signals[got.key]
	if !ok || s.evaluator != nil || s.failed != "" {
		return // everybody has left, or it was warmed twice
	}
	s.analysis, s.through, s.failed = got.analysis, got.through, got.failed
	if s.failed != "" {
		m.quarantine(c, s)
		return
	}
	s.evaluator = got.evaluator
	// A restart may have swallowed the moment at which the last candle closed;
	// while its signal is good it is raised again, and taken once.
	if closed := time.UnixMilli(s.through).Add(minute); s.through > 0 && m.exchangeNow().Sub(closed) <= signalGood {
		m.raise(s, closed)
	}
	m.catchUp(c, s)
	for _, l := range m.leases.byKey[s.key] {
		if l.Analysis {
			l.From.Tell(AnalysisChanged{Market: m.id, Key: s.key, Analysis: s.analysis})
		}
	}
}

// catchUp feeds a signal the candles that it has not seen.
func (m *market) catchUp(c *kit.Context, s *signal) {
	if !s.ready() {
		return
	}
	for _, candle := range m.candles.after(s.through) {
		if s.ready() {
			m.step(c, s.key, s, candle, time.UnixMilli(candle.OpenTime).Add(minute))
		}
	}
}

// ---- followers ----
