package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/store/storetest"
)

// The tests of this package run the real program as separate processes: a simulated exchange, a
// database of its own per test, and one or more servers that can be killed with -9.

var buildOnce = sync.OnceValues(func() (string, error) { return build() })

// buildDeadly is the program with its kill points compiled in.
var buildDeadly = sync.OnceValues(func() (string, error) { return build("-tags", "killpoints") })

func build(flags ...string) (string, error) {
	dir, err := os.MkdirTemp("", "tradebaas-bin")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "tradebaas")
	out, err := exec.Command("go", append(append([]string{"build"}, flags...), "-o", bin, ".")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
}

func binary(tb testing.TB) string {
	tb.Helper()
	bin, err := buildOnce()
	require.NoError(tb, err)
	return bin
}

// process is one running program whose output is kept for the failure report.
type process struct {
	cmd  *exec.Cmd
	out  *logBuffer
	done chan struct{}
}

func start(tb testing.TB, env []string, args ...string) *process {
	tb.Helper()
	return startProgram(tb, binary(tb), env, args...)
}

func startProgram(tb testing.TB, program string, env []string, args ...string) *process {
	tb.Helper()
	p := &process{cmd: exec.Command(program, args...), out: &logBuffer{}, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	require.NoError(tb, p.cmd.Start())
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	tb.Cleanup(func() {
		p.kill()
		if tb.Failed() {
			tb.Logf("output of %s:\n%s", strings.Join(args, " "), p.out.tail(200))
		}
	})
	return p
}

func (p *process) signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// kill is kill -9, and waits until the process is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop asks politely and reports whether the process ended in time and with code 0.
func (p *process) stop(tb testing.TB) {
	tb.Helper()
	p.signal(syscall.SIGINT)
	select {
	case <-p.done:
		require.Equal(tb, 0, p.cmd.ProcessState.ExitCode(), "exit code after an interrupt")
	case <-time.After(30 * time.Second):
		tb.Fatalf("the process did not stop within 30 s")
	}
}

type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *logBuffer) tail(lines int) string {
	all := strings.Split(b.String(), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return strings.Join(all, "\n")
}

func freePort(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	defer l.Close()
	return l.Addr().String()
}

const adminToken = "exchange-admin-token-for-tests"

// exchange is a simulated exchange in a process of its own.
type exchange struct {
	*process
	listen, admin, dir string
	args               []string
}

func startExchange(tb testing.TB, extra ...string) *exchange {
	tb.Helper()
	x := &exchange{listen: freePort(tb), admin: freePort(tb), dir: tb.TempDir()}
	x.args = append([]string{"exchange", "--listen", x.listen, "--data", x.dir,
		"--admin-listen", x.admin, "--admin-token", adminToken, "--seed", "7"}, extra...)
	x.process = start(tb, nil, x.args...)
	waitFor(tb, x.process, "the exchange answers", func() bool {
		resp, err := http.Get("http://" + x.listen + "/api/v2/public/test")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return x
}

// calls is a client of the exchange's admin listener.
func (x *exchange) calls() *simulator.Admin { return simulator.NewAdmin("http://"+x.admin, adminToken) }

// fault turns one of the exchange's switches.
func (x *exchange) fault(tb testing.TB, name string, trouble simulator.Trouble) {
	tb.Helper()
	require.NoError(tb, x.calls().Fault(tb.Context(), name, trouble))
}

// server is one tradebaas server with a data directory that survives its process.
type server struct {
	*process
	base, admin, dir string
	env              []string
	fate             []string // of the next start only: where it dies
	program          func(testing.TB) string
}

// newServer prepares a server on a database and an exchange; start starts it.
func newServer(tb testing.TB, databaseURL string, x *exchange, extra ...string) *server {
	tb.Helper()
	listen, admin := freePort(tb), freePort(tb)
	s := &server{base: "http://" + listen, admin: "http://" + admin, dir: tb.TempDir(), program: binary}
	s.env = append([]string{
		"DATABASE_URL=" + databaseURL,
		"TRADEBAAS_LISTEN=" + listen,
		"TRADEBAAS_ADMIN_LISTEN=" + admin,
		"TRADEBAAS_DATA_DIR=" + s.dir,
		"TRADEBAAS_DERIBIT_PAPER_URL=ws://" + x.listen + "/ws/api/v2",
		"TRADEBAAS_DERIBIT_PAPER_ADMIN_URL=http://" + x.admin,
		"TRADEBAAS_DERIBIT_PAPER_ADMIN_TOKEN=" + adminToken,
		"TRADEBAAS_LOG_FORMAT=json",
		"TRADEBAAS_LOG_LEVEL=debug",
	}, extra...)
	return s
}

func (s *server) start(tb testing.TB) {
	tb.Helper()
	s.process = startProgram(tb, s.program(tb), append(slices.Clone(s.env), s.fate...), "serve")
	waitFor(tb, s.process, "the server is ready", s.ready)
}

func (s *server) ready() bool {
	resp, err := http.Get(s.base + "/ready")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// startAll is the usual stage: an exchange, a database and one running server.
func startAll(tb testing.TB) (*server, *exchange, string) {
	tb.Helper()
	x := startExchange(tb)
	url := storetest.MustURL(tb)
	s := newServer(tb, url, x)
	s.start(tb)
	return s, x, url
}

// waitFor polls for a fact for a minute at most, and fails at once when the process has ended.
func waitFor(tb testing.TB, p *process, what string, fact func() bool) {
	tb.Helper()
	deadline := time.Now().Add(time.Minute)
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		if fact() {
			tick.Stop()
			return
		}
		select {
		case <-p.done:
			tb.Fatalf("the process ended before %s", what)
		default:
		}
		if time.Now().After(deadline) {
			tb.Fatalf("not within a minute: %s", what)
		}
	}
}

// person is a signed-in user of a server, with a browser's cookie jar.
type person struct {
	tb     testing.TB
	base   string
	http   *http.Client
	token  string
	id     string
	email  string
	secret string
}

const password = "a long enough pass phrase 42"

func newPerson(tb testing.TB, s *server, email string) *person {
	tb.Helper()
	p := visitor(tb, s, email)
	p.must(http.StatusCreated, "POST", "/api/auth/register", object{"email": email, "password": password, "disclaimerAccepted": true})
	p.login()
	return p
}

func visitor(tb testing.TB, s *server, email string) *person {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(tb, err)
	return &person{tb: tb, base: s.base, email: email, secret: password, http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

type object = map[string]any

func (p *person) login() {
	p.tb.Helper()
	got := p.must(http.StatusOK, "POST", "/api/auth/login", object{"email": p.email, "password": p.secret})
	p.token = got["accessToken"].(string)
	p.id = got["user"].(object)["id"].(string)
}

// call sends one request and decodes its JSON answer.
func (p *person) call(method, path string, body any) (int, object) {
	p.tb.Helper()
	status, raw := p.raw(method, path, body)
	var out object
	if len(raw) > 0 && raw[0] == '{' {
		require.NoError(p.tb, json.Unmarshal(raw, &out), "%s %s: %s", method, path, raw)
	}
	return status, out
}

func (p *person) raw(method, path string, body any) (int, []byte) {
	p.tb.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(p.tb, err)
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, p.base+path, reader)
	require.NoError(p.tb, err)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.http.Do(req)
	require.NoError(p.tb, err, "%s %s", method, path)
	defer resp.Body.Close()
	raw, err := io.ReadAll(bufio.NewReader(resp.Body))
	require.NoError(p.tb, err)
	return resp.StatusCode, raw
}

func (p *person) must(want int, method, path string, body any) object {
	p.tb.Helper()
	status, got := p.call(method, path, body)
	require.Equal(p.tb, want, status, "%s %s: %v", method, path, got)
	return got
}

// eventually polls a fact of this person for up to 70 seconds.
func (p *person) eventually(what string, fact func() bool) {
	p.tb.Helper()
	require.Eventually(p.tb, fact, 70*time.Second, 100*time.Millisecond, what)
}

const paperQuery = "?broker=deribit&environment=paper"

// connectPaper takes a paper account and connects.
func (p *person) connectPaper() {
	p.tb.Helper()
	p.must(http.StatusCreated, "POST", "/api/paper/account", object{})
	p.must(http.StatusOK, "POST", "/api/v2/connect", object{"environment": "paper"})
}

func (p *person) connection() object {
	p.tb.Helper()
	got := p.must(http.StatusOK, "GET", "/api/connection/status", nil)
	for _, c := range got["connections"].([]any) {
		if c.(object)["environment"] == "paper" {
			return c.(object)
		}
	}
	return object{}
}

func (p *person) startStrategy(name, instrument string, config object) string {
	p.tb.Helper()
	got := p.must(http.StatusCreated, "POST", "/api/strategy/start", object{"strategyName": name, "instrument": instrument,
		"environment": "paper", "config": config, "disclaimerAccepted": true})
	return got["strategyId"].(string)
}

// strategy gives the status row of one strategy, or nil.
func (p *person) strategy(id string) object {
	p.tb.Helper()
	got := p.must(http.StatusOK, "GET", "/api/strategy/status", nil)
	for _, s := range got["strategies"].([]any) {
		if s.(object)["id"] == id {
			return s.(object)
		}
	}
	return nil
}

func (p *person) trades() []any {
	p.tb.Helper()
	return p.must(http.StatusOK, "GET", "/api/user/trades/history?limit=200", nil)["trades"].([]any)
}

func (p *person) positions() []any {
	p.tb.Helper()
	return p.must(http.StatusOK, "GET", "/api/v2/positions"+paperQuery, nil)["positions"].([]any)
}

func (p *person) orders(instrument string) []any {
	p.tb.Helper()
	return p.must(http.StatusOK, "GET", "/api/v2/orders/"+instrument+paperQuery, nil)["orders"].([]any)
}

// keysOf gives a second server the first one's generated keys, as an operator with two machines would.
func keysOf(tb testing.TB, s *server) []string {
	tb.Helper()
	read := func(name string) string {
		raw, err := os.ReadFile(filepath.Join(s.dir, "keys", name))
		require.NoError(tb, err)
		return strings.TrimSpace(string(raw))
	}
	return []string{"TRADEBAAS_JWT_KEY=" + read("jwt.key"), "TRADEBAAS_MASTER_KEY=" + read("master.key")}
}

func containsWaiting(log string) bool { return strings.Contains(log, "waiting") }
