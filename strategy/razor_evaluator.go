package strategy

import (
	"github.com/tradebaas/tradebaas/strategy/indicator"
)

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
	sequence
	p       razorParams
	text    razorText
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
		sequence: newSequence(max(slow, rsi+1, atr+1, volatilityWindow)),
		fast:     indicator.NewEMA(fast), slow: indicator.NewEMA(slow),
		rsi: indicator.NewRSI(rsi), atr: indicator.NewATR(atr),
		closes: indicator.NewWindow(volatilityWindow), ranges: indicator.NewWindow(compressionWindow),
	}
	e.text = newRazorText(s)
	for _, f := range razorFrames {
		e.frames = append(e.frames, trendPair{newTimeframe(int64(f.minutes)), indicator.NewEMA(fast), indicator.NewEMA(slow)})
	}
	return e
}

func (e *razorEvaluator) Close(c Candle) Analysis {
	if !e.next(c) {
		return e.current
	}
	e.take(c)
	e.current = e.analyse(c)
	return e.current
}

// take feeds every window. After a gap the averages go on, for they are never seeded a second time.
func (e *razorEvaluator) take(c Candle) {
	e.fast.Add(c.Close)
	e.slow.Add(c.Close)
	e.rsi.Add(c.Close)
	e.atr.Add(c.High, c.Low, c.Close)
	e.closes.Add(c.Close)
	e.ranges.Add(c.High - c.Low)
	for i := range e.frames {
		e.frames[i].add(c)
	}
}

func (e *razorEvaluator) analyse(c Candle) Analysis {
	a := e.analysis(c)
	if !a.Ready() {
		return a
	}
	r := e.read(c)
	t := e.p.score(r)
	a.Indicators = e.indicators(r, c)
	a.ScoreLong, a.ScoreShort = t.long, t.short
	a.Signal = e.p.signal(t, r)
	a.Checkpoints = append(a.Checkpoints, e.text.checkpoints(e.p, r, t)...)
	return a
}

func (e *razorEvaluator) indicators(r reading, c Candle) []Indicator {
	all := make([]Indicator, 0, 18)
	all = append(all,
		Indicator{"emaFast", r.emaFast}, Indicator{"emaSlow", r.emaSlow}, Indicator{"emaGap", r.emaGap},
		Indicator{"rsi", r.rsi}, Indicator{"volatility", r.volatility}, Indicator{"momentum", r.momentum},
		Indicator{"atr", r.atr}, Indicator{"atrPercent", r.atrPercent}, Indicator{"compression", r.compression},
		Indicator{"netMove", r.netMove}, Indicator{"pullback", r.pullback}, Indicator{"pullbackReady", flag(r.pullbackReady)},
		Indicator{"trendScore", float64(r.trend)},
		Indicator{"volume", indicator.Round(c.Volume)})
	if !e.p.multiTimeframe {
		return all
	}
	for i, f := range razorFrames {
		if e.frames[i].slow.Ready() {
			all = append(all, Indicator{"emaFast" + f.name, indicator.Round(e.frames[i].fast.Value())},
				Indicator{"emaSlow" + f.name, indicator.Round(e.frames[i].slow.Value())})
		}
	}
	return all
}
