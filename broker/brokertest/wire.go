package brokertest

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Wire is the network between an adapter and its exchange: a relay that can lose answers and
// break. It understands nothing of what it carries.
type Wire struct {
	target   string
	listener net.Listener

	mu     sync.Mutex
	muted  bool
	closed bool
	conns  map[net.Conn]bool
	relays sync.WaitGroup
}

// NewWire relays a free loopback port to the exchange's host:port until the test ends.
func NewWire(t testing.TB, target string) *Wire {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &Wire{target: target, listener: listener, conns: make(map[net.Conn]bool)}
	w.relays.Go(w.accept)
	t.Cleanup(w.close)
	return w
}

// Address is the host:port that leads to the exchange.
func (w *Wire) Address() string { return w.listener.Addr().String() }

// Mute loses everything that the exchange says from now on; what it is told still arrives.
// Only Drop ends it, because the streams are then beyond repair.
func (w *Wire) Mute() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.muted = true
}

// Drop breaks every connection. New ones are relayed again.
func (w *Wire) Drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.muted = false
	for c := range w.conns {
		_ = c.Close()
	}
}

func (w *Wire) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	_ = w.listener.Close()
	w.Drop()
	w.relays.Wait()
}

func (w *Wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		if !w.keep(near, far) {
			return
		}
		w.relays.Go(func() { w.relay(far, near, false) })
		w.relays.Go(func() { w.relay(near, far, true) })
	}
}

func (w *Wire) keep(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		if w.closed {
			_ = c.Close()
		} else {
			w.conns[c] = true
		}
	}
	return !w.closed
}

// relay copies one direction until either end is gone, and then ends the other.
func (w *Wire) relay(to, from net.Conn, mutable bool) {
	defer w.forget(to, from)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if mutable && w.isMuted() {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (w *Wire) isMuted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.muted
}

func (w *Wire) forget(conns ...io.Closer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(w.conns, c.(net.Conn))
	}
}
