package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func TestParseAccounts(t *testing.T) {
	got, err := parseAccounts([]string{"demo:k:s:USDC=10000,btc=0.1"})
	require.NoError(t, err)
	require.Equal(t, []simulator.AccountSpec{{Name: "demo", Key: "k", Secret: "s", Balances: []core.Balance{
		{Currency: "USDC", Amount: trade.MustDec("10000")}, {Currency: "BTC", Amount: trade.MustDec("0.1")}}}}, got)
	for _, bad := range []string{"demo", "demo:k:hush", "demo::hush:USDC=1", "demo:k::USDC=1", "demo:k:hush:USDC", "demo:k:hush:USDC=x", "demo:k:hush:USDC=-1", "demo:k:hush:=5"} {
		_, err := parseAccounts([]string{bad})
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "hush")
	}
}
