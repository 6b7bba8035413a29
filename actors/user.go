package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	storeCall   = 10 * time.Second // bounds one call to storage
	sleepAfter  = time.Minute      // without anything to do
	waitingMost = 256              // commands kept while the state is loaded
)

// Notes of a user's actor to itself.
type (
	userLoaded struct {
		active      bool
		connections []trade.Connection
		instances   []trade.Instance
		kills       []trade.Kill
	}
	userLoadFailed struct{ err error }
	userLoadDue    struct{}
	sleepDue       struct{}
)

// user owns everything of one tenant: connections, executors and sessions. It
// forwards, fans events out to the pages and decides who may act; what the
// user wants is committed here, in order, before anything follows from it.
type user struct {
	env   *Env
	state userState
	line  *kit.Line // storage work, in order

	loaded   bool
	loading  bool
	stale    bool // something has changed since the load under way began
	tries    int
	waiting  []any  // commands that came before the state was loaded
	handled  uint64 // last number from users
	sleep    *kit.Timer
	changing []userChanged // answered by the load under way

	connecting map[trade.Venue][]waiter
	killing    []killWaiter
	pages      pages
}

func userSpec(env *Env, id trade.UserID) kit.Spec {
	return kit.Spec{Kind: "user", New: func() kit.Actor {
		return &user{env: env, state: newUserState(id), connecting: map[trade.Venue][]waiter{}, pages: newPages()}
	}}
}

// Receive takes what is always taken; the rest waits until the state is loaded.
func (u *user) Receive(c *kit.Context) {
	msg := c.Message()
	if n, ok := msg.(numbered); ok {
		u.handled, msg = n.Number, n.Msg
	}
	switch m := msg.(type) {
	case kit.Started:
		u.start(c)
	case userLoadDue:
		u.load(c)
	case userLoaded:
		u.take(c, m)
	case userLoadFailed:
		u.loadAgain(c, m.err)
	case kit.Restarting, kit.Stopping, kit.Stopped:
	default:
		u.whenLoaded(c, msg)
	}
}

func (u *user) whenLoaded(c *kit.Context, msg any) {
	switch {
	case u.loaded:
		u.handle(c, msg)
	case len(u.waiting) >= waitingMost:
		kit.Fail(msg, trade.ErrUnavailable)
	default:
		u.waiting = append(u.waiting, msg)
	}
}

// handle is the table of contents.
func (u *user) handle(c *kit.Context, msg any) {
	switch m := msg.(type) {
	// commands and questions
	case connectAccount:
		u.connect(c, m)
	case disconnectAccount:
		u.disconnect(c, m)
	case startStrategy:
		u.startStrategy(c, m)
	case stopStrategy:
		u.stopStrategy(c, m)
	case changeConfig:
		u.changeConfig(m)
	case engageKill:
		u.engageKill(m)
	case resetKill:
		u.resetKill(m)
	case getKills:
		m.Answer(u.state.killStatuses(u.env.venueIDs()))
	case getConnections:
		m.Answer(u.linkStatuses())
	case getStrategies:
		m.Answer(u.state.statuses())
	case getBusy:
		u.busy(c, m)
	case getAnalysis:
		u.analysis(c, m)
	case toConnection:
		u.forward(c, m)
	case userChanged:
		u.changed(c, m)
	// what became of commands
	case willStored:
		u.willStored(c, m)
	case connectTimedOut:
		u.connectTimedOut(m)
	case strategyStored:
		u.strategyStored(c, m)
	case configStored:
		u.configStored(c, m)
	case killStored:
		u.killStored(c, m)
	case killTimedOut:
		u.killTimedOut(m)
	// children
	case ConnectionChanged:
		u.linkChanged(c, m)
	case KillMoved:
		u.killMoved(m)
	case StrategyChanged:
		u.strategyChanged(c, m)
	case StrategyEnded:
		u.strategyEnded(c, m)
	case TradeChanged:
		u.tradeChanged(c, m)
	case EntryDenied:
		u.toExecutor(c, m.Strategy, m)
	case EntryEnded:
		u.toExecutor(c, m.Strategy, m)
	case AccountState:
		u.toExecutor(c, m.Strategy, m)
	case MarketStarted:
		u.toFollowers(c, m)
	case marketsRestarted:
		u.renewMarkets(c)
	case riskChanged:
		u.load(c)
		u.toConnections(c, reloadRisk{})
	case kit.ChildSpent:
		u.spent(c, m)
	case kit.Terminated:
		u.ended(c, m.Name)
	// pages
	case openSession:
		u.openSession(c, m)
	case endSessions:
		u.pages.end(m.SignIn)
	case wantSnapshot:
		u.snapshot(c, m)
	case wantAnalysis:
		u.wantAnalysis(c, m)
	case SnapshotReady:
		u.pages.ready(m)
	case snapshotLate:
		u.pages.late(m.request)
	case Published:
		u.pages.publish(m)
	case sleepDue:
		u.askToSleep(c)
	case stayAwake:
		u.restless(c)
	default:
		c.Log().Warn().Str("message", fmt.Sprintf("%T", msg)).Msg("user.message.unknown")
		kit.Fail(msg, kit.ErrInternal)
	}
}

// ---- loading ----

func (u *user) start(c *kit.Context) {
	c.SetState("loading")
	u.line = c.Line()
	u.load(c)
}

// load reads what is stored. No database is a state: it is asked for ever.
func (u *user) load(c *kit.Context) {
	if u.loading {
		u.stale = true
		return
	}
	u.loading, u.stale = true, false
	storage, id := u.env.Storage, u.state.user
	u.line.Do(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, storeCall)
		defer cancel()
		active, err := storage.UserActive(ctx, id)
		connections, err2 := storage.ListConnections(ctx, id)
		instances, err3 := storage.ListInstances(ctx, id)
		kills, err4 := storage.ListKills(ctx, id)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			return userLoadFailed{err}
		}
		return userLoaded{active, connections, instances, kills}
	})
}

func (u *user) loadAgain(c *kit.Context, err error) {
	u.loading = false
	u.tries++
	c.Log().Warn().Err(err).Msg("user.load.failed")
	for _, asked := range u.changing {
		asked.Fail(trade.ErrUnavailable)
	}
	u.changing = nil
	c.After(retry.Pause(u.tries), userLoadDue{})
}

func (u *user) take(c *kit.Context, got userLoaded) {
	first := !u.loaded
	u.loading, u.loaded, u.tries = false, true, 0
	u.state.load(got.active, got.connections, got.instances)
	u.state.kills = got.kills
	u.allowEntries(c)
	u.apply(c)
	u.answerChanged(c)
	c.SetState("ready")
	if !got.active {
		c.SetState("off")
		u.pages.end("")
	}
	if !first {
		return
	}
	u.noteResumed(c)
	waiting := u.waiting
	u.waiting = nil
	for _, msg := range waiting {
		if !late(msg) {
			u.handle(c, msg)
		}
	}
}

// answerChanged tells those who wait for a change that it has taken effect; what was read may be older
// than the change, and then it is read again first.
func (u *user) answerChanged(c *kit.Context) {
	if u.stale {
		u.load(c)
		return
	}
	for _, asked := range u.changing {
		asked.Answer(struct{}{})
	}
	u.changing = nil
}

// late tells whether the one who asked for msg has been told already that it
// was not done.
func late(msg any) bool {
	asked, ok := msg.(interface{ Late() bool })
	return ok && asked.Late()
}

// changed reads everything again; what must not run any more stops.
func (u *user) changed(c *kit.Context, m userChanged) {
	u.changing = append(u.changing, m)
	u.load(c)
}

// apply makes the children what the state says they must be.
func (u *user) apply(c *kit.Context) {
	for _, venue := range u.state.venues() {
		name := connectionName(venue)
		if u.state.runsLink(venue) {
			c.Children().Ensure(name, u.connectionSpec(venue))
		} else {
			c.Children().Stop(name)
		}
	}
	for _, id := range u.state.ids() {
		if u.state.runsExecutor(id) {
			c.Children().Ensure(string(id), u.executorSpec(id))
		} else {
			c.Children().Stop(string(id))
		}
	}
	u.restless(c)
}

func (u *user) connectionSpec(v trade.Venue) kit.Spec {
	account := trade.AccountID{User: u.state.user, Venue: v}
	entries := u.entries()
	return kit.Spec{Kind: "connection", New: func() kit.Actor { return u.env.connection(u.env, account, entries) }}
}

func (u *user) executorSpec(id trade.StrategyID) kit.Spec {
	instance := u.state.strategies[id].Instance
	return kit.Spec{Kind: "executor", New: func() kit.Actor { return u.env.executor(u.env, instance) }}
}

// ---- children ----

// spent marks the part of a child that was given up; its stops stay at the exchange.
func (u *user) spent(c *kit.Context, m kit.ChildSpent) {
	c.Log().Error().Str("child", m.Name).Str("reason", m.Reason).Msg("user.child.degraded")
	for _, venue := range u.state.venues() {
		if connectionName(venue) == m.Name {
			u.state.link(venue).degraded = "this connection failed too often and was given up; connect again to retry"
			u.publishLink(venue)
			u.settleConnect(venue)
			return
		}
	}
	if _, ok := u.state.strategies[trade.StrategyID(m.Name)]; ok {
		u.setStatus(c, trade.StrategyID(m.Name), trade.Errored, trade.ExecutionError,
			"The strategy failed too often and was given up. Its stop and target stay at the exchange.")
	}
}

// ended notes that a child is gone.
func (u *user) ended(c *kit.Context, name string) {
	u.pages.leave(name)
	for _, id := range u.pages.unwatched() {
		u.toExecutor(c, id, WatchAnalysis{On: false})
	}
	u.restless(c)
}

func (u *user) toExecutor(c *kit.Context, id trade.StrategyID, msg any) bool {
	executor, ok := c.Children().Get(string(id))
	if ok {
		executor.Tell(msg)
	} else {
		kit.Fail(msg, trade.ErrStrategyNotFound)
	}
	return ok
}

// toFollowers tells those who may follow a market: executors and sessions.
func (u *user) toFollowers(c *kit.Context, m MarketStarted) {
	for _, id := range u.state.ids() {
		if executor, ok := c.Children().Get(string(id)); ok {
			executor.Tell(m)
		}
	}
	for _, s := range u.pages.sessions {
		s.Tell(m)
	}
}

// renewMarkets has every lease on every market renewed: all of them are gone.
func (u *user) renewMarkets(c *kit.Context) {
	for _, id := range u.state.ids() {
		if executor, ok := c.Children().Get(string(id)); ok {
			executor.Tell(MarketStarted{Market: u.state.strategies[id].Market})
		}
	}
	for _, s := range u.pages.sessions {
		s.Tell(marketsRestarted{})
	}
}

// forward hands a question to a connection, which answers the asker itself.
func (u *user) forward(c *kit.Context, m toConnection) {
	connection, ok := c.Children().Get(connectionName(m.Venue))
	if !ok {
		m.Fail(trade.ErrNotConnected)
		return
	}
	connection.Tell(m.Msg)
}

// ---- sleep ----

// restless sets the alarm that puts an actor without work to sleep, or stops it.
func (u *user) restless(c *kit.Context) {
	if !u.state.idle() || u.pages.len() > 0 || c.Children().Len() > 0 {
		u.sleep.Stop()
		u.sleep = nil
	} else if u.sleep == nil {
		u.sleep = c.After(sleepAfter, sleepDue{})
	}
}

func (u *user) askToSleep(c *kit.Context) {
	u.sleep = nil
	if u.state.idle() && u.pages.len() == 0 && c.Children().Len() == 0 && u.line.Len() == 0 {
		c.Parent().Tell(userSleepy{User: u.state.user, Handled: u.handled})
	}
	u.restless(c) // asked again later if leave is not given
}

// ---- questions ----

// busy answers from memory where it can and from the stored trades where no
// connection tells.
func (u *user) busy(c *kit.Context, m getBusy) {
	yes, unsure := u.state.busy(m.Venue)
	if yes || len(unsure) == 0 {
		m.Answer(yes)
		return
	}
	storage, id := u.env.Storage, u.state.user
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, storeCall)
		defer cancel()
		for _, venue := range unsure {
			record, err := storage.LoadAccount(ctx, trade.AccountID{User: id, Venue: venue})
			if err != nil {
				m.Fail(refusal(err))
				return nil
			}
			if len(record.Trades) > 0 {
				m.Answer(true)
				return nil
			}
		}
		m.Answer(false)
		return nil
	})
}

// refusal keeps what a user can act on and hides everything else behind
// "unavailable".
func refusal(err error) error {
	var known *trade.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return trade.ErrUnavailable
}
