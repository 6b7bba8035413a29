package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

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
	if t.Liquidated != "" {
		b.str("liquidation", t.Liquidated)
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
