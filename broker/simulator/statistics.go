package simulator

import (
	"math"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *call) bookSummaryByCurrency() ([]byte, *wireError) {
	f, some, err := c.filterCurrency()
	if err != nil {
		return nil, err
	}
	out := []*core.Market{}
	for _, m := range c.e.core.Markets {
		if some && m.State != core.BookDelivered && (f.Currency == "" || m.Instrument.Settlement == f.Currency) {
			out = append(out, m)
		}
	}
	return list(out, c.e.renderBookSummary), nil
}

func (c *call) bookSummaryByInstrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return list([]*core.Market{m}, c.e.renderBookSummary), nil
}

func (e *engine) renderBookSummary(m *core.Market) []byte {
	i := m.Instrument
	o := newObject().str("instrument_name", string(i.Name)).str("base_currency", string(i.Base)).str("quote_currency", string(i.Quote)).
		dec("last", i.Price(m.Last)).dec("mark_price", m.MarkPrice()).dec("estimated_delivery_price", e.core.DeliveryEstimate(m)).
		dec("open_interest", openInterest(e.core, m)).int("creation_timestamp", e.core.Now)
	bid, _ := m.Best(1)
	ask, _ := m.Best(-1)
	priced(o, "bid_price", bid != 0, i.Price(bid))
	priced(o, "ask_price", ask != 0, i.Price(ask))
	priced(o, "mid_price", bid != 0 && ask != 0, i.Price(bid+ask).Div(trade.NewDec(2)))
	if i.Perpetual() {
		o.dec("current_funding", fraction(m.FundingRate())).dec("funding_8h", m.Funding8h())
	}
	dayFields(o, e.core, m)
	return o.end()
}

// priced writes a price, or null when there is none.
func priced(o *object, name string, there bool, price trade.Dec) {
	if there {
		o.dec(name, price)
	} else {
		o.null(name)
	}
}

// expirations lists what is behind the dash of the instruments' names, by kind.
func (c *call) expirations() ([]byte, *wireError) {
	kind := c.p.text("kind")
	if kind != "future" && kind != "option" && kind != "any" {
		return nil, core.Invalid("kind", "unknown value")
	}
	pair := c.p.text("currency_pair")
	if pair != "" && !c.e.hasIndex(pair) {
		return nil, core.Invalid("currency_pair", "unknown value")
	}
	if c.p.currency() == "GROUPED" {
		o := newObject()
		for _, cur := range currencies {
			o.raw(string(cur), c.e.expirations(kind, pair, cur))
		}
		return o.end(), nil
	}
	cur, err := c.currency()
	if err != nil {
		return nil, err
	}
	return c.e.expirations(kind, pair, cur), nil
}

func (e *engine) expirations(kind, pair string, cur trade.Currency) []byte {
	dated, known, perpetual := []string{}, map[string]bool{}, false
	for _, m := range e.core.Markets {
		i := m.Instrument
		if m.State == core.BookDelivered || (cur != "" && i.Settlement != cur) || (pair != "" && i.PriceIndex != pair) {
			continue
		}
		_, end, _ := strings.Cut(string(i.Name), "-")
		perpetual = perpetual || i.Perpetual()
		if !i.Perpetual() && !known[end] {
			known[end] = true
			dated = append(dated, end)
		}
	}
	if perpetual {
		dated = append(dated, "PERPETUAL")
	}
	o := newObject()
	if kind != "option" {
		o.raw("future", list(dated, text))
	}
	if kind != "future" {
		o.raw("option", []byte("[]"))
	}
	return o.end()
}

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
