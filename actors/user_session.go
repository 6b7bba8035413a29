package actors

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	sessionsMost = 32              // open pages of one user
	snapshotWait = 5 * time.Second // for a connection's part
)

type snapshotLate struct{ request uint64 }

// The topics of an account.
const (
	topicConnection = "connection"
	topicStrategies = "strategies"
	topicOrders     = "orders"
	topicTrades     = "trades"
	topicPositions  = "positions"
	topicBalance    = "balance"
	analysisPrefix  = "analysis:"
	tickerPrefix    = "ticker:"
	candlesPrefix   = "candles:"
)

func (u *user) openSession(c *kit.Context, m openSession) {
	if !u.state.active {
		m.Fail(errUserDisabled)
		return
	}
	if u.pages.len() >= sessionsMost {
		m.Fail(trade.Errorf(trade.TooMany, "too_many_sessions", "You have %d pages open. Close one first.", sessionsMost))
		return
	}
	u.pages.opened++
	name := fmt.Sprintf("session-%d", u.pages.opened)
	ref := c.Children().Ensure(name, sessionSpec(u.env, u.state.user, m.Outlet))
	u.pages.sessions[name] = page{Ref: ref, signIn: m.SignIn}
	u.restless(c)
	m.Answer(ref)
}

// snapshot begins what a session has asked for.
func (u *user) snapshot(c *kit.Context, m wantSnapshot) {
	switch m.Topic {
	case topicConnection:
		u.tellPage(m, u.linkStatuses())
	case topicStrategies:
		u.tellPage(m, u.state.statuses())
	default:
		u.gatherFor(c, m.Topic, m.Session)
	}
}

func (u *user) tellPage(m wantSnapshot, items any) {
	if s, ok := u.pages.sessions[m.Session]; ok {
		s.Tell(pageSnapshot{Topic: m.Topic, Data: encode(items)})
	}
}

func (u *user) gatherFor(c *kit.Context, topic, session string) {
	var sources []string
	for _, venue := range u.state.venues() {
		if _, ok := c.Children().Get(connectionName(venue)); ok {
			sources = append(sources, connectionName(venue))
		}
	}
	request := u.pages.gather(topic, session, sources)
	for _, source := range sources {
		connection, _ := c.Children().Get(source)
		connection.Tell(SnapshotWanted{Topic: topic, Request: request})
	}
	if len(sources) > 0 {
		c.After(snapshotWait, snapshotLate{request})
	}
}

// refreshPages has every session take new snapshots of what connections publish.
func (u *user) refreshPages(*kit.Context) {
	for _, s := range u.pages.sessions {
		s.Tell(snapshotsStale{})
	}
}

func (u *user) wantAnalysis(c *kit.Context, m wantAnalysis) {
	s, open := u.pages.sessions[m.Session]
	r, known := u.state.strategies[m.Strategy]
	switch {
	case !open:
		return
	case !m.On:
		u.pages.unwatch(m.Strategy, m.Session)
		u.ended(c, "")
		return
	case !known:
		s.Tell(topicRefused{Topic: analysisPrefix + string(m.Strategy), Err: trade.ErrStrategyNotFound})
		return
	}
	first := u.pages.watch(m.Strategy, m.Session)
	if data, ok := u.pages.analyses[m.Strategy]; ok {
		s.Tell(pageSnapshot{Topic: analysisPrefix + string(m.Strategy), Data: data})
	}
	if first && r.Status == trade.Active {
		u.toExecutor(c, m.Strategy, WatchAnalysis{On: true})
	}
}

// ---- the user's own topics ----

func (u *user) publishLink(v trade.Venue) {
	if u.pages.len() > 0 {
		u.pages.publish(Published{Topic: topicConnection, Must: true, Data: encode(u.state.linkStatus(v, time.Now()))})
	}
}

func (u *user) publishStrategy(id trade.StrategyID) {
	if status, ok := u.state.status(id); ok && u.pages.len() > 0 {
		u.pages.publish(Published{Topic: topicStrategies, Must: true, Data: encode(status)})
	}
}

// publishStrategies publishes every strategy of a venue.
func (u *user) publishStrategies(v trade.Venue) {
	for _, id := range u.state.ids() {
		if u.state.strategies[id].Market.Venue == v {
			u.publishStrategy(id)
		}
	}
}

// encode writes what is known to be encodable.
func encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Errorf("encode %T: %w", v, err))
	}
	return data
}
