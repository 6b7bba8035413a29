package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

const btc = "BTC_USDC-PERPETUAL"

// TestNewcomer walks the whole chain: owner link, sign-up, paper account, connect, Fast Test, and a
// simulated trade that opens and closes within a minute, seen live over the WebSocket.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	s, _, _ := startAll(t)

	link, err := os.ReadFile(filepath.Join(s.dir, "owner-link"))
	require.NoError(t, err)
	_, token, found := strings.Cut(strings.TrimSpace(string(link)), "token=")
	require.True(t, found, "the owner link carries a token")
	owner := visitor(t, s, "owner@example.com")
	owner.must(http.StatusCreated, "POST", "/api/setup/owner", object{"token": token, "email": owner.email, "password": password, "disclaimerAccepted": true})
	owner.login()
	owner.must(http.StatusOK, "GET", "/api/admin/users", nil)
	again, _ := owner.call("POST", "/api/setup/owner", object{"token": token, "email": "second@example.com", "password": password, "disclaimerAccepted": true})
	require.GreaterOrEqual(t, again, 400, "the owner link works once")

	p := newPerson(t, s, "newcomer@example.com")
	p.connectPaper()
	balance := p.must(http.StatusOK, "GET", "/api/v2/balance"+paperQuery, nil)
	require.Contains(t, toText(t, balance), `"10000"`, "a paper account holds 10,000 USDC")

	live := p.listen("strategies", "orders", "trades", "positions", "balance", "connection", "ticker:deribit:paper:"+btc)
	pressed := time.Now()
	id := p.startStrategy("Fast Test", btc, object{})
	p.eventually("the trade is closed", func() bool {
		trades := p.trades()
		return len(trades) == 1 && trades[0].(object)["status"] == "closed"
	})
	require.Less(t, time.Since(pressed), time.Minute, "start pressed to closed trade")
	t.Logf("start pressed to closed Fast Test trade: %.1f s", time.Since(pressed).Seconds())
	requireRoundTrip(t, p.trades()[0].(object))

	p.eventually("Fast Test stops itself", func() bool { return p.strategy(id)["status"] == "stopped" })
	require.Empty(t, p.positions(), "flat afterwards")
	require.Empty(t, p.orders(btc), "no order is left behind")
	requireOrdered(t, live, "strategies", "orders", "trades", "positions", "connection", "ticker:deribit:paper:"+btc)

	stats := p.must(http.StatusOK, "GET", "/api/user/trades/stats", nil)
	require.Contains(t, toText(t, stats), `"closedTrades":1`)

	razor := p.startStrategy("Razor", btc, object{"preset": "original"})
	p.eventually("Razor analyses", func() bool {
		status, got := p.call("GET", "/api/strategy/analysis/"+escape(razor), nil)
		return status == http.StatusOK && strings.Contains(toText(t, got), `"rsi"`)
	})
	s.stop(t)
}

// requireRoundTrip checks that a closed trade explains itself: prices, exit reason, fees and the sum.
func requireRoundTrip(t *testing.T, got object) {
	t.Helper()
	number := func(field string) trade.Dec {
		text, ok := got[field].(string)
		require.True(t, ok, "%s is a decimal string in %v", field, got)
		return trade.MustDec(text)
	}
	require.Equal(t, 1, number("entryPrice").Sign())
	require.Equal(t, 1, number("exitPrice").Sign())
	require.Equal(t, 1, number("amount").Sign())
	require.Equal(t, 1, number("fees").Sign(), "market orders pay a taker fee")
	require.True(t, number("net").Equal(number("pnl").Sub(number("fees")).Add(number("funding"))), "net = pnl - fees + funding in %v", got)
	require.Contains(t, []any{"tp", "sl", "time"}, got["exitReason"])
	want := number("exitPrice").Sub(number("entryPrice")).Mul(number("amount"))
	require.True(t, number("pnl").Sub(want).Abs().Less(trade.MustDec("0.01")), "pnl %s is close to %s", number("pnl"), want)
}

// requireOrdered checks that each topic began with a snapshot and that its numbers grow by one.
func requireOrdered(t *testing.T, l *listener, topics ...string) {
	t.Helper()
	for _, topic := range topics {
		frames := l.on(topic)
		require.NotEmpty(t, frames, "frames of %s", topic)
		require.Equal(t, "snapshot", frames[0].Type, "first frame of %s", topic)
		for i := 1; i < len(frames); i++ {
			require.Equal(t, frames[i-1].Seq+1, frames[i].Seq, "numbers of %s", topic)
		}
	}
	require.Greater(t, len(l.on("ticker:deribit:paper:"+btc)), 3, "prices keep moving")
}
