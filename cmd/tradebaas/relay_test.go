package main_test

import (
	"bufio"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// relay is the network between a server and its database: it can be slow and it can be gone.
type relay struct {
	listener net.Listener

	mu     sync.Mutex
	target string
	cut    bool
	delay  time.Duration
	conns  map[net.Conn]bool
	copy   sync.WaitGroup
}

// newRelay stands before a database and gives the address that leads through it.
func newRelay(tb testing.TB, database string) (*relay, string) {
	tb.Helper()
	u, err := url.Parse(database)
	require.NoError(tb, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	r := &relay{target: u.Host, listener: listener, conns: map[net.Conn]bool{}}
	r.copy.Go(r.accept)
	tb.Cleanup(func() { _ = listener.Close(); r.setCut(true); r.copy.Wait() })
	u.Host = listener.Addr().String()
	return r, u.String()
}

// setCut ends every connection and takes no new ones, or takes them again.
func (r *relay) setCut(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = on
	if on {
		for c := range r.conns {
			_ = c.Close()
		}
	}
}

// lead makes new connections end at another database.
func (r *relay) lead(tb testing.TB, database string) {
	tb.Helper()
	u, err := url.Parse(database)
	require.NoError(tb, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = u.Host
}

// setDelay holds back every answer of the database for so long.
func (r *relay) setDelay(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay = d
}

func (r *relay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		target := r.target
		r.mu.Unlock()
		far, err := net.Dial("tcp", target)
		if err != nil || !r.keep(near, far) {
			_ = near.Close()
			continue
		}
		r.copy.Go(func() { r.carry(far, near, false) })
		r.copy.Go(func() { r.carry(near, far, true) })
	}
}

func (r *relay) keep(conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		if r.cut {
			_ = c.Close()
		} else {
			r.conns[c] = true
		}
	}
	return !r.cut
}

func (r *relay) carry(to, from net.Conn, slowly bool) {
	defer func() {
		r.mu.Lock()
		delete(r.conns, from)
		r.mu.Unlock()
		_, _ = to.Close(), from.Close()
	}()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		r.mu.Lock()
		pause := r.delay
		r.mu.Unlock()
		if slowly && pause > 0 {
			time.Sleep(pause) // this is the fault itself, nothing waits here for a fact
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// metric reads one figure of a server's admin listener.
func (s *server) metric(tb testing.TB, name string) float64 {
	tb.Helper()
	resp, err := http.Get(s.admin + "/metrics")
	require.NoError(tb, err)
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			f, err := strconv.ParseFloat(value, 64)
			require.NoError(tb, err)
			return f
		}
	}
	tb.Fatalf("the server tells no %s", name)
	return 0
}
