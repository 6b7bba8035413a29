package actors

import (
	"context"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// configStored tells what became of committing a new config.
type configStored struct {
	asked    changeConfig
	instance trade.Instance
	err      error
}

// changeConfig commits a new version of a strategy's config; its executor starts over with it.
func (u *user) changeConfig(m changeConfig) {
	r, ok := u.state.strategies[m.ID]
	switch {
	case !ok:
		m.Fail(trade.ErrStrategyNotFound)
		return
	case r.Status == trade.Stopped:
		m.Fail(errStoppedConfig)
		return
	}
	storage, id := u.env.Storage, u.state.user
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(m.With(ctx), storeCall)
		defer cancel()
		stored := configStored{asked: m}
		if m.Late() {
			stored.err = trade.ErrUnavailable
			return stored
		}
		stored.instance, stored.err = storage.ChangeConfig(ctx, id, m.ID, m.Config)
		return stored
	})
}

var errStoppedConfig = trade.Errorf(trade.Conflict, "not_running", "This strategy is stopped. Give it new parameters when you start it.")

func (u *user) configStored(c *kit.Context, m configStored) {
	if m.err != nil {
		c.Log().Warn().Err(m.err).Str("strategy", string(m.asked.ID)).Msg("user.config.refused")
		m.asked.Fail(refusal(m.err))
		return
	}
	r, ok := u.state.strategies[m.asked.ID]
	if !ok {
		m.asked.Fail(trade.ErrStrategyNotFound)
		return
	}
	m.instance.Counters = r.Counters // what the executor says is newer than what is stored
	u.state.put(m.instance)
	if u.state.runsExecutor(m.asked.ID) {
		u.renewExecutor(c, m.asked.ID)
	}
	u.publishStrategy(m.asked.ID)
	status, _ := u.state.status(m.asked.ID)
	m.asked.Answer(status)
}

// renewExecutor replaces an executor by one that knows the instance as it is now.
func (u *user) renewExecutor(c *kit.Context, id trade.StrategyID) {
	spec := u.executorSpec(id)
	c.Children().Respawn(string(id), spec)
	if u.pages.watches(id) {
		c.Children().Tell(string(id), spec, WatchAnalysis{On: true})
	}
}
