package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store/storetest"
)

// examine runs the doctor on a configuration of its own.
func examine(t *testing.T, extra ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	environ := append([]string{
		"TRADEBAAS_DATA_DIR=" + filepath.Join(t.TempDir(), "data"),
		"TRADEBAAS_LISTEN=127.0.0.1:0", "TRADEBAAS_ADMIN_LISTEN=127.0.0.1:0",
		"TRADEBAAS_DERIBIT_LIVE_URL=ws://127.0.0.1:1", // nothing listens there
		"TRADEBAAS_JWT_KEY=" + strings.Repeat("ab", 32),
	}, extra...)
	err := diagnose(context.Background(), &out, environ)
	return out.String(), err
}

func TestDoctor_a_healthy_machine(t *testing.T) {
	url := storetest.MustURL(t)
	out, err := examine(t, "DATABASE_URL="+url)
	require.NoError(t, err, out)
	for _, line := range []string{"disk space", "is free", "open files", "release", "of the database's", ", 0 to come at the next start"} {
		require.Contains(t, out, line)
	}
	require.Contains(t, out, "keys.jwt                         ***")
	require.NotContains(t, out, strings.Repeat("ab", 32))
	require.NotContains(t, out, url)

	out, err = examine(t)
	require.NoError(t, err, out)
	require.Contains(t, out, "PostgreSQL", "says where our own would come from")
}

func TestDoctor_names_what_is_wrong_and_its_fix(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	data := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(data, "keys"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, "keys", "master.key"), []byte("x"), 0o644))
	out, err := examine(t, "TRADEBAAS_ADMIN_LISTEN="+taken.Addr().String(), "TRADEBAAS_DATA_DIR="+data,
		"DATABASE_URL=postgres://someone:canary@127.0.0.1:1/nothing")
	require.ErrorContains(t, err, "3 of the checks")
	for _, line := range []string{
		"is in use by another program: stop what listens there, or set TRADEBAAS_ADMIN_LISTEN",
		"chmod 600",
		"no connection: failed to connect",
		"check that DATABASE_URL names a running server",
	} {
		require.Contains(t, out, line)
	}
	require.NotContains(t, out, "canary")

	_, err = examine(t, "TRADEBAAS_MODE=staging")
	require.ErrorContains(t, err, "use one of dev, production")
}

func TestDoctor_changes_nothing(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	_, err := examine(t, "TRADEBAAS_DATA_DIR="+data)
	require.NoError(t, err)
	_, err = os.Stat(data)
	require.ErrorIs(t, err, os.ErrNotExist)
}
