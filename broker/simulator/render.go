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
	b := newObject().str("order_id", o.ID).str("order_state", o.State).str("order_type", o.Type).
		str("instrument_name", string(i.Name)).str("direction", direction(o.Side))
	renderPrice(b, i, o)
	b.dec("amount", i.Amount(o.Amount)).dec("contracts", trade.NewDec(o.Amount))
	if !o.Conditional() && !o.Waiting {
		b.dec("filled_amount", i.Amount(o.Filled)).dec("average_price", o.AveragePrice(i).Round(8))
	}
	b.str("label", o.Label).str("time_in_force", o.TIF).bool("post_only", o.PostOnly).bool("reduce_only", o.ReduceOnly).
		bool("replaced", o.Replaced).bool("api", !o.Web).bool("web", o.Web).bool("mmp", false).
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
