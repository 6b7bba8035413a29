package strategy

import (
	"math"

	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// The rules of Razor's score, which are also the ids of its checkpoints.
const (
	ruleVolatility  = "volatility"
	ruleRSI         = "rsi"
	ruleEMA         = "ema"
	ruleMomentum    = "momentum"
	ruleATR         = "atr"
	ruleTrend       = "trend"
	rulePullback    = "pullback"
	ruleCompression = "compression"
	ruleGap         = "ema_gap" // shown with the ema checkpoint
	both            = "both"
)

// Razor's thresholds and points that no parameter changes.
const (
	calmVolatility, wildVolatility = 0.08, 0.6 // percent
	lowATR, highATR                = 0.03, 0.8 // percent
	momentumEdge                   = 0.05      // percent
	compressionEdge                = 0.6
	gapEdge                        = 0.02 // percent
	gapBelow                       = 20   // points
	fullConfidence                 = 80   // points

	volatilityPoints  = 8
	rsiBase, rsiMost  = 35, 48
	emaWith           = 20
	emaAgainst        = 5
	momentumPoints    = 15
	atrPoints         = 6
	trendAll          = 10
	trendMost         = 6
	pullbackPoints    = 5
	compressionPoints = 4
	gapPoints         = 25
)

// tally adds up both sides at once and remembers which rule gave what.
type tally struct {
	long, short float64
	reasons     []Reason
}

// give adds points to long, short or both. No score falls below 0; a side that loses less because
// of that gets a reason of its own.
func (t *tally) give(rule, side string, points, value float64) {
	points = indicator.Round(points)
	long, short := 0.0, 0.0
	if side != Short {
		long = max(points, -t.long)
	}
	if side != Long {
		short = max(points, -t.short)
	}
	t.long, t.short = indicator.Round(t.long+long), indicator.Round(t.short+short)
	if side == both && long == short {
		t.note(rule, both, long, value)
		return
	}
	t.note(rule, Long, long, value)
	t.note(rule, Short, short, value)
}

func (t *tally) note(rule, side string, points, value float64) {
	if points != 0 {
		t.reasons = append(t.reasons, Reason{rule, side, points, value})
	}
}

// points is what a rule gave, to whichever side it gave most.
func (t *tally) points(rule string) (most float64) {
	for _, r := range t.reasons {
		if r.Rule == rule && math.Abs(r.Points) > math.Abs(most) {
			most = r.Points
		}
	}
	return most
}

// score applies rules 2 to 9 in their order.
func (p razorParams) score(r reading) tally {
	t := tally{reasons: make([]Reason, 0, 9)}
	if r.volatility >= calmVolatility && r.volatility <= wildVolatility {
		t.give(ruleVolatility, both, volatilityPoints, r.volatility)
	}
	p.scoreRSI(&t, r)
	switch {
	case r.momentum > momentumEdge:
		t.give(ruleMomentum, Long, momentumPoints, r.momentum)
	case r.momentum < -momentumEdge:
		t.give(ruleMomentum, Short, momentumPoints, r.momentum)
	}
	if r.atrPercent >= lowATR && r.atrPercent <= highATR {
		t.give(ruleATR, both, atrPoints, r.atrPercent)
	}
	p.scoreTrend(&t, r)
	switch {
	case r.pullbackReady:
		t.give(rulePullback, both, pullbackPoints, r.pullback)
	case p.requirePullback:
		t.give(rulePullback, both, -pullbackPoints, r.pullback)
	}
	if r.compression < compressionEdge {
		t.give(ruleCompression, both, compressionPoints, r.compression)
	}
	if t.long < gapBelow && t.short < gapBelow && r.emaGap > gapEdge {
		t.give(ruleGap, r.trendSide(), gapPoints, r.emaGap)
	}
	return t
}

// scoreRSI gives an exhausted side its points, and more when the averages already agree with it.
func (p razorParams) scoreRSI(t *tally, r reading) {
	side, beyond := None, 0.0
	switch {
	case r.rsi < p.rsiOversold:
		side, beyond = Long, p.rsiOversold-r.rsi
	case r.rsi > p.rsiOverbought:
		side, beyond = Short, r.rsi-p.rsiOverbought
	default:
		return
	}
	t.give(ruleRSI, side, min(rsiBase+beyond, rsiMost), r.rsi)
	points := float64(emaAgainst)
	if side == r.trendSide() {
		points = emaWith
	}
	t.give(ruleEMA, side, points, r.emaGap)
}

// trendSide is the side of the one-minute averages.
func (r reading) trendSide() string {
	switch {
	case r.emaFast > r.emaSlow:
		return Long
	case r.emaFast < r.emaSlow:
		return Short
	}
	return None
}

func (p razorParams) scoreTrend(t *tally, r reading) {
	if !p.multiTimeframe {
		return
	}
	side := Long
	if r.trend < 0 {
		side = Short
	}
	switch r.trend {
	case 3, -3:
		t.give(ruleTrend, side, trendAll, float64(r.trend))
	case 2, -2:
		t.give(ruleTrend, side, trendMost, float64(r.trend))
	}
}

// inBand is rule 1: outside it there is no signal, whatever the score.
func (p razorParams) inBand(r reading) bool {
	return r.volatility >= p.minVolatility && r.volatility <= p.maxVolatility
}

// signal is rule 10: the strictly higher side, if it reaches the minimum.
func (p razorParams) signal(t tally, r reading) Signal {
	s := Signal{Type: None, Reasons: t.reasons}
	score := max(t.long, t.short)
	if !p.inBand(r) || t.long == t.short || score < p.minScore {
		return s
	}
	s.Type = Long
	if t.short > t.long {
		s.Type = Short
	}
	s.Strength = min(score, 100)
	s.Confidence = min(indicator.Round(score/fullConfidence*100), 100)
	return s
}
