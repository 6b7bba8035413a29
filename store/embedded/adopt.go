package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// adopt takes over a server that already runs on the cluster. It says no when
// there is none; PostgreSQL itself then deals with a stale pid file.
func (s *Server) adopt(ctx context.Context) bool {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		pid, port, ready := readPidFile(s.home.data())
		reap(pid)
		if pid == 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return false
		}
		s.pid, s.port = pid, port
		if port != 0 && s.ping(ctx) == nil {
			s.adopted = true
			return true
		}
		if ready || ctx.Err() != nil {
			break // the process of that number is not, or no longer, our server
		}
		select {
		case <-ctx.Done():
		case <-time.After(pollEvery):
		}
	}
	s.pid, s.port = 0, 0
	return false
}

// readPidFile reads the process, port and state from postmaster.pid; its lines
// are fixed by PostgreSQL (miscadmin.h).
func readPidFile(data string) (pid, port int, ready bool) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, 0, false
	}
	lines := strings.Split(string(text), "\n")
	line := func(n int) string {
		if n > len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[n-1])
	}
	pid, _ = strconv.Atoi(line(1))
	port, _ = strconv.Atoi(line(4))
	return pid, port, line(8) == "ready"
}

// reap clears away a server that was a child of this process and has died; until
// then PostgreSQL takes its number for a running server.
func reap(pid int) {
	if pid > 0 {
		var status syscall.WaitStatus
		_, _ = syscall.Wait4(pid, &status, syscall.WNOHANG, nil)
	}
}
