package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tradebaas/tradebaas/deploy/pg"
)

// Inspection tells how a Start would find things, without starting or making
// anything.
type Inspection struct {
	Running bool   // a server runs in the directory and answers
	Cluster int    // major release of the cluster there, 0 without one
	Plan    string // a sentence: which programs would serve
}

// Inspect looks at the directory and the machine. The error is what Start would
// fail with for want of programs.
func Inspect(ctx context.Context, options Options) (Inspection, error) {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return Inspection{}, fmt.Errorf("database directory: %w", err)
	}
	options.Dir = dir
	s := &Server{options: options, home: existingHome(dir)}
	found := Inspection{Cluster: s.home.major()}
	if found.Cluster != 0 && s.adopt(ctx) {
		found.Running = true
		found.Plan = fmt.Sprintf("PostgreSQL %s runs on port %d", s.version, s.port)
		return found, nil
	}
	p, err := locate(ctx, options, found.Cluster)
	switch {
	case err == nil:
		found.Plan = fmt.Sprintf("PostgreSQL %d.%d of %s will be used", p.major, p.minor, p.bin)
		return found, nil
	case os.IsNotExist(err):
		if err := canInstall(found.Cluster); err != nil {
			return found, err
		}
		found.Plan = "PostgreSQL " + pg.Version + " will be fetched with npm at the first start"
		return found, nil
	default:
		return found, err
	}
}

// RunningURL is the owner's address of a server that runs in the directory.
func RunningURL(ctx context.Context, options Options) (string, error) {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return "", fmt.Errorf("database directory: %w", err)
	}
	options.Dir = dir
	s := &Server{options: options, home: existingHome(dir)}
	if !s.adopt(ctx) {
		return "", fmt.Errorf("no PostgreSQL runs in %s", dir)
	}
	return s.OwnerURL()
}
