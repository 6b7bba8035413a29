package http

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// page serves the files of the built page from memory. Addresses that no file has are the page's
// own routes and get its first file.
type page struct {
	files map[string]*file
	first *file
}

type file struct {
	kind    string
	body    []byte
	zipped  []byte // nil where it would not be smaller
	tag     string
	caching string
}

// contentTypes are all that a build contains; the machine's own table is not asked.
var contentTypes = map[string]string{
	".html": fiber.MIMETextHTMLCharsetUTF8, ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": fiber.MIMEApplicationJSON, ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
	".webp": "image/webp", ".woff2": "font/woff2", ".woff": "font/woff", ".txt": fiber.MIMETextPlainCharsetUTF8, ".map": fiber.MIMEApplicationJSON,
}

func newPage(files fs.FS) (*page, error) {
	p := &page{files: map[string]*file{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		p.files["/"+name], err = newFile(name, body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	for _, name := range []string{"/index.html", "/placeholder.html"} {
		if p.first = p.files[name]; p.first != nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("read the page: neither index.html nor placeholder.html is there")
}

func newFile(name string, body []byte) (*file, error) {
	sum := sha256.Sum256(body)
	f := &file{kind: contentTypes[path.Ext(name)], body: body, tag: `"` + hex.EncodeToString(sum[:12]) + `"`, caching: "no-cache"}
	if f.kind == "" {
		f.kind = fiber.MIMEOctetStream
	}
	if strings.HasPrefix(name, "assets/") { // their names change with their content
		f.caching = "public, max-age=31536000, immutable"
	}
	zipped, err := zip(body)
	if err == nil && len(zipped) < len(body)*9/10 {
		f.zipped = zipped
	}
	return f, err
}

func zip(body []byte) ([]byte, error) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err := w.Close()
	return zipped.Bytes(), err
}

// serve answers GET and HEAD outside the API; everything else goes on to 404 or 405.
func (p *page) serve(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead || isAPI(c.Path()) {
		return c.Next()
	}
	f, found := p.files[c.Path()]
	switch {
	case found:
	case crooked(c.Path()):
		return errMalformed
	case private(c.Path()):
		return errNotFound
	case strings.HasPrefix(c.Path(), "/assets/") || path.Ext(c.Path()) != "":
		return errNotFound
	default:
		f = p.first
	}
	return f.send(c)
}

// crooked finds paths that another program on the way may read as a different one.
func crooked(address string) bool {
	plain := decoded(decoded(address))
	return strings.ContainsAny(plain, "\\\x00") || path.Clean(plain) != strings.TrimSuffix(plain, "/") && plain != "/"
}

// private finds what only the administrators' listener serves: nobody shall take the page for it.
func private(address string) bool {
	return address == "/metrics" || address == "/debug" || strings.HasPrefix(address, "/debug/")
}

func (f *file) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, f.kind)
	c.Set(fiber.HeaderCacheControl, f.caching)
	c.Set(fiber.HeaderETag, f.tag)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == f.tag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if f.zipped != nil && c.Get(fiber.HeaderAcceptEncoding) != "" && c.AcceptsEncodings("gzip") == "gzip" {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.zipped)
	}
	return c.Send(f.body)
}
