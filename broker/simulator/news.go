package simulator

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// news is what a channel has to say, message by message.
func (e *engine) news(ch *channel) [][]byte {
	switch ch.topic {
	case tradesTopic:
		trades := ch.trades
		ch.trades = nil
		return [][]byte{list(trades, renderPublicTrade)}
	case chartTopic:
		return e.candles(ch)
	case changesTopic, ordersTopic, userTradesTopic:
		return e.gatheredNews(ch)
	case instrumentStateTopic, accessTopic:
		queue := ch.queue
		ch.queue = nil
		return queue
	}
	if data := e.state(ch); data != nil {
		return [][]byte{data}
	}
	return nil
}

// state is how things stand, on a channel that tells that; nil when it is as it was told last.
func (e *engine) state(ch *channel) []byte {
	switch ch.topic {
	case tickerTopic:
		return e.renderTicker(e.core.Markets[ch.market])
	case incrementalTopic:
		return e.tickerChange(ch)
	case quoteTopic:
		return e.quote(ch)
	case bookTopic:
		return e.bookChange(ch)
	case bookWindowTopic:
		return e.bookWindow(ch)
	case perpetualTopic:
		return e.interest(ch)
	}
	return e.indexNews(ch)
}

// wholeQuote is the top of the book for a new subscriber.
func (e *engine) wholeQuote(ch *channel) []byte {
	if len(ch.subs) == 1 {
		ch.said = nil
		return e.quote(ch)
	}
	return renderQuote(e.core.Markets[ch.market]).int("timestamp", e.core.Now).end()
}

// quote is the top of the book; nil when it is as it was.
func (e *engine) quote(ch *channel) []byte {
	o := renderQuote(e.core.Markets[ch.market])
	if ch.repeats(bytes.Clone(o.b)) {
		return nil
	}
	return o.int("timestamp", e.core.Now).end()
}

// tickerOf gives the fields of a ticker.
func (e *engine) tickerOf(m *core.Market) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(e.renderTicker(m), &fields); err != nil {
		panic(err) // it was written here
	}
	return fields
}

// wholeTicker is where an incremental ticker starts: as the other subscribers know it, and for the
// first one as it is now.
func (e *engine) wholeTicker(ch *channel) []byte {
	if len(ch.subs) == 1 {
		ch.ticker = e.tickerOf(e.core.Markets[ch.market])
	}
	return renderTickerChange("snapshot", nil, ch.ticker)
}

// tickerChange is what has changed of a ticker; nil when nothing but the time has.
func (e *engine) tickerChange(ch *channel) []byte {
	was := ch.ticker
	ch.ticker = e.tickerOf(e.core.Markets[ch.market])
	return renderTickerChange("change", was, ch.ticker)
}

func renderTickerChange(kind string, was, is map[string]json.RawMessage) []byte {
	o := newObject().str("type", kind).raw("timestamp", is["timestamp"]).raw("instrument_name", is["instrument_name"])
	head := len(o.b)
	for _, name := range sorted(is) {
		if name != "timestamp" && name != "instrument_name" && !bytes.Equal(was[name], is[name]) {
			o.raw(name, is[name])
		}
	}
	if len(o.b) == head {
		return nil
	}
	return o.end()
}

func sorted[T any](named map[string]T) []string {
	names := make([]string, 0, len(named))
	for n := range named {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// interest is the funding rate of a perpetual.
func (e *engine) interest(ch *channel) []byte {
	m := e.core.Markets[ch.market]
	if !m.Instrument.Perpetual() {
		return nil
	}
	return newObject().dec("interest", fraction(m.FundingRate())).dec("index_price", m.IndexPrice()).int("timestamp", e.core.Now).end()
}

// candles are those that have ended since the last message, in their last form, and the one that
// grows now. One without trades has the price before it and no volume.
func (e *engine) candles(ch *channel) (out [][]byte) {
	now := e.core.Second / 60 / ch.minutes * ch.minutes
	if ch.candle == 0 {
		ch.candle = now
	}
	for ; ch.candle <= now; ch.candle += ch.minutes {
		if data := e.renderCandle(ch, ch.candle); !ch.repeats(data) {
			out = append(out, data)
		}
	}
	ch.candle = now
	return out
}

func (e *engine) renderCandle(ch *channel, start int64) []byte {
	m := e.core.Markets[ch.market]
	i, b := m.Instrument, candle(e.core, m, start, ch.minutes)
	volume, cost := turnover(i, b)
	return newObject().int("tick", start*60_000).dec("open", i.Price(b.Open)).dec("high", i.Price(b.High)).
		dec("low", i.Price(b.Low)).dec("close", i.Price(b.Close)).dec("volume", volume).dec("cost", cost).end()
}
