package http

import (
	"strings"

	"github.com/valyala/fasthttp"
)

// contentPolicy allows the page its own files and nothing else. Chart libraries write style
// attributes, so inline styles are allowed; inline scripts are not.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// secure sets the headers that every answer carries. Answers are not stored by anybody unless a
// handler says otherwise: only files of the page do.
func (s *Server) secure(header *fasthttp.ResponseHeader) {
	header.Set("Content-Security-Policy", contentPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	header.Set("Cache-Control", "no-store")
	if s.https() {
		header.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

func (s *Server) https() bool { return strings.HasPrefix(s.options.PublicURL, "https://") }
