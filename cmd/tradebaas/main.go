// Command tradebaas is the server and its tools.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

// program lists the commands; serve is what runs when none is named.
type program struct {
	Serve    ServeCmd    `cmd:"" default:"1" help:"Run the server: database, paper exchange, trading and page."`
	Exchange ExchangeCmd `cmd:"" help:"Run the simulated exchange alone."`
	Migrate  MigrateCmd  `cmd:"" help:"Bring the database's schema up or down, or show where it stands."`
	Admin    AdminCmd    `cmd:"" help:"Manage administrators from the shell."`
	Doctor   DoctorCmd   `cmd:"" help:"Check this machine and show the configuration in force."`
	Signals  SignalsCmd  `cmd:"" help:"Write what a strategy sees and signals in recorded candles."`
}

func main() {
	var p program
	command := kong.Parse(&p, kong.Name("tradebaas"),
		kong.Description("A self-hosted server that trades for many users at once."), kong.UsageOnError())
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
