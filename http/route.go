package http

import (
	"context"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

// access says who may use a route.
type access uint8

const (
	open     access = iota // anybody
	cookied                // holders of a refresh cookie; guarded against other websites
	signedIn               // users with an access token
	admin                  // administrators
)

// route is one line of the table below: how a handler is reached and guarded.
type route struct {
	method  string
	path    string
	id      string // name in the document
	tag     string
	summary string
	access  access
	status  int  // of success, 200 when 0
	command bool // honours Idempotency-Key
	stepUp  bool // wants a recent password
}

// handle registers a handler with the guards of its route.
func handle[I, O any](s *Server, r route, handler func(context.Context, *I) (*O, error)) {
	operation := huma.Operation{OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Tags: []string{r.tag},
		DefaultStatus: r.status, MaxBodyBytes: bodyLimit + 1, BodyReadTimeout: 0, Middlewares: s.guards(r), Security: security(r)}
	operation.BodyReadTimeout = -1 // the server has read the body already, within its own deadline
	if r.command {
		operation.Parameters = []*huma.Param{{Name: headerCommandKey, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &commandKeyLength},
			Description: "The same key and body have the same effect and answer once, for 24 hours"}}
	}
	huma.Register(s.api, operation, func(ctx context.Context, input *I) (*O, error) {
		output, err := handler(ctx, input)
		if err != nil {
			return nil, s.problemOf(err, requestOf(ctx))
		}
		return output, nil
	})
}

func (s *Server) guards(r route) huma.Middlewares {
	var guards huma.Middlewares
	switch r.access {
	case cookied:
		guards = append(guards, s.sameSite)
	case signedIn, admin:
		guards = append(guards, s.signedIn)
	}
	if r.access == admin {
		guards = append(guards, s.adminOnly)
	}
	if r.stepUp {
		guards = append(guards, s.recentPassword)
	}
	if r.command {
		guards = append(guards, s.onceOnly(r))
	}
	return guards
}

func security(r route) []map[string][]string {
	switch r.access {
	case cookied:
		return []map[string][]string{{"cookie": {}}}
	case signedIn, admin:
		return []map[string][]string{{"bearer": {}}}
	}
	return nil
}

// None is the input of a route that takes nothing.
type None struct{}

// Done is the output of a route that has nothing to say beyond success.
type Done struct{ Body Answer }

const (
	get  = fiber.MethodGet
	post = fiber.MethodPost
	put  = fiber.MethodPut
	del  = fiber.MethodDelete
)

// routes is the table of everything under /api, /health and /ready.
func (s *Server) routes() {
	s.authRoutes()
	s.setupRoutes()
	s.credentialRoutes()
	s.connectionRoutes()
	s.accountRoutes()
	s.limitRoutes()
	s.killRoutes()
	s.marketRoutes()
	s.strategyRoutes()
	s.tradeRoutes()
	s.adminRoutes()
	s.actorRoutes()
	s.streamRoutes()
	s.healthRoutes()
}

// decoded undoes the percent-encoding of one path segment, once. The router matches encoded paths,
// so an encoded slash can never lead to another route.
func decoded(segment string) string {
	text, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return text
}

// isAPI tells paths of the API from those of the page.
func isAPI(path string) bool {
	for _, root := range []string{"/api", "/ws", "/health", "/ready", "/docs", "/openapi.json"} {
		if path == root || strings.HasPrefix(path, root+"/") {
			return true
		}
	}
	return false
}
