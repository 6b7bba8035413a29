package http

import (
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// The price of sign-in, limits, headers, log, metrics and envelope over a bare handler that answers
// JSON of about the same size, both without a network.
func BenchmarkSignedInRead(b *testing.B) {
	w := newWorld(b)
	w.t = new(testing.T)
	ann := w.join("ann@trade.test")
	serve(b, w.server.app.Server().Handler, "/api/v2/balance?environment=paper", ann.token)
}

func BenchmarkBareFiber(b *testing.B) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/api/v2/balance", func(c *fiber.Ctx) error {
		return c.JSON(BalanceAnswer{Balances: make([]BalanceInfo, 2)})
	})
	serve(b, app.Handler(), "/api/v2/balance", "")
}

func serve(b *testing.B, handle fasthttp.RequestHandler, path, token string) {
	b.Helper()
	var ctx fasthttp.RequestCtx
	b.ReportAllocs()
	for b.Loop() {
		ctx.Request.Reset()
		ctx.Response.Reset()
		ctx.ResetUserValues()
		ctx.Request.SetRequestURI(path)
		ctx.Request.Header.SetMethod(fiber.MethodGet)
		ctx.Request.Header.Set(fiber.HeaderAuthorization, "Bearer "+token)
		handle(&ctx)
	}
	require.Equal(b, 200, ctx.Response.StatusCode())
}
