package http

import (
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/tradebaas/tradebaas/bench"
)

const balancePath = "/api/v2/balance?environment=paper"

// BenchmarkSignedInRead is M11: a read that needs no database (sign-in, limits, headers, log, metrics and
// envelope included) beside a bare handler that answers JSON of the same shape. Once without a network,
// once over eight connections.
func BenchmarkSignedInRead(b *testing.B) {
	w := newWorld(b, func(o *Options) { o.Log = zerolog.New(io.Discard) })
	w.t = new(testing.T)
	ann := w.join("ann@trade.test")
	bare := bareFiber()
	b.Run("handler", func(b *testing.B) {
		bench.Compare(b, 5000, bench.Timed(calls(b, bare.Handler(), "")), bench.Timed(calls(b, w.server.app.Server().Handler, ann.token)))
	})
	b.Run("network", func(b *testing.B) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(b, err)
		go func() { _ = bare.Listener(listener) }() // ends with the shutdown
		b.Cleanup(func() { require.NoError(b, bare.Shutdown()) })
		address := w.listen()
		bench.Compare(b, 2000, requests(b, listener.Addr().String(), ""), requests(b, address, ann.token))
	})
}

func bareFiber() *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/api/v2/balance", func(c *fiber.Ctx) error {
		return c.JSON(BalanceAnswer{Balances: make([]BalanceInfo, 2)})
	})
	return app
}

// calls puts requests straight into a handler.
func calls(tb testing.TB, handle fasthttp.RequestHandler, token string) func(int) {
	return func(n int) {
		var ctx fasthttp.RequestCtx
		for range n {
			ctx.Request.Reset()
			ctx.Response.Reset()
			ctx.ResetUserValues()
			fill(&ctx.Request, "", token)
			handle(&ctx)
		}
		require.Equal(tb, 200, ctx.Response.StatusCode())
	}
}

func fill(request *fasthttp.Request, address, token string) {
	if address != "" {
		request.SetRequestURI("http://" + address + balancePath)
	} else {
		request.SetRequestURI(balancePath)
	}
	request.Header.SetMethod(fiber.MethodGet)
	request.Header.Set(fiber.HeaderAuthorization, "Bearer "+token)
}

// requests sends them over eight connections and notes how long the slowest hundredth took.
func requests(tb testing.TB, address, token string) bench.Block {
	const people = 8
	client := &fasthttp.HostClient{Addr: address, MaxConns: people}
	return func(n int) bench.Cost {
		took := make([][]time.Duration, people)
		var done sync.WaitGroup
		began := time.Now()
		for i := range people {
			done.Go(func() {
				request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
				defer fasthttp.ReleaseRequest(request)
				defer fasthttp.ReleaseResponse(response)
				fill(request, address, token)
				for range n / people {
					sent := time.Now()
					if err := client.Do(request, response); err != nil || response.StatusCode() != 200 {
						tb.Errorf("%v: %d", err, response.StatusCode())
						return
					}
					took[i] = append(took[i], time.Since(sent))
				}
			})
		}
		done.Wait()
		return bench.Cost{Took: time.Since(began), P99: bench.Quantile(slices.Concat(took...), 0.99)}
	}
}

// What a read allocates does not depend on how busy the machine is. The race detector has pools lose
// some of what they hold, which costs about ten; to verify the token at each read would cost 46.
func TestSignedInRead_allocations(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Log = zerolog.New(io.Discard) })
	ann := w.join("ann@trade.test")
	call := calls(t, w.server.app.Server().Handler, ann.token)
	require.LessOrEqual(t, testing.AllocsPerRun(200, func() { call(1) }), 140.0)
}
