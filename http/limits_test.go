package http

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestLimits(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	set := func(body map[string]any) reply { return w.call("PUT", "/api/user/limits", body, ann.auth()) }
	strategy := string(ann.id) + ":Razor:BTC_USDC-PERPETUAL:deribit:paper"

	r := set(map[string]any{"limits": goodLimits})
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, 200, set(map[string]any{"environment": "live", "limits": map[string]any{}}).StatusCode)
	require.Equal(t, 200, set(map[string]any{"strategyId": strategy, "limits": map[string]any{"maxDailyLoss": "50"}}).StatusCode)
	require.Equal(t, 3, w.trading.called("RiskChanged "+string(ann.id)))

	list := w.call("GET", "/api/user/limits", nil, ann.auth()).body["limits"].([]any)
	var scopes []any
	for _, l := range list {
		scopes = append(scopes, l.(map[string]any)["scope"])
	}
	require.Equal(t, []any{"server", "user", "connection", "strategy"}, scopes)
	require.Equal(t, "2.5", list[1].(map[string]any)["limits"].(map[string]any)["maxLeverage"])
	require.Contains(t, w.storage.actions(), "limits.changed")

	for name, c := range map[string]struct {
		body  map[string]any
		code  string
		field string
	}{
		"out of range":    {map[string]any{"limits": map[string]any{"maxLeverage": "101", "priceBand": "-1"}}, "invalid_limits", "maxLeverage"},
		"no number":       {map[string]any{"limits": map[string]any{"maxLeverage": "much"}}, "invalid_input", "limits.maxLeverage"},
		"unknown limit":   {map[string]any{"limits": map[string]any{"maxFun": "1"}}, "invalid_input", "limits.maxFun"},
		"half a venue":    {map[string]any{"broker": "deribit", "limits": map[string]any{}}, "invalid_input", "environment"},
		"unknown world":   {map[string]any{"environment": "moon", "limits": map[string]any{}}, "invalid_input", "environment"},
		"somebody else's": {map[string]any{"strategyId": stranger + ":Razor:BTC_USDC-PERPETUAL:deribit:paper", "limits": map[string]any{}}, "strategy_not_found", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			before := w.storage.written()
			r := set(c.body)
			require.Equal(t, c.code, r.code(), r.text)
			if c.field != "" {
				require.Contains(t, r.fields(), c.field)
			}
			require.Equal(t, before, w.storage.written())
		})
	}
}

func TestLimits_of_the_server(t *testing.T) {
	w := newWorld(t)
	owner, ann := w.owner(), w.join("ann@trade.test")
	body := map[string]any{"limits": map[string]any{"maxExposure": "25000"}}
	require.Equal(t, 403, w.call("PUT", "/api/admin/limits", body, ann.auth()).StatusCode)
	require.Equal(t, 200, w.call("PUT", "/api/admin/limits", body, owner.auth()).StatusCode)
	require.Equal(t, "25000", w.call("GET", "/api/admin/limits", nil, owner.auth()).body["limits"].(map[string]any)["maxExposure"])
	require.Equal(t, trade.MustDec("25000"), w.storage.ceilings.MaxExposure)
	require.Equal(t, 1, w.trading.called("ServerRiskChanged"))
}
