// Package configs holds the server's configuration: its defaults, the file and
// the environment laid over them, and the checks that make it one valid value.
package configs

import (
	"net/url"
	"strings"
	"time"
)

// Modes of the server. Production refuses what is convenient only on one's own
// machine: plain http, generated keys, an exchange started by itself.
const (
	ModeDev        = "dev"
	ModeProduction = "production"
)

// Config is the whole configuration. A value that Load returned is valid and
// complete; no reader has to look for empty fields or defaults again.
type Config struct {
	Mode           string   `yaml:"mode" env:"TRADEBAAS_MODE"`
	Listen         string   `yaml:"listen" env:"TRADEBAAS_LISTEN"`
	AdminListen    string   `yaml:"admin_listen" env:"TRADEBAAS_ADMIN_LISTEN"`
	PublicURL      string   `yaml:"public_url" env:"TRADEBAAS_PUBLIC_URL"`
	AllowedOrigins []string `yaml:"allowed_origins" env:"TRADEBAAS_ALLOWED_ORIGINS"`
	TrustedProxies []string `yaml:"trusted_proxies" env:"TRADEBAAS_TRUSTED_PROXIES"`
	DataDir        string   `yaml:"data_dir" env:"TRADEBAAS_DATA_DIR"`

	Log          Log          `yaml:"log"`
	Keys         Keys         `yaml:"keys"`
	Database     Database     `yaml:"database"`
	Registration Registration `yaml:"registration"`
	Sessions     Sessions     `yaml:"sessions"`
	Passwords    Passwords    `yaml:"passwords"`
	Throttle     Throttle     `yaml:"throttle"`
	Paper        Paper        `yaml:"paper"`
	Deribit      Deribit      `yaml:"deribit"`
}

// Log says what is logged and how. Format auto is console on a terminal and
// JSON elsewhere.
type Log struct {
	Level  string `yaml:"level" env:"TRADEBAAS_LOG_LEVEL"`
	Format string `yaml:"format" env:"TRADEBAAS_LOG_FORMAT"`
}

// Keys are the two secrets of an installation, 32 bytes or more in base64 or
// hexadecimal. Left empty in dev they are made at the first start (EnsureKeys).
type Keys struct {
	JWT    Secret `yaml:"jwt" env:"TRADEBAAS_JWT_KEY"`
	Master Secret `yaml:"master" env:"TRADEBAAS_MASTER_KEY"`
}

// Database says where PostgreSQL is. An empty URL means: the server's own, in
// the data directory. MigrateURL is the owner's address and defaults to URL.
type Database struct {
	URL            Secret `yaml:"url" env:"DATABASE_URL"`
	MigrateURL     Secret `yaml:"migrate_url" env:"MIGRATE_DATABASE_URL"`
	PoolSize       int    `yaml:"pool_size" env:"TRADEBAAS_DATABASE_POOL_SIZE"`
	SystemPoolSize int    `yaml:"system_pool_size" env:"TRADEBAAS_DATABASE_SYSTEM_POOL_SIZE"`
}

// Registration says whether strangers may make an account.
type Registration struct {
	Open bool `yaml:"open" env:"TRADEBAAS_REGISTRATION_OPEN"`
}

// Sessions are the lives of the two tokens of a sign-in.
type Sessions struct {
	AccessLife  time.Duration `yaml:"access_life" env:"TRADEBAAS_ACCESS_LIFE"`
	RefreshLife time.Duration `yaml:"refresh_life" env:"TRADEBAAS_REFRESH_LIFE"`
}

// Passwords is the cost of one argon2id hash and how many may run at a time.
type Passwords struct {
	MemoryKiB  uint32 `yaml:"memory_kib" env:"TRADEBAAS_PASSWORD_MEMORY_KIB"`
	Passes     uint32 `yaml:"passes" env:"TRADEBAAS_PASSWORD_PASSES"`
	Threads    uint8  `yaml:"threads" env:"TRADEBAAS_PASSWORD_THREADS"`
	Concurrent int    `yaml:"concurrent" env:"TRADEBAAS_PASSWORD_CONCURRENT"`
}

// Throttle bounds what one address, account or user may ask. In dev requests
// from the same machine are not counted (see Config.ExemptLoopback).
type Throttle struct {
	RequestsPerMinute    int           `yaml:"requests_per_minute" env:"TRADEBAAS_THROTTLE_REQUESTS_PER_MINUTE"`
	SignInsPerMinute     int           `yaml:"sign_ins_per_minute" env:"TRADEBAAS_THROTTLE_SIGN_INS_PER_MINUTE"`
	RegistrationsPerHour int           `yaml:"registrations_per_hour" env:"TRADEBAAS_THROTTLE_REGISTRATIONS_PER_HOUR"`
	AccountFailures      int           `yaml:"account_failures" env:"TRADEBAAS_THROTTLE_ACCOUNT_FAILURES"`
	AccountWindow        time.Duration `yaml:"account_window" env:"TRADEBAAS_THROTTLE_ACCOUNT_WINDOW"`
	UserPerMinute        int           `yaml:"user_per_minute" env:"TRADEBAAS_THROTTLE_USER_PER_MINUTE"`
	SocketsPerUser       int           `yaml:"sockets_per_user" env:"TRADEBAAS_THROTTLE_SOCKETS_PER_USER"`
}

// Paper describes the embedded simulated exchange. Market is `synthetic`,
// `replay:FILE` or `ticks:FILE`. Embedded is auto (dev starts it, production does not), on or off.
type Paper struct {
	Embedded string `yaml:"embedded" env:"TRADEBAAS_PAPER_EMBEDDED"`
	Market   string `yaml:"market" env:"TRADEBAAS_PAPER_MARKET"`
	Seed     int64  `yaml:"seed" env:"TRADEBAAS_PAPER_SEED"`
}

// Deribit holds one WebSocket address per environment. A PaperURL means that
// the simulated exchange runs elsewhere; none is started then. Connections
// bounds the sockets to each of the real ones, and SessionsPerConnection says
// how many users' sessions share a socket.
type Deribit struct {
	LiveURL         string `yaml:"live_url" env:"TRADEBAAS_DERIBIT_LIVE_URL"`
	TestnetURL      string `yaml:"testnet_url" env:"TRADEBAAS_DERIBIT_TESTNET_URL"`
	PaperURL        string `yaml:"paper_url" env:"TRADEBAAS_DERIBIT_PAPER_URL"`
	PaperAdminURL   string `yaml:"paper_admin_url" env:"TRADEBAAS_DERIBIT_PAPER_ADMIN_URL"`
	PaperAdminToken Secret `yaml:"paper_admin_token" env:"TRADEBAAS_DERIBIT_PAPER_ADMIN_TOKEN"`

	Connections           int            `yaml:"connections" env:"TRADEBAAS_DERIBIT_CONNECTIONS"`
	SessionsPerConnection PerEnvironment `yaml:"sessions_per_connection"`
}

// PerEnvironment is a number for each environment of the exchange.
type PerEnvironment struct {
	Live    int `yaml:"live" env:"TRADEBAAS_DERIBIT_LIVE_SESSIONS_PER_CONNECTION"`
	Testnet int `yaml:"testnet" env:"TRADEBAAS_DERIBIT_TESTNET_SESSIONS_PER_CONNECTION"`
	Paper   int `yaml:"paper" env:"TRADEBAAS_DERIBIT_PAPER_SESSIONS_PER_CONNECTION"`
}

// Default is the configuration of a first start on one's own machine.
func Default() Config {
	return Config{
		Mode:        ModeDev,
		Listen:      "127.0.0.1:8080",
		AdminListen: "127.0.0.1:8081",
		DataDir:     "./var",
		Log:         Log{Level: "info", Format: "auto"},
		Database:    Database{PoolSize: 16, SystemPoolSize: 4},
		Registration: Registration{
			Open: true,
		},
		Sessions: Sessions{AccessLife: 10 * time.Minute, RefreshLife: 30 * 24 * time.Hour},
		// 19 MiB and two passes: the smallest setting the OWASP sheet advises, so
		// that a burst of sign-ins costs a small server tens of megabytes, not gigabytes.
		Passwords: Passwords{MemoryKiB: 19 * 1024, Passes: 2, Threads: 1, Concurrent: 4},
		Throttle: Throttle{
			RequestsPerMinute:    600,
			SignInsPerMinute:     20,
			RegistrationsPerHour: 20,
			AccountFailures:      10,
			AccountWindow:        15 * time.Minute,
			UserPerMinute:        600,
			SocketsPerUser:       10,
		},
		Paper: Paper{Embedded: "auto", Market: "synthetic", Seed: 1},
		Deribit: Deribit{
			LiveURL:    "wss://www.deribit.com/ws/api/v2",
			TestnetURL: "wss://test.deribit.com/ws/api/v2",
			// Deribit allows one address 32; a few are left for the operator's own tools.
			Connections: 28,
			// That Deribit takes several accounts' subscriptions on one socket is not known.
			SessionsPerConnection: PerEnvironment{Live: 1, Testnet: 1, Paper: 100},
		},
	}
}

// Production says whether the strict rules hold.
func (c Config) Production() bool { return c.Mode == ModeProduction }

// HTTPS says whether browsers reach the server over TLS; cookies depend on it.
func (c Config) HTTPS() bool { return strings.HasPrefix(c.PublicURL, "https://") }

// ExemptLoopback says whether requests from this machine escape the throttles
// per address: in dev, where tests and tools share one address.
func (c Config) ExemptLoopback() bool { return !c.Production() }

// EmbeddedDatabase says whether the server runs its own PostgreSQL.
func (c Config) EmbeddedDatabase() bool { return c.Database.URL.IsZero() }

// EmbeddedExchange says whether the server runs its own simulated exchange.
func (c Config) EmbeddedExchange() bool {
	switch {
	case c.Deribit.PaperURL != "":
		return false
	case c.Paper.Embedded == "auto":
		return !c.Production()
	default:
		return c.Paper.Embedded == "on"
	}
}

// MarketFile is the file of the market `replay:FILE` or `ticks:FILE`, or empty.
func (c Config) MarketFile() string {
	kind, file, _ := strings.Cut(c.Paper.Market, ":")
	if kind != "replay" && kind != "ticks" {
		return ""
	}
	return file
}

// Origins are the origins a browser may call from: the public address and
// those allowed beside it, as scheme://host[:port].
func (c Config) Origins() []string {
	origins := make([]string, 0, len(c.AllowedOrigins)+1)
	if u, err := url.Parse(c.PublicURL); err == nil {
		origins = append(origins, u.Scheme+"://"+u.Host)
	}
	return append(origins, c.AllowedOrigins...)
}
