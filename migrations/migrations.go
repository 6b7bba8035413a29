// Package migrations holds the numbered SQL of the database and runs it. A file
// that was released is never edited; a change is a new file.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// Up brings the database at the owner's address to the newest version and gives
// the logins in members the rights of the server's roles. Several servers may call
// it at once; one migrates and the others wait. It returns the versions applied.
func Up(ctx context.Context, address string, members ...string) ([]int64, error) {
	if err := ensureRoles(ctx, address, members); err != nil {
		return nil, err
	}
	var versions []int64
	err := with(address, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		for _, result := range results {
			versions = append(versions, result.Source.Version)
		}
		return err
	})
	if err != nil {
		return versions, fmt.Errorf("migrate the database: %w", err)
	}
	return versions, nil
}

// Down takes back the newest migration, or with all every one of them. Data in
// the tables that go is lost. It returns the versions taken back.
func Down(ctx context.Context, address string, all bool) ([]int64, error) {
	var versions []int64
	err := with(address, func(p *goose.Provider) error {
		if all {
			results, err := p.DownTo(ctx, 0)
			for _, result := range results {
				versions = append(versions, result.Source.Version)
			}
			return err
		}
		result, err := p.Down(ctx)
		if err == nil && result != nil {
			versions = append(versions, result.Source.Version)
		}
		return err
	})
	if err != nil {
		return versions, fmt.Errorf("take back a migration: %w", err)
	}
	return versions, nil
}

// State is one migration and when it was applied; nil means not yet.
type State struct {
	Version int64
	Name    string
	Applied *time.Time
}

// Status lists all migrations.
func Status(ctx context.Context, address string) ([]State, error) {
	var states []State
	err := with(address, func(p *goose.Provider) error {
		list, err := p.Status(ctx)
		for _, one := range list {
			state := State{Version: one.Source.Version, Name: one.Source.Path}
			if one.State == goose.StateApplied {
				state.Applied = &one.AppliedAt
			}
			states = append(states, state)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the state of the migrations: %w", err)
	}
	return states, nil
}

// Hash names the content of all migrations; it changes whenever one does.
func Hash() string {
	sum := sha256.New()
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // embedded: cannot fail
	}
	for _, entry := range entries {
		text, err := files.ReadFile(entry.Name())
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(sum, "%s %d\n", entry.Name(), len(text))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

func with(address string, run func(*goose.Provider) error) error {
	db, err := open(address)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600)) // ask each second, for ten minutes
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	return run(provider)
}

func open(address string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("the owner's database address is not valid") // pgx's text may show parts of it
	}
	return stdlib.OpenDB(*config), nil
}
