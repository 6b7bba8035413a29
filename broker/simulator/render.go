package simulator

import (
	"strconv"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func direction(side int64) string {
	if side > 0 {
		return "buy"
	}
	return "sell"
}

func tradeID(i *core.Instrument, id int64) string { return i.IDPrefix + strconv.FormatInt(id, 10) }

// renderOrder writes an order as the exchange does: an untriggered one has no fill figures.
func renderOrder(o *core.Order) []byte {
	i := o.Instrument
	b := newObject().str("order_id", o.ID).str("order_state", orderState(o)).str("order_type", o.Type).
		str("instrument_name", string(i.Name)).str("direction", direction(o.Side))
	renderPrice(b, i, o)
	b.dec("amount", i.Amount(o.Amount)).dec("contracts", trade.NewDec(o.Amount))
	if !o.Conditional() && !o.Waiting {
		b.dec("filled_amount", i.Amount(o.Filled)).dec("average_price", o.AveragePrice(i).Round(8))
	}
	b.str("label", o.Label).str("time_in_force", o.TIF).bool("post_only", o.PostOnly).bool("reduce_only", o.ReduceOnly).bool("replaced", o.Replaced).bool("api", !o.Web).bool("web", o.Web).bool("mmp", false).
		bool("risk_reducing", false).bool("is_liquidation", o.Liquidation).int("creation_timestamp", o.Created).
		int("last_update_timestamp", max(o.Updated, o.Created)).int("user_id", o.Account)
	if o.PostOnly {
		b.bool("reject_post_only", o.RejectPostOnly)
	}
	if o.Original != "" {
		b.str("original_order_type", o.Original)
	}
	if o.Conditional() {
		b.str("trigger", o.Trigger).bool("triggered", o.State == core.Triggered)
		renderTrigger(b, i, o)
	}
	renderLinks(b, o)
	return b.end()
}

// renderTrigger writes where an order fires; what moves with the price is not there before it is placed.
func renderTrigger(b *object, i *core.Instrument, o *core.Order) {
	if o.Type == core.TrailingStop {
		b.dec("trigger_offset", i.Price(o.Offset))
	}
	if at := o.TriggerAt(); !at.IsZero() {
		b.dec("trigger_price", at)
	}
	if o.Reference != 0 {
		b.dec("trigger_reference_price", core.Fine(o.Reference))
	}
}

func orderState(o *core.Order) string {
	if o.State == core.Rejected {
		return o.State + ":" + o.CancelReason
	}
	return o.State
}

// renderPrice: an order without a limit shows its word, and once filled its average.
func renderPrice(b *object, i *core.Instrument, o *core.Order) {
	switch {
	case !o.AtMarket():
		b.dec("price", i.Price(o.Price))
	case o.Filled > 0:
		b.dec("price", o.AveragePrice(i).NearestTo(i.TickSize))
	default:
		b.str("price", "market_price")
	}
}

func renderLinks(b *object, o *core.Order) {
	if o.TriggeredBy != "" {
		b.str("trigger_order_id", o.TriggeredBy)
	}
	if o.CancelReason != "" && o.State == core.Cancelled {
		b.str("cancel_reason", o.CancelReason)
	}
	if len(o.Legs) > 0 {
		b.raw("oto_order_ids", list(o.Legs, text))
	}
	if o.Link == core.OneTriggersOneCancelsOther {
		b.bool("is_primary_otoco", true)
	}
	if o.Condition != "" {
		b.str("trigger_fill_condition", o.Condition)
	}
	if o.Waiting {
		b.bool("is_secondary_oto", true)
	}
	if o.Primary != "" {
		b.str("primary_order_id", o.Primary)
	}
	if o.OCO != "" {
		b.str("oco_ref", o.OCO)
	}
}

func renderOrders(orders []*core.Order) []byte { return list(orders, renderOrder) }

func renderUserTrade(t core.Trade) []byte {
	i := t.Instrument
	b := newObject().str("trade_id", tradeID(i, t.ID)).int("trade_seq", t.Seq).str("instrument_name", string(i.Name)).
		int("timestamp", t.Time).str("order_id", t.Order).str("order_type", t.OrderType).null("matching_id").
		str("direction", direction(t.Side)).dec("price", i.Price(t.Price)).dec("amount", i.Amount(t.Amount)).dec("contracts", trade.NewDec(t.Amount)).
		dec("fee", t.Fee).str("fee_currency", string(i.Settlement)).str("liquidity", liquidity(t.Maker)).
		dec("index_price", core.Fine(t.Index)).dec("mark_price", core.Fine(t.Mark)).int("tick_direction", t.Direction).
		str("state", t.State).bool("reduce_only", t.ReduceOnly).bool("post_only", t.PostOnly).bool("mmp", false).
		bool("risk_reducing", t.Reducing).bool("api", !t.Web).dec("profit_loss", t.ProfitLoss).bool("self_trade", false)
	if t.Label != "" {
		b.str("label", t.Label)
	}
	if t.Liquidation {
		b.str("liquidation", liquidity(t.Maker))
	}
	return b.end()
}

func liquidity(maker bool) string {
	if maker {
		return "M"
	}
	return "T"
}

func renderTrades(trades []core.Trade) []byte { return list(trades, renderUserTrade) }

func renderPlaced(r core.Result) []byte {
	return newObject().raw("order", renderOrder(r.Order)).raw("trades", renderTrades(r.Trades)).end()
}

func renderPublicTrade(t core.PublicTrade) []byte {
	i := t.Instrument
	b := newObject().str("trade_id", tradeID(i, t.ID)).int("trade_seq", t.Seq).int("timestamp", t.Time).
		str("instrument_name", string(i.Name)).str("direction", direction(t.Side)).dec("price", i.Price(t.Price)).
		dec("amount", i.Amount(t.Amount)).dec("contracts", trade.NewDec(t.Amount)).dec("mark_price", core.Fine(t.Mark)).
		dec("index_price", core.Fine(t.Index)).int("tick_direction", t.Direction)
	if t.Liquidation != "" {
		b.str("liquidation", t.Liquidation)
	}
	return b.end()
}

func renderPosition(v core.PositionView) []byte {
	i := v.Market.Instrument
	dir := "zero"
	if v.Size.Sign() != 0 {
		dir = direction(int64(v.Size.Sign()))
	}
	return newObject().str("instrument_name", string(i.Name)).str("kind", "future").str("direction", dir).dec("size", v.Size).
		dec("size_currency", v.Coins).dec("average_price", v.Average).dec("mark_price", v.Market.MarkPrice()).
		dec("index_price", v.Market.IndexPrice()).dec("settlement_price", v.SettledPrice).dec("floating_profit_loss", v.Floating).
		dec("realized_profit_loss", v.Realized).dec("total_profit_loss", v.Total).dec("realized_funding", v.Funding).
		dec("interest_value", v.Market.Funding).dec("initial_margin", v.Initial).dec("maintenance_margin", v.Maintenance).
		dec("open_orders_margin", v.OrderMargin).dec("delta", v.Coins).int("leverage", v.Leverage).
		dec("estimated_liquidation_price", v.Liquidation).end()
}

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
