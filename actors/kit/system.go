package kit

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/eventstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Options configure a System. The zero value works: no metrics, no log.
type Options struct {
	// Metrics takes the kit's collectors; nil keeps them private.
	Metrics prometheus.Registerer
	// Log gets failures and the library's own warnings; messages never.
	Log zerolog.Logger
	// Fault, for tests, is called before each delivery and may panic in the
	// actor's place. Lifecycle messages pass through it too.
	Fault func(kind, id string, msg any)
}

// System runs actors. Make one per process, and one per test package at most:
// it costs some megabytes.
type System struct {
	lib      *actor.ActorSystem
	root     *actor.RootContext
	pool     *pool
	guard    *supervision
	cells    *cells
	metrics  *metrics
	failures *failures
	history  *history
	log      zerolog.Logger
	fault    func(kind, id string, msg any)

	mu    sync.Mutex
	roots []Ref
	ended bool
}

// NewSystem starts an empty system; stop it with Stop.
func NewSystem(o Options) *System {
	s := &System{
		pool:     newPool(),
		cells:    newCells(),
		failures: &failures{},
		history:  &history{over: make(chan struct{})},
		log:      o.Log,
		fault:    o.Fault,
	}
	s.guard = &supervision{system: s}
	s.metrics = newMetrics(o.Metrics, s.cells)
	s.lib = actor.NewActorSystem(actor.WithLoggerFactory(bridge(o.Log)))
	// A stream of our own replaces the library's: its subscribers log whole
	// messages and start a goroutine for each burst of dead letters.
	s.lib.EventStream = eventstream.NewEventStream()
	s.lib.EventStream.Subscribe(s.deadLetter)
	s.root = s.lib.Root
	go s.history.keep(s.metrics)
	return s
}

// Start spawns a root actor. Its own failures are answered by spec.Guard.
func (s *System) Start(name string, spec Spec) (Ref, error) {
	props := s.props(spec, actor.WithGuardian(s.guard))
	pid, err := s.root.SpawnNamed(props, name)
	if err != nil {
		return Ref{}, err
	}
	ref := Ref{system: s, pid: pid}
	s.mu.Lock()
	s.roots = append(s.roots, ref)
	s.mu.Unlock()
	return ref, nil
}

// Ref addresses the actor at path id, which need not exist yet.
func (s *System) Ref(id string) Ref {
	return Ref{system: s, pid: s.lib.NewLocalPID(id)}
}

// Stop stops every root actor with all below it and waits until ctx ends. The
// report names who did not stop. A second call does nothing.
func (s *System) Stop(ctx context.Context) Report {
	s.mu.Lock()
	roots, ended := s.roots, s.ended
	s.roots, s.ended = nil, true
	s.mu.Unlock()
	if ended {
		return Report{}
	}
	var report Report
	for i := len(roots) - 1; i >= 0; i-- {
		report.add(s.StopTree(ctx, roots[i]))
	}
	s.lib.Shutdown()
	s.pool.close()
	s.history.end()
	return report
}
