// Package web holds the page: the files that `npm run build` leaves in dist, inside the binary.
package web

import (
	"embed"
	"io/fs"
)

// placeholder is the one file of dist that is committed. It says how to build the page.
const placeholder = "placeholder.html"

//go:embed all:dist
var embedded embed.FS

// Dist returns the built page, rooted at its index.html. On a checkout whose page was never built, index.html is a
// placeholder that says how to build it.
func Dist() fs.FS {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic("web: dist is not embedded: " + err.Error()) // the directive above makes this impossible
	}
	return withPlaceholder(dist)
}

// Built reports whether the binary carries the real page.
func Built() bool {
	_, err := fs.Stat(embedded, "dist/index.html")
	return err == nil
}

func withPlaceholder(dist fs.FS) fs.FS {
	if _, err := fs.Stat(dist, "index.html"); err == nil {
		return dist
	}
	return unbuilt{dist}
}

// unbuilt answers index.html with the placeholder.
type unbuilt struct{ fs.FS }

func (u unbuilt) Open(name string) (fs.File, error) {
	if name == "index.html" {
		name = placeholder
	}
	return u.FS.Open(name)
}
