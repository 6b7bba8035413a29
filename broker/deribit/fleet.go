package deribit

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/valyala/fastjson"
)

// fleet is the transports of a venue. Sessions and key checks ask it for a seat; it fills the
// transports that there are, and opens one more only when those who wait fill no other.
type fleet struct {
	venue  *Venue
	seats  int           // on each transport
	linger time.Duration // how long a transport without sessions is kept

	mu      sync.Mutex // before a transport's and the budget's own
	up      []*transport
	opening []*opening
	waiting []*claim // in the order in which they came

	pace backoff     // after a shared transport could not be opened
	rest *time.Timer // none is opened before it fires
}

// claim is who wants a seat.
type claim struct {
	label   string
	notify  func(channel []byte, data *fastjson.Value)
	waits   func(error) // hears once why it takes long; must not come back to the fleet
	visitor bool        // a key check: it stays for a moment and may stand

	told bool
	done chan struct{}
	seat *seat
	err  error
}

// opening is a transport that is being connected.
type opening struct {
	cancel context.CancelFunc
	stall  error // why it has to wait
}

// shared tells whether a transport may carry more than one account.
func (f *fleet) shared() bool { return f.seats > 1 }

// join waits for a seat; give it up with leave.
func (f *fleet) join(ctx context.Context, c *claim) (*seat, error) {
	c.done = make(chan struct{})
	f.mu.Lock()
	f.waiting = append(f.waiting, c)
	f.assign()
	f.mu.Unlock()
	select {
	case <-c.done:
		return c.seat, c.err
	case <-ctx.Done():
	}
	if !f.withdraw(c) && c.seat != nil {
		f.leave(c.seat)
	}
	return nil, ctx.Err()
}

// withdraw takes a claim back; false says that it is settled already.
func (f *fleet) withdraw(c *claim) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.Index(f.waiting, c)
	if at < 0 {
		return false
	}
	f.waiting = slices.Delete(f.waiting, at, at+1)
	f.assign()
	return true
}

// leave gives a seat up. The last one to leave a transport that is not shared ends it at once; a
// shared one is kept for a while, for whoever comes next.
func (f *fleet) leave(s *seat) {
	t := s.transport
	f.mu.Lock()
	t.unseat(s)
	if !s.visitor {
		t.taken--
	}
	empty := len(t.seats) == 0
	if empty && f.shared() {
		t.idle = time.AfterFunc(f.linger, func() { f.retire(t) })
	}
	if empty && !f.shared() {
		f.remove(t)
	}
	f.assign()
	f.mu.Unlock()
	if empty && !f.shared() {
		t.link.close()
	}
}

// retire closes a transport that nobody came back to. One on which a maintenance was announced is
// kept: it is where its end will be told, or it breaks.
func (f *fleet) retire(t *transport) {
	f.mu.Lock()
	unused := len(t.seats) == 0
	switch {
	case unused && t.maintenance.Load() && t.link.ending() == nil:
		unused = false
		t.idle.Reset(f.linger)
	case unused:
		f.remove(t)
	}
	f.mu.Unlock()
	if unused {
		t.link.close()
	}
}

func (f *fleet) remove(t *transport) {
	f.up = slices.DeleteFunc(f.up, func(other *transport) bool { return other == t })
}

// assign seats those who wait, in their order, and has as many transports opened as the rest needs.
func (f *fleet) assign() {
	f.waiting = slices.DeleteFunc(f.waiting, f.seated)
	needed := (len(f.waiting) + f.seats - 1) / f.seats
	for len(f.opening) < needed && f.rest == nil {
		f.launch()
	}
	for len(f.opening) > needed {
		last := len(f.opening) - 1
		f.opening[last].cancel()
		f.opening = f.opening[:last]
	}
	f.tell()
}

func (f *fleet) seated(c *claim) bool {
	for _, t := range f.up {
		if t.link.ending() == nil && (t.taken < f.seats || c.visitor && f.shared()) {
			f.board(c, t)
			return true
		}
	}
	return false
}

func (f *fleet) board(c *claim, t *transport) {
	if t.idle != nil {
		t.idle.Stop()
		t.idle = nil
	}
	c.seat = t.seat(c)
	if !c.visitor {
		t.taken++
	}
	close(c.done)
}

// tell lets those know whose transport has to wait.
func (f *fleet) tell() {
	for i, c := range f.waiting[:min(len(f.waiting), len(f.opening)*f.seats)] {
		if why := f.opening[i/f.seats].stall; why != nil && !c.told {
			c.told = true
			c.waits(why)
		}
	}
}

func (f *fleet) launch() {
	ctx, cancel := context.WithCancel(context.Background())
	o := &opening{cancel: cancel}
	f.opening = append(f.opening, o)
	go f.open(ctx, o)
}

// open connects one transport. When it cannot, those whom it would have carried hear so, and come
// back each in his own time.
func (f *fleet) open(ctx context.Context, o *opening) {
	defer o.cancel()
	t := &transport{venue: f.venue, seats: make(map[string]*seat)}
	l, err := f.venue.open(ctx, forSessions, func(why error) { f.stalled(o, why) }, t.notified)
	t.link = l
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.Index(f.opening, o)
	if at >= 0 {
		f.opening = slices.Delete(f.opening, at, at+1)
	}
	if err == nil {
		f.launched(t)
	} else if at >= 0 {
		f.fail(err)
	}
	f.assign()
}

func (f *fleet) launched(t *transport) {
	f.pace.reset()
	f.up = append(f.up, t)
	if len(f.waiting) == 0 { // whoever wanted it has gone
		t.idle = time.AfterFunc(0, func() { f.retire(t) })
	}
	go f.watch(t)
}

// fail tells those whom a transport would have carried. Many wait for few shared ones: each of them
// comes back in his own time, and together they would knock without end, so the fleet rests as well.
func (f *fleet) fail(err error) {
	if f.shared() && f.rest == nil {
		f.rest = time.AfterFunc(f.pace.next(), f.rested)
	}
	n := min(f.seats, len(f.waiting))
	for _, c := range f.waiting[:n] {
		c.err = err
		close(c.done)
	}
	f.waiting = slices.Delete(f.waiting, 0, n)
}

func (f *fleet) rested() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest = nil
	f.assign()
}

func (f *fleet) stalled(o *opening, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o.stall = why
	f.tell()
}

// watch takes a transport out of the fleet when its socket has ended. Those on it see that themselves.
func (f *fleet) watch(t *transport) {
	<-t.link.done
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(t)
	f.assign()
}

// read tells how many transports there are, how many sessions are on them, and how many at most on one.
func (f *fleet) read() (transports, sessions, fullest int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.up {
		sessions += t.taken
		fullest = max(fullest, t.taken)
	}
	return len(f.up), sessions, fullest
}
