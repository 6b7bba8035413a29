package actors

import (
	"context"
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

// strategyStored tells what became of committing the will about a strategy.
type strategyStored struct {
	instance trade.Instance // of a start
	id       trade.StrategyID
	status   trade.Status
	act      string
	message  string
	start    startStrategy
	stop     stopStrategy
	err      error
}

// startStrategy commits the will to run a strategy; its executor follows.
func (u *user) startStrategy(_ *kit.Context, m startStrategy) {
	if err := u.state.canStart(m.Start.Name, m.Start.Market); err != nil {
		m.Fail(err)
		return
	}
	storage, id := u.env.Storage, u.state.user
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(m.With(ctx), storeCall)
		defer cancel()
		stored := strategyStored{status: trade.Active, act: trade.ManualStart, start: m}
		if m.Late() {
			stored.err = trade.ErrUnavailable
			return stored
		}
		stored.instance, stored.err = storage.StartInstance(ctx, id, m.Start)
		stored.id = stored.instance.ID
		return stored
	})
}

// stopStrategy commits that a strategy is stopped, and whether what it holds is closed. To stop it
// again does nothing but close.
func (u *user) stopStrategy(c *kit.Context, m stopStrategy) {
	r, ok := u.state.strategies[m.ID]
	if !ok {
		m.Fail(trade.ErrStrategyNotFound)
		return
	}
	if r.Status == trade.Stopped && !m.Close {
		u.strategyStored(c, strategyStored{id: m.ID, status: trade.Stopped, act: r.LastAction, stop: m})
		return
	}
	act := trade.ManualStop
	if r.Status == trade.Stopped {
		act = r.LastAction
	}
	storage, id := u.env.Storage, u.state.user
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(m.With(ctx), storeCall)
		defer cancel()
		stored := strategyStored{id: m.ID, status: trade.Stopped, act: act, stop: m}
		if m.Late() {
			stored.err = trade.ErrUnavailable
			return stored
		}
		stored.err = storage.StopInstance(ctx, id, m.ID, m.Close)
		return stored
	})
}

// strategyEnded commits what a strategy asks for itself.
func (u *user) strategyEnded(c *kit.Context, m StrategyEnded) {
	u.setStatus(c, m.Strategy, m.Status, m.Act, m.Message)
}

// setStatus commits a status that nobody waits for, and tries until the
// database has taken it. Stop wins over it.
func (u *user) setStatus(_ *kit.Context, id trade.StrategyID, status trade.Status, act, message string) {
	storage, owner := u.env.Storage, u.state.user
	u.line.Do(func(ctx context.Context) any {
		stored := strategyStored{id: id, status: status, act: act, message: message}
		stored.err = persist(ctx, func(ctx context.Context) error {
			return storage.SetInstance(ctx, owner, id, status, act, message)
		})
		return stored
	})
}

// persist repeats call until it succeeds, is refused, or ctx ends.
func persist(ctx context.Context, call func(context.Context) error) error {
	for n := 1; ; n++ {
		once, cancel := context.WithTimeout(ctx, storeCall)
		err := call(once)
		cancel()
		var refused *trade.Error
		if err == nil || errors.As(err, &refused) && refused.Kind != trade.Unavailable {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(retry.Pause(n)):
		}
	}
}

func (u *user) strategyStored(c *kit.Context, m strategyStored) {
	if m.err != nil {
		c.Log().Warn().Err(m.err).Str("strategy", string(m.id)).Msg("user.strategy.refused")
		m.start.Fail(refusal(m.err))
		m.stop.Fail(refusal(m.err))
		return
	}
	if m.act == trade.ManualStart {
		r := u.state.put(m.instance)
		r.state, r.reason = trade.Collecting, ""
	} else if r, ok := u.state.strategies[m.id]; ok {
		r.Status, r.LastAction, r.ErrorMessage = m.status, m.act, m.message
	}
	u.apply(c)
	if m.status != trade.Active {
		u.closeTradeOf(c, m.id, !m.stop.Close)
	}
	u.publishStrategy(m.id)
	if r, ok := u.state.strategies[m.id]; ok {
		u.publishLink(r.Market.Venue)
	}
	status, _ := u.state.status(m.id)
	m.start.Answer(status)
	m.stop.Answer(status)
}

// closeTradeOf has the connection close what a stopped strategy still holds.
func (u *user) closeTradeOf(c *kit.Context, id trade.StrategyID, keep bool) {
	r, ok := u.state.strategies[id]
	if !ok {
		return
	}
	if connection, ok := c.Children().Get(connectionName(r.Market.Venue)); ok {
		connection.Tell(CloseStrategyTrade{Strategy: id, Reason: trade.ExitStrategyStop, Keep: keep})
	}
}

// noteResumed writes down that the strategies run again after a start of the
// server. Nobody waits for it and nothing depends on it.
func (u *user) noteResumed(c *kit.Context) {
	for _, id := range u.state.ids() {
		if u.state.runsExecutor(id) {
			c.Log().Info().Str("strategy", string(id)).Msg("user.strategy.resumed")
			u.setStatus(c, id, trade.Active, trade.AutoResume, "")
		}
	}
}

// strategyChanged takes what an executor says of itself.
func (u *user) strategyChanged(c *kit.Context, m StrategyChanged) {
	r, ok := u.state.strategies[m.Strategy]
	if !ok {
		return
	}
	r.state, r.reason, r.trade = m.State, m.Reason, m.Trade
	if m.Counters != nil {
		r.Counters = *m.Counters
	}
	if m.State == trade.Collecting && u.pages.watches(m.Strategy) { // a fresh executor knows of no pages
		u.toExecutor(c, m.Strategy, WatchAnalysis{On: true})
	}
	u.publishStrategy(m.Strategy)
}

// tradeChanged keeps a strategy's open trade and hands the news on.
func (u *user) tradeChanged(c *kit.Context, m TradeChanged) {
	if r, ok := u.state.strategies[m.Strategy]; ok {
		r.trade = nil
		if m.Trade.Status == "open" {
			open := m.Trade
			r.trade = &open
		}
		if r.Status != trade.Active {
			u.publishStrategy(m.Strategy)
		}
	}
	u.toExecutor(c, m.Strategy, m)
}

// analysis hands the question to the executor; a strategy that does not run has none.
func (u *user) analysis(c *kit.Context, m getAnalysis) {
	if _, ok := u.state.strategies[m.Strategy]; !ok {
		m.Fail(trade.ErrStrategyNotFound)
		return
	}
	if executor, ok := c.Children().Get(string(m.Strategy)); ok {
		executor.Tell(GetAnalysis{Reply: m.Reply})
		return
	}
	m.Fail(errNotRunning)
}

var errNotRunning = trade.Errorf(trade.Conflict, "not_running", "This strategy is not running. Start it to see what it thinks.")
