package strategy

import (
	"fmt"
	"math"

	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// thorNeed is how many candles Thor wants at least.
const thorNeed = 30

// The rules of Thor, which are also the ids of its checkpoints.
const (
	ruleRange = "atr"
	ruleMean  = "mean"
)

// thorParams is the market-only half of Thor's settings.
type thorParams struct {
	rsiLong, rsiShort float64
	minATR, maxATR    float64 // percent
	lookback          int
	lines             map[string]string // the sentences of the checkpoints
}

// thorEvaluator turns candles into Thor's analysis.
type thorEvaluator struct {
	sequence
	p       thorParams
	rsi     indicator.RSI
	atr     indicator.ATR
	bands   indicator.Bands
	lows    indicator.Window
	highs   indicator.Window
	current Analysis
}

// thorReading is what Thor sees after a candle. Every value is rounded.
type thorReading struct {
	price, rsi, atr, atrPercent float64
	sma, lower, upper           float64
	target                      float64 // distance of the mean from the price, percent of the price
	lowest, highest             float64
}

func newThorEvaluator(s settings) *thorEvaluator {
	rsi, atr, bb, lookback := s.integer("rsiPeriod"), s.integer("atrPeriod"), s.integer("bbPeriod"), s.integer("stopLookback")
	return &thorEvaluator{
		sequence: newSequence(max(thorNeed, rsi+1, atr+1, bb, lookback)),
		p: thorParams{
			rsiLong: s.float("rsiLong"), rsiShort: s.float("rsiShort"),
			minATR: s.float("minAtrPercent"), maxATR: s.float("maxAtrPercent"), lookback: lookback,
			lines: map[string]string{
				ruleRange: fmt.Sprintf("Average true range in percent: allowed from %s to %s.", s.literal["minAtrPercent"], s.literal["maxAtrPercent"]),
				ruleRSI:   fmt.Sprintf("At or below %s speaks for long, at or above %s for short.", s.literal["rsiLong"], s.literal["rsiShort"]),
				ruleMean:  fmt.Sprintf("Distance in percent to the average of %d closes, which is the target: a long entry lies below it, a short one above.", bb),
			},
		},
		rsi: indicator.NewRSI(rsi), atr: indicator.NewATR(atr), bands: indicator.NewBands(bb, s.float("bbStdDev")),
		lows: indicator.NewWindow(lookback), highs: indicator.NewWindow(lookback),
	}
}

func (e *thorEvaluator) Close(c Candle) Analysis {
	if !e.next(c) {
		return e.current
	}
	e.rsi.Add(c.Close)
	e.atr.Add(c.High, c.Low, c.Close)
	e.bands.Add(c.Close)
	e.lows.Add(c.Low)
	e.highs.Add(c.High)
	e.current = e.analysis(c)
	if e.current.Ready() {
		e.p.judge(&e.current, e.read(c))
	}
	return e.current
}

func (e *thorEvaluator) read(c Candle) thorReading {
	r := thorReading{
		price: indicator.Round(c.Close), rsi: indicator.Round(e.rsi.Value()),
		atr: indicator.Round(e.atr.Value()), atrPercent: percentOf(e.atr.Value(), c.Close),
		sma: indicator.Round(e.bands.Middle()), target: percentOf(math.Abs(e.bands.Middle()-c.Close), c.Close),
	}
	lower, upper := e.bands.Outer()
	r.lower, r.upper = indicator.Round(lower), indicator.Round(upper)
	lowest, _ := e.lows.Extremes(e.p.lookback)
	_, highest := e.highs.Extremes(e.p.lookback)
	r.lowest, r.highest = indicator.Round(lowest), indicator.Round(highest)
	return r
}

// side is the market-only signal.
func (p thorParams) side(r thorReading) string {
	switch {
	case !p.inBand(r):
		return None
	case r.rsi <= p.rsiLong && r.price < r.sma:
		return Long
	case r.rsi >= p.rsiShort && r.price > r.sma:
		return Short
	}
	return None
}

func (p thorParams) inBand(r thorReading) bool {
	return r.atrPercent >= p.minATR && r.atrPercent <= p.maxATR
}

// judge fills an analysis with what the reading means.
func (p thorParams) judge(a *Analysis, r thorReading) {
	a.Indicators = []Indicator{
		{"rsi", r.rsi}, {"atr", r.atr}, {"atrPercent", r.atrPercent}, {"sma", r.sma}, {"bbLower", r.lower}, {"bbUpper", r.upper},
		{"targetPercent", r.target}, {"lowestLow", r.lowest}, {"highestHigh", r.highest},
	}
	a.Signal.Type = p.side(r)
	score := 0.0
	switch a.Signal.Type {
	case Long:
		score = percentOf(p.rsiLong-r.rsi, p.rsiLong)
		a.ScoreLong = score
	case Short:
		score = percentOf(r.rsi-p.rsiShort, 100-p.rsiShort)
		a.ScoreShort = score
	}
	a.Signal.Strength, a.Signal.Confidence = score, score
	if side := a.Signal.Type; side != None {
		a.Signal.Reasons = []Reason{{ruleRSI, side, score, r.rsi}, {ruleMean, side, 0, r.target}, {ruleRange, side, 0, r.atrPercent}}
	}
	a.Checkpoints = append(a.Checkpoints, p.checkpoints(r, score)...)
}

// checkpoints shows the three conditions; the RSI's points are the score, for the others give none.
func (p thorParams) checkpoints(r thorReading, score float64) []Checkpoint {
	atr := Checkpoint{ID: ruleRange, Label: "ATR", Status: Failed, Value: plain(r.atrPercent), Description: p.lines[ruleRange]}
	if p.inBand(r) {
		atr.Status = Met
	}
	rsi := Checkpoint{ID: ruleRSI, Label: "RSI", Status: Pending, Value: plain(r.rsi), Points: score, Description: p.lines[ruleRSI]}
	mean := Checkpoint{ID: ruleMean, Label: "Mean", Status: Pending, Value: plain(r.target), Description: p.lines[ruleMean]}
	exhausted := (r.rsi <= p.rsiLong && r.price < r.sma) || (r.rsi >= p.rsiShort && r.price > r.sma)
	if r.rsi <= p.rsiLong || r.rsi >= p.rsiShort {
		rsi.Status = Met
	}
	if exhausted {
		mean.Status = Met
	}
	return []Checkpoint{atr, rsi, mean}
}
