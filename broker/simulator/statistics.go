package simulator

import (
	"math"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// volumeSpans are the spans of a trade volume in hours, the suffix of their fields, and how many
// minutes apart the source is looked at: longer spans are estimated from some of their minutes.
var volumeSpans = []struct {
	suffix      string
	hours, step int64
}{{"", 24, 1}, {"_7d", 7 * 24, 15}, {"_30d", 30 * 24, 60}}

func (c *call) tradeVolumes() ([]byte, *wireError) {
	extended, err := c.p.flag("extended")
	if err != nil {
		return nil, err
	}
	spans := volumeSpans
	if !extended {
		spans = spans[:1]
	}
	return c.e.kept("volumes "+c.p.text("extended"), c.e.core.Second/60, func() []byte {
		return list([]trade.Currency{"BTC", "ETH"}, func(base trade.Currency) []byte {
			o := newObject().str("currency", string(base))
			for _, span := range spans {
				o.dec("futures_volume"+span.suffix, c.e.volume(base, span.hours*60, span.step)).dec("calls_volume"+span.suffix, trade.Zero).
					dec("puts_volume"+span.suffix, trade.Zero).dec("spot_volume"+span.suffix, trade.Zero)
			}
			return o.end()
		})
	}), nil
}

// volume is what was traded on a base coin in so many minutes, in coins.
func (e *engine) volume(base trade.Currency, minutes, step int64) trade.Dec {
	sum := trade.Zero
	for _, m := range e.core.Markets {
		i, contracts := m.Instrument, int64(0)
		if i.Base != base || m.State == core.BookDelivered {
			continue
		}
		for minute := e.core.Second/60 - minutes; minute < e.core.Second/60; minute += step {
			contracts += e.core.Source().Bar(i, minute, e.core.Second).Volume * step
		}
		sum = sum.Add(i.Coins(i.Amount(contracts), m.MarkPrice()))
	}
	return sum.Round(8)
}

const (
	volatilityRows   = 15 * 24 // hours that are told
	volatilityReturn = 24      // hourly returns in each figure
	hoursOfYear      = 8_760
)

// volatility gives, for each hour of the last fifteen days, the deviation of the hourly returns of
// the day before, in percent a year.
func (c *call) volatility() ([]byte, *wireError) {
	cur := c.p.currency()
	m := marketOn(c.e.core, strings.ToLower(string(cur))+"_usd")
	if m == nil {
		if !knownCurrency(cur) {
			return nil, core.Invalid("currency", "invalid currency")
		}
		return []byte("[]"), nil
	}
	last := c.e.core.Second / 3600
	return c.e.kept("volatility "+string(cur), last, func() []byte { return renderVolatility(c.e.core, m, last) }), nil
}

func renderVolatility(x *core.Exchange, m *core.Market, last int64) []byte {
	logs := []float64{}
	for _, at := range steps((last-volatilityRows-volatilityReturn)*3600, last*3600, 3600) {
		logs = append(logs, math.Log(x.IndexAt(m, at).Float()))
	}
	return list(steps(1, volatilityRows, 1), func(n int64) []byte {
		percent := 100 * math.Sqrt(hoursOfYear) * deviation(logs[n:n+volatilityReturn+1])
		d, _ := trade.ParseDec(strconv.FormatFloat(percent, 'f', 8, 64))
		return pair((last-volatilityRows+n)*3_600_000, d)
	})
}

// deviation is the standard deviation of the steps between values.
func deviation(values []float64) float64 {
	n := float64(len(values) - 1)
	mean := (values[len(values)-1] - values[0]) / n
	sum := 0.0
	for i := 1; i < len(values); i++ {
		d := values[i] - values[i-1] - mean
		sum += d * d
	}
	return math.Sqrt(sum / n)
}
