package strategy

import (
	"math"

	"github.com/tradebaas/tradebaas/strategy/indicator"
)

// never stands for the open time of no candle at all.
const never = math.MinInt64

// razorParams is the market-only half of Razor's settings.
type razorParams struct {
	minScore                     float64
	minVolatility, maxVolatility float64
	rsiOversold, rsiOverbought   float64
	pullback                     float64
	requirePullback              bool
	multiTimeframe               bool
}

// razorEvaluator turns candles into Razor's analysis.
type razorEvaluator struct {
	p       razorParams
	text    razorText
	need    int
	have    int   // candles since the start or the last gap
	opened  int64 // open time of the last candle; never before the first
	fast    indicator.EMA
	slow    indicator.EMA
	rsi     indicator.RSI
	atr     indicator.ATR
	closes  indicator.Window
	ranges  indicator.Window
	frames  []trendPair
	current Analysis
}

func newRazorEvaluator(s settings) *razorEvaluator {
	fast, slow, rsi, atr := s.integer("emaFast"), s.integer("emaSlow"), s.integer("rsiPeriod"), s.integer("atrPeriod")
	e := &razorEvaluator{
		p: razorParams{
			minScore:      s.float("minScore"),
			minVolatility: s.float("minVolatility"), maxVolatility: s.float("maxVolatility"),
			rsiOversold: s.float("rsiOversold"), rsiOverbought: s.float("rsiOverbought"),
			pullback: s.float("pullback"), requirePullback: s.flag("requirePullback"),
			multiTimeframe: s.flag("multiTimeframe"),
		},
		opened: never,
		need:   max(slow, rsi+1, atr+1, volatilityWindow),
		fast:   indicator.NewEMA(fast), slow: indicator.NewEMA(slow),
		rsi: indicator.NewRSI(rsi), atr: indicator.NewATR(atr),
		closes: indicator.NewWindow(volatilityWindow), ranges: indicator.NewWindow(compressionWindow),
	}
	e.text = newRazorText(s, e.need)
	if e.p.multiTimeframe {
		for _, f := range razorFrames {
			e.frames = append(e.frames, trendPair{newTimeframe(int64(f.minutes)), indicator.NewEMA(fast), indicator.NewEMA(slow)})
		}
	}
	return e
}

func (e *razorEvaluator) Need() int { return e.need }

// Close ignores a candle that came before and one that cannot be: the next good one then counts as
// coming after a gap.
func (e *razorEvaluator) Close(c Candle) Analysis {
	if c.OpenTime <= e.opened || !possible(c) {
		return e.current
	}
	e.take(c)
	e.current = e.analyse(c)
	return e.current
}

// possible tells whether a candle can be computed with.
func possible(c Candle) bool {
	prices := c.Low > 0 && c.High >= max(c.Open, c.Close, c.Low) && c.Low <= min(c.Open, c.Close) && !math.IsInf(c.High, 0)
	return prices && c.Volume >= 0 && !math.IsInf(c.Volume, 0)
}

// take feeds every window. After a gap it collects again; the averages go on, for they are never
// seeded a second time.
func (e *razorEvaluator) take(c Candle) {
	if e.opened != never && c.OpenTime != e.opened+minute {
		e.have = 0 // no window is longer than need, so by then the gap has left them all
	}
	e.opened = c.OpenTime
	e.have++
	e.fast.Add(c.Close)
	e.slow.Add(c.Close)
	e.rsi.Add(c.Close)
	e.atr.Add(c.High, c.Low, c.Close)
	e.closes.Add(c.Close)
	e.ranges.Add(c.High - c.Low)
	for i := range e.frames {
		if whole, ended := e.frames[i].frame.add(c); ended {
			e.frames[i].fast.Add(whole.Close)
			e.frames[i].slow.Add(whole.Close)
		}
	}
}

func (e *razorEvaluator) analyse(c Candle) Analysis {
	a := Analysis{
		CandleTime: c.OpenTime, Have: e.have, Need: e.need, Price: indicator.Round(c.Close),
		Indicators: []Indicator{}, Signal: Signal{Type: None, Reasons: []Reason{}},
	}
	if !a.Ready() {
		a.Checkpoints = []Checkpoint{dataCheckpoint(e.have, e.need)}
		return a
	}
	r := e.read(c)
	t := e.p.score(r)
	a.Indicators = e.indicators(r, c)
	a.ScoreLong, a.ScoreShort = t.long, t.short
	a.Signal = e.p.signal(t, r)
	a.Checkpoints = e.text.checkpoints(e.p, r, t, e.have)
	return a
}

func (e *razorEvaluator) indicators(r reading, c Candle) []Indicator {
	ready := 0.0
	if r.pullbackReady {
		ready = 1
	}
	all := make([]Indicator, 0, 17)
	all = append(all,
		Indicator{"emaFast", r.emaFast}, Indicator{"emaSlow", r.emaSlow}, Indicator{"emaGap", r.emaGap},
		Indicator{"rsi", r.rsi}, Indicator{"volatility", r.volatility}, Indicator{"momentum", r.momentum},
		Indicator{"atr", r.atr}, Indicator{"atrPercent", r.atrPercent}, Indicator{"compression", r.compression},
		Indicator{"netMove", r.netMove}, Indicator{"pullback", r.pullback}, Indicator{"pullbackReady", ready},
		Indicator{"volume", indicator.Round(c.Volume)})
	if !e.p.multiTimeframe {
		return all
	}
	all = append(all, Indicator{"trendScore", float64(r.trend)})
	for i, f := range razorFrames {
		if e.frames[i].slow.Ready() {
			all = append(all, Indicator{"emaFast" + f.name, indicator.Round(e.frames[i].fast.Value())},
				Indicator{"emaSlow" + f.name, indicator.Round(e.frames[i].slow.Value())})
		}
	}
	return all
}
