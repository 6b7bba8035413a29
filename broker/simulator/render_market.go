package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (e *engine) renderTicker(m *core.Market) []byte {
	o := newObject()
	e.tickerFields(o, m)
	return o.end()
}

func (e *engine) tickerFields(o *object, m *core.Market) {
	i, x := m.Instrument, e.core
	bid, bidAmount := m.Best(1)
	ask, askAmount := m.Best(-1)
	low, high := m.Band()
	o.str("instrument_name", string(i.Name)).int("timestamp", x.Now).str("state", m.State).
		dec("best_bid_price", i.Price(bid)).dec("best_bid_amount", i.Amount(bidAmount)).
		dec("best_ask_price", i.Price(ask)).dec("best_ask_amount", i.Amount(askAmount)).
		dec("index_price", m.IndexPrice()).dec("mark_price", m.MarkPrice()).dec("last_price", i.Price(m.Last)).
		dec("min_price", i.Price(low)).dec("max_price", i.Price(high)).dec("settlement_price", m.Settled).
		dec("estimated_delivery_price", x.DeliveryEstimate(m)).dec("open_interest", openInterest(x, m)).raw("stats", e.dayStats(m))
	if i.Perpetual() {
		o.dec("current_funding", fraction(m.FundingRate())).dec("funding_8h", m.Funding8h()).dec("interest_value", m.Funding)
	}
	if m.State == core.BookDelivered {
		o.dec("delivery_price", m.Settled)
	}
}

var billion = trade.NewDec(1_000_000_000)

func fraction(billionths int64) trade.Dec { return trade.NewDec(billionths).Div(billion) }

// openInterest is the long side of all positions.
func openInterest(x *core.Exchange, m *core.Market) trade.Dec {
	return m.Instrument.Amount(x.OpenInterest(m))
}

// renderQuote writes the top of the book, less its time.
func renderQuote(m *core.Market) *object {
	i := m.Instrument
	bid, bidAmount := m.Best(1)
	ask, askAmount := m.Best(-1)
	return newObject().str("instrument_name", string(i.Name)).
		dec("best_bid_price", i.Price(bid)).dec("best_bid_amount", i.Amount(bidAmount)).
		dec("best_ask_price", i.Price(ask)).dec("best_ask_amount", i.Amount(askAmount))
}

func renderLevels(i *core.Instrument, levels []core.Level) []byte {
	return list(levels, func(l core.Level) []byte {
		return append(appendFloat(append(appendFloat([]byte{'['}, i.Price(l.Price)), ','), i.Amount(l.Amount)), ']')
	})
}

// renderInstrumentState tells the subscribers of instrument.state what became of an instrument.
func renderInstrumentState(x *core.Exchange, v core.Event) []byte {
	return newObject().int("timestamp", x.Now).str("state", v.State).str("instrument_name", string(x.Markets[v.Market].Instrument.Name)).end()
}

func renderInstrument(m *core.Market) []byte {
	i, kind, period, expiry := m.Instrument, "linear", "perpetual", int64(32_503_708_800_000)
	if !i.Perpetual() {
		period, expiry = "month", i.Expiry
	}
	if i.Inverse {
		kind = "reversed"
	}
	return newObject().str("instrument_name", string(i.Name)).int("instrument_id", int64(i.ID)).str("kind", "future").
		str("instrument_type", kind).str("future_type", kind).str("base_currency", string(i.Base)).
		str("quote_currency", string(i.Quote)).str("counter_currency", string(i.Quote)).
		str("settlement_currency", string(i.Settlement)).str("settlement_period", period).str("price_index", i.PriceIndex).
		dec("tick_size", i.TickSize).raw("tick_size_steps", []byte("[]")).dec("min_trade_amount", i.MinAmount).
		dec("contract_size", i.ContractSize).int("max_leverage", i.MaxLeverage).dec("maker_commission", i.MakerFee).
		dec("taker_commission", i.TakerFee).dec("max_liquidation_commission", i.LiquidationFee).
		dec("block_trade_commission", i.TakerFee).dec("block_trade_min_trade_amount", i.Amount(100_000)).
		dec("block_trade_tick_size", i.TickSize).bool("is_active", m.State != core.BookDelivered && m.State != core.BookInactive).str("state", m.State).bool("rfq", false).
		int("creation_timestamp", i.Created).int("expiration_timestamp", expiry).end()
}
