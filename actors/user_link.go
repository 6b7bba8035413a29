package actors

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// connectWait is how long a connect is waited for (ruling R22).
const connectWait = 10 * time.Second

// waiter is somebody who waits for the outcome of a connect.
type waiter struct {
	connectAccount
	timer *kit.Timer
}

type (
	// willStored tells what became of committing the will about a connection.
	willStored struct {
		venue     trade.Venue
		wanted    bool
		instances []trade.Instance
		connect   connectAccount
		leave     disconnectAccount
		err       error
	}
	connectTimedOut struct{ venue trade.Venue }
)

// connect commits that the user wants the connection; it goes on when that is stored.
func (u *user) connect(c *kit.Context, m connectAccount) {
	if !u.state.active {
		m.Fail(errUserDisabled)
		return
	}
	account := trade.AccountID{User: u.state.user, Venue: m.Venue}
	storage := u.env.Storage
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(m.With(ctx), storeCall)
		defer cancel()
		stored := willStored{venue: m.Venue, wanted: true, connect: m}
		if m.Late() {
			stored.err = trade.ErrUnavailable
			return stored
		}
		if _, stored.err = storage.OpenKey(ctx, account); stored.err != nil {
			return stored
		}
		if stored.err = storage.WantConnection(ctx, account, true, trade.ManualConnect); stored.err == nil {
			stored.instances, stored.err = storage.ListInstances(ctx, account.User)
		}
		return stored
	})
}

// disconnect commits that the user does not want the connection: durable, its
// strategies pause, what protects positions stays at the exchange.
func (u *user) disconnect(_ *kit.Context, m disconnectAccount) {
	account := trade.AccountID{User: u.state.user, Venue: m.Venue}
	storage := u.env.Storage
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(m.With(ctx), storeCall)
		defer cancel()
		stored := willStored{venue: m.Venue, leave: m}
		if m.Late() {
			stored.err = trade.ErrUnavailable
			return stored
		}
		if stored.err = storage.WantConnection(ctx, account, false, trade.ManualDisconnect); stored.err == nil {
			stored.instances, stored.err = storage.ListInstances(ctx, account.User)
		}
		return stored
	})
}

func (u *user) willStored(c *kit.Context, m willStored) {
	if m.err != nil {
		c.Log().Warn().Err(m.err).Msg("user.will.refused")
		m.connect.Fail(refusal(m.err))
		m.leave.Fail(refusal(m.err))
		return
	}
	u.state.setInstances(m.instances)
	l := u.state.link(m.venue)
	l.wanted = m.wanted
	if m.wanted {
		u.reconnect(c, m.venue, l)
		u.apply(c)
		u.waitFor(c, m)
	} else {
		l.status, l.degraded = offline(m.venue), ""
		u.apply(c)
		u.settleConnect(m.venue)
		m.leave.Answer(u.state.linkStatus(m.venue, time.Now()))
	}
	u.publishLink(m.venue)
	u.publishStrategies(m.venue)
}

// reconnect replaces a connection that is not up, so that a fresh key is used.
func (u *user) reconnect(c *kit.Context, v trade.Venue, l *link) {
	l.degraded = ""
	if canTrade(l.status.State) {
		return
	}
	l.status = offline(v)
	l.status.State = trade.ConnConnecting
	if _, running := c.Children().Get(connectionName(v)); running {
		c.Children().Respawn(connectionName(v), u.connectionSpec(v))
	}
}

func (u *user) waitFor(c *kit.Context, m willStored) {
	u.connecting[m.venue] = append(u.connecting[m.venue], waiter{m.connect, c.After(connectWait, connectTimedOut{m.venue})})
	u.settleConnect(m.venue)
}

// settleConnect answers those who wait for a connection once its outcome is known.
func (u *user) settleConnect(v trade.Venue) {
	status := u.state.linkStatus(v, time.Now())
	switch status.State {
	case trade.ConnConnecting, trade.ConnReconciling:
		return
	}
	for _, w := range u.connecting[v] {
		w.timer.Stop()
		if status.State == trade.ConnKeyInvalid {
			w.Fail(keyRefused(status))
		} else {
			w.Answer(status)
		}
	}
	delete(u.connecting, v)
}

// keyRefused is the exchange's no, in its own words where there are any.
func keyRefused(status trade.ConnectionStatus) error {
	if status.LastError == "" {
		return trade.ErrKeyRefused
	}
	return trade.Errorf(trade.Refused, trade.ErrKeyRefused.Code, "%s", status.LastError)
}

// connectTimedOut answers the one who has waited longest that it is still connecting.
func (u *user) connectTimedOut(m connectTimedOut) {
	if waiting := u.connecting[m.venue]; len(waiting) > 0 {
		waiting[0].Answer(u.state.linkStatus(m.venue, time.Now()))
		u.connecting[m.venue] = waiting[1:]
	}
}

// linkChanged takes what a connection says of itself.
func (u *user) linkChanged(c *kit.Context, m ConnectionChanged) {
	venue := m.Status.Venue
	l, ok := u.state.links[venue]
	if !ok || !l.wanted {
		return // its last words after it was told to stop
	}
	before := l.status.State
	l.status, l.hasPosition = m.Status, m.HasPosition
	u.settleKills()
	u.settleConnect(venue)
	u.publishLink(venue)
	if before != m.Status.State && !u.state.active {
		u.allowEntries(c)
	}
	if before != trade.ConnConnected && m.Status.State == trade.ConnConnected {
		u.refreshPages(c) // anything may have happened while it was away
	}
}

// entries tells whether this user's accounts may be entered.
func (u *user) entries() AllowEntries {
	if u.state.active {
		return AllowEntries{Allowed: true}
	}
	return AllowEntries{Reason: errUserDisabled.Message}
}

func (u *user) allowEntries(c *kit.Context) { u.toConnections(c, u.entries()) }

func (u *user) toConnections(c *kit.Context, msg any) {
	for _, venue := range u.state.venues() {
		if connection, ok := c.Children().Get(connectionName(venue)); ok {
			connection.Tell(msg)
		}
	}
}

// linkStatuses lists every venue of this server, known to the user or not.
func (u *user) linkStatuses() []trade.ConnectionStatus {
	now := time.Now()
	var list []trade.ConnectionStatus
	for _, venue := range u.env.venueIDs() {
		list = append(list, u.state.linkStatus(venue, now))
	}
	return list
}
