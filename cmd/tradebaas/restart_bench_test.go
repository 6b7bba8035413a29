package main_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/store/storetest"
	"github.com/tradebaas/tradebaas/trade"
)

// BenchmarkRestart kills a server with a thousand connected users and reports how long the next one
// takes from its start until every account is compared with the exchange, beside a loop that only
// connects, signs in and asks the same four questions, eight at a time.
func BenchmarkRestart(b *testing.B) {
	x := startExchange(b)
	database := storetest.New(b)
	keys := makeCrowd(b, database.ServerURL, x, crowd)
	master := base64.StdEncoding.EncodeToString(storetest.MasterKey)
	s := newServer(b, database.OwnerURL, x, "TRADEBAAS_LOG_LEVEL=info", "TRADEBAAS_MASTER_KEY="+master)
	s.start(b)
	s.awaitCompared(b, crowd)
	for b.Loop() {
		s.kill()
		began := time.Now()
		s.start(b)
		s.awaitCompared(b, crowd)
		ours := time.Since(began)
		began = time.Now()
		together(crowd, func(i int) { askBare(b, x, keys[i]) })
		floor := time.Since(began)
		b.ReportMetric(ours.Seconds(), "s/restart")
		b.ReportMetric(floor.Seconds(), "s/floor")
		b.ReportMetric(floor.Seconds()/ours.Seconds(), "ratio")
	}
}

// makeCrowd stores users with a key and a wanted connection, as if each had signed up and connected.
func makeCrowd(tb testing.TB, url string, x *exchange, n int) []trade.Key {
	tb.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{URL: url, MasterKey: storetest.MasterKey, PoolSize: 16})
	require.NoError(tb, err)
	defer db.Close()
	keys := make([]trade.Key, n)
	together(n, func(i int) {
		made, err := x.calls().Account(ctx, map[string]string{"USDC": "10000"}, "")
		require.NoError(tb, err)
		keys[i] = trade.Key{ID: made.Key, Secret: made.Secret}
		user, err := db.CreateUser(ctx, trade.NewUser{Email: fmt.Sprintf("crowd%d@example.com", i), PasswordHash: "none", AcceptedAt: time.Now()})
		require.NoError(tb, err)
		account := trade.AccountID{User: user.ID, Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}}
		_, err = db.SaveCredential(ctx, account, keys[i], true, trade.Grant{ExchangeAccount: fmt.Sprint(made.ID), CanTrade: true}, false)
		require.NoError(tb, err)
		require.NoError(tb, db.WantConnection(ctx, account, true, trade.ManualConnect))
	})
	return keys
}

func (s *server) awaitCompared(tb testing.TB, n int) {
	tb.Helper()
	waitFor(tb, s.process, "every account is compared", func() bool {
		return bytes.Count([]byte(s.out.String()), []byte("connection.reconciled")) >= n
	})
}

// askBare is the least that a restart must do for one user.
func askBare(tb testing.TB, x *exchange, key trade.Key) {
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+x.listen+"/ws/api/v2", nil)
	require.NoError(tb, err)
	defer conn.Close()
	for _, call := range []string{
		fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"public/auth","params":{"grant_type":"client_credentials","client_id":%q,"client_secret":%q}}`, key.ID, key.Secret),
		`{"jsonrpc":"2.0","id":2,"method":"private/get_account_summaries","params":{"extended":true}}`,
		`{"jsonrpc":"2.0","id":3,"method":"private/get_positions","params":{"currency":"any"}}`,
		`{"jsonrpc":"2.0","id":4,"method":"private/get_open_orders","params":{}}`,
		`{"jsonrpc":"2.0","id":5,"method":"private/get_user_trades_by_instrument","params":{"instrument_name":"BTC_USDC-PERPETUAL"}}`,
	} {
		require.NoError(tb, conn.WriteMessage(websocket.TextMessage, []byte(call)))
		_, answer, err := conn.ReadMessage()
		require.NoError(tb, err)
		require.False(tb, strings.Contains(string(answer), `"error"`), "%s", answer)
	}
}
