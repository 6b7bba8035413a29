package simulator_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// A trailing stop tells its offset, where it is measured from and where it would fire now.
func TestTrailing_stop_over_the_wire(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	sell := object{"instrument_name": btc, "amount": 0.01, "type": "trailing_stop", "trigger": "mark_price", "trigger_offset": 500}
	trailing := triggerShape.with(shape{"trigger_offset": "float", "trigger_reference_price": "float"})
	stop := field(c.call("private/sell", sell), "order").(object)
	fits(t, trailing, stop)
	amount(t, "500", stop["trigger_offset"])
	amount(t, dec(t, stop["trigger_reference_price"]).Sub(dec(t, stop["trigger_offset"])).String(), stop["trigger_price"])

	edited := field(c.call("private/edit", object{"order_id": stop["order_id"], "amount": 0.01, "trigger_offset": 450}), "order")
	fits(t, trailing, edited)
	amount(t, "450", field(edited, "trigger_offset"))
	entry := field(c.call("private/get_trigger_order_history", object{"currency": "USDC"}), "entries").([]any)[0]
	amount(t, "450", field(entry, "trigger_offset"))

	sell["direction"] = "sell"
	delete(sell, "instrument_name")
	linked := object{"instrument_name": btc, "amount": 0.01, "price": parsePrice(around(t, c, "-1")), "linked_order_type": "one_triggers_other", "otoco_config": []object{sell}}
	leg := field(c.call("private/buy", linked), "order", "oto_order_ids").([]any)[0]
	waiting := c.call("private/get_order_state", object{"order_id": leg})
	require.NotContains(t, waiting, "trigger_price")
	amount(t, "500", field(waiting, "trigger_offset"))
	require.Equal(t, json.Number("2"), c.call("private/cancel_all_by_instrument", object{"instrument_name": btc, "type": "trailing_stop"}))
}

func TestMarket_limit_over_the_wire(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	bought := field(c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market_limit"}), "order")
	fits(t, filledShape.with(shape{"original_order_type": "string"}), bought)
	require.Equal(t, "market", field(bought, "order_type"))
	require.Equal(t, "market_limit", field(bought, "original_order_type"))
}

func TestOrders_refuse_what_is_not_simulated(t *testing.T) {
	s := newStage(t, unlimited)
	c := s.login(alice)
	low := parsePrice(around(t, c, "-1"))
	resting := field(c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "price": low, "mmp": false}), "order", "order_id")
	for name, value := range map[string]any{"display_amount": 0.01, "refresh_amount": 0.01, "advanced": "usd", "mmp": true} {
		for _, refused := range []object{
			c.refused(-32602, "private/buy", object{"instrument_name": btc, "amount": 0.01, "price": low, name: value}),
			c.refused(-32602, "private/edit", object{"order_id": resting, "amount": 0.01, name: value}),
			c.refused(-32602, "private/buy", object{"instrument_name": btc, "amount": 0.01, "price": low, "linked_order_type": "one_triggers_other",
				"otoco_config": []object{{"direction": "sell", "amount": 0.01, "type": "market", name: value}}}),
		} {
			require.Equal(t, name, field(refused, "data", "param"))
		}
	}
}
