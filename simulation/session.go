package simulation

import (
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// How long the client waits for an answer.
const answerWait = 8 * time.Second

// request is something asked of the exchange. A read has no effect.
type request struct {
	effect trade.Effect
	serve  func() (trade.Answer, error)
}

// session is the link of one connection. It connects, and reconnects for ever, by itself.
type session struct {
	n       *connection
	up      bool
	deaf    bool // half open: what is sent vanishes, and nothing comes
	closed  bool
	number  int // of the link
	calls   []*call
	horizon time.Time // no notification overtakes another
}

// call waits for its answer.
type call struct {
	done func(trade.Answer, error)
	over bool
}

func newSession(n *connection) *session {
	s := &session{n: n}
	n.s.w.sessions = append(n.s.w.sessions, s)
	s.dial()
	return s
}

func (s *session) dial() {
	w := s.n.s.w
	s.n.after(w.delay(100, 600), func() {
		switch {
		case s.closed:
		case w.weather[LinkDown].on(w.now) || w.weather[Maintenance].on(w.now):
			s.n.after(w.delay(500, 4000), s.dial)
		default:
			s.up, s.deaf = true, false
			s.number++
			s.n.sessionUp()
		}
	})
}

// lose ends the link, as the client finds out: nobody knows what became of what was asked.
func (s *session) lose() {
	if !s.up {
		return
	}
	s.up = false
	calls := s.calls
	s.calls = nil
	for _, c := range calls {
		s.answer(c, trade.Answer{}, unknown("the link was lost"))
	}
	if !s.closed && !s.n.dead {
		s.n.sessionDown()
		s.dial()
	}
}

func (s *session) close() {
	s.closed, s.up = true, false
	s.n.s.w.forget(s)
}

func unknown(reason string) error {
	return &broker.Error{Outcome: broker.Unknown, Reason: "no answer", Err: errors.New(reason)}
}

func (s *session) answer(c *call, a trade.Answer, err error) {
	if !c.over {
		c.over = true
		if err != nil {
			s.n.s.w.note("%s   answer: %v", s.n.u.id, err)
		}
		c.done(a, err)
	}
}

// call sends a request; done is called once.
func (s *session) call(r request, done func(trade.Answer, error)) {
	c, w, u := &call{done: done}, s.n.s.w, s.n.u
	if s == nil || !s.up {
		s.n.after(0, func() {
			s.answer(c, trade.Answer{}, &broker.Error{Outcome: broker.NotSent, Reason: "there is no link"})
		})
		return
	}
	if r.effect != nil && isOrder(r.effect) {
		s.n.s.point("K2")
	}
	s.calls = append(s.calls, c)
	w.sent(s.n, r.effect)
	if s.deaf || w.strikes(LostRequest, u) {
		u.hinder(answerWait)
	} else {
		s.travel(r, c)
	}
	s.n.after(answerWait, func() { s.answer(c, trade.Answer{}, unknown("it took too long")) })
	if r.effect != nil && isOrder(r.effect) {
		s.n.s.point("K3")
	}
}

// travel takes a request to the exchange, whatever becomes of its sender, and the answer back.
func (s *session) travel(r request, c *call) {
	w, u, number := s.n.s.w, s.n.u, s.number
	w.queue.add(w.now.Add(w.delay(2, 30)), func() {
		a, err := r.serve()
		if w.strikes(LostAnswer, u) {
			u.hinder(answerWait)
			return
		}
		back := w.delay(2, 30)
		if w.strikes(SlowAnswer, u) {
			back = w.delay(500, 9000)
			u.hinder(back)
		}
		s.n.after(back, func() {
			if s.up && s.number == number && !s.deaf {
				s.answer(c, a, err)
			}
		})
	})
}

// deliver brings a notification, if the link does.
func (s *session) deliver(m message) {
	w, u, number := s.n.s.w, s.n.u, s.number
	if !s.up || s.deaf {
		return
	}
	at := w.now.Add(w.delay(1, 30))
	if at.Before(s.horizon) {
		at = s.horizon
	}
	s.horizon = at
	if w.strikes(LateEvent, u) {
		at = at.Add(w.delay(10, 4000))
		u.hinder(at.Sub(w.now))
	}
	times := 1
	if w.strikes(DropEvent, u) {
		times = 0
		u.hinder(sweepEvery + 2*time.Second) // the next sweep tells
	} else if w.weather[DoubleEvent].now(w.now) {
		times = 2
	}
	for range times {
		s.n.after(at.Sub(w.now), func() {
			if s.up && s.number == number && !s.deaf {
				s.n.hear(m)
			}
		})
		at = at.Add(w.delay(0, 2000))
	}
}
