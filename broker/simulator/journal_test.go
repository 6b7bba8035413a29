package simulator_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
)

const childDir = "SIMULATOR_TEST_DIR"

// TestMain lets the test binary be an exchange of its own, so that a test can kill it.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		beChild(dir)
	}
	os.Exit(m.Run())
}

func beChild(dir string) {
	x, err := simulator.New(simulator.Options{DataDir: dir, Seed: 7, Accounts: []simulator.AccountSpec{alice},
		NoRateLimits: true, NoAdmin: true, Log: zerolog.New(os.Stderr)})
	if err == nil {
		err = x.Start(context.Background())
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(x.URL())
	select {}
}

// startChild starts an exchange in a process of its own and gives its address.
func startChild(t *testing.T, dir string) (*exec.Cmd, string, *strings.Builder) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	log := &strings.Builder{}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, log.String())
	return cmd, strings.TrimSpace(line), log
}

func dialURL(t *testing.T, url string) *socket {
	ws, _, err := websocket.DefaultDialer.Dial(url, nil)
	require.NoError(t, err)
	c := &socket{t: t, ws: ws}
	c.call("public/auth", object{"grant_type": "client_credentials", "client_id": alice.Key, "client_secret": alice.Secret})
	return c
}

// Orders go out without waiting for answers; the process is killed in the middle. Whatever was
// answered is there after the next start, and the journal's replay does what was done.
func TestKilled_exchange_forgets_nothing_that_it_answered(t *testing.T) {
	dir := t.TempDir()
	answered := map[string]bool{}
	for round := range 4 {
		cmd, url, log := startChild(t, dir)
		c := dialURL(t, url)
		for label := range answered {
			require.Len(t, c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": label}), 1, label)
		}
		for n := range 60 {
			side := []string{"buy", "sell"}[n%2]
			c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":"%d-%d","method":"private/%s","params":{"instrument_name":"%s","amount":0.001,"type":"market","label":"%d-%d"}}`,
				round, n, side, btc, round, n))
		}
		for n := 0; n < 10*(round+1); n++ {
			answer := c.read()
			require.Nil(t, answer["error"], "%v", answer)
			answered[answer["id"].(string)] = true
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		require.NotContains(t, log.String(), "diverged")
	}
	require.Len(t, answered, 100)
	_, url, log := startChild(t, dir)
	c := dialURL(t, url)
	trades := field(c.call("private/get_user_trades_by_instrument", object{"instrument_name": btc, "count": 1000, "sorting": "asc"}), "trades").([]any)
	require.GreaterOrEqual(t, len(trades), 100)
	require.NotContains(t, log.String(), "diverged")
}

func stored(t *testing.T, dir string, clock simulator.Clock, change ...func(*simulator.Options)) *stage {
	t.Helper()
	s := newStage(t, append([]func(*simulator.Options){func(o *simulator.Options) { o.DataDir, o.Clock = dir, clock }}, change...)...)
	s.clock, _ = clock.(*simulator.ManualClock)
	return s
}

func TestMissed_time_is_run_before_anybody_connects(t *testing.T) {
	dir := t.TempDir()
	clock := simulator.NewManualClock(noon)
	candles := filepath.Join(dir, "candles.csv")
	require.NoError(t, os.WriteFile(candles, []byte(
		"1640991600000,50000,50010,49990,50000,6\n1640991660000,50000,50010,49000,49100,6\n1640991720000,49100,49200,49000,49100,6\n"), 0o600))
	replay := func(o *simulator.Options) { o.Market = "replay:" + candles }
	data := filepath.Join(dir, "data")
	s := stored(t, data, clock, replay)
	c := s.login(alice)
	c.call("private/buy", bracket("0.01", "50500", "49500"))
	s.Close()

	clock.Advance(2 * time.Minute)
	s = stored(t, data, clock, replay)
	c = s.login(alice)
	require.Empty(t, c.call("private/get_positions", object{"currency": "any"}))
	stop := c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "in-s"}).([]any)
	require.Len(t, stop, 2)
	require.Equal(t, "filled", field(stop[0], "order_state"))
	require.Equal(t, "triggered", field(stop[1], "order_state"))
	require.Equal(t, field(stop[1], "order_id"), field(stop[0], "trigger_order_id"))
	target := c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "in-t"}).([]any)
	require.Equal(t, "oco_other_closed", field(target[0], "cancel_reason"))
}

func TestMissed_time_is_a_day_at_most(t *testing.T) {
	dir := t.TempDir()
	clock := simulator.NewManualClock(noon)
	s := stored(t, dir, clock)
	s.login(alice).call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	s.Close()
	clock.Advance(1000 * 24 * time.Hour)
	started := time.Now()
	s = stored(t, dir, clock)
	require.Less(t, time.Since(started), 60*time.Second)
	c := s.login(alice)
	amount(t, "0.01", field(c.call("private/get_position", object{"instrument_name": btc}), "size"))
	log := field(c.call("private/get_transaction_log", everything), "logs").([]any)
	require.Equal(t, "settlement", field(log[0], "type"))
	require.Equal(t, "trade", field(log[1], "type"), "one settlement, not a thousand")
}

func TestTorn_journal_loses_only_its_end(t *testing.T) {
	dir := t.TempDir()
	clock := simulator.NewManualClock(noon)
	s := stored(t, dir, clock)
	c := s.login(alice)
	for _, label := range []string{"one", "two"} {
		c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market", "label": label})
	}
	copied := t.TempDir()
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(t, err)
		if strings.HasPrefix(f.Name(), "journal-") {
			b = b[:len(b)-5]
		}
		require.NoError(t, os.WriteFile(filepath.Join(copied, f.Name()), b, 0o600))
	}
	s = stored(t, copied, clock)
	c = s.login(alice)
	require.Len(t, c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "one"}), 1)
	require.Empty(t, c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "two"}))
}

func TestData_of_another_market_is_refused(t *testing.T) {
	dir := t.TempDir()
	clock := simulator.NewManualClock(noon)
	stored(t, dir, clock).Close()
	x, err := simulator.New(simulator.Options{DataDir: dir, Seed: 8, Clock: clock})
	require.NoError(t, err)
	require.ErrorContains(t, x.Start(context.Background()), "another directory")
}

// A fault inside the exchange ends its connections; it comes back from the journal by itself.
func TestPanic_restarts_from_the_journal(t *testing.T) {
	for name, dir := range map[string]string{"with a journal": t.TempDir(), "in memory": ""} {
		t.Run(name, func(t *testing.T) {
			clock := simulator.NewManualClock(noon)
			s := stored(t, dir, clock)
			c := s.login(alice)
			c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market", "label": "kept"})
			s.adminTry("admin-token", "/faults/panic", object{})
			for {
				if _, _, err := c.ws.ReadMessage(); err != nil {
					break
				}
			}
			require.Eventually(t, func() bool {
				clock.Advance(time.Second)
				ws, _, err := websocket.DefaultDialer.Dial(s.URL(), nil)
				if err == nil {
					ws.Close()
				}
				return err == nil
			}, 10*time.Second, 10*time.Millisecond)
			c = s.login(alice)
			require.Len(t, c.call("private/get_order_state_by_label", object{"currency": "USDC", "label": "kept"}), 1)
		})
	}
}

// The laptop was shut: the exchange runs what it slept through, a day of it, and lets clients ask anew.
func TestSleep_is_caught_up_like_a_restart(t *testing.T) {
	dir := t.TempDir()
	clock := simulator.NewManualClock(noon)
	s := stored(t, dir, clock)
	c := s.login(alice)
	c.call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	clock.Advance(50 * 24 * time.Hour)
	s.Sync()
	_, _, err := c.ws.ReadMessage()
	require.True(t, websocket.IsCloseError(err, websocket.CloseServiceRestart), "%v", err)
	settlements := func() (n int) {
		for _, row := range field(s.login(alice).call("private/get_transaction_log", everything), "logs").([]any) {
			if field(row, "type") == "settlement" {
				n++
			}
		}
		return n
	}
	require.Equal(t, 1, settlements())
	s.Close()
	s = stored(t, dir, clock)
	require.Equal(t, 1, settlements())
}

// When the journal cannot be written nobody is told anything: the connection ends, and after the
// trouble the order does not exist.
func TestUnwritable_journal_gives_no_answer(t *testing.T) {
	dir := t.TempDir()
	clock := simulator.NewManualClock(noon)
	stored(t, dir, clock).Close() // two accounts: records 1 and 2
	s := stored(t, dir, clock)
	c := s.login(alice)
	block := filepath.Join(dir, "journal-3.log")
	require.NoError(t, os.Mkdir(block, 0o700))
	c.send(`{"jsonrpc":"2.0","id":1,"method":"private/buy","params":{"instrument_name":"BTC_USDC-PERPETUAL","amount":0.01,"type":"market","label":"never"}}`)
	_, frame, err := c.ws.ReadMessage()
	require.Error(t, err, "%s", frame)
	require.NoError(t, os.Remove(block))
	require.Eventually(t, func() bool {
		clock.Advance(time.Second)
		ws, _, err := websocket.DefaultDialer.Dial(s.URL(), nil)
		if err == nil {
			ws.Close()
		}
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
	require.Empty(t, s.login(alice).call("private/get_order_state_by_label", object{"currency": "USDC", "label": "never"}))
}

// A crash between the new snapshot and the removal of the old journal repeats nothing.
func TestOld_journal_beside_a_newer_snapshot_is_skipped(t *testing.T) {
	dir := t.TempDir()
	clock := simulator.NewManualClock(noon)
	s := stored(t, dir, clock)
	s.login(alice).call("private/buy", object{"instrument_name": btc, "amount": 0.01, "type": "market"})
	old, err := os.ReadFile(filepath.Join(dir, "journal-1.log"))
	require.NoError(t, err)
	s.Close()
	require.NoFileExists(t, filepath.Join(dir, "journal-1.log"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "journal-1.log"), old, 0o600))
	s = stored(t, dir, clock)
	amount(t, "0.01", field(s.login(alice).call("private/get_position", object{"instrument_name": btc}), "size"))
}
