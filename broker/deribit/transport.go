package deribit

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
)

// transport is one socket that several sessions share: they come and go, and it lasts. It hands each
// notification to the session whose label it carries.
type transport struct {
	venue *Venue
	link  *link

	mu    sync.RWMutex
	seats map[string]*seat // by label

	taken       int         // seats that count: those of sessions; guarded by the fleet
	idle        *time.Timer // closes the socket when nobody has come for a while; guarded by the fleet
	maintenance atomic.Bool // the exchange has said so on this socket
}

// seat is a place on a transport. Whoever holds it gives it up with fleet.leave.
type seat struct {
	transport *transport
	link      *link
	label     string
	visitor   bool
	notify    func(channel []byte, data *fastjson.Value) // nil: wants no notifications
	ended     chan error                                 // says that the holder should leave although the socket is well
}

// end asks the holder to give the seat up; the first cause counts.
func (s *seat) end(cause error) {
	select {
	case s.ended <- cause:
	default:
	}
}

func (t *transport) seat(c *claim) *seat {
	s := &seat{transport: t, link: t.link, label: c.label, visitor: c.visitor, notify: c.notify, ended: make(chan error, 1)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seats[c.label] = s
	return s
}

func (t *transport) unseat(s *seat) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seats, s.label)
}

// notified runs on the link's reader.
func (t *transport) notified(label, channel []byte, data *fastjson.Value) {
	if string(channel) == platformState {
		t.platform(data)
		return
	}
	if s := t.addressee(label); s != nil && s.notify != nil {
		t.deliver(s, channel, data)
	}
}

// addressee finds whose notification it is. One without a label can only be told to a session that
// is alone: to guess would show one user another's account.
func (t *transport) addressee(label []byte) *seat {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if len(label) > 0 || len(t.seats) != 1 {
		return t.seats[string(label)]
	}
	for _, s := range t.seats {
		return s
	}
	return nil
}

// deliver keeps a session's panic from the others: it loses its seat and comes back by itself.
func (t *transport) deliver(s *seat, channel []byte, data *fastjson.Value) {
	defer func() {
		if p := recover(); p != nil {
			t.venue.options.Logger.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("deribit.session.panicked")
			s.end(fmt.Errorf("panic while reading an event: %v", p))
		}
	}()
	s.notify(channel, data)
}

// platform takes what the exchange says of itself. Maintenance ends every session on the socket,
// which is kept: it is where the end of it will be told.
func (t *transport) platform(data *fastjson.Value) {
	if !data.Exists("maintenance") {
		return
	}
	on := data.GetBool("maintenance")
	t.maintenance.Store(on)
	t.venue.options.Logger.Warn().Bool("maintenance", on).Msg("deribit.platform.maintenance")
	if !on {
		return
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, s := range t.seats {
		s.end(errMaintenance)
	}
}

var errMaintenance = &broker.Error{Outcome: broker.NotSent, Busy: true, Closed: true, Reason: "the exchange is in maintenance",
	Err: errors.New("maintenance was announced")}
