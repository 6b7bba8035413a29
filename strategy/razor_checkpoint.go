package strategy

import (
	"fmt"
	"math"
	"strconv"
)

// razorText holds the sentences of the checkpoints. They depend on the settings only, so they are
// written once and not at every candle.
type razorText struct {
	lines map[string]string // by checkpoint id
}

func newRazorText(s settings) razorText {
	required := "gives points when it is there"
	if s.flag("requirePullback") {
		required = "is required"
	}
	return razorText{map[string]string{
		ruleVolatility:  fmt.Sprintf("Spread of the last %d closes in percent: allowed from %s to %s, best from %v to %v.", volatilityWindow, s.literal["minVolatility"], s.literal["maxVolatility"], calmVolatility, wildVolatility),
		ruleRSI:         fmt.Sprintf("Below %s speaks for long, above %s for short.", s.literal["rsiOversold"], s.literal["rsiOverbought"]),
		ruleEMA:         fmt.Sprintf("Distance of the averages over %s and %s candles in percent, with the side of the faster one.", s.literal["emaFast"], s.literal["emaSlow"]),
		ruleMomentum:    fmt.Sprintf("Change over %d candles in percent: beyond %v it speaks for its direction.", momentumBack, momentumEdge),
		ruleATR:         fmt.Sprintf("Average true range in percent: best from %v to %v.", lowATR, highATR),
		rulePullback:    fmt.Sprintf("Share of the last move that was given back; %s or more %s.", s.literal["pullback"], required),
		ruleCompression: fmt.Sprintf("Last candle's range against the mean of %d: below %v the market has calmed down.", compressionWindow, compressionEdge),
		ruleTrend:       "Trends of 1, 5 and 15 minutes added up, from -3 to 3.",
	}}
}

// dataCheckpoint is the line about the candles collected, the first of every strategy.
func dataCheckpoint(have, need int) Checkpoint {
	c := Checkpoint{ID: "data", Label: "Candles", Status: Met, Value: strconv.Itoa(min(have, need)) + "/" + strconv.Itoa(need), Description: "Closed candles needed before anything is decided."}
	if have < need {
		c.Status = Pending
	}
	return c
}

// checkpoints shows the score rule by rule: met where it gave points, failed where it forbids or
// costs, pending otherwise.
func (x razorText) checkpoints(p razorParams, r reading, t tally) []Checkpoint {
	all := make([]Checkpoint, 0, 8)
	all = append(all,
		x.line(ruleVolatility, "Volatility", plain(r.volatility), t),
		x.line(ruleRSI, "RSI", plain(r.rsi), t),
		x.averages(r, t),
		x.line(ruleMomentum, "Momentum", plain(r.momentum), t),
		x.line(ruleATR, "ATR", plain(r.atrPercent), t),
		x.line(rulePullback, "Pullback", plain(r.pullback), t),
		x.line(ruleCompression, "Compression", plain(r.compression), t))
	if !p.inBand(r) {
		all[0].Status = Failed
	}
	if p.requirePullback && !r.pullbackReady {
		all[5].Status = Failed // even where the floor left no points to take
	}
	if p.multiTimeframe {
		all = append(all, x.line(ruleTrend, "Trend", strconv.Itoa(r.trend), t))
	}
	return all
}

func (x razorText) line(rule, label, value string, t tally) Checkpoint {
	c := Checkpoint{ID: rule, Label: label, Status: Pending, Value: value, Points: t.points(rule), Description: x.lines[rule]}
	if c.Points > 0 {
		c.Status = Met
	}
	return c
}

// averages joins the two rules that look at the averages; only one of them can have given points.
func (x razorText) averages(r reading, t tally) Checkpoint {
	value := plain(r.emaGap)
	if side := r.trendSide(); side != None {
		value = side + " " + value
	}
	c := x.line(ruleEMA, "Averages", value, t)
	if gap := t.points(ruleGap); gap > 0 {
		c.Status, c.Points = Met, gap
	}
	return c
}

// plain writes a value with at most 4 decimals.
func plain(x float64) string {
	return strconv.FormatFloat(math.Round(x*1e4)/1e4, 'f', -1, 64)
}
