package embedded

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// fileLock is an advisory lock that the kernel drops with its process.
type fileLock struct{ file *os.File }

func openLock(path string) (*fileLock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	return &fileLock{file: file}, nil
}

// lockExclusive waits for its turn and says so when that takes long.
func lockExclusive(ctx context.Context, path string, progress func(string)) (*fileLock, error) {
	lock, err := openLock(path)
	if err != nil {
		return nil, err
	}
	for tell := time.Now().Add(tellAfter); !lock.try(syscall.LOCK_EX); {
		if time.Now().After(tell) {
			progress("Another process is starting or stopping this database; waiting")
			tell = tell.Add(10 * time.Second)
		}
		select {
		case <-ctx.Done():
			lock.unlock()
			return nil, fmt.Errorf("wait for %s: %w", path, ctx.Err())
		case <-time.After(pollEvery):
		}
	}
	return lock, nil
}

func lockShared(path string) (*fileLock, error) {
	lock, err := openLock(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.file.Fd()), syscall.LOCK_SH); err != nil {
		lock.unlock()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return lock, nil
}

func (l *fileLock) try(how int) bool {
	return syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB) == nil
}

// upgrade says whether no other process shares the lock.
func (l *fileLock) upgrade() bool { return l.try(syscall.LOCK_EX) }

func (l *fileLock) unlock() { _ = l.file.Close() }
