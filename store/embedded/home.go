package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// home is where a cluster lives and the identity its processes have.
type home struct {
	dir      string
	identity identity
}

func (h home) data() string { return filepath.Join(h.dir, "data") }

func (h home) exists() bool { return h.major() != 0 }

// major is the release that made the cluster, or 0 without one.
func (h home) major() int {
	text, err := os.ReadFile(filepath.Join(h.data(), "PG_VERSION"))
	if err != nil {
		return 0
	}
	major, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return major
}

// elsewhere is the home of a cluster whose account cannot reach the directory
// asked for. Its name follows from that directory.
func elsewhere(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join("/var/lib/tradebaas", "postgres-"+hex.EncodeToString(sum[:4]))
}

// existingHome is the home with a cluster in it, or the directory asked for.
func existingHome(dir string) home {
	if away := (home{dir: elsewhere(dir)}); os.Getuid() == 0 && away.exists() {
		return away
	}
	return home{dir: dir}
}

// settle decides the identity and, for a new cluster, the home. Files of an
// existing one say by their owner how they were made.
func settle(o Options, h home, p programs) (home, programs, error) {
	var err error
	if h.exists() {
		owner, err := ownerOf(h.data())
		if err != nil {
			return h, p, err
		}
		if h.identity, err = identityFor(o, owner); err != nil {
			return h, p, err
		}
	} else if h.identity, err = freshIdentity(o); err != nil {
		return h, p, err
	}
	if !h.identity.switched() {
		return h, p, nil
	}
	if !h.exists() && !h.identity.reaches(o.Dir) {
		h.dir = elsewhere(o.Dir)
		if err := os.MkdirAll(h.dir, 0o711); err != nil {
			return h, p, fmt.Errorf("make a database directory for %s: %w", h.identity.name, err)
		}
	}
	p, err = h.reachable(o, p)
	return h, p, err
}

// reachable copies the programs to the home when its account cannot run them.
func (h home) reachable(o Options, p programs) (programs, error) {
	if h.identity.command(p.postgres(), "--version").Run() == nil {
		return p, nil
	}
	o.Progress("Copying PostgreSQL to where " + h.identity.name + " can run it")
	copied := filepath.Join(h.dir, "programs")
	source := filepath.Dir(p.bin)
	if err := os.RemoveAll(copied); err != nil {
		return p, fmt.Errorf("copy PostgreSQL: %w", err)
	}
	if err := copyTree(source, copied); err != nil {
		return p, fmt.Errorf("copy PostgreSQL: %w", err)
	}
	p.bin = filepath.Join(copied, "bin")
	if out, err := h.identity.command(p.postgres(), "--version").CombinedOutput(); err != nil {
		return p, fmt.Errorf("%s cannot run PostgreSQL: %w: %s (start as a user other than root, or set DATABASE_URL)",
			h.identity.name, err, tail(string(out), 200))
	}
	return p, nil
}

// copyTree copies regular files and links, readable for everybody.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		default:
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(target, content, 0o755)
		}
	})
}

func ownerOf(path string) (int, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("look at the cluster: %w", err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid), nil
}
