package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// resolutions are the candle lengths that the chart knows, in minutes.
var resolutions = map[string]int64{"1": 1, "3": 3, "5": 5, "10": 10, "15": 15, "30": 30, "60": 60, "120": 120,
	"180": 180, "360": 360, "720": 720, "1D": 1440}

const (
	candlesMax = 5_001   // a call gives no more
	minutesMax = 400_000 // nor looks further back for one
)

// chart gives the candles that begin in [start, end], oldest first; too many keep the newest.
func (c *call) chart() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	minutes, known := resolutions[c.p.text("resolution")]
	if !known {
		return nil, core.Invalid("resolution", "unknown value")
	}
	from, err := c.p.int("start_timestamp", 0)
	if err != nil {
		return nil, err
	}
	to, err := c.p.int("end_timestamp", c.e.core.Now)
	if err != nil {
		return nil, err
	}
	if from > to || from < 0 {
		return nil, core.Invalid("start_timestamp", "must not be after end_timestamp")
	}
	span := minutes * 60_000
	last := min(to, c.e.core.Now) / span
	first := max((from+span-1)/span, last-min(candlesMax, minutesMax/minutes)+1)
	return renderChart(c.e.core, m, first, last, minutes), nil
}

func renderChart(x *core.Exchange, m *core.Market, first, last, minutes int64) []byte {
	var ticks, open, high, low, closes, volume, cost = []byte{'['}, []byte{'['}, []byte{'['}, []byte{'['}, []byte{'['}, []byte{'['}, []byte{'['}
	i := m.Instrument
	for n := first; n <= last; n++ {
		b := candle(x, m, n*minutes, minutes)
		comma := func(to *[]byte, v []byte) {
			if len(*to) > 1 {
				*to = append(*to, ',')
			}
			*to = append(*to, v...)
		}
		v, q := turnover(i, b)
		comma(&ticks, number(n*minutes*60_000))
		comma(&open, decimal(i.Price(b.Open)))
		comma(&high, decimal(i.Price(b.High)))
		comma(&low, decimal(i.Price(b.Low)))
		comma(&closes, decimal(i.Price(b.Close)))
		comma(&volume, decimal(v))
		comma(&cost, decimal(q))
	}
	status := "ok"
	if first > last {
		status = "no_data"
	}
	end := func(b []byte) []byte { return append(b, ']') }
	return newObject().str("status", status).raw("ticks", end(ticks)).raw("open", end(open)).raw("high", end(high)).
		raw("low", end(low)).raw("close", end(closes)).raw("volume", end(volume)).raw("cost", end(cost)).end()
}

// candle joins minutes; the last one may be growing.
func candle(x *core.Exchange, m *core.Market, minute, count int64) core.Bar {
	b := x.Source().Bar(m.Instrument, minute, x.Second)
	for n := minute + 1; n < minute+count && n*60 <= x.Second; n++ {
		next := x.Source().Bar(m.Instrument, n, x.Second)
		b.High, b.Low, b.Close = max(b.High, next.High), min(b.Low, next.Low), next.Close
		b.Volume += next.Volume
	}
	return b
}

// turnover gives a candle's volume in coins and its cost in quote currency, at its close.
func turnover(i *core.Instrument, b core.Bar) (volume, cost trade.Dec) {
	amount, price := i.Amount(b.Volume), i.Price(b.Close)
	if i.Inverse {
		return amount.Div(price).Round(8), amount
	}
	return amount, amount.Mul(price).Round(4)
}

func (e *engine) dayStats(m *core.Market) []byte {
	return e.kept("day "+string(m.Instrument.Name), e.core.Second, func() []byte { return renderDay(e.core, m) })
}

func renderDay(x *core.Exchange, m *core.Market) []byte {
	o := newObject()
	dayFields(o, x, m)
	return o.end()
}

func dayFields(o *object, x *core.Exchange, m *core.Market) {
	i := m.Instrument
	day := candle(x, m, x.Second/60-1439, 1440)
	volume, cost := turnover(i, day)
	change := trade.Zero
	if day.Open != 0 {
		change = trade.NewDec(day.Close - day.Open).Div(trade.NewDec(day.Open)).Mul(trade.NewDec(100)).Round(4)
	}
	o.dec("high", i.Price(day.High)).dec("low", i.Price(day.Low)).dec("price_change", change).
		dec("volume", volume).dec("volume_usd", cost).dec("volume_notional", cost)
}
