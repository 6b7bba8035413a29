package kit

import "time"

// own wraps what an actor sends to itself by a timer or a goroutine, with the
// incarnation that asked for it. The mailbox never refuses it.
type own struct {
	Must
	incarnation uint64
	value       any
	timer       *Timer // nil for a goroutine's result
}

func (o *own) cancelled() bool {
	if o.timer == nil {
		return false
	}
	if o.timer.stopped {
		return true
	}
	o.timer.done()
	return false
}

// Timer is one future message of an actor to itself.
type Timer struct {
	timer   *time.Timer
	forget  func()
	stopped bool // touched inside Receive only
}

// After delivers msg to this incarnation once, d from now. What repeats is
// armed again after its work, so that slow work never piles up ticks.
func (c *Context) After(d time.Duration, msg any) *Timer {
	t := &Timer{}
	note := &own{incarnation: c.number, value: msg, timer: t}
	self := c.self
	t.timer = time.AfterFunc(d, func() { self.Tell(note) })
	t.forget = c.bag.add(func() { t.timer.Stop() })
	return t
}

// Stop takes the message back: after it the message does not come any more,
// even when it is queued already. Nil and spent timers may be stopped too.
func (t *Timer) Stop() {
	if t == nil || t.stopped {
		return
	}
	t.timer.Stop()
	t.done()
}

func (t *Timer) done() {
	t.stopped = true
	t.forget()
}
