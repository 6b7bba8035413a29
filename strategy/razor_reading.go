package strategy

import (
	"math"

	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// The windows of Razor that no parameter changes, in candles.
const (
	volatilityWindow  = 20
	momentumBack      = 4
	pullbackWindow    = 10
	compressionWindow = 12
	volatilityFloor   = 0.01 // percent
	pullbackMove      = 0.1  // percent of the first close: less is no move to pull back from
)

// razorFrames are the timeframes beside the one-minute candles, shortest first.
var razorFrames = []struct {
	minutes int
	name    string
}{{5, "5m"}, {15, "15m"}}

// reading is what Razor sees after a candle. Every value is rounded.
type reading struct {
	emaFast, emaSlow float64
	emaGap           float64 // distance of the averages, percent of the fast one
	rsi              float64
	volatility       float64 // percent
	momentum         float64 // percent
	atr              float64 // price
	atrPercent       float64
	compression      float64 // last range over the mean range
	netMove          float64 // percent of the first close
	pullback         float64 // share of the move given back; 0 without a move
	pullbackReady    bool
	trend            int
}

// trendPair is the pair of averages of one longer timeframe.
type trendPair struct {
	frame      timeframe
	fast, slow indicator.EMA
}

// add takes the minute that just closed. The averages hear of longer candles only.
func (p *trendPair) add(c Candle) {
	for _, step := range []func(Candle) (Candle, bool){p.frame.left, p.frame.add} {
		if whole, ended := step(c); ended {
			p.fast.Add(whole.Close)
			p.slow.Add(whole.Close)
		}
	}
}

// direction is 1 with the fast average above the slow one, -1 below, and 0 when they are equal or
// still warming.
func direction(fast, slow *indicator.EMA) int {
	if !fast.Ready() || !slow.Ready() {
		return 0
	}
	switch f, s := indicator.Round(fast.Value()), indicator.Round(slow.Value()); {
	case f > s:
		return 1
	case f < s:
		return -1
	}
	return 0
}

func (e *razorEvaluator) read(c Candle) reading {
	r := reading{
		emaFast:     indicator.Round(e.fast.Value()),
		emaSlow:     indicator.Round(e.slow.Value()),
		rsi:         indicator.Round(e.rsi.Value()),
		volatility:  e.volatility(),
		momentum:    percentOf(c.Close-e.closes.Ago(momentumBack), e.closes.Ago(momentumBack)),
		atr:         indicator.Round(e.atr.Value()),
		atrPercent:  percentOf(e.atr.Value(), c.Close),
		compression: e.compression(),
	}
	r.emaGap = percentOf(math.Abs(r.emaFast-r.emaSlow), r.emaFast)
	e.readPullback(&r)
	r.trend = direction(&e.fast, &e.slow)
	for i := range e.frames {
		r.trend += direction(&e.frames[i].fast, &e.frames[i].slow)
	}
	return r
}

func percentOf(part, whole float64) float64 { return indicator.Round(float64(part/whole) * 100) }

func (e *razorEvaluator) volatility() float64 {
	lowest, highest := e.closes.Extremes(volatilityWindow)
	return max(percentOf(highest-lowest, e.closes.Mean(volatilityWindow)), volatilityFloor)
}

// compression compares the last candle's range with the mean; ranges that are all 0 are equal to it.
func (e *razorEvaluator) compression() float64 {
	mean := e.ranges.Mean(compressionWindow)
	if mean == 0 {
		return 1
	}
	return indicator.Round(e.ranges.Ago(0) / mean)
}

func (e *razorEvaluator) readPullback(r *reading) {
	first, last := e.closes.Ago(pullbackWindow-1), e.closes.Ago(0)
	trough, peak := e.closes.Extremes(pullbackWindow)
	r.netMove = percentOf(last-first, first)
	if math.Abs(r.netMove) < pullbackMove {
		return
	}
	if last > first {
		r.pullback = indicator.Round((peak - last) / (peak - first))
	} else {
		r.pullback = indicator.Round((last - trough) / (first - trough))
	}
	r.pullbackReady = r.pullback >= e.p.pullback
}
