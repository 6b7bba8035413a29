package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	startPatience = 3 * time.Minute // the first start unpacks a database
	stopPatience  = 40 * time.Second
	adminEmail    = "load-admin@" + markedDomain
	adminPassword = "load test administrator"
)

// server is a tradebaas that was started for this run.
type server struct {
	cmd    *exec.Cmd
	dir    string
	listen string
	admin  string
	log    *os.File
	ended  chan struct{}
}

// startServer starts a program with a fresh data directory and free ports, waits until it is ready
// and makes its owner.
func startServer(ctx context.Context, program string) (*server, error) {
	dir, err := os.MkdirTemp("", "tradebaas-load")
	if err != nil {
		return nil, fmt.Errorf("--serve: %w", err)
	}
	s := &server{dir: dir, ended: make(chan struct{})}
	if err := s.begin(program); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("--serve: %w", err)
	}
	if err := s.awaitReady(ctx); err != nil {
		output, _ := os.ReadFile(s.log.Name()) // beside the error it may be nothing
		s.stop()
		return nil, fmt.Errorf("--serve: %w\n%s", err, output)
	}
	if err := s.makeOwner(); err != nil {
		s.stop()
		return nil, fmt.Errorf("--serve: the owner: %w", err)
	}
	return s, nil
}

func (s *server) begin(program string) (err error) {
	if s.listen, s.admin, err = freePorts(); err != nil {
		return err
	}
	if s.log, err = os.Create(filepath.Join(s.dir, "output")); err != nil {
		return err
	}
	s.cmd = exec.Command(program, "serve")
	s.cmd.Env = append(os.Environ(), "TRADEBAAS_MODE=dev", "DATABASE_URL=", "TRADEBAAS_LOG_LEVEL=warn", "TRADEBAAS_DATA_DIR="+filepath.Join(s.dir, "data"),
		"TRADEBAAS_LISTEN="+s.listen, "TRADEBAAS_ADMIN_LISTEN="+s.admin)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is ours: the server stops after the cleaning up
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = s.cmd.Wait() // how it ended is told by its output
		close(s.ended)
	}()
	return nil
}

// freePorts finds two that nobody listens on.
func freePorts() (first, second string, err error) {
	a, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer a.Close()
	b, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer b.Close()
	return a.Addr().String(), b.Addr().String(), nil
}

func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if response, err := http.Get("http://" + s.listen + "/ready"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-s.ended:
			return errors.New("the server ended before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("the server did not become ready: %w", ctx.Err())
		}
	}
}

func (s *server) makeOwner() error {
	link, err := os.ReadFile(filepath.Join(s.dir, "data", "owner-link"))
	if err != nil {
		return err
	}
	address, err := url.Parse(strings.TrimSpace(string(link)))
	if err != nil {
		return err
	}
	r := &run{o: options{URL: "http://" + s.listen}, http: newHTTP(), marks: newMarks("owner"), endpoints: newFigures(), stages: newFigures()}
	owner := &person{run: r}
	_, err = owner.call(call{method: http.MethodPost, route: "/api/setup/owner", due: time.Now(), anonymous: true,
		body: map[string]any{"token": address.Query().Get("token"), "email": adminEmail, "password": adminPassword, "disclaimerAccepted": true}})
	return err
}

// fill points the options at this server.
func (s *server) fill(o *options) {
	o.URL, o.MetricsURL, o.AdminEmail, o.AdminPassword = "http://"+s.listen, "http://"+s.admin, adminEmail, adminPassword
}

// stop ends the server and removes all that it wrote.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt) // one that has ended is what we want
	select {
	case <-s.ended:
	case <-time.After(stopPatience):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	_ = s.log.Close()
	_ = os.RemoveAll(s.dir)
}
