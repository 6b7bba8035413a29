package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"github.com/tradebaas/tradebaas/configs"
	"github.com/tradebaas/tradebaas/migrations"
	"github.com/tradebaas/tradebaas/store/embedded"
)

const (
	spaceNeeded = 1 << 30 // bytes: database, log and journal of a small installation
	filesNeeded = 4096    // a link per user, a socket per page, and the database
	clockSlack  = time.Second
)

// DoctorCmd checks the machine and the configuration. It changes nothing.
type DoctorCmd struct{}

// Run prints each check with its outcome; a failed one makes it fail.
func (DoctorCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return diagnose(ctx, os.Stdout, os.Environ())
}

// doctor prints findings and counts the bad ones.
type doctor struct {
	out    io.Writer
	config configs.Config
	wrong  int
}

func diagnose(ctx context.Context, out io.Writer, environ []string) error {
	config, err := configs.Load(environ, "")
	if err != nil {
		return err
	}
	d := &doctor{out: out, config: config}
	fmt.Fprintln(out, "configuration")
	for _, setting := range config.Effective() {
		fmt.Fprintf(out, "  %-32s %s\n", setting.Key, setting.Value)
	}
	fmt.Fprintln(out, "checks")
	d.dataDir()
	d.port("listen", config.Listen, "TRADEBAAS_LISTEN")
	d.port("admin_listen", config.AdminListen, "TRADEBAAS_ADMIN_LISTEN")
	d.files()
	d.keys()
	d.database(ctx)
	d.exchangeClock(ctx)
	if d.wrong > 0 {
		return fmt.Errorf("%d of the checks found something wrong", d.wrong)
	}
	return nil
}

func (d *doctor) ok(name, format string, args ...any) {
	fmt.Fprintf(d.out, "  ok     %-14s %s\n", name, fmt.Sprintf(format, args...))
}

func (d *doctor) bad(name, fix, format string, args ...any) {
	d.wrong++
	fmt.Fprintf(d.out, "  WRONG  %-14s %s: %s\n", name, fmt.Sprintf(format, args...), fix)
}

// dataDir checks space and rights at the directory, or at the nearest parent that
// exists: the first start makes the rest.
func (d *doctor) dataDir() {
	dir := d.config.DataDir
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	if unix.Access(dir, unix.W_OK|unix.X_OK) != nil {
		d.bad("data directory", "give this user the right to write there, or set TRADEBAAS_DATA_DIR", "%s cannot be written", dir)
		return
	}
	var space unix.Statfs_t
	if err := unix.Statfs(dir, &space); err != nil {
		d.bad("disk space", "check the file system", "%s cannot be measured: %v", dir, err)
		return
	}
	free := space.Bavail * uint64(space.Bsize)
	if free < spaceNeeded {
		d.bad("disk space", "free some, or set TRADEBAAS_DATA_DIR to a larger disk", "%d MiB free at %s, %d are needed", free>>20, dir, spaceNeeded>>20)
		return
	}
	d.ok("disk space", "%d MiB free at %s", free>>20, d.config.DataDir)
}

// port is fine when it is free or when it is our own server that holds it.
func (d *doctor) port(name, address, variable string) {
	listener, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		_ = listener.Close()
		d.ok(name, "%s is free", address)
	case !errors.Is(err, syscall.EADDRINUSE):
		d.bad(name, "set "+variable+" to an address of this machine", "%s cannot be used: %v", address, err)
	case d.isOurs():
		d.ok(name, "%s is in use: this server runs already", address)
	default:
		d.bad(name, "stop what listens there, or set "+variable, "%s is in use by another program", address)
	}
}

func (d *doctor) isOurs() bool {
	client := nethttp.Client{Timeout: 2 * time.Second}
	answer, err := client.Get("http://" + d.config.Listen + "/health")
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	return strings.Contains(string(body), `"success"`)
}

func (d *doctor) files() {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		d.bad("open files", "check the limits of this user", "the limit cannot be read: %v", err)
		return
	}
	if uint64(limit.Max) < filesNeeded {
		d.bad("open files", fmt.Sprintf("raise it: ulimit -Hn %d, or LimitNOFILE=%d in the service", filesNeeded, filesNeeded),
			"at most %d", uint64(limit.Max))
		return
	}
	d.ok("open files", "at most %d", uint64(limit.Max))
}

// keys checks that nobody else can read the generated ones.
func (d *doctor) keys() {
	for _, name := range []string{"jwt.key", "master.key"} {
		path := filepath.Join(d.config.DataDir, "keys", name)
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			d.bad("keys", "check the rights of the data directory", "%s: %v", path, err)
		case info.Mode().Perm()&0o077 != 0:
			d.bad("keys", "chmod 600 "+path, "others can read %s", path)
		default:
			d.ok("keys", "%s is private", path)
		}
	}
}

// database checks the one elsewhere, or what our own would be made of.
func (d *doctor) database(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if !d.config.EmbeddedDatabase() {
		d.schema(ctx, d.config.Database.MigrateURL.Reveal())
		return
	}
	options := embeddedOptions(d.config, nil)
	found, err := embedded.Inspect(ctx, options)
	if err != nil {
		d.bad("database", "choose one of the ways out above", "%v", err)
		return
	}
	d.ok("database", "%s", found.Plan)
	if found.Running {
		if address, err := embedded.RunningURL(ctx, options); err == nil {
			d.schema(ctx, address)
		}
	}
}

func (d *doctor) schema(ctx context.Context, address string) {
	const fix = "check that DATABASE_URL names a running server, an existing database and a valid login"
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		d.bad("database", fix, "no connection: %s", oneLine(err))
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	var version int
	var now time.Time
	asked := time.Now()
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, clock_timestamp()`).Scan(&version, &now); err != nil {
		d.bad("database", fix, "no answer: %v", err)
		return
	}
	if version < 150000 {
		d.bad("database", "upgrade it to release 15 or later", "release %d", version/10000)
		return
	}
	d.ok("database", "release %d.%d answers", version/10000, version%10000)
	d.clock("database", now, asked)
	states, err := migrations.Status(ctx, address)
	if err != nil {
		d.bad("schema", "set MIGRATE_DATABASE_URL to the owner's address", "%v", err)
		return
	}
	missing := 0
	for _, state := range states {
		if state.Applied == nil {
			missing++
		}
	}
	d.ok("schema", "%d migrations applied, %d to come at the next start", len(states)-missing, missing)
}

// oneLine joins pgx's reasons, one per address tried; none names a password.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// clock compares another's clock with ours, which read asked just before.
func (d *doctor) clock(whose string, theirs, asked time.Time) {
	middle := asked.Add(time.Since(asked) / 2)
	off := theirs.Sub(middle).Abs()
	// The HTTP date has whole seconds.
	if off > clockSlack+time.Since(asked) {
		d.bad("clock", "let a time service such as chrony or systemd-timesyncd set it", "%s from the %s's", off.Round(time.Millisecond), whose)
		return
	}
	d.ok("clock", "within %s of the %s's", off.Round(time.Millisecond), whose)
}

// exchangeClock asks the exchange when it can be reached; a machine without a way
// out can still trade on paper.
func (d *doctor) exchangeClock(ctx context.Context) {
	host := strings.Replace(d.config.Deribit.LiveURL, "wss://", "https://", 1)
	host = strings.Replace(host, "ws://", "http://", 1)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := nethttp.NewRequestWithContext(ctx, nethttp.MethodHead, host, nil)
	if err != nil {
		d.bad("clock", "check deribit.live_url", "%v", err)
		return
	}
	asked := time.Now()
	answer, err := nethttp.DefaultClient.Do(request)
	if err != nil {
		d.ok("clock", "the exchange cannot be reached from here, so its clock is not compared")
		return
	}
	defer func() { _ = answer.Body.Close() }()
	if theirs, err := nethttp.ParseTime(answer.Header.Get("Date")); err == nil {
		d.clock("exchange", theirs.Add(500*time.Millisecond), asked)
	}
}
