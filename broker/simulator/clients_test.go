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
)

// TestClients lets clients that others wrote for the real exchange work here, unmodified: only
// addresses and the keys of a new account are set.
func TestClients(t *testing.T) {
	t.Parallel()
	for name, passed := range map[string][]string{
		"ccxt":   {"ccxt over HTTP: passed", "ccxt over WebSocket: passed"},
		"tardis": {"tardis-dev, a market without a login: passed", "tardis-dev, raw books: passed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
			defer cancel()
			folder := filepath.Join("clients", name)
			readScripts(t, folder)
			if _, err := os.Stat(filepath.Join(folder, "node_modules", ".package-lock.json")); err != nil {
				run(ctx, t, folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
			}
			exchange, err := simulator.New(simulator.Options{Seed: 7, Log: zerolog.Nop()})
			require.NoError(t, err)
			require.NoError(t, exchange.Start(ctx))
			t.Cleanup(exchange.Close)
			account, err := exchange.Admin().Account(ctx, map[string]string{"USDC": "100000", "BTC": "1"}, "")
			require.NoError(t, err)
			said := run(ctx, t, folder, "node", "run.mjs", strings.TrimSuffix(exchange.HTTPURL(), "/api/v2"), exchange.URL(), account.Key, account.Secret)
			for _, line := range passed {
				require.Contains(t, said, line)
			}
		})
	}
}

// readScripts reads what the client is driven by: go test's cache only knows of what the test itself
// has read.
func readScripts(t *testing.T, folder string) {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(folder, "*.*"))
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for _, file := range scripts {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
}

func run(ctx context.Context, t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %s: %s", name, strings.Join(args, " "), out)
	return string(out)
}
