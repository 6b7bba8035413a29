package configs

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// EnsureKeys fills the keys that the configuration leaves open, from files in
// the data directory, and makes those files (mode 0600) at the first start. It
// returns the paths it made. Production never gets here with an open key.
func EnsureKeys(c *Config) (made []string, err error) {
	for _, open := range []struct {
		file string
		key  *Secret
	}{{"jwt.key", &c.Keys.JWT}, {"master.key", &c.Keys.Master}} {
		path := filepath.Join(c.DataDir, "keys", open.file)
		fresh, err := ensureKey(path, open.key)
		if err != nil {
			return made, err
		}
		if fresh {
			made = append(made, path)
		}
	}
	return made, nil
}

func ensureKey(path string, key *Secret) (fresh bool, err error) {
	if !key.IsZero() {
		return false, nil
	}
	text, fresh, err := readOrMake(path)
	if err != nil {
		return false, err
	}
	*key = NewSecret(text)
	if _, err := key.Key(); err != nil {
		return false, fmt.Errorf("%s %w: restore it from a backup; do not delete it, stored exchange keys open only with it", path, err)
	}
	return fresh, nil
}

func readOrMake(path string) (text string, fresh bool, err error) {
	content, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(content)), false, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", false, fmt.Errorf("read key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", false, fmt.Errorf("make key directory: %w", err)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	text = base64.StdEncoding.EncodeToString(key)
	return publish(path, text)
}

// publish writes the key beside its place and links it there, so that of two
// starts at once one wins, both read the same key, and no half file is seen.
func publish(path, text string) (string, bool, error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".key-*") // CreateTemp uses mode 0600
	if err != nil {
		return "", false, fmt.Errorf("write key: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.WriteString(text + "\n")
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err != nil {
		return "", false, fmt.Errorf("write key: %w", err)
	}
	err = os.Link(temporary.Name(), path)
	if errors.Is(err, os.ErrExist) {
		content, err := os.ReadFile(path)
		return strings.TrimSpace(string(content)), false, err
	}
	if err != nil {
		return "", false, fmt.Errorf("write key: %w", err)
	}
	return text, true, nil
}
