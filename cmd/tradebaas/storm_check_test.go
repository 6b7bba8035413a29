package main_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

// try sends a request to a server that may die under it; false when no answer came.
func (p *person) try(method, path string, body any) (status int, answered bool) {
	raw, err := json.Marshal(body)
	require.NoError(p.tb, err)
	req, err := http.NewRequest(method, p.base+path, strings.NewReader(string(raw)))
	require.NoError(p.tb, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := p.http.Do(req)
	if err != nil {
		return 0, false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err == nil
}

// ask puts a private question to the exchange in a user's name.
func (s *storm) ask(p *stormPerson, method string, params url.Values, into any) {
	s.Helper()
	s.exchange.ask(s, p, method, params, into)
}

func (x *exchange) ask(tb testing.TB, p *stormPerson, method string, params url.Values, into any) {
	tb.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+x.listen+"/api/v2/"+method+"?"+params.Encode(), nil)
	require.NoError(tb, err)
	req.SetBasicAuth(p.key, p.secret)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(tb, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	require.Equal(tb, http.StatusOK, resp.StatusCode, "%s: %s", method, raw)
	var envelope struct{ Result json.RawMessage }
	require.NoError(tb, json.Unmarshal(raw, &envelope))
	require.NoError(tb, json.Unmarshal(envelope.Result, into), "%s: %s", method, raw)
}

type exchangeOrder struct {
	ID         string      `json:"order_id"`
	Label      string      `json:"label"`
	State      string      `json:"order_state"`
	Type       string      `json:"order_type"`
	Amount     json.Number `json:"amount"`
	Secondary  bool        `json:"is_secondary_oto"`
	ReduceOnly bool        `json:"reduce_only"`
	Created    int64       `json:"creation_timestamp"`
}

type exchangeTrade struct {
	ID    string `json:"trade_id"`
	Order string `json:"order_id"`
	Label string `json:"label"`
}

func (s *storm) query(sql string, args ...any) (rows pgx.Rows, done func()) {
	s.Helper()
	conn, err := pgx.Connect(context.Background(), s.database)
	require.NoError(s, err)
	rows, err = conn.Query(context.Background(), sql, args...)
	require.NoError(s, err)
	return rows, func() { rows.Close(); _ = conn.Close(context.Background()) }
}

func (s *storm) texts(sql string, args ...any) []string {
	s.Helper()
	rows, done := s.query(sql, args...)
	defer done()
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s, err)
	return list
}

func (s *storm) count(table string) string { return s.texts(`SELECT count(*)::text FROM ` + table)[0] }

// check holds a user to what must be so right after every restart.
func (s *storm) check(p *stormPerson) {
	s.Helper()
	s.checkEntries(p)
	require.Eventually(s, func() bool { return s.covered(p) }, 10*time.Second, pollTick, "I3: a position has a stop for all of it, or is closed")
	if p.sure { // I22, I12: what was acknowledged is so, and a stop never comes undone
		p.eventually("the acknowledged will is kept", func() bool {
			row := p.person.strategy(p.strategy)
			if row == nil {
				return !p.running
			}
			return p.running || row["status"] == "stopped"
		})
	}
	if row := p.person.strategy(p.strategy); row != nil {
		p.running, p.sure = row["status"] != "stopped", true
	}
}

// checkEntries: I1, at most one accepted entry per intent; I2, every order with our label was stored before.
func (s *storm) checkEntries(p *stormPerson) {
	s.Helper()
	require.Empty(s, s.unstored(p), "I2: at the exchange and not in the database")
	entries := map[string]int{}
	for _, o := range s.history(p) {
		if strings.HasPrefix(o.Label, "tb-") && strings.HasSuffix(o.Label, "-e") {
			entries[o.Label]++
			require.Equal(s, 1, entries[o.Label], "I1: a second entry of %s", o.Label)
		}
	}
}

// unstored lists the labels of ours at the exchange that the database does not know.
func (s *storm) unstored(p *stormPerson) (labels []string) {
	s.Helper()
	orders, stored := s.history(p), map[string]bool{}
	for _, label := range s.texts(`SELECT label FROM orders WHERE user_id = $1`, p.id) {
		stored[label] = true
	}
	for _, o := range orders {
		if strings.HasPrefix(o.Label, "tb-") && !stored[o.Label] {
			labels = append(labels, o.Label)
		}
	}
	return labels
}

func (s *storm) history(p *stormPerson) (orders []exchangeOrder) {
	s.Helper()
	s.ask(p, "private/get_order_history_by_currency", url.Values{"currency": {"USDC"}, "count": {"1000"}, "include_unfilled": {"true"}, "include_old": {"true"}}, &orders)
	var open []exchangeOrder
	s.ask(p, "private/get_open_orders", nil, &open)
	return append(orders, open...)
}

func (s *storm) covered(p *stormPerson) bool {
	s.Helper()
	size, stopped := s.exchange.holds(s, p)
	return size.Cmp(stopped) <= 0
}

// holds reads a user's position at the exchange, and how much of it a stop covers.
func (x *exchange) holds(tb testing.TB, p *stormPerson) (size, stopped trade.Dec) {
	tb.Helper()
	var positions []struct {
		Size json.Number `json:"size"`
	}
	x.ask(tb, p, "private/get_positions", url.Values{"currency": {"USDC"}}, &positions)
	for _, held := range positions {
		size = size.Add(trade.MustDec(held.Size.String()).Abs())
	}
	var open []exchangeOrder
	x.ask(tb, p, "private/get_open_orders", nil, &open)
	for _, o := range open {
		if o.Type == "stop_market" && o.ReduceOnly && !o.Secondary {
			stopped = stopped.Add(trade.MustDec(o.Amount.String()))
		}
	}
	return size, stopped
}

// checkSettled holds a user who is flat to the books: I5, I6 and I7.
func (s *storm) checkSettled(p *stormPerson) {
	s.Helper()
	s.checkEntries(p)
	var open []exchangeOrder
	s.ask(p, "private/get_open_orders", nil, &open)
	require.Empty(s, open, "I5: no order outlives its position")

	ids := func() (at, stored map[string]int) {
		at, stored = map[string]int{}, map[string]int{}
		for _, id := range s.exchangeFills(p) {
			at[id]++
		}
		for _, id := range s.texts(`SELECT venue_trade_id FROM fills WHERE user_id = $1`, p.id) {
			stored[id]++
		}
		return at, stored
	}
	p.eventually("I6: each fill is stored once, and no other", func() bool {
		at, stored := ids()
		return maps.Equal(at, stored)
	})
	require.Eventually(s, func() bool { return s.explained(p) }, pollTime, pollTick, "I7: profit, fees and funding explain the money to the last unit")
	p.eventually("I9: every order has ended", func() bool {
		s.gap = strings.Join(s.texts(`SELECT label || ' is ' || state FROM orders WHERE user_id = $1 AND state NOT IN ('filled','cancelled','rejected','expired')`, p.id), ", ")
		return s.gap == ""
	})
}

func (s *storm) exchangeFills(p *stormPerson) (ids []string) {
	s.Helper()
	for from := "0"; ; {
		var page struct {
			Trades []struct {
				exchangeTrade
				Seq json.Number `json:"trade_seq"`
			}
			HasMore bool `json:"has_more"`
		}
		s.ask(p, "private/get_user_trades_by_instrument", url.Values{"instrument_name": {btc}, "count": {"1000"}, "sorting": {"asc"}, "start_seq": {from}}, &page)
		for _, t := range page.Trades {
			ids = append(ids, t.ID)
		}
		if !page.HasMore {
			return ids
		}
		last := trade.MustDec(page.Trades[len(page.Trades)-1].Seq.String())
		from = last.Add(trade.NewDec(1)).String()
	}
}

// explained compares what the trades brought with what the account is worth beyond its first 10,000.
func (s *storm) explained(p *stormPerson) bool {
	s.Helper()
	var summary struct {
		Equity json.Number `json:"equity"`
	}
	s.ask(p, "private/get_account_summary", url.Values{"currency": {"USDC"}}, &summary)
	made := trade.MustDec(s.texts(`SELECT coalesce(sum(net), 0)::text FROM trades WHERE user_id = $1`, p.id)[0])
	worth := trade.MustDec(summary.Equity.String()).Sub(trade.NewDec(10_000))
	s.gap = "the trades made " + made.String() + ", the account " + worth.String()
	return made.Equal(worth)
}
