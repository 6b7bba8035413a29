package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// ownerLink is the one-time link with which the first person makes the owner's account. It lives in
// a file that only the operator can read, until it is used.
type ownerLink struct {
	path  string
	token string
	link  string
}

// openOwnerLink reads the link of an earlier start, or makes one for the given public address.
func openOwnerLink(dataDir, publicURL string) (ownerLink, error) {
	o := ownerLink{path: filepath.Join(dataDir, "owner-link")}
	content, err := os.ReadFile(o.path)
	switch {
	case err == nil:
		if kept, parseErr := url.Parse(strings.TrimSpace(string(content))); parseErr == nil {
			o.token = kept.Query().Get("token")
		}
	case !errors.Is(err, os.ErrNotExist):
		return o, fmt.Errorf("owner link: %w", err)
	}
	if o.token == "" {
		secret := make([]byte, 32)
		_, _ = rand.Read(secret)
		o.token = base64.RawURLEncoding.EncodeToString(secret)
	}
	o.link = publicURL + "/setup?token=" + o.token
	if err := os.WriteFile(o.path, []byte(o.link+"\n"), 0o600); err != nil {
		return o, fmt.Errorf("owner link: %w", err)
	}
	return o, nil
}

// used removes the file: there is an owner now.
func (o ownerLink) used() { _ = os.Remove(o.path) }
