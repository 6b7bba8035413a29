package simulation

import (
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// killed is what ends the process in the middle of whatever it does.
type killed struct{ point string }

// server is one life of the process: all that it knows is lost with it.
type server struct {
	w      *World
	epoch  int64
	dead   bool
	owner  bool      // it believes that it owns the database
	asleep time.Time // it stands still until then
	links  []*connection
}

// timer is something that will happen unless it is stopped.
type timer struct{ stopped bool }

func (t *timer) stop() {
	if t != nil {
		t.stopped = true
	}
}

// after plans a step of this process; it happens only if the process lives, and waits while it sleeps.
func (s *server) after(d time.Duration, run func()) *timer {
	t := &timer{}
	var step func()
	step = func() {
		switch {
		case s.dead || t.stopped:
		case s.w.now.Before(s.asleep):
			s.w.queue.add(s.asleep, step)
		default:
			s.w.acting = s
			run()
			s.w.acting = nil
		}
	}
	s.w.queue.add(s.w.now.Add(d), step)
	return t
}

// now is the exchange's time as this process knows it.
func (s *server) now() time.Time { return s.w.now.Add(s.w.clockError()) }

// point is a place where the process may be killed.
func (s *server) point(name string) {
	if at := s.w.options.killAt; (at == "" || at == name) && s.w.weather[KillPoint].now(s.w.now) {
		panic(killed{name})
	}
}

// boot starts a process: it takes the database over, loads what is stored and connects.
func (w *World) boot() {
	if w.weather[DatabaseAway].on(w.now) {
		w.queue.add(w.now.Add(500*time.Millisecond), w.boot)
		return
	}
	w.db.epoch++
	s := &server{w: w, epoch: w.db.epoch, owner: true}
	w.server = s
	for _, u := range w.users {
		u.trouble(Kill)
		s.resume(u)
	}
}

// resume starts what the stored will of a user wants.
func (s *server) resume(u *user) {
	will := s.w.db.users[u.id]
	if !will.wanted {
		return
	}
	for _, id := range u.strategies {
		if i := s.w.db.strategies[id]; s.w.sabotage.resumes(i) {
			s.w.db.setStatus(id, trade.Active, trade.AutoResume, s.w.now)
		}
	}
	s.connect(u)
}

func (s *server) connect(u *user) {
	n := newConnection(s, u)
	s.links = append(s.links, n)
	n.load()
}

// link gives the live connection of a user, nil for none.
func (s *server) link(u *user) *connection {
	for _, n := range s.links {
		if n.u == u && !n.dead {
			return n
		}
	}
	return nil
}

// end ends the process; whether it was asked to or not makes no difference to what follows.
func (w *World) end(s *server, why string) {
	if s == nil || s.dead {
		return
	}
	s.dead = true
	w.note("the process ends: %s", why)
	for _, n := range s.links {
		n.close()
	}
	if s == w.server {
		w.server = nil
		w.queue.add(w.now.Add(time.Duration(500+w.rand.IntN(12_000))*time.Millisecond), w.boot)
	}
}

// kill ends the process in the middle of whatever it does.
func (w *World) kill(s *server, point string) {
	if s != nil && !s.dead {
		w.report.Kills[point]++
		w.end(s, "killed at "+point)
	}
}

// takeover lets another process take the database while this one stands still and then goes on.
func (w *World) takeover() {
	old := w.server
	if old == nil {
		return
	}
	old.asleep = w.now.Add(time.Duration(2000+w.rand.IntN(20_000)) * time.Millisecond)
	w.server = nil
	w.note("another process takes over")
	w.queue.add(w.now.Add(time.Duration(300+w.rand.IntN(3000))*time.Millisecond), w.boot)
	w.queue.add(old.asleep.Add(700*time.Millisecond), func() { old.owner = false })
	w.queue.add(old.asleep.Add(2*time.Second), func() { w.end(old, "it has lost the database") })
}

func (w *World) note(format string, args ...any) {
	if w.options.Trace != nil {
		_, _ = fmt.Fprintf(w.options.Trace, "%s %s\n", w.now.Format("15:04:05.000"), fmt.Sprintf(format, args...))
	}
}
