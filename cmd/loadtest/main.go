// Command loadtest puts simulated people on a running server, at moments that are fixed ahead, and
// reports what the server took for it: time per endpoint and stage, errors, events received against
// events due, and whatever of one user reached another, which must be nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	var o options
	kong.Parse(&o, kong.Name("loadtest"), kong.UsageOnError(),
		kong.Description("Simulated people on a running server. Ctrl-C ends the run early; it cleans up all the same."))
	if err := work(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// work runs once. The error says why the exit status is not 0.
func work(o options) error {
	if err := o.check(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.Serve != "" {
		server, err := startServer(ctx, o.Serve)
		if err != nil {
			return err
		}
		defer server.stop()
		server.fill(&o)
	}
	report, err := newRun(o, os.Stdout).all(ctx)
	if err != nil {
		return err
	}
	report.write(os.Stdout)
	if o.JSON != "" {
		err = report.save(o.JSON)
	}
	return errors.Join(err, report.verdict(o))
}
