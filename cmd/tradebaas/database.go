package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tradebaas/tradebaas/configs"
	"github.com/tradebaas/tradebaas/migrations"
	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/store/embedded"
)

// database is where the data is: elsewhere, or in a PostgreSQL of our own that
// runs while the command does.
type database struct {
	ownerURL  string // for migrations
	serverURL string // for everything else
	own       *embedded.Server
}

// openDatabase starts the server's own PostgreSQL unless the configuration names
// another. progress hears of steps that take long.
func openDatabase(ctx context.Context, c configs.Config, progress func(string)) (*database, error) {
	if !c.EmbeddedDatabase() {
		return &database{ownerURL: c.Database.MigrateURL.Reveal(), serverURL: c.Database.URL.Reveal()}, nil
	}
	own, err := embedded.Start(ctx, embeddedOptions(c, progress))
	if err != nil {
		return nil, err
	}
	d := &database{own: own}
	var errOwner, errServer error
	d.ownerURL, errOwner = own.OwnerURL()
	d.serverURL, errServer = own.ServerURL()
	if err := errors.Join(errOwner, errServer); err != nil {
		return nil, errors.Join(err, own.Stop(ctx))
	}
	return d, nil
}

func embeddedOptions(c configs.Config, progress func(string)) embedded.Options {
	return embedded.Options{Dir: filepath.Join(c.DataDir, "postgres"), Progress: progress}
}

// migrate brings the schema up and tells which versions were applied.
func (d *database) migrate(ctx context.Context) ([]int64, error) {
	applied, err := migrations.Up(ctx, d.ownerURL, d.login())
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == "42501" {
		return applied, fmt.Errorf("%w: set MIGRATE_DATABASE_URL to the address of the database's owner", err)
	}
	return applied, err
}

// login is the name that the server signs in to the database with.
func (d *database) login() string {
	u, err := url.Parse(d.serverURL)
	if err != nil || u.User == nil {
		return ""
	}
	return u.User.Username()
}

// store opens the migrated database.
func (d *database) store(ctx context.Context, c configs.Config) (*store.DB, error) {
	master, err := c.Keys.Master.Key()
	if err != nil {
		return nil, fmt.Errorf("the master key %w", err)
	}
	return store.Open(ctx, store.Config{
		URL: d.serverURL, MasterKey: master,
		PoolSize: c.Database.PoolSize, SystemPoolSize: c.Database.SystemPoolSize,
	})
}

// close stops a PostgreSQL of our own, unless another process uses it too.
func (d *database) close(ctx context.Context) error {
	if d.own == nil {
		return nil
	}
	return d.own.Stop(ctx)
}

// openDatabase brings up the database and waits until this server is the one that
// owns it.
func (n *node) openDatabase(ctx context.Context) error {
	tell := func(step string) { n.log.Info().Msg(step) }
	d, err := openDatabase(ctx, n.config, tell)
	if err != nil {
		return err
	}
	n.onStop("database server", n.keepDatabase(d))
	applied, err := d.migrate(ctx)
	if err != nil {
		return err
	}
	if len(applied) > 0 {
		n.log.Info().Ints64("versions", applied).Msg("database.migrated")
	}
	if n.db, err = d.store(ctx, n.config); err != nil {
		return err
	}
	n.onStop("database", func(context.Context) error { n.db.Close(); return nil })
	return n.db.TakeOver(ctx, tell)
}

// keepDatabase restarts our own PostgreSQL should it die; trading goes on by
// itself afterwards. It returns how both stop.
func (n *node) keepDatabase(d *database) func(context.Context) error {
	if d.own == nil {
		return d.close
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.own.Keep(ctx, func(err error) {
			n.log.Error().Err(err).Msg("database.server.restarted")
		})
	}()
	return func(ctx context.Context) error {
		cancel()
		<-done
		return d.close(ctx)
	}
}
