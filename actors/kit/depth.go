package kit

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"
)

// Depth is what one actor's mailbox looks like right now.
type Depth struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// Queued counts the messages that wait.
	Queued int `json:"queued"`
	// Waiting is how long the head of the queue has made no progress.
	Waiting time.Duration `json:"waiting"`
	// Busy is how long the present message has been in hand, 0 when idle.
	Busy time.Duration `json:"busy"`
	// Handling is the type of the message in hand.
	Handling string `json:"handling,omitempty"`
	// Incarnation counts starts; above 1 the actor was restarted.
	Incarnation uint64 `json:"incarnation"`
}

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

func (c *cell) depth(now time.Time) Depth {
	d := Depth{
		ID: c.pid.Id, Kind: c.kind.name, Queued: c.Mailbox.UserMessageCount(),
		Incarnation: c.incarnation.Load(),
	}
	if d.Queued > 0 {
		d.Waiting = since(now, c.waiting.Load())
	}
	if began := c.busy.Load(); began != 0 {
		d.Busy = since(now, began)
		if t := c.handling.Load(); t != nil {
			d.Handling = t.name
		}
	}
	return d
}

func since(now time.Time, nanos int64) time.Duration {
	return max(0, time.Duration(now.UnixNano()-nanos))
}

// Depth tells about the actor at path id; false when there is none.
func (s *System) Depth(id string) (Depth, bool) {
	cell := s.cells.get(id)
	if cell == nil {
		return Depth{}, false
	}
	return cell.depth(time.Now()), true
}

// Deepest lists at most n actors below path prefix ("" for all), those with
// the longest queue first, then those that have been stuck longest.
func (s *System) Deepest(prefix string, n int) []Depth {
	now := time.Now()
	var all []Depth
	s.cells.each(func(c *cell) {
		if strings.HasPrefix(c.pid.Id, prefix) {
			all = append(all, c.depth(now))
		}
	})
	slices.SortFunc(all, func(a, b Depth) int {
		return cmp.Or(cmp.Compare(b.Queued, a.Queued), cmp.Compare(b.Waiting, a.Waiting),
			cmp.Compare(b.Busy, a.Busy), cmp.Compare(a.ID, b.ID))
	})
	return all[:min(n, len(all))]
}
