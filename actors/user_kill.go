package actors

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// killWait is how long a kill switch is waited for; it goes on after that all the same.
const killWait = 10 * time.Second

type (
	// engageKill turns a kill switch on; answered when everything is flat, or with how far it has come.
	engageKill struct {
		kit.Must
		kit.Reply[trade.KillStatus]
		Kill trade.Kill
	}
	// resetKill turns a kill switch off.
	resetKill struct {
		kit.Must
		kit.Reply[struct{}]
		Kill trade.Kill
	}
	// getKills lists the kill switches that are on.
	getKills struct {
		kit.Reply[[]trade.KillStatus]
	}
	// killStored tells what became of committing a kill or its reset.
	killStored struct {
		engage    engageKill
		reset     resetKill
		kills     []trade.Kill
		instances []trade.Instance
		err       error
	}
	killTimedOut struct{ kill trade.Kill }
)

// killWaiter is somebody who waits for a kill switch.
type killWaiter struct {
	engageKill
	timer *kit.Timer
}

// engageKill commits the kill; strategies are stopped in the same transaction.
func (u *user) engageKill(m engageKill) {
	storage, id := u.env.Storage, u.state.user
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(m.With(ctx), storeCall)
		defer cancel()
		done := killStored{engage: m}
		if done.err = storage.EngageKill(ctx, id, m.Kill); done.err == nil {
			done.err = done.read(ctx, storage, id)
		}
		return done
	})
}

// resetKill commits that the user lifts a kill; what it stopped stays stopped.
func (u *user) resetKill(m resetKill) {
	storage, id := u.env.Storage, u.state.user
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(m.With(ctx), storeCall)
		defer cancel()
		done := killStored{reset: m}
		if done.err = storage.ResetKill(ctx, id, m.Kill); done.err == nil {
			done.err = done.read(ctx, storage, id)
		}
		return done
	})
}

func (k *killStored) read(ctx context.Context, storage Storage, id trade.UserID) (err error) {
	if k.kills, err = storage.ListKills(ctx, id); err == nil {
		k.instances, err = storage.ListInstances(ctx, id)
	}
	return err
}

func (u *user) killStored(c *kit.Context, m killStored) {
	if m.err != nil {
		c.Log().Warn().Err(m.err).Msg("user.kill.refused")
		m.engage.Fail(refusal(m.err))
		m.reset.Fail(refusal(m.err))
		return
	}
	u.state.kills = m.kills
	u.state.setInstances(m.instances)
	u.apply(c)
	u.toConnections(c, reloadRisk{})
	for _, venue := range u.env.venueIDs() {
		u.publishLink(venue)
		u.publishStrategies(venue)
	}
	if m.engage.Kill.Scope != "" {
		u.state.forgetMoves(m.engage.Kill)
		c.Log().Warn().Str("scope", m.engage.Kill.Scope).Int("strategies", u.state.killOf(m.engage.Kill).Stopped).Msg("user.kill.engaged")
		u.killing = append(u.killing, killWaiter{m.engage, c.After(killWait, killTimedOut{m.engage.Kill})})
	}
	u.settleKills()
	m.reset.Answer(struct{}{})
}

// killMoved takes what a connection says of the kill switches.
func (u *user) killMoved(m KillMoved) {
	u.state.killMoves[m.Venue] = m.Reports
	u.settleKills()
}

// settleKills answers those who wait for a kill that is flat now.
func (u *user) settleKills() {
	left := u.killing[:0]
	for _, w := range u.killing {
		if status := u.state.killStatus(u.state.killOf(w.Kill), u.env.venueIDs()); status.Flat {
			w.timer.Stop()
			w.Answer(status)
		} else {
			left = append(left, w)
		}
	}
	u.killing = left
}

// killTimedOut answers the one who has waited longest how far it has come.
func (u *user) killTimedOut(m killTimedOut) {
	for n, w := range u.killing {
		if w.Kill.Same(m.kill) {
			w.Answer(u.state.killStatus(u.state.killOf(w.Kill), u.env.venueIDs()))
			u.killing = append(u.killing[:n], u.killing[n+1:]...)
			return
		}
	}
}
