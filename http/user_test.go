package http

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

func TestCredentials_rules(t *testing.T) {
	body := map[string]any{"environment": "testnet", "apiKey": "key-1234", "apiSecret": "hush"}
	for name, c := range map[string]struct {
		prepare func(*tree)
		status  int
		code    string
	}{
		"good":             {func(*tree) {}, 201, ""},
		"unreachable":      {func(f *tree) { f.checked, f.grant = false, trade.Grant{} }, 201, ""},
		"refused":          {func(f *tree) { f.keyErr = trade.ErrKeyRefused }, 422, "key_refused"},
		"may withdraw":     {func(f *tree) { f.grant.CanWithdraw = true }, 422, "key_too_powerful"},
		"may edit account": {func(f *tree) { f.grant.CanEditAccount = true }, 422, "key_too_powerful"},
		"may block trade":  {func(f *tree) { f.grant.Scopes = []string{"trade:read_write", "block_trade:read_write"} }, 422, "key_too_powerful"},
		"may not trade":    {func(f *tree) { f.grant.CanTrade = false }, 422, "key_cannot_trade"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ann := w.join("ann@trade.test")
			c.prepare(w.trading)
			r := w.call("POST", "/api/user/credentials", body, ann.auth())
			require.Equal(t, c.status, r.StatusCode, r.text)
			require.Equal(t, c.code, r.code())
			require.NotContains(t, r.text, "hush")
			require.NotContains(t, r.text, "key-1234")
			if c.status == 201 {
				require.Equal(t, w.trading.checked, r.body["verified"])
				require.Equal(t, "1234", r.body["credentials"].(map[string]any)["lastFour"])
				require.IsType(t, []any{}, r.body["scopes"])
			}
			list := w.call("GET", "/api/user/credentials", nil, ann.auth())
			require.Len(t, list.body["credentials"], map[bool]int{true: 1}[c.status == 201])
		})
	}
}

func TestCredentials_in_use(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.join("ann@trade.test"), w.join("bob@trade.test")
	w.trading.grant.ExchangeAccount = "account-1"
	body := map[string]any{"environment": "testnet", "apiKey": "key-1234", "apiSecret": "hush"}
	require.Equal(t, 201, w.call("POST", "/api/user/credentials", body, ann.auth()).StatusCode)
	require.Equal(t, "account_in_use", w.call("POST", "/api/user/credentials", body, bob.auth()).code())
	w.trading.used = true
	require.Equal(t, 201, w.call("POST", "/api/user/credentials", body, ann.auth()).StatusCode, "another key of the same account")
	w.trading.grant.ExchangeAccount = "account-2"
	r := w.call("POST", "/api/user/credentials", body, ann.auth())
	require.Equal(t, 409, r.StatusCode)
	require.Equal(t, "in_use", r.code())
	require.Equal(t, "in_use", w.call("DELETE", "/api/user/credentials?environment=testnet", nil, ann.auth()).code())
	w.trading.used = false
	require.Equal(t, 200, w.call("DELETE", "/api/user/credentials?environment=testnet", nil, ann.auth()).StatusCode)
	require.Equal(t, 1, w.trading.called("Disconnect "+string(ann.id)))
	gone := w.call("DELETE", "/api/user/credentials?environment=testnet", nil, ann.auth())
	require.Equal(t, 404, gone.StatusCode)
	require.Equal(t, false, w.call("GET", "/api/user/credentials/status?environment=testnet", nil, ann.auth()).body["hasCredentials"])
}

func TestPaperAccount(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	require.Equal(t, 201, w.call("POST", "/api/paper/account", nil, ann.auth()).StatusCode)
	r := w.call("POST", "/api/paper/account", "{}", ann.auth())
	require.Equal(t, 409, r.StatusCode)
	require.Equal(t, "paper_account_exists", r.code())
	require.Equal(t, 1, w.trading.papers)
	require.Equal(t, true, w.call("GET", "/api/user/credentials/status?environment=paper", nil, ann.auth()).body["hasCredentials"])

	none := newWorld(t, func(o *Options) { o.Paper = nil })
	bob := none.join("bob@trade.test")
	r = none.call("POST", "/api/paper/account", "{}", bob.auth())
	require.Equal(t, 503, r.StatusCode)
	require.Equal(t, "paper_accounts_unavailable", r.code())
	require.NotEmpty(t, r.Header.Get("Retry-After"))
}

func TestConnection(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	paper := map[string]any{"environment": "paper"}
	r := w.call("POST", "/api/v2/connect", paper, ann.auth())
	require.Equal(t, 400, r.StatusCode)
	require.Equal(t, "no_credentials", r.code())
	w.call("POST", "/api/paper/account", nil, ann.auth())
	require.Equal(t, 200, w.call("POST", "/api/v2/connect", paper, ann.auth()).StatusCode)
	w.trading.state = trade.ConnConnecting
	require.Equal(t, 202, w.call("POST", "/api/v2/connect", paper, ann.auth()).StatusCode)
	require.Equal(t, 200, w.call("POST", "/api/v2/disconnect", paper, ann.auth()).StatusCode)
	status := w.call("GET", "/api/connection/status", nil, ann.auth())
	require.Equal(t, "paper", status.body["connections"].([]any)[0].(map[string]any)["environment"])
}

func TestAccount_reads(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	balance := w.call("GET", "/api/v2/balance?environment=paper", nil, ann.auth())
	require.Equal(t, map[string]any{"broker": "deribit", "environment": "paper", "currency": "USDC", "balance": "10000", "equity": "10010", "available": "9000.5",
		"initialMargin": "0", "maintenanceMargin": "0", "total": "10010", "locked": "1009.5"}, balance.body["balance"])
	require.Len(t, balance.body["balances"], 2)
	require.Len(t, w.call("GET", "/api/v2/positions?environment=paper", nil, ann.auth()).body["positions"], 1)
	require.Equal(t, []any{}, w.call("GET", "/api/v2/orders/BTC_USDC-PERPETUAL?environment=paper", nil, ann.auth()).body["orders"])
	ticker := w.call("GET", "/api/v2/ticker/BTC_USDC-PERPETUAL?environment=paper", nil, ann.auth()).body["ticker"].(map[string]any)
	require.Equal(t, "97000.5", ticker["mark"])
	require.Equal(t, "2026-01-02T03:04:05.000Z", ticker["time"])
	candles := w.call("GET", "/api/v2/candles/BTC_USDC-PERPETUAL?environment=paper&limit=60", nil, ann.auth())
	require.Equal(t, "2026-11-24T11:00:00.123Z", candles.body["candles"].([]any)[0].(map[string]any)["openTime"])
	candles = w.call("GET", "/api/v2/candles/BTC_USDC-PERPETUAL?environment=paper&limit=60&resolution=1h", nil, ann.auth())
	require.Equal(t, "2026-11-22T00:00:00.123Z", candles.body["candles"].([]any)[0].(map[string]any)["openTime"], "the limit counts candles")
	require.Equal(t, "60", candles.body["candles"].([]any)[0].(map[string]any)["volume"], "minutes of the length that was asked for")
	require.Equal(t, "1h", candles.body["resolution"])
	require.Equal(t, 200, w.call("POST", "/api/v2/positions/close", map[string]any{"environment": "paper", "instrument": bitcoin}, ann.auth()).StatusCode)
	require.Equal(t, "9.825", w.call("GET", "/api/v2/positions/close/preview?environment=paper&instrument="+string(bitcoin), nil, ann.auth()).body["preview"].(map[string]any)["net"])
	stop := w.call("POST", "/api/v2/positions/add-sl", map[string]any{"environment": "paper", "instrument": bitcoin, "percent": "2.5"}, ann.auth())
	require.Equal(t, "95000", stop.body["stopLoss"], stop.text)
	require.Equal(t, "s1", w.call("POST", "/api/v2/positions/ensure-sl", map[string]any{"environment": "paper", "instrument": bitcoin}, ann.auth()).body["slOrderId"])
	require.Equal(t, 1, w.trading.called("ProtectPosition "+string(ann.id)+" 0 2.5"))
}

func TestStrategy_life(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	require.Equal(t, "Fast Test", w.call("GET", "/api/v2/strategies/fast%20test", nil, ann.auth()).body["strategy"].(map[string]any)["name"])
	require.Equal(t, 404, w.call("GET", "/api/v2/strategies/nothing", nil, ann.auth()).StatusCode)
	require.Len(t, w.call("GET", "/api/v2/strategies", nil, ann.auth()).body["strategies"], 1)
	for _, root := range []string{"/api/strategy", "/api/user/strategy"} {
		body := map[string]any{"strategyName": "Fast Test", "instrument": bitcoin, "environment": "paper", "broker": "deribit", "config": map[string]any{"preset": "original"}, "disclaimerAccepted": true}
		started := w.call("POST", root+"/start", body, ann.auth())
		require.Equal(t, 201, started.StatusCode, started.text)
		id := started.body["strategyId"].(string)
		require.Equal(t, string(ann.id)+":Fast Test:BTC_USDC-PERPETUAL:deribit:paper", id)
		require.Equal(t, 1, w.trading.called(`StartStrategy `+string(ann.id)+` Fast Test {"preset":"original"}`))
		again := w.call("POST", root+"/start", body, ann.auth())
		require.Equal(t, "already_running", again.code())
		require.Equal(t, 409, again.StatusCode)
		path := strings.ReplaceAll(id, " ", "%20")
		require.Len(t, w.call("GET", root+"/status?environment=paper&strategyId="+path, nil, ann.auth()).body["strategies"], 1)
		require.Len(t, w.call("GET", root+"/status?environment=live", nil, ann.auth()).body["strategies"], 0)
		changed := w.call("PUT", root+"/"+path+"/config", map[string]any{"config": map[string]any{"preset": "original"}}, ann.auth())
		require.Equal(t, 200, changed.StatusCode, changed.text)
		require.EqualValues(t, 1, changed.body["strategy"].(map[string]any)["configVersion"])
		require.Equal(t, 1, w.trading.called("ChangeConfig "+id+` {"preset":"original"}`))
		analysis := w.call("GET", root+"/analysis/"+path, nil, ann.auth())
		require.Equal(t, "collecting", analysis.body["analysis"].(map[string]any)["state"])
		require.Equal(t, "2026-01-02T03:04:05.000Z", analysis.body["analysis"].(map[string]any)["updatedAt"])
		require.Len(t, w.call("GET", root+"/decisions/"+path, nil, ann.auth()).body["decisions"], 1)
		require.Equal(t, "no_position", w.call("GET", root+"/metrics/"+path, nil, ann.auth()).code())
		stopped := w.call("POST", root+"/stop", map[string]any{"strategyId": id}, ann.auth())
		require.Equal(t, 200, stopped.StatusCode, stopped.text)
		require.Equal(t, "stopped", stopped.body["strategy"].(map[string]any)["status"])
		w.trading.mu.Lock()
		w.trading.calls, w.trading.instances = nil, map[trade.StrategyID]trade.StrategyStatus{}
		w.trading.mu.Unlock()
	}
}

func TestStrategy_preview(t *testing.T) {
	w := newWorld(t)
	ann := w.join("ann@trade.test")
	body := map[string]any{"strategyName": "Fast Test", "instrument": bitcoin, "environment": "live", "config": map[string]any{"preset": "original"}}
	for _, root := range []string{"/api/strategy", "/api/user/strategy"} {
		r := w.call("POST", root+"/preview", body, ann.auth())
		require.Equal(t, 200, r.StatusCode, r.text)
		sides := r.body["preview"].(map[string]any)["sides"].([]any)
		require.Equal(t, "-0.6", sides[0].(map[string]any)["atStop"].(map[string]any)["net"])
		require.Nil(t, sides[1].(map[string]any)["atStop"])
		require.Equal(t, "no_quote", sides[1].(map[string]any)["code"])
	}
	require.Equal(t, 2, w.trading.called(`PreviewStart `+string(ann.id)+` Fast Test {"preset":"original"}`), "no promise is asked for a look")
	require.Zero(t, w.trading.called("StartStrategy"))
	body["instrument"] = "bitcoin"
	require.Equal(t, 422, w.call("POST", "/api/strategy/preview", body, ann.auth()).StatusCode)
}

func TestStrategy_metrics(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	status := trade.StrategyStatus{Broker: trade.Deribit, Environment: trade.Paper, Instrument: bitcoin}
	dec := trade.MustDec
	for name, c := range map[string]struct {
		side         trade.Side
		stop, target string
		percent      string
		ratio        string
	}{
		"long":              {trade.Buy, "99", "103", "1", "3"},
		"short":             {trade.Sell, "101", "98", "-1", "2"},
		"long, risk-free":   {trade.Buy, "100.5", "103", "1", ""},
		"long, unprotected": {trade.Buy, "0", "103", "1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			open := trade.Trade{Side: c.side, EntryPrice: dec("100"), StopLoss: dec(c.stop), TakeProfit: dec(c.target), Open: dec("2"), EntryTime: at}
			position := trade.PositionView{VenuePosition: trade.VenuePosition{MarkPrice: dec("101"), UnrealizedPnL: dec("2")}}
			m := metricsInfo(status, open, position, at.Add(90*time.Second))
			require.Equal(t, c.percent, m.UnrealizedPnLPercent.String())
			require.Equal(t, int64(90_000), m.Duration)
			if c.ratio == "" {
				require.Nil(t, m.RiskReward)
				return
			}
			require.Equal(t, c.ratio, m.RiskReward.String())
		})
	}
}

func someTrades(user trade.UserID, count int) []trade.Trade {
	exit := trade.MustDec("99")
	at := time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)
	var all []trade.Trade
	for i := range count {
		all = append(all, trade.Trade{ID: trade.TradeID(fmt.Sprintf("t%04d", i)), Account: trade.AccountID{User: user, Venue: paperVenue}, StrategyName: "=Razor",
			Instrument: bitcoin, Side: trade.Sell, EntryPrice: trade.MustDec("100"), ExitPrice: &exit, EntryTime: at, ExitTime: &at, ExitReason: trade.ExitTarget,
			PnL: trade.MustDec("1.5"), Currency: "USDC", Status: "closed"})
	}
	return all
}

func TestTrades(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.join("ann@trade.test"), w.join("bob@trade.test")
	w.storage.trades = someTrades(ann.id, 450)
	page := w.call("GET", "/api/user/trades/history?limit=200", nil, ann.auth())
	require.Len(t, page.body["trades"], 200)
	require.EqualValues(t, 450, page.body["total"])
	one := page.body["trades"].([]any)[0].(map[string]any)
	require.Equal(t, "1", one["pnlPercentage"])
	require.Equal(t, "1.5", one["pnl"])
	require.Equal(t, "2026-11-24T11:00:00.000Z", one["entryTime"])
	require.Equal(t, "paper", one["environment"])
	next := w.call("GET", "/api/user/trades/history?limit=200&cursor="+page.body["nextCursor"].(string), nil, ann.auth())
	require.Equal(t, "t0200", next.body["trades"].([]any)[0].(map[string]any)["id"])
	require.Equal(t, []any{}, w.call("GET", "/api/user/trades/history", nil, bob.auth()).body["trades"])

	detail := w.call("GET", "/api/user/trades/t0007", nil, ann.auth())
	require.Equal(t, "1", detail.body["trade"].(map[string]any)["pnlPercentage"])
	require.Equal(t, "target", detail.body["fills"].([]any)[0].(map[string]any)["role"])
	require.Equal(t, map[string]any{}, detail.body["decision"].(map[string]any)["detail"])
	theirs := w.call("GET", "/api/user/trades/t0007", nil, bob.auth())
	require.Equal(t, 404, theirs.StatusCode)
	require.Equal(t, "trade_not_found", theirs.code())
	require.Len(t, w.call("GET", "/api/user/trades/calendar?exitReason=tp", nil, ann.auth()).body["days"], 450)
	require.Equal(t, []any{}, w.call("GET", "/api/user/trades/calendar?exitReason=sl", nil, ann.auth()).body["days"])
	require.Equal(t, []any{}, w.call("GET", "/api/user/trades/calendar", nil, bob.auth()).body["days"])
	backwards := w.call("GET", "/api/user/trades/calendar?closedFrom=2026-11-25T00:00:00Z&closedTo=2026-11-24T00:00:00Z", nil, ann.auth())
	require.Equal(t, 422, backwards.StatusCode)
	require.Equal(t, 422, w.call("GET", "/api/user/trades/history?side=up", nil, ann.auth()).StatusCode)
	require.Len(t, w.call("GET", "/api/user/activity?limit=20", nil, ann.auth()).body["activity"], 20)
	require.Equal(t, []any{}, w.call("GET", "/api/user/activity", nil, bob.auth()).body["activity"])

	file := w.call("GET", "/api/user/trades/export", nil, ann.auth())
	require.Equal(t, "text/csv; charset=utf-8", file.Header.Get("Content-Type"))
	require.Equal(t, `attachment; filename="tradebaas-trades-2026-11-24.csv"`, file.Header.Get("Content-Disposition"))
	rows, err := csv.NewReader(strings.NewReader(file.text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 451)
	require.Equal(t, "'=Razor", rows[1][1], "no spreadsheet reads it as a formula")
	asJSON := w.call("GET", "/api/user/trades/export?format=json", nil, ann.auth())
	require.Contains(t, asJSON.text, `"entryTime": "2026-11-24T11:00:00.000Z"`)

	stats := w.call("GET", "/api/user/trades/stats", nil, ann.auth())
	require.EqualValues(t, 0, stats.body["stats"].(map[string]any)["totalTrades"])
	require.Equal(t, 422, w.call("GET", "/api/user/trades/stats?by=mood", nil, ann.auth()).StatusCode)
	w.storage.stats = []trade.TradeStats{{Currency: "BTC", TotalTrades: 1}, {Currency: "USDC", TotalTrades: 3, ExitsByReason: map[string]int{"sl": 1, "tp": 2}}}
	stats = w.call("GET", "/api/user/trades/stats", nil, ann.auth())
	require.Equal(t, "USDC", stats.body["stats"].(map[string]any)["currency"])
	require.EqualValues(t, 2, stats.body["stats"].(map[string]any)["tpHits"])
	require.Len(t, stats.body["byCurrency"], 2)
	require.Len(t, w.call("GET", "/api/user/trades/equity?environment=paper", nil, ann.auth()).body["points"], 1)
	require.Equal(t, "adopted", w.call("GET", "/api/user/repairs", nil, ann.auth()).body["repairs"].([]any)[0].(map[string]any)["kind"])
}

func TestAdmin(t *testing.T) {
	w := newWorld(t)
	owner, ann := w.owner(), w.join("ann@trade.test")
	list := w.call("GET", "/api/admin/users?query=ann", nil, owner.auth())
	require.Len(t, list.body["users"], 1)
	require.NotContains(t, list.text, "argon2id")
	path := "/api/admin/users/" + string(ann.id)

	require.Equal(t, 422, w.call("POST", path+"/reset-password", map[string]any{"newPassword": "short"}, owner.auth()).StatusCode)
	require.Equal(t, 200, w.call("POST", path+"/reset-password", map[string]any{"newPassword": "another pass phrase"}, owner.auth()).StatusCode)
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	ann = w.login("ann@trade.test", "another pass phrase")

	off := w.call("POST", path+"/toggle-active", nil, owner.auth())
	require.Equal(t, 200, off.StatusCode, off.text)
	require.Equal(t, false, off.body["user"].(map[string]any)["isActive"])
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	require.Equal(t, 401, w.call("POST", "/api/auth/refresh", "{}", header{"Cookie": ann.cookie}).StatusCode)
	require.Equal(t, 1, w.trading.called("UserChanged "+string(ann.id)))
	require.Equal(t, 200, w.call("POST", path+"/toggle-active", "{}", owner.auth()).StatusCode)

	for _, act := range []struct{ method, suffix string }{{"POST", "/reset-password"}, {"POST", "/toggle-active"}, {"DELETE", ""}} {
		var body any
		if act.suffix == "/reset-password" {
			body = map[string]any{"newPassword": goodPassword}
		}
		own := w.call(act.method, "/api/admin/users/"+string(owner.id)+act.suffix, body, owner.auth())
		require.Equal(t, 409, own.StatusCode, act.suffix)
		require.Equal(t, "own_account", own.code())
		for _, id := range []string{stranger, "nonsense"} {
			require.Equal(t, "user_not_found", w.call(act.method, "/api/admin/users/"+id+act.suffix, body, owner.auth()).code())
		}
	}
	scan := w.call("GET", "/api/admin/credentials-scan", nil, owner.auth())
	require.Equal(t, []any{}, scan.body["rows"])
}

func TestAdmin_delete_a_busy_user(t *testing.T) {
	w := newWorld(t)
	owner, ann := w.owner(), w.join("ann@trade.test")
	require.Equal(t, 201, w.call("POST", "/api/strategy/start", startBody, ann.auth()).StatusCode)
	w.trading.busy[ann.id] = true
	path := "/api/admin/users/" + string(ann.id)
	r := w.call("DELETE", path, nil, owner.auth())
	require.Equal(t, 409, r.StatusCode)
	require.Equal(t, "has_positions", r.code())
	require.Equal(t, 200, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	require.Equal(t, 200, w.call("DELETE", path+"?close=true", nil, owner.auth()).StatusCode)
	require.Equal(t, 1, w.trading.called("StopStrategy"))
	require.Equal(t, 1, w.trading.called("ClosePosition "+string(ann.id)))
	require.Equal(t, 401, w.call("GET", "/api/auth/me", nil, ann.auth()).StatusCode)
	require.Equal(t, 404, w.call("DELETE", path, nil, owner.auth()).StatusCode)
}
