package simulator_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// TestCCXT lets a well-known client that was written for the real exchange trade here, unmodified:
// only its addresses and its key are set.
func TestCCXT(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("clients", "ccxt")
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	if _, err := os.Stat(filepath.Join(folder, "node_modules", ".package-lock.json")); err != nil {
		run(ctx, t, folder, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	}
	exchange, err := simulator.New(simulator.Options{Seed: 7, Log: zerolog.Nop(), Accounts: []simulator.AccountSpec{{Name: "ccxt", Key: "ccxtkey", Secret: "ccxtsecret",
		Balances: []core.Balance{{Currency: "USDC", Amount: trade.NewDec(100_000)}, {Currency: "BTC", Amount: trade.NewDec(1)}}}}})
	require.NoError(t, err)
	require.NoError(t, exchange.Start(ctx))
	t.Cleanup(exchange.Close)
	said := run(ctx, t, folder, "node", "run.mjs", strings.TrimSuffix(exchange.HTTPURL(), "/api/v2"), exchange.URL(), "ccxtkey", "ccxtsecret")
	require.Contains(t, said, "ccxt over HTTP: passed")
	require.Contains(t, said, "ccxt over WebSocket: passed")
}

func run(ctx context.Context, t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %s: %s", name, strings.Join(args, " "), out)
	return string(out)
}
