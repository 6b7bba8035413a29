package deribit

import (
	"context"
	"errors"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// PlaceBracket sends a market entry with its stop and target as one order: the exchange places the
// two as a linked pair, in proportion to what the entry fills.
func (s *Session) PlaceBracket(ctx context.Context, b trade.Bracket) (broker.Placed, error) {
	if b.ValidUntil.IsZero() {
		return broker.Placed{}, notSent(errors.New("an entry needs a time until which it is valid"))
	}
	p := params(nil).
		text("instrument_name", string(b.Instrument)).
		dec("amount", b.Amount).
		text("type", string(trade.MarketOrder)).
		text("label", b.EntryLabel).
		flag("post_only", false).
		flag("reduce_only", false).
		millis("valid_until", b.ValidUntil).
		text("linked_order_type", "one_triggers_one_cancels_other").
		text("trigger_fill_condition", "incremental").
		objects("otoco_config", targetLeg(b), stopLeg(b))
	return s.place(ctx, b.Side, p, PriorityEntry)
}

func leg(b trade.Bracket, kind trade.OrderType, label string) params {
	return params(nil).
		dec("amount", b.Amount).
		text("direction", string(b.Side.Opposite())).
		text("type", string(kind)).
		text("label", label).
		flag("reduce_only", true)
}

func targetLeg(b trade.Bracket) params {
	return leg(b, trade.LimitOrder, b.TargetLabel).
		dec("price", b.Target).
		text("time_in_force", "good_til_cancelled").
		flag("post_only", false)
}

func stopLeg(b trade.Bracket) params {
	return leg(b, trade.StopMarketOrder, b.StopLabel).
		text("trigger", "mark_price").
		dec("trigger_price", b.Stop)
}

// Place sends one single order.
func (s *Session) Place(ctx context.Context, o trade.Order) (broker.Placed, error) {
	p := params(nil).
		text("instrument_name", string(o.Instrument)).
		dec("amount", o.Amount).
		text("type", string(o.Type)).
		text("label", o.Label).
		flag("post_only", false).
		flag("reduce_only", o.ReduceOnly)
	switch o.Type {
	case trade.LimitOrder:
		p = p.dec("price", o.Price).text("time_in_force", "good_til_cancelled")
	case trade.StopMarketOrder:
		p = p.text("trigger", "mark_price").dec("trigger_price", o.TriggerPrice)
	}
	if !o.ValidUntil.IsZero() {
		p = p.millis("valid_until", o.ValidUntil)
	}
	return s.place(ctx, o.Side, p, priorityOf(o))
}

// priorityOf is what an order is for: protection first, then what reduces, then the rest.
func priorityOf(o trade.Order) Priority {
	switch {
	case o.Role == trade.Stop || o.Type == trade.StopMarketOrder:
		return PriorityStop
	case o.ReduceOnly:
		return PriorityExit
	default:
		return PriorityEntry
	}
}

func (s *Session) place(ctx context.Context, side trade.Side, p params, priority Priority) (placed broker.Placed, err error) {
	method := "private/buy"
	if side == trade.Sell {
		method = "private/sell"
	}
	r := request{method: method, params: p, pool: poolMatching, priority: priority, timeout: orderTimeout, once: true}
	err = s.do(ctx, r, func(result *fastjson.Value) (err error) {
		placed, err = parsePlaced(result)
		return err
	})
	s.venue.doubtContract(err)
	return placed, err
}

func parsePlaced(result *fastjson.Value) (placed broker.Placed, err error) {
	if placed.Order, err = parseOrder(result.Get("order")); err != nil {
		return broker.Placed{}, err
	}
	for _, id := range result.GetArray("order", "oto_order_ids") {
		placed.Legs = append(placed.Legs, trade.VenueOrderID(id.GetStringBytes()))
	}
	if trades := result.Get("trades"); trades != nil {
		err = each(trades, func(v *fastjson.Value) error {
			fill, err := parseFill(v)
			placed.Fills = append(placed.Fills, fill)
			return err
		})
	}
	return placed, err
}

// Amend changes a live order. The exchange takes a flag that is left out for its default, not for
// what it was, so both are always said: every order of ours that can be amended is reduce-only.
func (s *Session) Amend(ctx context.Context, a broker.Amendment) (order trade.VenueOrder, err error) {
	p := params(nil).
		text("order_id", string(a.Order)).
		flag("post_only", false).
		flag("reduce_only", true)
	p = p.decUnlessZero("amount", a.Amount)
	p = p.decUnlessZero("price", a.Price)
	p = p.decUnlessZero("trigger_price", a.TriggerPrice)
	r := request{method: "private/edit", params: p, pool: poolMatching, priority: PriorityStop, timeout: orderTimeout}
	err = s.do(ctx, r, func(result *fastjson.Value) (err error) {
		order, err = parseOrder(result.Get("order"))
		return err
	})
	s.venue.doubtContract(err)
	return order, err
}

// Cancel cancels one live order.
func (s *Session) Cancel(ctx context.Context, id trade.VenueOrderID) (trade.VenueOrder, error) {
	return s.oneOrder(ctx, request{method: "private/cancel", params: params(nil).text("order_id", string(id)),
		pool: poolMatching, priority: PriorityCancel, timeout: cancelTimeout})
}

// Order asks for one order.
func (s *Session) Order(ctx context.Context, id trade.VenueOrderID) (trade.VenueOrder, error) {
	return s.oneOrder(ctx, ask("private/get_order_state", params(nil).text("order_id", string(id))))
}

func (s *Session) oneOrder(ctx context.Context, r request) (order trade.VenueOrder, err error) {
	err = s.do(ctx, r, func(result *fastjson.Value) (err error) {
		order, err = parseOrder(result)
		return err
	})
	return order, err
}

// OrdersByLabel asks for the recent orders that carry a label.
func (s *Session) OrdersByLabel(ctx context.Context, settlement trade.Currency, label string) ([]trade.VenueOrder, error) {
	p := params(nil).text("currency", string(settlement)).text("label", label)
	return s.orders(ctx, ask("private/get_order_state_by_label", p))
}

// OpenOrders lists every live order, waiting legs included.
func (s *Session) OpenOrders(ctx context.Context) ([]trade.VenueOrder, error) {
	return s.orders(ctx, ask("private/get_open_orders", nil))
}

func (s *Session) orders(ctx context.Context, r request) (orders []trade.VenueOrder, err error) {
	err = s.do(ctx, r, func(result *fastjson.Value) error {
		return each(result, func(v *fastjson.Value) error {
			order, err := parseOrder(v)
			orders = append(orders, order)
			return err
		})
	})
	return orders, err
}

// ask is a read: it touches no order and may be repeated.
func ask(method string, p params) request {
	return request{method: method, params: p, pool: poolRead, priority: PriorityRead, timeout: readTimeout}
}

// isWaitingLeg tells a leg that still waits for its entry from the live order that replaces it. The
// flag alone does not, where the live leg keeps it; only the waiting one has an OTO id.
func isWaitingLeg(o object) bool {
	return o.flag("is_secondary_oto") && strings.Contains(o.text("order_id"), "OTO-")
}

// parseOrder reads an order. Untriggered stops come without fill figures, and with a word for a price.
func parseOrder(v *fastjson.Value) (trade.VenueOrder, error) {
	o := object{v: v}
	order := trade.VenueOrder{
		ID:           trade.VenueOrderID(o.text("order_id")),
		Label:        o.text("label"),
		Instrument:   trade.Instrument(o.text("instrument_name")),
		Side:         trade.Side(o.text("direction")),
		Type:         o.text("order_type"),
		Amount:       o.amount("amount"),
		Filled:       o.amount("filled_amount"),
		AveragePrice: o.dec("average_price"),
		TriggerPrice: o.dec("trigger_price"),
		ReduceOnly:   o.flag("reduce_only"),
		CancelReason: o.text("cancel_reason"),
		OCORef:       o.text("oco_ref"),
		Secondary:    isWaitingLeg(o),
		TriggeredBy:  trade.VenueOrderID(o.text("trigger_order_id")),
		Time:         o.millis("last_update_timestamp"),
	}
	if price := v.Get("price"); price != nil && price.Type() == fastjson.TypeNumber {
		order.Price = o.dec("price")
	}
	if order.Time.IsZero() {
		order.Time = o.millis("creation_timestamp")
	}
	order.State = state(&order, o.text("order_state"))
	if o.err == nil && order.ID == "" {
		o.err = errors.New("an order without an id")
	}
	return order, o.err
}

// state cuts the cause off a state such as rejected:reduce_direction and keeps it as the reason.
func state(order *trade.VenueOrder, text string) string {
	word, cause, _ := strings.Cut(text, ":")
	if order.CancelReason == "" {
		order.CancelReason = cause
	}
	return word
}
