package http

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKillSwitch(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	strategy := string(ann.id) + ":Razor:BTC_USDC-PERPETUAL:deribit:paper"
	for scope, body := range map[string]map[string]any{"account": {}, "connection": {"environment": "paper"}, "strategy": {"strategyId": strategy}} {
		r := w.call("POST", "/api/killswitch", body, ann.auth())
		require.Equal(t, 200, r.StatusCode, r.text)
		require.Equal(t, scope, r.body["killSwitch"].(map[string]any)["scope"])
		require.Equal(t, true, r.body["killSwitch"].(map[string]any)["flat"])
	}
	require.Len(t, w.call("GET", "/api/killswitch", nil, ann.auth()).body["killSwitches"], 3)
	w.trading.slow = true
	require.Equal(t, 202, w.call("POST", "/api/killswitch", map[string]any{}, ann.auth()).StatusCode)

	require.Equal(t, 422, w.call("POST", "/api/killswitch", map[string]any{"broker": "deribit"}, ann.auth()).StatusCode)
	foreign := w.call("POST", "/api/killswitch", map[string]any{"strategyId": stranger + ":Razor:BTC_USDC-PERPETUAL:deribit:paper"}, ann.auth())
	require.Equal(t, "strategy_not_found", foreign.code())

	require.Equal(t, 200, w.call("POST", "/api/killswitch/reset", map[string]any{"strategyId": strategy}, ann.auth()).StatusCode)
	require.Equal(t, "kill_switch_not_found", w.call("POST", "/api/killswitch/reset", map[string]any{"strategyId": strategy}, ann.auth()).code())
	require.Contains(t, w.storage.actions(), "killswitch.engaged")
	require.Contains(t, w.storage.actions(), "killswitch.reset")
}

func TestHalt(t *testing.T) {
	w := newWorld(t)
	owner, ann := w.owner(), w.join("ann@trade.test")
	require.Equal(t, 403, w.call("POST", "/api/admin/halt", map[string]any{}, ann.auth()).StatusCode)
	r := w.call("POST", "/api/admin/halt", map[string]any{"closePositions": true}, owner.auth())
	require.Equal(t, 200, r.StatusCode, r.text)
	require.Equal(t, true, r.body["halt"].(map[string]any)["closes"])
	require.Equal(t, true, w.call("GET", "/api/admin/halt", nil, owner.auth()).body["halt"].(map[string]any)["on"])
	require.Equal(t, false, w.call("POST", "/api/admin/resume", nil, owner.auth()).body["halt"].(map[string]any)["on"])
	require.Equal(t, 2, w.trading.called("ServerRiskChanged"))
}
