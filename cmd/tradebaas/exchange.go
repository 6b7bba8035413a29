package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/broker/simulator"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// ExchangeCmd runs the simulated exchange alone.
type ExchangeCmd struct {
	Listen                string   `default:"127.0.0.1:8090" help:"Address of the API."`
	Data                  string   `default:"./var/exchange" help:"Directory of journal and snapshot."`
	AdminListen           string   `default:"127.0.0.1:8091" help:"Address of the admin listener."`
	AdminToken            string   `env:"TRADEBAAS_DERIBIT_PAPER_ADMIN_TOKEN" help:"Token that admin calls must carry; without one a new one is printed."`
	Account               []string `placeholder:"NAME:KEY:SECRET:USDC=10000,BTC=0.1" sep:"none" help:"Account that exists from the start; may be repeated."`
	Market                string   `default:"synthetic" help:"Where prices come from: synthetic, replay:FILE or ticks:FILE."`
	Seed                  uint64   `default:"1" help:"Seed of the synthetic market."`
	ConnectionsPerAddress int      `help:"Most connections of one address; 0 is no limit."`

	CloseOnLimit bool          `help:"Close a socket that breaches the rate limit, after the answer."`
	MatchingTime time.Duration `help:"Time that an order holds its account's lock; others of its currency wait."`
	SecondFactor string        `help:"What clients send as authorization_data to manage API keys; without one they cannot."`
}

// Run serves until it is told to stop.
func (c *ExchangeCmd) Run() error {
	accounts, err := parseAccounts(c.Account)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	x, err := simulator.New(simulator.Options{
		Listen: c.Listen, AdminListen: c.AdminListen, AdminToken: c.AdminToken, DataDir: c.Data, Market: c.Market,
		Seed: c.Seed, Accounts: accounts, ConnectionsPerAddress: c.ConnectionsPerAddress,
		CloseOnLimit: c.CloseOnLimit, MatchingTime: c.MatchingTime, SecondFactor: c.SecondFactor,
		Log: zerolog.New(os.Stderr).With().Timestamp().Logger(),
	})
	if err != nil {
		return err
	}
	if err := x.Start(ctx); err != nil {
		return err
	}
	defer x.Close()
	fmt.Printf("simulated exchange at %s, admin at %s\n", x.URL(), x.AdminURL())
	if c.AdminToken == "" {
		fmt.Printf("admin token %s\n", x.AdminToken())
	}
	<-ctx.Done()
	return nil
}

// parseAccounts reads NAME:KEY:SECRET:USDC=10000,BTC=0.1. No error repeats a secret.
func parseAccounts(specs []string) (out []simulator.AccountSpec, err error) {
	for _, s := range specs {
		parts := strings.Split(s, ":")
		if len(parts) != 4 || parts[1] == "" || parts[2] == "" {
			return nil, errors.New("an account is NAME:KEY:SECRET:USDC=10000,BTC=0.1")
		}
		a := simulator.AccountSpec{Name: parts[0], Key: parts[1], Secret: parts[2]}
		for _, b := range strings.Split(parts[3], ",") {
			currency, amount, _ := strings.Cut(b, "=")
			d, err := trade.ParseDec(amount)
			if err != nil || d.Sign() < 0 || currency == "" {
				return nil, fmt.Errorf("account %s: a balance is CURRENCY=AMOUNT", a.Name)
			}
			a.Balances = append(a.Balances, core.Balance{Currency: trade.Currency(strings.ToUpper(currency)), Amount: d})
		}
		out = append(out, a)
	}
	return out, nil
}
