package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests of this file run against the real program, with its own database and exchange.
func realServer(t *testing.T) *server {
	t.Helper()
	program := filepath.Join(t.TempDir(), "tradebaas")
	out, err := exec.Command("go", "build", "-o", program, "../tradebaas").CombinedOutput()
	require.NoError(t, err, string(out))
	t.Setenv("TRADEBAAS_PASSWORD_MEMORY_KIB", "1024") // passwords are not what is tested here
	t.Setenv("TRADEBAAS_PASSWORD_PASSES", "1")
	s, err := startServer(t.Context(), program)
	require.NoError(t, err)
	t.Cleanup(s.stop)
	return s
}

func few(s *server, url string) options {
	o := options{Users: 6, Duration: time.Second, Ramp: 300 * time.Millisecond, Mix: "fast=2,razor=1", Rate: 120, Seed: 3, Prices: true,
		Markets: []string{"BTC_USDC-PERPETUAL"}, MaxErrors: 1}
	s.fill(&o)
	if url != "" {
		o.URL = url
	}
	return o
}

func runOf(t *testing.T, o options) (*report, error) {
	t.Helper()
	require.NoError(t, o.check())
	r := newRun(o, io.Discard)
	r.pause = 200 * time.Millisecond
	report, err := r.all(t.Context())
	require.NoError(t, err)
	return report, report.verdict(o)
}

func TestRun(t *testing.T) {
	s := realServer(t)
	t.Run("ten people", func(t *testing.T) { tenPeople(t, s) })
	t.Run("what is injected is reported", func(t *testing.T) { injected(t, s) })
	t.Run("users are kept", func(t *testing.T) { usersAreKept(t, s) })
	t.Run("an interrupt cleans up", func(t *testing.T) { interrupted(t, s) })
}

func tenPeople(t *testing.T, s *server) {
	o := few(s, "")
	o.Users, o.Duration, o.Mix = 10, 3*time.Second, "visitor=1,idle=1,razor=1,fast=2"
	o.JSON = filepath.Join(t.TempDir(), "report.json")
	r, err := runOf(t, o)
	require.NoError(t, err)
	require.Equal(t, 10, r.Arrived)
	require.Zero(t, r.Leaks)
	require.Zero(t, r.Failed)
	require.Greater(t, r.Truth.Due, 20)
	require.Equal(t, r.Truth.Due, r.Truth.Told)
	for _, stage := range []string{"sign-up", "login", "paper account", "connect", "start", "socket", "arrival", "steady", "frame", "leave"} {
		require.NotZero(t, r.Stages[stage].P50, stage)
	}
	for _, topic := range []string{"connection", "strategies", "orders", "trades", "positions", "balance", "ticker", "candles", "analysis"} {
		require.NotZero(t, r.Events.Frames[topic], topic)
	}
	require.Greater(t, r.Server.Steady.Resident, 10e6)
	require.Greater(t, r.Server.Steady.Goroutines, 10.0)
	require.Greater(t, r.Server.Peak.Actors, 20.0)
	require.Equal(t, 10.0, r.Server.Steady.Sockets)
	require.True(t, slices.ContainsFunc(r.Actors, func(k actorKind) bool { return k.Kind == "session" && k.Alive == 10 && k.Handled > 10 }), r.Actors)

	var page bytes.Buffer
	r.write(&page)
	require.Contains(t, page.String(), "leaks 0")
	require.NoError(t, r.save(o.JSON))
	raw, err := os.ReadFile(o.JSON)
	require.NoError(t, err)
	var again report
	require.NoError(t, json.Unmarshal(raw, &again))
	require.Equal(t, r.Endpoints["GET /api/v2/balance"].Count, again.Endpoints["GET /api/v2/balance"].Count)
	require.Zero(t, usersLeft(t, s))
}

// usersLeft counts the simulated people whom the server still knows.
func usersLeft(t *testing.T, s *server) int {
	t.Helper()
	o := few(s, "")
	r := newRun(o, io.Discard)
	a, err := newAdmin(r)
	require.NoError(t, err)
	got, err := a.call(call{method: http.MethodGet, route: "/api/admin/users", path: "/api/admin/users?query=load-&limit=200", due: time.Now()})
	require.NoError(t, err)
	return len(got.body.GetArray("users")) - 1 // the administrator
}

var number = regexp.MustCompile(`"seq":(\d+)`)
var listed = regexp.MustCompile(`"data":\[.*\]}$`)

func injected(t *testing.T, s *server) {
	var other atomic.Pointer[string]
	var asked atomic.Int64
	for name, c := range map[string]struct {
		request func(http.ResponseWriter, *http.Request) bool
		frame   func(p *proxy) func(*pipe, []byte) []byte
		want    func(t *testing.T, r *report, verdict error)
	}{
		"frames of one user to another": {
			frame: func(p *proxy) func(*pipe, []byte) []byte {
				return func(on *pipe, frame []byte) []byte {
					if strings.Contains(string(frame), `"topic":"strategies"`) && len(p.pipes) > 1 && on == p.pipes[0] {
						_ = p.pipes[1].send(frame) // a pipe that has ended takes nothing
					}
					return frame
				}
			},
			want: func(t *testing.T, r *report, verdict error) {
				require.NotZero(t, r.Leaks)
				require.Contains(t, r.LeaksTold[0], "by the topic strategies")
				require.ErrorContains(t, verdict, "reached another")
			},
		},
		"answers of one user to another": {
			request: func(_ http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/api/strategy/status" {
					own := r.Header.Get("Authorization")
					if !other.CompareAndSwap(nil, &own) {
						r.Header.Set("Authorization", *other.Load())
					}
				}
				return false
			},
			want: func(t *testing.T, r *report, verdict error) {
				require.NotZero(t, r.Leaks)
				require.Contains(t, strings.Join(r.LeaksTold, "\n"), "by GET /api/strategy/status")
				require.ErrorContains(t, verdict, "reached another")
			},
		},
		"frames that are lost": {
			frame: func(*proxy) func(*pipe, []byte) []byte {
				return func(_ *pipe, frame []byte) []byte {
					if strings.Contains(string(frame), `"topic":"ticker`) && strings.Contains(string(frame), `"seq":2,`) {
						return nil
					}
					return frame
				}
			},
			want: func(t *testing.T, r *report, verdict error) {
				require.NotZero(t, r.Events.Gaps["ticker"])
				require.Zero(t, r.Events.Gaps["orders"])
				require.ErrorContains(t, verdict, "missing or came twice")
			},
		},
		"events that are lost without a gap in the numbers": {
			frame: func(*proxy) func(*pipe, []byte) []byte { return thinTrades },
			want: func(t *testing.T, r *report, verdict error) {
				require.Empty(t, r.Events.Gaps)
				require.Less(t, r.Truth.Told, r.Truth.Due)
				require.Contains(t, r.Truth.Missing[0], "trades")
				require.ErrorContains(t, verdict, "were not told")
			},
		},
		"errors": {
			request: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodGet || asked.Add(1)%5 != 0 {
					return false
				}
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, `{"success":false,"code":"injected"}`)
				return true
			},
			want: func(t *testing.T, r *report, verdict error) {
				require.NotZero(t, r.Stages["steady"].Errors["500 injected"])
				require.ErrorContains(t, verdict, "of the requests failed")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProxy(t, "http://"+s.listen)
			p.request = c.request
			if c.frame != nil {
				p.frame = c.frame(p)
			}
			r, verdict := runOf(t, few(s, p.url))
			c.want(t, r, verdict)
		})
	}
}

// thinTrades loses every trade, those that the page begins with too, and renumbers what follows.
func thinTrades(on *pipe, frame []byte) []byte {
	text := string(frame)
	if !strings.Contains(text, `"topic":"trades"`) {
		return frame
	}
	if strings.Contains(text, `"type":"update"`) {
		on.lost++
		return nil
	}
	seq, _ := strconv.ParseUint(number.FindStringSubmatch(text)[1], 10, 64)
	text = listed.ReplaceAllString(text, `"data":[]}`)
	return []byte(number.ReplaceAllString(text, `"seq":`+strconv.FormatUint(seq-on.lost, 10)))
}

func usersAreKept(t *testing.T, s *server) {
	before := usersLeft(t, s)
	o := few(s, "")
	o.UsersFile, o.SeedOnly = filepath.Join(t.TempDir(), "users.json"), true
	seeded, err := runOf(t, o)
	require.NoError(t, err)
	require.Equal(t, int64(6), seeded.Stages["sign-up"].Count)
	require.Equal(t, int64(6), seeded.Stages["paper account"].Count)
	require.NotContains(t, seeded.Stages, "connect")

	o.SeedOnly, o.Users = false, 8
	used, err := runOf(t, o)
	require.NoError(t, err)
	require.Equal(t, 8, used.Arrived)
	require.Equal(t, int64(2), used.Stages["sign-up"].Count, "the others are there already")
	require.Equal(t, int64(6), used.Endpoints["POST /api/auth/refresh"].Count, "and need no password")
	require.Equal(t, before+8, usersLeft(t, s))

	o.UsersFile = filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(o.UsersFile, []byte("{"), 0o600))
	_, err = newRun(o, io.Discard).all(t.Context())
	require.ErrorContains(t, err, "--users-file")
}

func interrupted(t *testing.T, s *server) {
	o := few(s, "")
	o.Duration = time.Hour
	ctx, interrupt := context.WithCancel(t.Context())
	before := usersLeft(t, s)
	done := make(chan *report, 1)
	r := newRun(o, io.Discard)
	go func() {
		got, err := r.all(ctx)
		if err != nil {
			t.Error(err)
		}
		done <- got
	}()
	require.Eventually(t, func() bool { return r.arrived.Load() == 6 }, time.Minute, 10*time.Millisecond)
	interrupt()
	select {
	case got := <-done:
		require.NoError(t, got.verdict(o))
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	require.Zero(t, r.open.Load(), "sockets are closed")
	require.Equal(t, before, usersLeft(t, s))
}
