package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// makeCluster runs initdb in a directory beside the final one and renames it, so
// that a killed first start leaves nothing that looks like a cluster.
func (s *Server) makeCluster(ctx context.Context, p programs) error {
	s.options.Progress("Creating the database (first start)")
	password, err := readOrMakePassword(filepath.Join(s.options.Dir, "superuser-password"))
	if err != nil {
		return err
	}
	fresh := filepath.Join(s.home.dir, "data.new")
	passwordFile := filepath.Join(s.home.dir, "initdb-password")
	err = errors.Join(os.RemoveAll(fresh), os.RemoveAll(passwordFile))
	if err != nil {
		return fmt.Errorf("clear an unfinished cluster: %w", err)
	}
	defer func() { _ = os.Remove(passwordFile) }()
	if err := os.WriteFile(passwordFile, []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write password file: %w", err)
	}
	if err := s.home.identity.own(passwordFile); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("make the cluster: %w", err)
	}
	if err := s.home.identity.own(fresh); err != nil {
		return err
	}
	cmd := s.home.identity.command(p.initdb(), initdbArguments(p, fresh, passwordFile, s.options.Volatile)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("make the cluster: %w: %s", err, tail(string(out), 600))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.Rename(fresh, s.home.data()); err != nil {
		return fmt.Errorf("make the cluster: %w", err)
	}
	return nil
}

// initdbArguments ask for byte order in text, the same on every machine.
func initdbArguments(p programs, data, passwordFile string, volatile bool) []string {
	arguments := []string{
		"-D", data, "-U", superuser, "-E", "UTF8",
		"--auth=scram-sha-256", "--pwfile", passwordFile, "--locale=C",
	}
	if p.major >= 17 {
		arguments = append(arguments, "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
	}
	if volatile {
		arguments = append(arguments, "--no-sync")
	}
	return arguments
}

// readPassword reads a password file; without it a cluster cannot be entered.
func readPassword(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read database password: %w (restore the file from a backup of the data directory)", err)
	}
	return strings.TrimSpace(string(text)), nil
}

func readOrMakePassword(path string) (password string, err error) {
	if password, err := readPassword(path); err == nil && password != "" {
		return password, nil
	}
	password = rand.Text()
	if err := os.WriteFile(path, []byte(password+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write database password: %w", err)
	}
	return password, nil
}

// choosePort is the port used last time when it is free, else a free one.
func choosePort(dir string) (int, error) {
	path := filepath.Join(dir, "port")
	if text, err := os.ReadFile(path); err == nil {
		port, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		if port > 0 && isFree(port) {
			return port, nil
		}
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	err = errors.Join(listener.Close(), os.WriteFile(path, []byte(strconv.Itoa(port)+"\n"), 0o644))
	if err != nil {
		return 0, fmt.Errorf("remember the port: %w", err)
	}
	return port, nil
}

func isFree(port int) bool {
	listener, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

func logPath(dir string) string { return filepath.Join(dir, "postgres.log") }

// openLog appends to the log and keeps one older file of at most a few megabytes.
func openLog(dir string) (*os.File, error) {
	path := logPath(dir)
	if info, err := os.Stat(path); err == nil && info.Size() > 10<<20 {
		_ = os.Rename(path, path+".1")
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database log: %w", err)
	}
	return file, nil
}

// lastLines is the end of the log, where PostgreSQL says why it stopped.
func lastLines(dir string) string {
	text, err := os.ReadFile(logPath(dir))
	if err != nil {
		return "its log cannot be read: " + err.Error()
	}
	return "its log " + logPath(dir) + " ends with: " + tail(string(text), 400)
}
