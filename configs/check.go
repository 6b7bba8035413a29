package configs

import (
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check adds a problem for each value that the server cannot run with.
func (l *loader) check() {
	l.checkAddresses()
	l.checkSecrets()
	l.checkNumbers()
	l.checkPaper()
	if l.config.Production() {
		l.checkProduction()
	}
}

// wrong records a problem with the value at a path, where it was set.
func (l *loader) wrong(path, message, fix string) {
	where, set := l.origins[path]
	if !set {
		where = "default"
	}
	l.problem(where, path+" "+message, fix)
}

func (l *loader) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		l.wrong(path, fmt.Sprintf("is %q", value), "use one of "+strings.Join(allowed, ", "))
	}
}

func (l *loader) checkAddresses() {
	c := l.config
	l.oneOf("mode", c.Mode, ModeDev, ModeProduction)
	l.oneOf("log.level", c.Log.Level, "trace", "debug", "info", "warn", "error")
	l.oneOf("log.format", c.Log.Format, "auto", "console", "json")
	l.checkListen("listen", c.Listen)
	l.checkListen("admin_listen", c.AdminListen)
	if c.Listen == c.AdminListen && !strings.HasSuffix(c.Listen, ":0") {
		l.wrong("admin_listen", "is the same as listen", "give it another port")
	}
	if _, set := l.origins["public_url"]; set && c.PublicURL != "" {
		l.checkURL("public_url", c.PublicURL, "http", "https")
	}
	for _, origin := range c.AllowedOrigins {
		l.checkOrigin(origin)
	}
	for _, proxy := range c.TrustedProxies {
		if !isAddressOrNet(proxy) {
			l.wrong("trusted_proxies", fmt.Sprintf("has %q", proxy), "write addresses or networks such as 10.0.0.0/8")
		}
	}
	if c.DataDir == "" {
		l.wrong("data_dir", "is empty", "give the directory that holds the server's files")
	}
	l.checkURL("deribit.live_url", c.Deribit.LiveURL, "ws", "wss")
	l.checkURL("deribit.testnet_url", c.Deribit.TestnetURL, "ws", "wss")
	if c.Deribit.PaperURL != "" {
		l.checkURL("deribit.paper_url", c.Deribit.PaperURL, "ws", "wss")
	}
	if c.Deribit.PaperAdminURL != "" {
		l.checkURL("deribit.paper_admin_url", c.Deribit.PaperAdminURL, "http", "https")
	}
}

func (l *loader) checkListen(path, value string) {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		l.wrong(path, fmt.Sprintf("is %q", value), "write host:port, for example 127.0.0.1:8080")
	}
}

func (l *loader) checkURL(path, value string, schemes ...string) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		l.wrong(path, "is not an address", "write "+strings.Join(schemes, ":// or ")+":// and a host")
	}
}

func (l *loader) checkOrigin(origin string) {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		l.wrong("allowed_origins", fmt.Sprintf("has %q", origin), "write scheme://host[:port] without a path or *")
	}
}

func isAddressOrNet(text string) bool {
	if _, err := netip.ParsePrefix(text); err == nil {
		return true
	}
	_, err := netip.ParseAddr(text)
	return err == nil
}

func (l *loader) checkSecrets() {
	c := l.config
	l.checkKey("keys.jwt", c.Keys.JWT)
	l.checkKey("keys.master", c.Keys.Master)
	if !c.Keys.JWT.IsZero() && c.Keys.JWT.Reveal() == c.Keys.Master.Reveal() {
		l.wrong("keys.master", "is the same as keys.jwt", "make a second one with `openssl rand -base64 32`")
	}
	l.checkPostgres("database.url", c.Database.URL)
	if c.Database.MigrateURL != c.Database.URL {
		l.checkPostgres("database.migrate_url", c.Database.MigrateURL)
	}
	if c.Database.URL.IsZero() && !c.Database.MigrateURL.IsZero() {
		l.wrong("database.migrate_url", "is set without database.url", "set DATABASE_URL too, or unset it")
	}
}

func (l *loader) checkKey(path string, key Secret) {
	if key.IsZero() {
		return
	}
	if _, err := key.Key(); err != nil {
		l.wrong(path, err.Error(), "make one with `openssl rand -base64 32`")
	}
}

func (l *loader) checkPostgres(path string, address Secret) {
	if !address.IsZero() && !isPostgres(address.Reveal()) {
		l.wrong(path, "is not a PostgreSQL address", "write postgres://user:password@host:port/database")
	}
}

func isPostgres(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Path != ""
}

func (l *loader) checkNumbers() {
	c := l.config
	l.within("database.pool_size", int64(c.Database.PoolSize), 2, 500)
	l.within("database.system_pool_size", int64(c.Database.SystemPoolSize), 1, 50)
	l.within("passwords.memory_kib", int64(c.Passwords.MemoryKiB), 1024, 1<<20)
	l.within("passwords.passes", int64(c.Passwords.Passes), 1, 20)
	l.within("passwords.threads", int64(c.Passwords.Threads), 1, 64)
	l.within("passwords.concurrent", int64(c.Passwords.Concurrent), 1, 256)
	l.within("throttle.requests_per_minute", int64(c.Throttle.RequestsPerMinute), 1, 1e6)
	l.within("throttle.sign_ins_per_minute", int64(c.Throttle.SignInsPerMinute), 1, 1e6)
	l.within("throttle.registrations_per_hour", int64(c.Throttle.RegistrationsPerHour), 1, 1e6)
	l.within("throttle.account_failures", int64(c.Throttle.AccountFailures), 1, 1e6)
	l.within("throttle.user_per_minute", int64(c.Throttle.UserPerMinute), 1, 1e6)
	l.within("throttle.sockets_per_user", int64(c.Throttle.SocketsPerUser), 1, 1000)
	l.within("deribit.connections", int64(c.Deribit.Connections), 2, 1000)
	l.within("deribit.sessions_per_connection.live", int64(c.Deribit.SessionsPerConnection.Live), 1, 1000)
	l.within("deribit.sessions_per_connection.testnet", int64(c.Deribit.SessionsPerConnection.Testnet), 1, 1000)
	l.within("deribit.sessions_per_connection.paper", int64(c.Deribit.SessionsPerConnection.Paper), 1, 1000)
	l.lasts("throttle.account_window", c.Throttle.AccountWindow, time.Second, 24*time.Hour)
	l.lasts("sessions.access_life", c.Sessions.AccessLife, 5*time.Second, 15*time.Minute)
	l.lasts("sessions.refresh_life", c.Sessions.RefreshLife, time.Minute, 365*24*time.Hour)
}

func (l *loader) within(path string, value, low, high int64) {
	if value < low || value > high {
		l.wrong(path, fmt.Sprintf("is %d", value), fmt.Sprintf("use %d to %d", low, high))
	}
}

func (l *loader) lasts(path string, value, low, high time.Duration) {
	if value < low || value > high {
		l.wrong(path, "is "+value.String(), fmt.Sprintf("use %s to %s", low, high))
	}
}

func (l *loader) checkPaper() {
	c := l.config
	l.within("paper.seed", c.Paper.Seed, 0, math.MaxInt64)
	l.oneOf("paper.embedded", c.Paper.Embedded, "auto", "on", "off")
	file := c.MarketFile()
	switch {
	case c.Paper.Market == "synthetic":
	case file == "":
		l.wrong("paper.market", fmt.Sprintf("is %q", c.Paper.Market), "use synthetic, replay:FILE or ticks:FILE")
	default:
		if info, err := os.Stat(file); err != nil || info.IsDir() {
			l.wrong("paper.market", "names a file that cannot be read", "give the path of a file of candles after replay: or of trades after ticks:")
		}
	}
	if c.Paper.Embedded == "on" && c.Deribit.PaperURL != "" {
		l.wrong("paper.embedded", "is on while deribit.paper_url is set", "keep one of the two")
	}
}

func (l *loader) checkProduction() {
	c := l.config
	if !c.HTTPS() {
		l.wrong("public_url", "is not https in production", "set the address that browsers use, https://...")
	}
	for _, origin := range c.AllowedOrigins {
		if !strings.HasPrefix(origin, "https://") {
			l.wrong("allowed_origins", fmt.Sprintf("has %q in production", origin), "allow https origins only")
		}
	}
	if c.Keys.JWT.IsZero() {
		l.wrong("keys.jwt", "is missing in production", "set TRADEBAAS_JWT_KEY to the output of `openssl rand -base64 32`")
	}
	if c.Keys.Master.IsZero() {
		l.wrong("keys.master", "is missing in production", "set TRADEBAAS_MASTER_KEY to the output of `openssl rand -base64 32`")
	}
}
