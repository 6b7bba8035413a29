package main

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// options are the command line.
type options struct {
	Users    int           `default:"100" help:"How many people."`
	Duration time.Duration `default:"1m" help:"How long they use the server once all are there."`
	Ramp     time.Duration `help:"Over how long they arrive; none: ten a second. A sign-up costs the server about 0.1 s of processor time."`
	Mix      string        `default:"visitor=10,idle=30,razor=40,fast=20" help:"Shares of visitor (signed in), idle (connected), razor (runs Razor) and fast (runs Fast Test again and again)."`
	Rate     float64       `default:"12" help:"Acts per person and minute."`
	Seed     uint64        `default:"1" help:"Fixes who does what and when."`
	Prices   bool          `default:"true" negatable:"" help:"Pages follow the price and the candles of a market."`
	Markets  []string      `default:"BTC_USDC-PERPETUAL,ETH_USDC-PERPETUAL" help:"What is watched and traded."`

	URL         string `default:"http://127.0.0.1:8080" help:"The server."`
	MetricsURL  string `default:"http://127.0.0.1:8081" help:"Its admin listener; empty: the server's memory and mailboxes are not reported."`
	AllowRemote bool   `help:"Load another machine than this one. It must be yours."`
	Serve       string `placeholder:"PROGRAM" help:"Start this tradebaas for the run, with a fresh data directory and free ports, and stop it after."`

	AdminEmail    string `help:"An administrator: users are deleted at the end and the deepest mailboxes reported."`
	AdminPassword string `env:"TRADEBAAS_LOAD_ADMIN_PASSWORD" help:"Taken from the environment: $${env}." hidden:""`
	UsersFile     string `type:"path" help:"Keep the users in this file for later runs (their passwords are in it), and use those that are there."`
	SeedOnly      bool   `help:"Only make the users of --users-file, with their paper accounts."`

	JSON      string  `type:"path" help:"Write the report to this file too."`
	MaxErrors float64 `default:"1" help:"Percent of requests that may fail."`
}

// check refuses what cannot be meant.
func (o options) check() error {
	if o.Users < 1 || o.Rate < 0 || o.Duration < 0 || o.Ramp < 0 || len(o.Markets) == 0 {
		return fmt.Errorf("--users must be at least 1, --rate, --duration and --ramp at least 0, --markets not empty")
	}
	if o.SeedOnly && o.UsersFile == "" {
		return fmt.Errorf("--seed-only needs --users-file")
	}
	if o.AdminEmail != "" && o.AdminPassword == "" {
		return fmt.Errorf("--admin-email needs the password in TRADEBAAS_LOAD_ADMIN_PASSWORD")
	}
	for _, address := range []string{o.URL, o.MetricsURL} {
		if address != "" && !o.AllowRemote && !loopback(address) {
			return fmt.Errorf("%s is another machine: add --allow-remote if it is yours", address)
		}
	}
	_, err := parseMix(o.Mix)
	return err
}

func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// ramp is over how long people arrive.
func (o options) ramp() time.Duration {
	return cmp.Or(o.Ramp, time.Duration(o.Users)*100*time.Millisecond)
}

// role is a kind of person.
type role struct {
	name     string
	connects bool
	strategy string // that they start, "" for none
}

var roles = []role{
	{name: "visitor"},
	{name: "idle", connects: true},
	{name: "razor", connects: true, strategy: "Razor"},
	{name: "fast", connects: true, strategy: fastTest},
}

const fastTest = "Fast Test"

// mix gives every person a role, in proportion and evenly spread.
type mix struct {
	shares []int
	total  int
}

func parseMix(text string) (mix, error) {
	m := mix{shares: make([]int, len(roles))}
	for part := range strings.SplitSeq(text, ",") {
		name, share, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(share)
		at := roleIndex(name)
		if err != nil || n < 0 || at < 0 {
			return m, fmt.Errorf("--mix: %q is not visitor, idle, razor or fast with a share such as idle=30", part)
		}
		m.shares[at] += n
		m.total += n
	}
	if m.total == 0 {
		return m, fmt.Errorf("--mix: all shares are 0")
	}
	return m, nil
}

func roleIndex(name string) int {
	for i, r := range roles {
		if r.name == name {
			return i
		}
	}
	return -1
}

// of gives the i-th person's role. A stride that has no factor in common with the total spreads the
// roles over those who arrive.
func (m mix) of(i int) role {
	stride := 61
	for m.total%stride == 0 {
		stride += 2
	}
	at := i * stride % m.total
	for n, share := range m.shares {
		if at < share {
			return roles[n]
		}
		at -= share
	}
	panic("a share of the mix is missing")
}
