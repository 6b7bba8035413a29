package simulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The owner trades by hand beside the API: the orders say so, and the API sees them.
func TestWeb_orders_of_the_accounts_owner(t *testing.T) {
	s := newStage(t)
	c := s.login(alice)
	c.call("private/subscribe", object{"channels": []string{"user.changes.any.any.raw"}})
	web := func(method string, params object) (out object) {
		require.NoError(t, s.Admin().Web(t.Context(), 70001, method, params, &out))
		return out
	}
	placed := web("buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	require.Equal(t, true, field(placed, "order", "web"))
	heard := c.next("user.changes.any.any.raw")
	require.Equal(t, false, field(field(heard, "orders").([]any)[0], "api"))
	require.Equal(t, false, field(field(heard, "trades").([]any)[0], "api"))
	require.Equal(t, "", field(field(heard, "orders").([]any)[0], "label"))

	c.call("private/buy", bracket("0.01", around(t, c, "2"), around(t, c, "-2")))
	for _, o := range c.call("private/get_open_orders", nil).([]any) {
		require.Equal(t, true, field(o, "api"))
		if field(o, "label") == "in-t" {
			edited := web("edit", object{"order_id": field(o, "order_id"), "amount": 0.01, "price": parsePrice(around(t, c, "1.9"))})
			require.Equal(t, false, field(edited, "order", "web"), "it was placed over the API")
		} else {
			web("cancel", object{"order_id": field(o, "order_id")})
		}
	}
	require.Empty(t, c.call("private/get_open_orders", nil), "the stop that was cancelled by hand takes its sibling along")
	require.Equal(t, true, field(web("close_position", object{"instrument_name": btc, "type": "market"}), "order", "web"))
	require.Empty(t, c.call("private/get_positions", object{"currency": "any"}))

	for name, method := range map[string]string{"no order method": "get_positions", "none at all": "nothing"} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, s.Admin().Web(t.Context(), 70001, method, object{}, nil), "404")
		})
	}
	require.ErrorContains(t, s.Admin().Web(t.Context(), 1, "buy", object{}, nil), "404")
	require.ErrorContains(t, s.Admin().Web(t.Context(), 70001, "cancel", object{"order_id": "x"}, nil), "order_not_found (10004)")
}
