package embedded

import (
	"context"
	"path/filepath"
	"time"
)

// keepEvery is how long a server that died may go unnoticed.
const keepEvery = 500 * time.Millisecond

// Keep restarts the server when it dies without being asked to, for example for
// want of memory, at the same address. It returns when the context is done; Stop
// is called after that. tell hears of each restart: nil, or why it failed and is
// tried again.
func (s *Server) Keep(ctx context.Context, tell func(error)) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if s.alive() {
			continue
		}
		if err := s.restart(ctx); ctx.Err() == nil {
			tell(err)
		}
	}
}

func (s *Server) restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	start, err := lockExclusive(ctx, filepath.Join(s.options.Dir, "start.lock"), s.options.Progress)
	if err != nil {
		return err
	}
	defer start.unlock()
	s.child, s.adopted = false, false
	if err := s.bringUp(ctx); err != nil {
		return err
	}
	return s.prepare(ctx)
}
