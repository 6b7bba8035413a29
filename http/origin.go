package http

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
)

// origins decides which websites' scripts may talk to the server. Comparison is always with the
// whole origin: no prefix, no suffix, no pattern.
type origins struct {
	own     string   // of the public address
	allowed []string // further ones, the only ones that get CORS headers
	dev     bool
}

func newOrigins(publicURL string, allowed []string, dev bool) (origins, error) {
	o := origins{dev: dev}
	if publicURL != "" {
		own, err := originOf(publicURL)
		if err != nil {
			return o, err
		}
		o.own = own
	}
	for _, address := range allowed {
		origin, err := originOf(address)
		if err != nil {
			return o, err
		}
		o.allowed = append(o.allowed, origin)
	}
	return o, nil
}

func originOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("origin %q: must look like https://example.com", address)
	}
	return strings.ToLower(u.Scheme + "://" + u.Host), nil
}

// permits tells whether a page of this origin may act for its user. host is the request's own.
func (o origins) permits(origin, host string) bool {
	origin = strings.ToLower(origin)
	return origin != "" && origin == o.own || o.listed(origin) || o.dev && sameLoopback(origin, host)
}

func (o origins) listed(origin string) bool { return slices.Contains(o.allowed, origin) }

// sameLoopback accepts a developer's own page, under whichever name of this machine it was opened.
func sameLoopback(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" || !strings.EqualFold(u.Host, host) {
		return false
	}
	if u.Hostname() == "localhost" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}

// cors answers for the fixed list of further origins, and tells whether the request was only the
// question beforehand. Cookies are never allowed along.
func (s *Server) cors(c *fiber.Ctx) (preflight bool) {
	origin := strings.ToLower(c.Get(fiber.HeaderOrigin))
	if len(s.origins.allowed) > 0 {
		c.Vary(fiber.HeaderOrigin)
	}
	if origin == "" || !s.origins.listed(origin) {
		return false
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if c.Method() != fiber.MethodOptions || c.Get(fiber.HeaderAccessControlRequestMethod) == "" {
		return false
	}
	c.Set(fiber.HeaderAccessControlAllowMethods, "GET, POST, PUT, DELETE")
	c.Set(fiber.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, "+headerCommandKey)
	c.Set(fiber.HeaderAccessControlMaxAge, "600")
	return true
}

// sameSite guards the routes that a cookie opens: browsers say where a request comes from, and a
// plain form cannot send JSON.
func (s *Server) sameSite(ctx huma.Context, next func(huma.Context)) {
	c := humafiber.Unwrap(ctx)
	site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	switch {
	case site != "" && site != "same-origin" && site != "none":
		s.refuse(ctx, errOrigin)
	case origin != "" && !s.origins.permits(origin, c.Get(fiber.HeaderHost)):
		s.refuse(ctx, errOrigin)
	case !isJSON(c.Get(fiber.HeaderContentType)):
		s.refuse(ctx, errNotJSON)
	default:
		next(ctx)
	}
}
