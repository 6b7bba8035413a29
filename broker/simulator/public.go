package simulator

import (
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func instrumentName(s string) trade.Instrument { return trade.Instrument(s) }

func (c *call) instruments() ([]byte, *wireError) {
	cur := c.p.currency()
	if cur != "" && cur != "ANY" && !knownCurrency(cur) {
		return nil, core.Invalid("currency", "invalid currency")
	}
	expired, err := c.p.flag("expired")
	if err != nil {
		return nil, err
	}
	out := []*core.Market{}
	for _, m := range c.e.core.Markets {
		kind := c.p.text("kind")
		if expired != (m.State == core.BookDelivered) || (kind != "" && kind != "future" && kind != "any") {
			continue
		}
		if cur == "" || cur == "ANY" || m.Instrument.Settlement == cur {
			out = append(out, m)
		}
	}
	return list(out, renderInstrument), nil
}

func (c *call) instrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return renderInstrument(m), nil
}

func (c *call) currencies() ([]byte, *wireError) {
	return list(currencies, func(cur trade.Currency) []byte {
		decimals := int64(8)
		if cur == "USDC" {
			decimals = 6
		}
		return newObject().str("currency", string(cur)).str("currency_long", string(cur)).str("coin_type", string(cur)).
			int("decimals", decimals).int("min_confirmations", 1).dec("min_withdrawal_fee", trade.Zero).
			dec("withdrawal_fee", trade.Zero).raw("withdrawal_priorities", []byte("[]")).bool("in_cross_collateral_pool", false).end()
	}), nil
}

func (c *call) ticker() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.e.renderTicker(m), nil
}

func (c *call) orderBook() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	depth, err := c.p.int("depth", 5)
	if err != nil {
		return nil, err
	}
	if depth < 1 || depth > 10_000 {
		return nil, core.Invalid("depth", "unknown value")
	}
	o := newObject()
	c.e.tickerFields(o, m)
	return o.int("change_id", c.e.core.Changes).raw("bids", renderLevels(m.Instrument, m.Book(1, int(depth)))).
		raw("asks", renderLevels(m.Instrument, m.Book(-1, int(depth)))).end(), nil
}

func (c *call) bookSummary() ([]byte, *wireError) {
	cur := c.p.currency()
	out := []*core.Market{}
	for _, m := range c.e.core.Markets {
		if cur == "" || cur == "ANY" || m.Instrument.Settlement == cur {
			out = append(out, m)
		}
	}
	return list(out, func(m *core.Market) []byte {
		i := m.Instrument
		bid, _ := m.Best(1)
		ask, _ := m.Best(-1)
		return newObject().str("instrument_name", string(i.Name)).str("base_currency", string(i.Base)).
			str("quote_currency", string(i.Quote)).dec("bid_price", i.Price(bid)).dec("ask_price", i.Price(ask)).
			dec("last", i.Price(m.Last)).dec("mark_price", m.MarkPrice()).dec("estimated_delivery_price", m.IndexPrice()).
			dec("open_interest", openInterest(c.e.core, m)).dec("current_funding", fraction(m.FundingRate())).
			dec("funding_8h", m.Funding8h()).int("creation_timestamp", c.e.core.Now).end()
	}), nil
}

func (c *call) indexPrice() ([]byte, *wireError) {
	price, found := indexOf(c.e.core, c.p.text("index_name"))
	if !found {
		return nil, core.Invalid("index_name", "invalid index name")
	}
	return newObject().dec("index_price", price).dec("estimated_delivery_price", price).end(), nil
}

// indexOf gives an index by name; eth_usd is the index of the ETH contract too.
func indexOf(x *core.Exchange, name string) (trade.Dec, bool) {
	for _, m := range x.Markets {
		i := m.Instrument
		if name == i.PriceIndex || name == strings.ToLower(string(i.Base))+"_usd" {
			return m.IndexPrice(), true
		}
	}
	return trade.Zero, false
}

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

// dayFigures are the figures of the last 24 hours, kept for the second they are of.
type dayFigures struct {
	second int64
	body   []byte
}

func (e *engine) dayStats(m *core.Market) []byte {
	if kept := e.stats[m]; kept.second == e.core.Second {
		return kept.body
	}
	body := renderDay(e.core, m)
	e.stats[m] = dayFigures{e.core.Second, body}
	return body
}

func renderDay(x *core.Exchange, m *core.Market) []byte {
	i := m.Instrument
	day := candle(x, m, x.Second/60-1439, 1440)
	volume, cost := turnover(i, day)
	change := trade.Zero
	if day.Open != 0 {
		change = trade.NewDec(day.Close - day.Open).Div(trade.NewDec(day.Open)).Mul(trade.NewDec(100)).Round(4)
	}
	return newObject().dec("high", i.Price(day.High)).dec("low", i.Price(day.Low)).dec("price_change", change).
		dec("volume", volume).dec("volume_usd", cost).dec("volume_notional", cost).end()
}

func (c *call) lastTrades() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	page, more := choose(m.RecentTrades(), w, func(t core.PublicTrade) (int64, int64) { return t.Seq, t.Time })
	return newObject().raw("trades", list(page, renderPublicTrade)).bool("has_more", more).end(), nil
}

// window is what a query for trades asks for.
type window struct {
	fromSeq, toSeq, from, to, count int64
	ascending                       bool
}

const forever = 1 << 62

func (c *call) window() (w window, err *wireError) {
	for _, f := range []struct {
		name      string
		to        *int64
		otherwise int64
	}{{"start_seq", &w.fromSeq, 0}, {"end_seq", &w.toSeq, forever}, {"start_timestamp", &w.from, 0},
		{"end_timestamp", &w.to, forever}, {"count", &w.count, 10}} {
		if *f.to, err = c.p.int(f.name, f.otherwise); err != nil {
			return w, err
		}
	}
	if w.count < 1 || w.count > 1_000 {
		return w, core.Invalid("count", "must be between 1 and 1000")
	}
	// A range that has a beginning is read from there; otherwise the newest come first.
	sorting := c.p.text("sorting")
	w.ascending = sorting == "asc" || (sorting != "desc" && w.fromSeq > 0)
	return w, nil
}

// choose gives the items of a window, in its order, and whether there are more. The items are
// oldest first.
func choose[T any](items []T, w window, place func(T) (seq, at int64)) (page []T, more bool) {
	for n := range items {
		item := items[n]
		if !w.ascending {
			item = items[len(items)-1-n]
		}
		seq, at := place(item)
		if seq < w.fromSeq || seq > w.toSeq || at < w.from || at > w.to {
			continue
		}
		if int64(len(page)) == w.count {
			return page, true
		}
		page = append(page, item)
	}
	return page, false
}
