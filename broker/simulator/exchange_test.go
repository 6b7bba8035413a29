package simulator_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

const btc = "BTC_USDC-PERPETUAL"

// bracket is a market entry with target and stop in one call.
func bracket(amount, target, stop string) object {
	number := func(s string) float64 { f, _ := strconv.ParseFloat(s, 64); return f }
	return object{"instrument_name": btc, "amount": number(amount), "type": "market", "label": "in-e",
		"linked_order_type": "one_triggers_one_cancels_other", "trigger_fill_condition": "incremental",
		"otoco_config": []object{
			{"amount": number(amount), "direction": "sell", "type": "limit", "price": number(target), "reduce_only": true, "label": "in-t"},
			{"amount": number(amount), "direction": "sell", "type": "stop_market", "trigger": "mark_price", "trigger_price": number(stop), "reduce_only": true, "label": "in-s"},
		}}
}

// around gives a price so many percent from the mark, on the grid of whole dollars.
func around(t testing.TB, c *socket, percent string) string {
	mark := dec(t, field(c.call("public/ticker", object{"instrument_name": btc}), "mark_price"))
	return mark.Add(mark.Percent(trade.MustDec(percent))).NearestTo(trade.NewDec(1)).String()
}

func TestBracket_lives_at_the_exchange(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.call("private/subscribe", object{"channels": []string{"user.changes.any.any.raw"}})
	placed := c.call("private/buy", bracket("0.01", around(t, c, "2"), around(t, c, "-2")))
	require.Equal(t, "filled", field(placed, "order", "order_state"))
	require.Len(t, field(placed, "order", "oto_order_ids"), 2)
	require.Equal(t, true, field(placed, "order", "is_primary_otoco"))
	require.NotEmpty(t, field(placed, "trades"))

	data := c.next("user.changes.any.any.raw")
	require.Equal(t, btc, field(data, "instrument_name"))
	require.Len(t, field(data, "positions"), 1)

	open := c.call("private/get_open_orders", nil).([]any)
	require.Len(t, open, 2)
	require.Equal(t, "in-t", field(open[0], "label"))
	require.Equal(t, "in-s", field(open[1], "label"))
	require.Equal(t, field(open[0], "oco_ref"), field(open[1], "oco_ref"))

	edited := c.call("private/edit", object{"order_id": field(open[1], "order_id"), "amount": 0.01, "trigger_price": field(open[1], "trigger_price"), "reduce_only": true})
	require.Equal(t, field(open[1], "order_id"), field(edited, "order", "order_id"))
	require.Equal(t, true, field(edited, "order", "replaced"))

	positions := c.call("private/get_positions", object{"currency": "any"}).([]any)
	require.Len(t, positions, 1)
	amount(t, "0.01", field(positions[0], "size"))

	c.call("private/cancel", object{"order_id": field(open[0], "order_id")})
	require.Empty(t, c.call("private/get_open_orders", nil))
	sibling := c.call("private/get_order_state", object{"order_id": field(open[1], "order_id")})
	require.Equal(t, "oco_other_closed", field(sibling, "cancel_reason"))
	c.refused(11044, "private/cancel", object{"order_id": field(open[0], "order_id")})

	c.call("private/close_position", object{"instrument_name": btc, "type": "market"})
	require.Empty(t, c.call("private/get_positions", object{"currency": "USDC"}))
}

func TestTicker_and_candles_agree(t *testing.T) {
	s := newStage(t)
	c := s.dial()
	c.call("public/subscribe", object{"channels": []string{"ticker." + btc + ".100ms", "chart.trades." + btc + ".1"}})
	c.next("ticker." + btc + ".100ms")
	s.pass(3 * time.Second)
	growing := c.next("chart.trades." + btc + ".1")
	chart := c.call("public/get_tradingview_chart_data", object{"instrument_name": btc, "resolution": "1",
		"start_timestamp": noon.Add(-5000 * time.Minute).UnixMilli(), "end_timestamp": noon.Add(time.Minute).UnixMilli()})
	require.Equal(t, "ok", field(chart, "status"))
	ticks := field(chart, "ticks").([]any)
	require.Len(t, ticks, 5001)
	require.Equal(t, field(growing, "tick"), ticks[5000])
	last := dec(t, field(c.call("public/ticker", object{"instrument_name": btc}), "last_price"))
	require.Equal(t, last.String(), dec(t, field(chart, "close").([]any)[5000]).String())
}
