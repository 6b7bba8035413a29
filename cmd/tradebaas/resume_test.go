package main_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func toText(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func escape(id string) string { return url.PathEscape(id) }

// eager is a Razor that enters at the first candle it may, and then holds on.
var eager = object{"preset": "original", "minScore": 1, "rsiOversold": 49.5, "rsiOverbought": 50, "minVolatility": 0,
	"maxVolatility": 100, "cooldownMinutes": 0, "stopLossPercent": 9, "takeProfitPercent": 18, "breakEvenEnabled": false}

// TestAutoResume kills the server with -9: A traded with an open position, B had stopped by hand and
// C had disconnected by hand. After the restart A trades on with the same position, stop and target,
// and the other two stay as they wished.
func TestAutoResume(t *testing.T) {
	t.Parallel()
	s, _, _ := startAll(t)
	a, b, c := newPerson(t, s, "a@example.com"), newPerson(t, s, "b@example.com"), newPerson(t, s, "c@example.com")
	for _, p := range []*person{a, b, c} {
		p.connectPaper()
	}
	idA := a.startStrategy("Razor", btc, eager)
	idB := b.startStrategy("Razor", btc, object{"preset": "conservative"})
	idC := c.startStrategy("Razor", btc, object{"preset": "conservative"})
	b.must(http.StatusOK, "POST", "/api/strategy/stop", object{"strategyId": idB})
	c.must(http.StatusOK, "POST", "/api/v2/disconnect", object{"environment": "paper"})

	before := a.waitProtected()
	preview := a.must(http.StatusOK, "GET", "/api/v2/positions/close/preview"+paperQuery+"&instrument="+btc, nil)["preview"].(object)
	require.Equal(t, true, preview["complete"], "the order book holds enough to close it: %v", preview)
	require.NotEqual(t, "0", preview["fees"])

	// Signing out and in again touches nothing that trades.
	a.must(http.StatusOK, "POST", "/api/auth/logout", object{})
	a.login()
	require.Equal(t, before, a.waitProtected(), "a sign-out changes nothing that trades")

	s.kill()
	s.start(t)
	a.login()
	b.login()
	c.login()

	a.eventually("A is connected and in its position", func() bool {
		return a.connection()["state"] == "connected" && a.strategy(idA)["state"] == "in_position"
	})
	require.Equal(t, before, a.waitProtected(), "same position, stop and target after the crash")
	require.Equal(t, "active", a.strategy(idA)["status"])
	require.Len(t, a.trades(), 1, "one trade, adopted and not doubled")
	require.Equal(t, "stopped", b.strategy(idB)["status"])
	b.eventually("B is connected again", func() bool { return b.connection()["state"] == "connected" })
	require.Equal(t, "disconnected", c.connection()["state"])
	require.Equal(t, "paused", c.strategy(idC)["status"], "a disconnect pauses; it does not stop")

	c.must(http.StatusOK, "POST", "/api/v2/connect", object{"environment": "paper"})
	c.eventually("C's strategy goes on after a connect by hand", func() bool { return c.strategy(idC)["status"] == "active" })

	a.must(http.StatusOK, "POST", "/api/strategy/stop", object{"strategyId": idA, "closePosition": true})
	a.eventually("A is flat without leftovers", func() bool { return len(a.positions()) == 0 && len(a.orders(btc)) == 0 })
	a.eventually("A's trade is closed", func() bool { return a.trades()[0].(object)["status"] == "closed" })
}

// protection is what must not change over a restart.
type protection struct{ Size, Stop, Target string }

// waitProtected waits until the person holds a position with a stop and a target, and gives them.
func (p *person) waitProtected() protection {
	p.tb.Helper()
	var got protection
	// A candle must close first, so this may take a minute and a half.
	for range 2 {
		if p.poll(func() bool { got = p.protection(); return got.Stop != "" && got.Target != "" }) {
			return got
		}
	}
	require.Fail(p.tb, "no protected position", "positions %v, strategies %v", p.positions(),
		p.must(http.StatusOK, "GET", "/api/strategy/status", nil))
	return got
}

func (p *person) protection() protection {
	p.tb.Helper()
	positions := p.positions()
	if len(positions) != 1 || len(p.orders(btc)) != 2 {
		return protection{}
	}
	got := positions[0].(object)
	text := func(field string) string {
		if s, _ := got[field].(string); s != "0" {
			return s
		}
		return ""
	}
	return protection{text("size"), text("stopLoss"), text("takeProfit")}
}
