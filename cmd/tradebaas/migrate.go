package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/tradebaas/tradebaas/configs"
	"github.com/tradebaas/tradebaas/migrations"
)

// MigrateCmd changes or shows the database's schema. The server does `up` by
// itself at every start.
type MigrateCmd struct {
	Up     MigrateUpCmd     `cmd:"" help:"Apply every migration that is missing."`
	Down   MigrateDownCmd   `cmd:"" help:"Take back the newest migration. What its tables hold is lost."`
	Status MigrateStatusCmd `cmd:"" help:"List the migrations and when each was applied."`
}

// MigrateUpCmd applies what is missing.
type MigrateUpCmd struct{}

// Run applies what is missing.
func (MigrateUpCmd) Run() error {
	return withDatabase(func(ctx context.Context, _ configs.Config, d *database) error {
		applied, err := d.migrate(ctx)
		if err == nil && len(applied) == 0 {
			fmt.Println("the schema is up to date")
		}
		for _, version := range applied {
			fmt.Printf("applied %d\n", version)
		}
		return err
	})
}

// MigrateDownCmd takes migrations back.
type MigrateDownCmd struct {
	All bool `help:"Take back all of them: every table is dropped."`
	Yes bool `help:"Confirm that the data may go."`
}

// Run takes back one migration, or all.
func (c MigrateDownCmd) Run() error {
	if !c.Yes {
		return errors.New("this drops tables with their data; add --yes when that is meant")
	}
	return withDatabase(func(ctx context.Context, _ configs.Config, d *database) error {
		taken, err := migrations.Down(ctx, d.ownerURL, c.All)
		for _, version := range taken {
			fmt.Printf("took back %d\n", version)
		}
		return err
	})
}

// MigrateStatusCmd lists migrations.
type MigrateStatusCmd struct{}

// Run lists the migrations.
func (MigrateStatusCmd) Run() error {
	return withDatabase(func(ctx context.Context, _ configs.Config, d *database) error {
		states, err := migrations.Status(ctx, d.ownerURL)
		printStates(os.Stdout, states)
		return err
	})
}

func printStates(out io.Writer, states []migrations.State) {
	for _, state := range states {
		when := "not applied"
		if state.Applied != nil {
			when = state.Applied.UTC().Format("2006-01-02 15:04:05")
		}
		fmt.Fprintf(out, "%-19s  %s\n", when, state.Name)
	}
}

// withDatabase runs a tool on the configured database and stops what it started.
func withDatabase(work func(context.Context, configs.Config, *database) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := configs.Load(os.Environ(), "")
	if err != nil {
		return err
	}
	d, err := openDatabase(ctx, c, func(step string) { fmt.Fprintln(os.Stderr, step) })
	if err != nil {
		return err
	}
	return errors.Join(work(ctx, c, d), d.close(context.WithoutCancel(ctx)))
}
