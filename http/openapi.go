package http

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/tradebaas/tradebaas/trade"
)

// adoptEnvelope makes the API library speak our envelope. Its hooks are global, hence once.
var adoptEnvelope = sync.OnceFunc(func() {
	huma.NewErrorWithContext = newInputProblem
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return newInputProblem(nil, status, message, errs...)
	}
	huma.DefaultArrayNullable = false // an empty list is [], never null
	huma.ValidateStrictCasing = true  // ENVIRONMENT is not environment
})

func apiConfig(version string) huma.Config {
	adoptEnvelope()
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[trade.Dec](), reflect.TypeFor[decimal]())
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Tradebaas", Version: version,
				Description: "Each user's exchange keys, connections, strategies and trades. Every success carries success: true; every error is an Error."},
			Servers: []*huma.Server{{URL: "/"}},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
				"cookie": {Type: "apiKey", In: "cookie", Name: refreshCookie},
			}},
		},
		Formats:       map[string]huma.Format{fiber.MIMEApplicationJSON: jsonFormat, "json": jsonFormat},
		DefaultFormat: fiber.MIMEApplicationJSON,
	}
}

// describe freezes the document and serves it, as JSON and as a page that needs no script.
func (s *Server) describe() error {
	markNullable(s.api.OpenAPI().Components.Schemas)
	s.describeSocket()
	s.describeFiles()
	document, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		return fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, document, "", "  "); err != nil {
		return fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	indented.WriteByte('\n')
	s.document = indented.Bytes()
	manual, err := renderDocs(s.api.OpenAPI())
	if err != nil {
		return err
	}
	s.app.Get("/openapi.json", sends(fiber.MIMEApplicationJSON, s.document))
	s.app.Get("/docs", sends(fiber.MIMETextHTMLCharsetUTF8, manual))
	return nil
}

func sends(contentType string, body []byte) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, contentType)
		return c.Send(body)
	}
}

// describeFiles documents the routes that answer something other than an envelope.
func (s *Server) describeFiles() {
	for path, summary := range map[string]string{"/openapi.json": "This document", "/docs": "This document as a page"} {
		s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: "get" + path[1:5], Method: "GET", Path: path, Summary: summary,
			Tags: []string{"Server"}, Responses: map[string]*huma.Response{"200": {Description: summary}}})
	}
}

// Document is the OpenAPI 3.1 document of this server.
func (s *Server) Document() []byte { return s.document }
