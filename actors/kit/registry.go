package kit

import (
	"hash/maphash"
	"sync"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

const cellShards = 64

// cells is the registry of living actors, sharded by path.
type cells struct {
	seed   maphash.Seed
	shards [cellShards]struct {
		sync.RWMutex
		byID map[string]*cell
	}
}

func newCells() *cells {
	c := &cells{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].byID = map[string]*cell{}
	}
	return c
}

func (c *cells) add(cell *cell) {
	shard := &c.shards[maphash.String(c.seed, cell.pid.Id)%cellShards]
	shard.Lock()
	defer shard.Unlock()
	shard.byID[cell.pid.Id] = cell
}

func (c *cells) remove(cell *cell) {
	shard := &c.shards[maphash.String(c.seed, cell.pid.Id)%cellShards]
	shard.Lock()
	defer shard.Unlock()
	if shard.byID[cell.pid.Id] == cell {
		delete(shard.byID, cell.pid.Id)
	}
}

func (c *cells) get(id string) *cell {
	shard := &c.shards[maphash.String(c.seed, id)%cellShards]
	shard.RLock()
	defer shard.RUnlock()
	return shard.byID[id]
}

// each calls visit for every living actor, in no order.
func (c *cells) each(visit func(*cell)) {
	for i := range c.shards {
		shard := &c.shards[i]
		shard.RLock()
		for _, cell := range shard.byID {
			visit(cell)
		}
		shard.RUnlock()
	}
}

func (c *cell) mailbox(now time.Time) insight.Mailbox {
	m := insight.Mailbox{
		ID: c.pid.Id, Kind: c.kind.name, State: c.condition(), Queued: c.Mailbox.UserMessageCount(),
		Incarnation: c.incarnation.Load(),
	}
	if m.Queued > 0 {
		m.WaitingMs = since(now, c.waiting.Load())
	}
	if began := c.busy.Load(); began != 0 {
		m.BusyMs = since(now, began)
		if t := c.handling.Load(); t != nil {
			m.Handling = t.name
		}
	}
	return m
}

func since(now time.Time, nanos int64) (ms int64) {
	return max(0, time.Duration(now.UnixNano()-nanos).Milliseconds())
}

// The conditions of an actor that is not simply running; phase holds one.
const (
	phaseRunning int32 = iota
	phaseRestarting
	phaseStopping
)

// condition is what the tree shows behind an actor.
func (c *cell) condition() string {
	switch c.phase.Load() {
	case phaseRestarting:
		return "restarting"
	case phaseStopping:
		return "stopping"
	}
	if said := c.said.Load(); said != nil {
		return *said
	}
	return "running"
}

// Mailbox tells about the actor at path id; false when there is none.
func (s *System) Mailbox(id string) (insight.Mailbox, bool) {
	cell := s.cells.get(id)
	if cell == nil {
		return insight.Mailbox{}, false
	}
	return cell.mailbox(time.Now()), true
}
