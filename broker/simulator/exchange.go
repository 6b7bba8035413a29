package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// Exchange is a running simulated exchange. Make it with New, then Start it.
type Exchange struct {
	opt       Options
	engine    atomic.Pointer[engine]
	addresses addresses

	api, adminAPI net.Listener
	servers       []*http.Server
	cancel        context.CancelFunc
	work          sync.WaitGroup
	memory        *core.Exchange // the state of an exchange without a data directory
}

// New takes the addresses, so that URL is known; nothing runs before Start.
func New(opt Options) (*Exchange, error) {
	opt, err := opt.checked()
	if err != nil {
		return nil, err
	}
	x := &Exchange{opt: opt, addresses: addresses{open: map[string]int{}, max: opt.ConnectionsPerAddress}}
	if x.api, err = net.Listen("tcp", opt.Listen); err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	if opt.NoAdmin {
		return x, nil
	}
	if x.adminAPI, err = net.Listen("tcp", opt.AdminListen); err != nil {
		x.api.Close()
		return nil, fmt.Errorf("exchange admin: %w", err)
	}
	return x, nil
}

// Start rebuilds the state, runs the time that was missed, and then accepts connections. The
// exchange works until the context ends or Close is called.
func (x *Exchange) Start(ctx context.Context) error {
	first, err := x.build()
	if err != nil {
		x.closeListeners()
		return err
	}
	ctx, x.cancel = context.WithCancel(ctx)
	x.engine.Store(first)
	x.work.Add(1)
	go x.supervise(ctx, first)
	for _, a := range x.opt.Accounts {
		if err := x.ensure(a); err != nil {
			x.Close()
			return err
		}
	}
	x.serve(x.api, x)
	if x.adminAPI != nil {
		x.serve(x.adminAPI, x.adminRoutes())
	}
	return nil
}

// ensure makes an account of the options unless its key exists.
func (x *Exchange) ensure(a AccountSpec) error {
	var err *wireError
	e := x.engine.Load()
	done := e.ask(func() {
		if e.core.KeyByClient(a.Key) == nil {
			_, err = e.openAccount(a)
		}
	})
	if !done {
		return errors.New("exchange: it stopped while it started")
	}
	if err != nil {
		return fmt.Errorf("exchange account %s: %w", a.Name, err)
	}
	return nil
}

func (x *Exchange) serve(l net.Listener, h http.Handler) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 15 * time.Minute}
	x.servers = append(x.servers, s)
	x.work.Add(1)
	go func() {
		defer x.work.Done()
		_ = s.Serve(l)
	}()
}

// build makes an engine: from the journal, or in memory with what there was.
func (x *Exchange) build() (e *engine, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("exchange: rebuild: %v\n%s", p, debug.Stack())
		}
	}()
	x.addresses.bound(x.opt.ConnectionsPerAddress)
	now := x.opt.Clock.Now().UnixMilli()
	if x.memory != nil {
		return newEngine(x.opt, &x.addresses, x.memory, nil), nil
	}
	c, j, err := open(x.opt, now, x.opt.Log)
	if err != nil {
		return nil, err
	}
	if j == nil {
		x.memory = c
	}
	return newEngine(x.opt, &x.addresses, c, j), nil
}

// supervise runs the engine and rebuilds it when it fails, sooner at first and then once in 5 s.
func (x *Exchange) supervise(ctx context.Context, e *engine) {
	defer x.work.Done()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		if e != nil {
			err := e.run(ctx)
			x.engine.Store(nil)
			e.journal.close()
			if ctx.Err() != nil {
				return
			}
			x.opt.Log.Error().Err(err).Msg("exchange.engine.failed")
		}
		select {
		case <-ctx.Done():
			return
		case <-x.opt.Clock.After(pause):
		}
		var err error
		if e, err = x.build(); err != nil {
			x.opt.Log.Error().Err(err).Msg("exchange.rebuild.failed")
			e = nil
			continue
		}
		x.engine.Store(e)
	}
}

// URL is the address of the WebSocket API.
func (x *Exchange) URL() string { return "ws://" + x.api.Addr().String() + "/ws/api/v2" }

// HTTPURL is the address of the HTTP API; a method's name follows it.
func (x *Exchange) HTTPURL() string { return "http://" + x.api.Addr().String() + "/api/v2" }

// AdminURL is the address of the admin listener, "" without one.
func (x *Exchange) AdminURL() string {
	if x.adminAPI == nil {
		return ""
	}
	return "http://" + x.adminAPI.Addr().String()
}

// AdminToken is what admin calls must carry.
func (x *Exchange) AdminToken() string { return x.opt.AdminToken }

// Sync waits until the exchange has run up to its clock and everything is sent and on disk.
func (x *Exchange) Sync() {
	if e := x.engine.Load(); e != nil {
		e.ask(func() { e.beat() })
	}
}

// Close ends every connection, writes a snapshot and waits for all goroutines.
func (x *Exchange) Close() {
	if x.cancel != nil {
		x.cancel()
	}
	for _, s := range x.servers {
		_ = s.Close()
	}
	x.closeListeners()
	x.work.Wait()
}

func (x *Exchange) closeListeners() {
	x.api.Close()
	if x.adminAPI != nil {
		x.adminAPI.Close()
	}
}
