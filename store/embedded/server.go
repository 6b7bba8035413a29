// Package embedded runs a PostgreSQL server of our own in a directory: it finds
// or installs the programs, makes the cluster, starts it, adopts one that a
// killed run left behind, and stops it.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "postgres"
	// serverRole is the login of the trading server: it owns nothing, bypasses
	// nothing, and has only the roles that the migrations grant it.
	serverRole = "tradebaas_server"
	database   = "tradebaas"

	startTimeout = 5 * time.Minute // crash recovery after a long run may take a while
	stopTimeout  = 60 * time.Second
	pollEvery    = 10 * time.Millisecond
	tellAfter    = 2 * time.Second
)

// Options says where and how the server runs. Only Dir is required.
type Options struct {
	// Dir holds the cluster, its log, its passwords and, if need be, its programs.
	Dir string
	// Bin is a directory with postgres and initdb; it replaces the search.
	Bin string
	// Search are glob patterns of bin directories; nil means the usual places.
	Search []string
	// Progress receives a sentence before or during each step that may take more
	// than two seconds.
	Progress func(string)
	// Settings are extra server parameters.
	Settings map[string]string
	// Volatile trades durability for speed, for tests.
	Volatile bool

	noNamespace bool // tests of the other ways for root
}

// Server is a running PostgreSQL server.
type Server struct {
	options Options
	home    home
	port    int
	pid     int
	child   bool
	adopted bool
	version string
	use     *fileLock
}

// Start adopts the server that already runs in the directory, or starts one,
// making the cluster at the first time. It returns when queries are answered.
func Start(ctx context.Context, options Options) (*Server, error) {
	if options.Progress == nil {
		options.Progress = func(string) {}
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("database directory: %w", err)
	}
	options.Dir = dir
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, fmt.Errorf("make database directory: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	start, err := lockExclusive(ctx, filepath.Join(dir, "start.lock"), options.Progress)
	if err != nil {
		return nil, err
	}
	defer start.unlock()
	s := &Server{options: options}
	if err := s.bringUp(ctx); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.shutDown())
	}
	if s.use, err = lockShared(filepath.Join(dir, "use.lock")); err != nil {
		return nil, errors.Join(err, s.shutDown())
	}
	return s, nil
}

func (s *Server) bringUp(ctx context.Context) error {
	if s.home = existingHome(s.options.Dir); s.home.exists() && s.adopt(ctx) {
		return nil
	}
	programs, err := findPrograms(ctx, s.options, s.home.major())
	if err != nil {
		return err
	}
	if s.home, programs, err = settle(s.options, s.home, programs); err != nil {
		return err
	}
	if !s.home.exists() {
		if err := s.makeCluster(ctx, programs); err != nil {
			return err
		}
	}
	// What a killed server left may hold its shared memory for a moment longer.
	for deadline := time.Now().Add(10 * time.Second); ; {
		pid, _, _ := readPidFile(s.home.data())
		reap(pid)
		err := s.run(ctx, programs)
		if err == nil || !errors.Is(err, errStopped) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

var errStopped = errors.New("PostgreSQL stopped while starting")

// run starts postgres itself rather than pg_ctl: one process to watch, and no
// helper that would wait for it.
func (s *Server) run(ctx context.Context, p programs) error {
	port, err := choosePort(s.options.Dir)
	if err != nil {
		return err
	}
	logFile, err := openLog(s.options.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = logFile.Close() }()
	arguments := []string{"-D", s.home.data(), "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", ""}
	for _, setting := range s.settings() {
		arguments = append(arguments, "-c", setting)
	}
	cmd := s.home.identity.command(p.postgres(), arguments...)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.pid, s.child, s.port = cmd.Process.Pid, true, port
	_ = cmd.Process.Release() // waited for by pid, without a goroutine per server
	if err := s.awaitReady(ctx); err != nil {
		return errors.Join(err, s.shutDown())
	}
	return nil
}

func (s *Server) settings() []string {
	settings := map[string]string{
		"timezone":            "UTC",
		"log_timezone":        "UTC",
		"password_encryption": "scram-sha-256",
	}
	if s.options.Volatile {
		settings["fsync"] = "off"
		settings["full_page_writes"] = "off"
		settings["synchronous_commit"] = "off"
		settings["max_connections"] = "200"
		settings["max_wal_size"] = "256MB"
	}
	for name, value := range s.options.Settings {
		settings[name] = value
	}
	list := make([]string, 0, len(settings))
	for name, value := range settings {
		list = append(list, name+"="+value)
	}
	sort.Strings(list)
	return list
}

func (s *Server) awaitReady(ctx context.Context) error {
	told := time.Now()
	for {
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		if !s.alive() {
			return fmt.Errorf("%w: %s", errStopped, lastLines(s.options.Dir))
		}
		if time.Since(told) > tellAfter {
			s.options.Progress("PostgreSQL is starting; after a crash it first replays its log")
			told = told.Add(10 * time.Second)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w (last answer: %w)", ctx.Err(), err)
		case <-time.After(pollEvery):
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	address, err := s.address(superuser, "superuser-password", superuser)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return conn.QueryRow(ctx, "SHOW server_version").Scan(&s.version)
}

// prepare makes what a fresh cluster lacks: the server's login and database.
func (s *Server) prepare(ctx context.Context) error {
	address, err := s.address(superuser, "superuser-password", superuser)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	password, err := readOrMakePassword(filepath.Join(s.options.Dir, "server-password"))
	if err != nil {
		return err
	}
	// The password is letters and digits of our own making; roles and databases
	// take no parameters.
	const roleExists, databaseExists = `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`,
		`SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	err = errors.Join(
		ensure(ctx, conn, roleExists, serverRole, `CREATE ROLE `+serverRole+` LOGIN NOINHERIT`),
		ensure(ctx, conn, databaseExists, database, `CREATE DATABASE `+database),
	)
	if err == nil && !s.lets(ctx) {
		_, err = conn.Exec(ctx, `ALTER ROLE `+serverRole+` PASSWORD '`+password+`'`)
	}
	return err
}

// lets says whether the server's login gets in with the password on file: not at
// first, nor when the file was lost, nor when a volatile server forgot it.
func (s *Server) lets(ctx context.Context) bool {
	address, err := s.ServerURL()
	if err != nil {
		return false
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func ensure(ctx context.Context, conn *pgx.Conn, exists, name, create string) error {
	var found bool
	if err := conn.QueryRow(ctx, exists, name).Scan(&found); err != nil {
		return fmt.Errorf("look for %s: %w", name, err)
	}
	if found {
		return nil
	}
	if _, err := conn.Exec(ctx, create); err != nil {
		return fmt.Errorf("make %s: %w", name, err)
	}
	return nil
}

func (s *Server) address(user, passwordFile, database string) (string, error) {
	password, err := readPassword(filepath.Join(s.options.Dir, passwordFile))
	if err != nil {
		return "", err
	}
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(user, password),
		Host:     "127.0.0.1:" + strconv.Itoa(s.port),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String(), nil
}

// OwnerURL is the address for migrations, with the rights of a superuser. It
// contains a password.
func (s *Server) OwnerURL() (string, error) {
	return s.address(superuser, "superuser-password", database)
}

// ServerURL is the address for the trading server, whose login owns nothing. It
// contains a password.
func (s *Server) ServerURL() (string, error) {
	return s.address(serverRole, "server-password", database)
}

// Version is the server's release, for example 18.4.
func (s *Server) Version() string { return s.version }

// Port is the TCP port on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// Adopted says whether the server ran before Start was called.
func (s *Server) Adopted() bool { return s.adopted }

// Stop shuts the server down and waits, unless another process uses it too; the
// last one out stops it. Calling it again does nothing.
func (s *Server) Stop(ctx context.Context) error {
	if s.use == nil {
		return nil
	}
	start, err := lockExclusive(ctx, filepath.Join(s.options.Dir, "start.lock"), s.options.Progress)
	if err != nil {
		return err
	}
	defer start.unlock()
	last := s.use.upgrade()
	s.use.unlock()
	s.use = nil
	if !last {
		return nil
	}
	return s.shutDown()
}

// Leave lets the server run on and forgets it, for servers that outlive us.
func (s *Server) Leave() {
	if s.use != nil {
		s.use.unlock()
		s.use = nil
	}
}

// shutDown asks for a fast shutdown (SIGINT) and, when that takes too long, for
// an immediate one, after which the next start replays the log.
func (s *Server) shutDown() error {
	if s.pid == 0 {
		return nil
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		_ = syscall.Kill(s.pid, signal)
		for deadline := time.Now().Add(stopTimeout); time.Now().Before(deadline); {
			if !s.alive() {
				return nil
			}
			time.Sleep(pollEvery)
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not stop", s.pid)
}

// alive says whether the server still runs. A child is reaped here; of an adopted
// server that has ended only a zombie may be left, hence the look at its pid file.
func (s *Server) alive() bool {
	if s.child {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(s.pid, &status, syscall.WNOHANG, nil)
		return pid == 0 && err == nil
	}
	if errors.Is(syscall.Kill(s.pid, 0), syscall.ESRCH) {
		return false
	}
	_, err := os.Stat(filepath.Join(s.home.data(), "postmaster.pid"))
	return err == nil
}
