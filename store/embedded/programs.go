package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/deploy/pg"
)

// oldest is the first major release whose SQL the migrations may use.
const oldest = 15

// programs is one installation of PostgreSQL.
type programs struct {
	bin   string
	major int
	minor int
}

func (p programs) postgres() string { return filepath.Join(p.bin, "postgres") }
func (p programs) initdb() string   { return filepath.Join(p.bin, "initdb") }

// usualPlaces are the bin directories of Debian, Red Hat, Homebrew and
// Postgres.app, and those on the PATH.
func usualPlaces() []string {
	places := []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/usr/local/pgsql/bin",
	}
	return append(places, filepath.SplitList(os.Getenv("PATH"))...)
}

// findPrograms looks for an installation that can serve, and installs one when
// there is none. major, when not 0, is the release that made the cluster.
func findPrograms(ctx context.Context, o Options, major int) (programs, error) {
	p, err := locate(ctx, o, major)
	if os.IsNotExist(err) {
		return install(ctx, o, major)
	}
	return p, err
}

// locate finds the named installation; else the one installed earlier into the
// directory; else the newest of the usual places; else gives os.ErrNotExist.
func locate(ctx context.Context, o Options, major int) (programs, error) {
	bin := o.Bin
	if bin == "" {
		bin = os.Getenv("PG_BIN")
	}
	if bin != "" {
		p, err := inspect(ctx, bin)
		if err == nil && !p.serves(major) {
			err = fmt.Errorf("is release %d", p.major)
		}
		if err != nil {
			return programs{}, fmt.Errorf("PG_BIN %s %w: point it to the bin directory of PostgreSQL %s", bin, err, wanted(major))
		}
		return p, nil
	}
	if p, ok := installed(ctx, o.Dir); ok && p.serves(major) {
		return p, nil
	}
	patterns := o.Search
	if patterns == nil {
		patterns = usualPlaces()
	}
	if p, ok := newest(ctx, patterns, major); ok {
		return p, nil
	}
	return programs{}, os.ErrNotExist
}

func (p programs) serves(major int) bool {
	return p.major >= oldest && (major == 0 || p.major == major)
}

func wanted(major int) string {
	if major != 0 {
		return strconv.Itoa(major)
	}
	return fmt.Sprintf("%d or later", oldest)
}

func newest(ctx context.Context, patterns []string, major int) (programs, bool) {
	var found []programs
	for _, pattern := range patterns {
		bins, _ := filepath.Glob(pattern)
		for _, bin := range bins {
			if p, err := inspect(ctx, bin); err == nil && p.serves(major) {
				found = append(found, p)
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		if found[i].major != found[j].major {
			return found[i].major > found[j].major
		}
		return found[i].minor > found[j].minor
	})
	if len(found) == 0 {
		return programs{}, false
	}
	return found[0], true
}

var versionText = regexp.MustCompile(`\(PostgreSQL\) (\d+)(?:\.(\d+))?`)

// inspect runs postgres --version, which also shows that its libraries load.
func inspect(ctx context.Context, bin string) (programs, error) {
	p := programs{bin: bin}
	for _, program := range []string{p.postgres(), p.initdb()} {
		if _, err := os.Stat(program); err != nil {
			return p, fmt.Errorf("has no %s", filepath.Base(program))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, p.postgres(), "--version").CombinedOutput()
	match := versionText.FindStringSubmatch(string(out))
	if err != nil || match == nil {
		return p, fmt.Errorf("does not run: %s", strings.TrimSpace(string(out)))
	}
	p.major, _ = strconv.Atoi(match[1])
	p.minor, _ = strconv.Atoi(match[2])
	return p, nil
}

// notFound is what a user reads when nothing serves and nothing can be installed.
func notFound(major int, why string) error {
	if major != 0 && !strings.HasPrefix(pg.Version, strconv.Itoa(major)+".") {
		return fmt.Errorf("the database was made by PostgreSQL %d, which is no longer on this machine: install that release, or set PG_BIN to its bin directory", major)
	}
	return fmt.Errorf(`no PostgreSQL %s was found and none could be installed (%s). Ways out:
  install Node.js with npm and start again, or
  install PostgreSQL (Debian: apt install postgresql; macOS: brew install postgresql@18), or
  set PG_BIN to the bin directory of an installation, or
  set DATABASE_URL to a database elsewhere`, wanted(major), why)
}
