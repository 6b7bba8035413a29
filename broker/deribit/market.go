package deribit

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/trade"
)

// ask sends a public request when there is credit for it.
func (f *Feed) ask(ctx context.Context, method string, p params, read func(*fastjson.Value) error) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if f.link.Load() == nil {
		return notSent(errLinkDown)
	}
	release, err := f.limiter.take(ctx, poolRead, PriorityRead)
	if err != nil {
		return err
	}
	defer release()
	l := f.link.Load()
	if l == nil {
		return notSent(errLinkDown)
	}
	err = l.call(ctx, method, p, read)
	if isCode(err, codeTooManyRequests) {
		f.limiter.drained(poolRead)
	}
	return err
}

// Instruments lists the perpetuals.
func (f *Feed) Instruments(ctx context.Context) (specs []trade.Spec, err error) {
	p := params(nil).text("currency", "any").text("kind", "future").flag("expired", false)
	err = f.ask(ctx, "public/get_instruments", p, func(result *fastjson.Value) error {
		return each(result, func(v *fastjson.Value) error {
			if string(v.GetStringBytes("settlement_period")) != "perpetual" {
				return nil
			}
			spec, err := parseSpec(v)
			specs = append(specs, spec)
			return err
		})
	})
	return specs, err
}

func parseSpec(v *fastjson.Value) (trade.Spec, error) {
	o := object{v: v}
	spec := trade.Spec{
		Instrument:  trade.Instrument(o.text("instrument_name")),
		Kind:        trade.Linear,
		Base:        trade.Currency(o.text("base_currency")),
		Quote:       trade.Currency(o.text("quote_currency")),
		Settlement:  trade.Currency(o.text("settlement_currency")),
		PriceIndex:  o.text("price_index"),
		TickSize:    o.amount("tick_size"),
		AmountStep:  o.amount("contract_size"),
		MinAmount:   o.amount("min_trade_amount"),
		MaxLeverage: o.amount("max_leverage"),
		MakerFee:    o.dec("maker_commission"),
		TakerFee:    o.dec("taker_commission"),
		Active:      o.flag("is_active"),
	}
	kind := o.text("instrument_type")
	if kind == "" {
		kind = o.text("future_type")
	}
	if kind == "reversed" {
		spec.Kind = trade.Inverse
	}
	if book := o.text("state"); book != "" && book != "open" {
		spec.Active = false
	}
	return spec, o.err
}

// Ticker asks for the newest state of a market.
func (f *Feed) Ticker(ctx context.Context, instrument trade.Instrument) (ticker trade.Ticker, err error) {
	p := params(nil).text("instrument_name", string(instrument))
	err = f.ask(ctx, "public/ticker", p, func(result *fastjson.Value) (err error) {
		ticker, err = parseTicker(instrument, result)
		return err
	})
	return ticker, err
}

func parseTicker(instrument trade.Instrument, v *fastjson.Value) (trade.Ticker, error) {
	o := object{v: v}
	t := trade.Ticker{
		Instrument: instrument,
		Time:       o.millis("timestamp"),
		Bid:        o.amount("best_bid_price"),
		BidAmount:  o.amount("best_bid_amount"),
		Ask:        o.amount("best_ask_price"),
		AskAmount:  o.amount("best_ask_amount"),
		Last:       o.amount("last_price"),
		Mark:       o.amount("mark_price"),
		Index:      o.amount("index_price"),
		MinPrice:   o.amount("min_price"),
		MaxPrice:   o.amount("max_price"),
	}
	return t, o.err
}

// candlesPerCall stays below the exchange's page size.
const candlesPerCall = 4000

// Candles gives the candles of a length, oldest first.
func (f *Feed) Candles(ctx context.Context, instrument trade.Instrument, resolution trade.Resolution, from, to time.Time) (candles []trade.Candle, err error) {
	length := resolution.Length()
	for start, next := from, from; !start.After(to); start = next {
		next = start.Add(candlesPerCall * length)
		end := next.Add(-time.Millisecond)
		if end.After(to) {
			end = to
		}
		page, err := f.candlePage(ctx, instrument, length, start, end)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if n := len(candles); !c.OpenTime.Before(from) && !c.OpenTime.After(to) && (n == 0 || c.OpenTime.After(candles[n-1].OpenTime)) {
				candles = append(candles, c)
			}
		}
	}
	return candles, nil
}

func (f *Feed) candlePage(ctx context.Context, instrument trade.Instrument, length time.Duration, from, to time.Time) (page []trade.Candle, err error) {
	p := params(nil).
		text("instrument_name", string(instrument)).
		millis("start_timestamp", from).
		millis("end_timestamp", to).
		text("resolution", strconv.Itoa(int(length/time.Minute)))
	err = f.ask(ctx, "public/get_tradingview_chart_data", p, func(result *fastjson.Value) (err error) {
		page, err = parseCandles(result)
		return err
	})
	return page, err
}

// parseCandles turns the columns of a chart into candles.
func parseCandles(v *fastjson.Value) ([]trade.Candle, error) {
	ticks := v.GetArray("ticks")
	candles := make([]trade.Candle, len(ticks))
	for i, tick := range ticks {
		milliseconds, err := tick.Int64()
		if err != nil {
			return nil, err
		}
		candles[i].OpenTime = time.UnixMilli(milliseconds).UTC()
	}
	columns := []struct {
		name  string
		check func(trade.Dec, error) (trade.Dec, error)
		field func(*trade.Candle) *trade.Dec
	}{
		{"open", positive, func(c *trade.Candle) *trade.Dec { return &c.Open }},
		{"high", positive, func(c *trade.Candle) *trade.Dec { return &c.High }},
		{"low", positive, func(c *trade.Candle) *trade.Dec { return &c.Low }},
		{"close", positive, func(c *trade.Candle) *trade.Dec { return &c.Close }},
		{"volume", notNegative, func(c *trade.Candle) *trade.Dec { return &c.Volume }},
	}
	for _, column := range columns {
		values := v.GetArray(column.name)
		if len(values) != len(ticks) {
			return nil, errors.New("columns of different length: " + column.name)
		}
		for i, value := range values {
			d, err := column.check(decimal(value))
			if err != nil {
				return nil, err
			}
			*column.field(&candles[i]) = d
		}
	}
	return candles, nil
}

// parseCandle reads one update of the chart channel.
func parseCandle(v *fastjson.Value) (trade.Candle, error) {
	o := object{v: v}
	c := trade.Candle{
		OpenTime: o.millis("tick"),
		Open:     o.exact("open"),
		High:     o.exact("high"),
		Low:      o.exact("low"),
		Close:    o.exact("close"),
		Volume:   o.amount("volume"),
	}
	if o.err == nil && c.OpenTime.IsZero() {
		o.err = errors.New("a candle without a time")
	}
	return c, o.err
}
