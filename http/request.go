package http

import (
	"bytes"
	"context"
	"fmt"
	nethttp "net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"github.com/tradebaas/tradebaas/trade"
)

// methods are all that the server knows; any other is refused before a route is looked for.
var methods = []string{fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodPut, fiber.MethodDelete, fiber.MethodOptions}

// request is what the server knows of one request beside its bytes.
type request struct {
	id      string
	address netip.Addr
	agent   string
	caller  caller
}

// caller is who is signed in; the zero value is nobody.
type caller struct {
	user       trade.UserID
	signIn     trade.SignInID
	admin      bool
	passwordAt time.Time // when the password was last entered
}

type requestKey struct{}

// requestOf gives the request that a handler's context belongs to.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{id: "none"}
}

func callerOf(ctx context.Context) caller { return requestOf(ctx).caller }

func requestOfFiber(c *fiber.Ctx) *request {
	if r, ok := c.Locals(requestKey{}).(*request); ok {
		return r
	}
	r := &request{id: uuid.NewString()}
	c.Locals(requestKey{}, r)
	return r
}

// request is the outermost middleware: identity, deadline, limits, recovery and the access log.
func (s *Server) request(c *fiber.Ctx) error {
	started := time.Now()
	r := &request{id: uuid.NewString(), address: s.addressOf(c), agent: clipped(c.Get(fiber.HeaderUserAgent), 255)}
	c.Locals(requestKey{}, r)
	c.Set(fiber.HeaderXRequestID, r.id)
	ctx, cancel := context.WithTimeout(context.Background(), handleTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	if err := s.guarded(c, r); err != nil {
		if err := s.answerError(c, err); err != nil {
			return err
		}
	}
	s.logAccess(c, r, time.Since(started))
	return nil
}

// guarded runs the rest of the chain; a panic becomes an error whose text only the log sees.
func (s *Server) guarded(c *fiber.Ctx, r *request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error().Str("request", r.id).Interface("panic", p).Bytes("stack", debug.Stack()).Msg("http.request.panicked")
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if err := s.admit(c, r); err != nil {
		return err
	}
	if s.cors(c) {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Next()
}

// admit refuses what no route should have to look at.
func (s *Server) admit(c *fiber.Ctx, r *request) error {
	if !s.exempt(r.address) {
		if wait := s.limits.requests.take(addressKey(r.address)); wait > 0 {
			return tooMany(wait)
		}
	}
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return errEncoded // a small body could unpack into a huge one
	}
	if len(c.Request().Body()) > 0 {
		if !isJSON(c.Get(fiber.HeaderContentType)) {
			return errNotJSON
		}
		c.Request().Header.SetContentType(fiber.MIMEApplicationJSON) // in the one spelling that the API library knows
	}
	return nil
}

// exempt tells whether an address escapes the limits: on a developer's own machine.
func (s *Server) exempt(address netip.Addr) bool { return s.options.Dev && address.IsLoopback() }

func isJSON(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), fiber.MIMEApplicationJSON)
}

// addressOf is the nearest address that is no trusted proxy: what a client writes into
// X-Forwarded-For itself stands left of it and is never believed.
func (s *Server) addressOf(c *fiber.Ctx) netip.Addr {
	address, _ := netip.ParseAddr(c.Context().RemoteIP().String())
	address = address.Unmap()
	hops := forwardedFor(c)
	for i := len(hops) - 1; i >= 0 && s.trusted(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap().WithZone("")
	}
	return address
}

// forwardedFor gives the hops of all such lines: some proxies add a line of their own below the one
// that the client sent.
func forwardedFor(c *fiber.Ctx) []string {
	var hops []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		hops = append(hops, strings.Split(string(line), ",")...)
	}
	return hops
}

func (s *Server) trusted(address netip.Addr) bool {
	for _, proxies := range s.proxies {
		if proxies.Contains(address) {
			return true
		}
	}
	return false
}

// logAccess writes one line per request: never a body, a query string or a header's value.
func (s *Server) logAccess(c *fiber.Ctx, r *request, took time.Duration) {
	route, status := routeOf(c), c.Response().StatusCode()
	s.metrics.observe(c.Method(), route, status, took)
	s.log.Info().Str("request", r.id).Str("method", c.Method()).Str("route", route).
		Int("status", status).Dur("took", took).Str("user", string(r.caller.user)).Msg("http.request.answered")
}

// routeOf is the pattern that matched; page files and unknown paths share one name each.
func routeOf(c *fiber.Ctx) string {
	if path := c.Route().Path; path != "/" && path != "" {
		return path
	}
	if c.Response().StatusCode() == fiber.StatusOK {
		return "page"
	}
	return "none"
}

// guardEntry puts the security headers and the list of methods in front of everything, the
// library's own error answers included.
func (s *Server) guardEntry() {
	handle := s.app.Handler()
	s.app.Server().Handler = func(fast *fasthttp.RequestCtx) {
		s.secure(&fast.Response.Header)
		switch {
		case !known(string(fast.Method())):
			s.refuseEarly(fast, nethttp.StatusMethodNotAllowed)
			return
		case folded(fast.Request.Header.RawHeaders()):
			s.refuseEarly(fast, nethttp.StatusBadRequest)
			return
		}
		handle(fast)
	}
}

func known(method string) bool {
	for _, m := range methods {
		if m == method {
			return true
		}
	}
	return false
}

// folded finds header lines that go on in the next one. Servers and proxies read those differently,
// which lets a request say two things.
func folded(headers []byte) bool {
	return bytes.Contains(headers, []byte("\n ")) || bytes.Contains(headers, []byte("\n\t"))
}

func clipped(s string, length int) string {
	if len(s) > length {
		s = s[:length]
	}
	return strings.ToValidUTF8(strings.Map(printable, s), "")
}

// printable drops control characters, so that no header can write into a log or a terminal.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
		return -1
	}
	return r
}
