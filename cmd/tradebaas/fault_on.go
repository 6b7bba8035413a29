//go:build actorfaults

package main

import (
	"context"
	"fmt"
	"net"
	nethttp "net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// faultAddress names where tests ask for failures. Only a binary that was built for them listens there.
const faultAddress = "ACTORFAULTS"

// fault is the next failure: of one actor of a kind whose path contains part.
type fault struct {
	kind, part string
	spent      atomic.Bool
}

// actorFault makes an actor panic when a test says so: POST /fail?kind=market&part=BTC.
func (n *node) actorFault() (func(kind, id string, msg any), error) {
	address := os.Getenv(faultAddress)
	if address == "" {
		return nil, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", faultAddress, err)
	}
	var next atomic.Pointer[fault]
	mux := nethttp.NewServeMux()
	mux.HandleFunc("POST /fail", func(_ nethttp.ResponseWriter, r *nethttp.Request) {
		next.Store(&fault{kind: r.URL.Query().Get("kind"), part: r.URL.Query().Get("part")})
	})
	server := &nethttp.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	n.onStop("faults", func(ctx context.Context) error { return server.Shutdown(ctx) })
	return func(kind, id string, _ any) {
		if f := next.Load(); f != nil && f.kind == kind && strings.Contains(id, f.part) && f.spent.CompareAndSwap(false, true) {
			panic("an injected failure")
		}
	}, nil
}
