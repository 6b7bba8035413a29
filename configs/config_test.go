package configs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/configs"
)

const key32 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tradebaas.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestLoad_example_is_the_default(t *testing.T) {
	fromExample, err := configs.Load(nil, "example.yaml")
	require.NoError(t, err)
	fromNothing, err := configs.Load(nil, "")
	require.NoError(t, err)
	require.Equal(t, fromNothing.Effective(), fromExample.Effective())
	require.Equal(t, "http://127.0.0.1:8080", fromNothing.PublicURL)
	require.True(t, fromNothing.EmbeddedDatabase())
	require.True(t, fromNothing.EmbeddedExchange())
}

func TestLoad_example_explains_every_option_and_variable(t *testing.T) {
	text, err := os.ReadFile("example.yaml")
	require.NoError(t, err)
	for _, setting := range configs.Default().Effective() {
		parts := strings.Split(setting.Key, ".")
		require.Contains(t, string(text), parts[len(parts)-1]+":", setting.Key)
	}
	for _, variable := range configs.Variables() {
		require.Contains(t, string(text), variable)
	}
}

func TestLoad_environment_wins_over_file(t *testing.T) {
	file := write(t, "listen: 127.0.0.1:9000\npaper:\n  seed: 7\nsessions:\n  access_life: 5m\n")
	c, err := configs.Load([]string{
		"TRADEBAAS_CONFIG=" + file,
		"TRADEBAAS_PAPER_SEED=42",
		"TRADEBAAS_ALLOWED_ORIGINS=https://a.example,https://b.example",
		"DATABASE_URL=postgres://u:hidden@db:5432/t",
		"TRADEBAAS_REGISTRATION_OPEN=false",
	}, "")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:9000", c.Listen)
	require.Equal(t, int64(42), c.Paper.Seed)
	require.Equal(t, 5*time.Minute, c.Sessions.AccessLife)
	require.Equal(t, "postgres://u:hidden@db:5432/t", c.Database.URL.Reveal())
	require.Equal(t, "postgres://u:hidden@db:5432/t", c.Database.MigrateURL.Reveal())
	require.False(t, c.Registration.Open)
	require.Equal(t, []string{"http://127.0.0.1:9000", "https://a.example", "https://b.example"}, c.Origins())
}

func TestLoad_lists_every_problem_at_once(t *testing.T) {
	file := write(t, `mode: dev
lisen: 127.0.0.1:9000
paper:
  seed: many
  colour: red
sessions:
  access_life: 2h
registration: 5
`)
	_, err := configs.Load([]string{
		"TRADEBAAS_CONFIG=" + file,
		"TRADEBAAS_LISTN=x",
		"TRADEBAAS_THROTTLE_SOCKETS_PER_USER=lots",
		"TRADEBAAS_ADMIN_LISTEN=nowhere",
		"TRADEBAAS_MASTER_KEY=canary-too-short",
		"DATABASE_URL=mysql://root:canary@db/x",
	}, "")
	var problems configs.Problems
	require.ErrorAs(t, err, &problems)
	for _, want := range []string{
		file + ":2: unknown key lisen: did you mean listen?",
		file + ":4: paper.seed cannot be read: write a whole number in range",
		file + ":5: unknown key paper.colour",
		file + ":7: sessions.access_life is 2h0m0s: use 5s to 15m0s",
		file + ":8: registration must be a mapping",
		"TRADEBAAS_LISTN: unknown variable: did you mean TRADEBAAS_LISTEN?",
		"TRADEBAAS_THROTTLE_SOCKETS_PER_USER: throttle.sockets_per_user cannot be read",
		`TRADEBAAS_ADMIN_LISTEN: admin_listen is "nowhere": write host:port`,
		"TRADEBAAS_MASTER_KEY: keys.master is not 32 bytes",
		"DATABASE_URL: database.url is not a PostgreSQL address",
	} {
		require.Contains(t, err.Error(), want)
	}
	require.NotContains(t, err.Error(), "canary")
}

func TestLoad_broken_or_missing_file(t *testing.T) {
	_, err := configs.Load(nil, write(t, "mode: [dev"))
	require.ErrorContains(t, err, "is not YAML")
	_, err = configs.Load(nil, filepath.Join(t.TempDir(), "absent.yaml"))
	require.ErrorContains(t, err, "cannot be read")
	_, err = configs.Load(nil, write(t, ""))
	require.NoError(t, err)
}

func TestLoad_production_demands(t *testing.T) {
	_, err := configs.Load([]string{"TRADEBAAS_MODE=production"}, "")
	for _, want := range []string{"public_url is not https", "keys.jwt is missing", "keys.master is missing"} {
		require.ErrorContains(t, err, want)
	}
	environ := []string{
		"TRADEBAAS_MODE=production", "TRADEBAAS_PUBLIC_URL=https://trade.example/",
		"TRADEBAAS_JWT_KEY=" + key32, "TRADEBAAS_MASTER_KEY=" + strings.Repeat("ab", 32),
	}
	c, err := configs.Load(environ, "")
	require.NoError(t, err)
	require.False(t, c.EmbeddedExchange(), "production starts no exchange by itself")
	require.False(t, c.ExemptLoopback())
	require.True(t, c.HTTPS())
	c, err = configs.Load(append(environ, "TRADEBAAS_PAPER_EMBEDDED=on"), "")
	require.NoError(t, err)
	require.True(t, c.EmbeddedExchange())
}

func TestLoad_an_exchange_elsewhere_starts_none_here(t *testing.T) {
	c, err := configs.Load([]string{"TRADEBAAS_DERIBIT_PAPER_URL=ws://127.0.0.1:9999/ws/api/v2"}, "")
	require.NoError(t, err)
	require.False(t, c.EmbeddedExchange())
}

func TestSecret_never_shows_itself(t *testing.T) {
	secret := configs.NewSecret("canary")
	hidden := struct{ inner configs.Secret }{secret}
	holder := struct{ Secret configs.Secret }{secret}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb+verb, secret, &secret, holder, hidden)
	}
	encoded, err := json.Marshal(holder)
	require.NoError(t, err)
	require.JSONEq(t, `{"Secret":"***"}`, string(encoded))
	logger := zerolog.New(&out)
	logger.Info().Interface("a", holder).Stringer("b", secret).Any("c", secret).Send()
	out.Write(encoded)
	require.NotContains(t, out.String(), "canary")
	require.NotContains(t, out.String(), "63616e617279")
	require.Equal(t, "canary", secret.Reveal())
}

func TestEffective_masks_secrets(t *testing.T) {
	c, err := configs.Load([]string{"TRADEBAAS_JWT_KEY=" + key32}, "")
	require.NoError(t, err)
	require.Contains(t, c.Effective(), configs.Setting{Key: "keys.jwt", Value: "***"})
	require.NotContains(t, fmt.Sprint(c.Effective(), c), key32)
}

func TestEnsureKeys_makes_them_once(t *testing.T) {
	first := configs.Default()
	first.DataDir = t.TempDir()
	made, err := configs.EnsureKeys(&first)
	require.NoError(t, err)
	require.Len(t, made, 2)
	for _, path := range made {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	second := configs.Default()
	second.DataDir = first.DataDir
	made, err = configs.EnsureKeys(&second)
	require.NoError(t, err)
	require.Empty(t, made)
	require.Equal(t, first.Keys.Master.Reveal(), second.Keys.Master.Reveal())
	require.NotEqual(t, first.Keys.JWT.Reveal(), first.Keys.Master.Reveal())

	require.NoError(t, os.WriteFile(filepath.Join(first.DataDir, "keys", "master.key"), []byte("broken"), 0o600))
	third := configs.Default()
	third.DataDir = first.DataDir
	_, err = configs.EnsureKeys(&third)
	require.ErrorContains(t, err, "restore it from a backup")
}
