package actors

import (
	"context"

	"fmt"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/killpoint"
	"github.com/tradebaas/tradebaas/trade"
)

// follow begins or renews an executor's interest in its strategy on this account.
func (n *connection) follow(c *kit.Context, m FollowAccount) {
	n.followers[m.Strategy] = follower{m, time.Now()}
	delete(n.ready, m.Strategy)
	if n.account != nil {
		n.apply(c, n.account.SetStrategy(m.Strategy, m.Counters, m.Cooldown))
	}
	n.tellState(c, m.Strategy)
}

// enter lets the account decide about an entry; a yes is stored before it is sent.
func (n *connection) enter(c *kit.Context, m EnterPosition) {
	if n.account == nil {
		c.Parent().Tell(EntryDenied{Strategy: m.Strategy, Intent: m.Intent, Err: trade.ErrNotConnected})
		return
	}
	n.judge(c)
	out, err := n.account.Enter(enterCommand(m), n.now())
	if err == nil {
		n.env.figures.decided(decisionTaken)
		n.record(c, out, m.Intent)
		return
	}
	refusal := refusal(err).(*trade.Error)
	c.Log().Info().Str("strategy", string(m.Strategy)).Str("code", refusal.Code).Msg("connection.entry.denied")
	n.env.figures.decided(refusal.Code)
	decision := m.Decision
	decision.Outcome, decision.Reason = refusal.Code, refusal.Message
	n.record(c, trade.Outcome{Change: trade.Change{Decisions: []trade.Decision{decision}}}, "")
	c.Parent().Tell(EntryDenied{Strategy: m.Strategy, Intent: m.Intent, Err: refusal})
}

func enterCommand(m EnterPosition) trade.EnterCommand {
	config, plan, spec := m.Config, m.Plan, m.Spec
	return trade.EnterCommand{
		Intent: m.Intent, Strategy: m.Strategy, StrategyName: m.StrategyName, ConfigVersion: m.ConfigVersion,
		Instrument: m.Instrument, Side: plan.Side, Amount: plan.Amount, Stop: plan.Stop, Target: plan.Target,
		GoodUntil: m.GoodUntil, Spec: spec, Ticker: m.Ticker, Decision: m.Decision, Counters: m.Counters,
		MaxDailyLoss: config.Rules().MaxDailyLoss,
		Levels: func(average trade.Dec) trade.Levels {
			stop, target, passed := config.Levels(plan, average, spec)
			return trade.Levels{Stop: stop, Target: target, Passed: passed}
		},
	}
}

func (n *connection) moveStop(c *kit.Context, m MoveStop) {
	if n.account == nil {
		return
	}
	out, err := n.account.MoveStop(m.Trade, m.Price, m.Mark, m.BreakEven, n.now())
	if err != nil {
		c.Log().Info().Err(err).Msg("connection.stop.unmoved")
		return
	}
	n.apply(c, out)
}

func (n *connection) closeStrategy(c *kit.Context, m CloseStrategyTrade) {
	switch {
	case n.account == nil:
		n.early = append(n.early, m) // what is being read may be older than this
	case m.Keep:
		n.apply(c, n.account.BreakOff(m.Strategy, m.Reason, n.now()))
	default:
		n.apply(c, n.account.CloseStrategy(m.Strategy, m.Reason, n.now()))
	}
}

func (n *connection) closeTrade(c *kit.Context, m CloseTrade) {
	if n.account == nil {
		return
	}
	out, err := n.account.Close(m.Trade, m.Reason, n.now())
	if err != nil {
		c.Log().Info().Err(err).Msg("connection.trade.unclosed")
		return
	}
	n.apply(c, out)
}

// closePosition answers when the exchange has taken every exit order.
func (n *connection) closePosition(c *kit.Context, m ClosePosition) {
	if n.account == nil || !n.compared {
		m.Fail(trade.ErrNotConnected)
		return
	}
	out, ids, err := n.account.ClosePosition(m.Instrument, m.Reason, n.now())
	tell := func(err error) { m.Resolve(struct{}{}, err) }
	switch {
	case err != nil:
		tell(err)
		n.apply(c, out)
	case len(ids) == 0: // they are under way already: told when that is stored
		n.applyFor(c, out, m.With, func(*kit.Context) { tell(nil) })
	default:
		n.awaitAll(ids, tell)
		n.applyFor(c, out, m.With)
	}
}

// protectPosition answers when the exchange has taken the stop, or at once when one stands.
func (n *connection) protectPosition(c *kit.Context, m ProtectPosition) {
	if n.account == nil || !n.compared {
		m.Fail(trade.ErrNotConnected)
		return
	}
	out, p, err := n.account.Protect(m.Command, n.now())
	if err != nil {
		m.Fail(err)
		return
	}
	n.await(p.Order, func(err error) { m.Resolve(p, err) })
	n.applyFor(c, out, m.With)
}

// applyFor applies an outcome on behalf of the one who asked for it.
func (n *connection) applyFor(c *kit.Context, out trade.Outcome, behalf func(context.Context) context.Context, tell ...func(*kit.Context)) {
	n.behalf = behalf
	n.record(c, out, "", tell...)
	n.behalf = nil
}

// await calls tell with the exchange's answer to an order; at once when there is no order to wait for.
func (n *connection) await(id trade.OrderID, tell func(error)) {
	if id == "" {
		tell(nil)
		return
	}
	n.awaited[id] = append(n.awaited[id], tell)
}

// awaitAll calls tell when the exchange has answered to every order, with the first refusal.
func (n *connection) awaitAll(ids []trade.OrderID, tell func(error)) {
	left, refused := len(ids), error(nil)
	for _, id := range ids {
		n.await(id, func(err error) {
			if refused == nil {
				refused = err
			}
			if left--; left == 0 {
				tell(refused)
			}
		})
	}
}

func (n *connection) answerAwaited(id trade.OrderID, err error) {
	for _, tell := range n.awaited[id] {
		tell(err)
	}
	delete(n.awaited, id)
}

// ---- telling ----

// tellOutcome tells executors, through the user, and pages what is stored now.
func (n *connection) tellOutcome(c *kit.Context, out trade.Outcome) {
	for _, t := range out.Change.Trades {
		n.tellTrade(c, t)
		c.Parent().Tell(n.published(topicTrades, string(t.ID), true, tradeItem{t, n.id.Venue}))
		n.publishPosition(c, t.Instrument)
	}
	for _, e := range out.Ended {
		c.Parent().Tell(EntryEnded{Strategy: e.Strategy, Intent: e.Intent, State: e.State, Reason: e.Reason})
	}
	if len(out.Change.Trades)+len(out.Ended)+len(out.Change.Counters) > 0 {
		n.statesSoon(c)
	}
	if len(out.Change.Trades) > 0 {
		killpoint.At(killpoint.Published)
	}
}

func (n *connection) tellTrade(c *kit.Context, t trade.Trade) {
	c.Parent().Tell(TradeChanged{Strategy: t.Strategy, Trade: t, Counters: n.account.Counters(t.Strategy),
		ByHand: n.account.ByHand(t.ID), At: n.now()})
}

// tellTrades tells the user what is open, of strategies that are stopped too: nothing is started
// where one of them still holds something.
func (n *connection) tellTrades(c *kit.Context) {
	for _, t := range n.account.OpenTrades() {
		n.tellTrade(c, t)
	}
}

// tellReady tells every follower whose readiness has changed.
func (n *connection) tellReady(c *kit.Context) {
	for id := range n.followers {
		if n.ready[id] != n.readiness(id) {
			n.tellState(c, id)
		}
	}
}

// readiness is "ready" or why a strategy may not enter now.
func (n *connection) readiness(id trade.StrategyID) string {
	if n.account == nil {
		return n.unread()
	}
	if reason := n.account.Judge(n.gate()); reason != nil {
		return reason.Message
	}
	return fmt.Sprint("ready ", n.account.Foreign(n.followers[id].Instrument))
}

// unread is why there is no account to enter on.
func (n *connection) unread() string {
	if n.status.State == trade.ConnDegraded {
		return n.status.LastError
	}
	return reconnectHint
}

// follower is an executor's lease on its account.
type follower struct {
	FollowAccount
	renewed time.Time
}

// dropFollowers forgets the executors that have not renewed their lease.
func (n *connection) dropFollowers() {
	for id, f := range n.followers {
		if time.Since(f.renewed) > leaseTerm {
			delete(n.followers, id)
			delete(n.ready, id)
		}
	}
}

func (n *connection) tellStates(c *kit.Context) {
	for id := range n.followers {
		n.tellState(c, id)
	}
}

func (n *connection) statesSoon(c *kit.Context) {
	if n.states == nil && len(n.followers) > 0 {
		n.states = c.After(stateEvery, statesDue{})
	}
}

func (n *connection) tellState(c *kit.Context, id trade.StrategyID) {
	n.ready[id] = n.readiness(id)
	state := AccountState{Strategy: id, Reason: n.unread(), At: n.now()}
	if n.account != nil {
		i := n.followers[id].Instrument
		state.Balances, state.Position, state.Foreign = n.account.Balances(), n.account.Position(i), n.account.Foreign(i)
		state.Entering, state.Counters = n.account.Entering(id), n.account.Counters(id)
		if t, open := n.account.OpenTrade(id); open {
			state.Trade = &t
		}
		reason := n.account.Judge(n.gate())
		if state.Ready = reason == nil; reason != nil {
			state.Reason = reason.Message
		} else {
			state.Reason = ""
		}
	}
	c.Parent().Tell(state)
}

// ---- pages ----

type tradeItem struct {
	trade.Trade
	trade.Venue
}

type balanceItem struct {
	trade.Balance
	trade.Venue
}

func (n *connection) published(topic, key string, must bool, item any) Published {
	source := connectionName(n.id.Venue)
	return Published{Topic: topic, Key: source + "/" + key, Must: must, Source: source, Data: encode(item)}
}

func (n *connection) publishOrder(c *kit.Context, v trade.VenueOrder) {
	c.Parent().Tell(n.published(topicOrders, string(v.ID), true, n.account.View(v)))
}

// publishPosition sends the position in an instrument; one that is flat has size 0.
func (n *connection) publishPosition(c *kit.Context, i trade.Instrument) {
	view := trade.PositionView{VenuePosition: n.account.Position(i), Venue: n.id.Venue}
	for _, p := range n.account.Positions() {
		if p.Instrument == i {
			view = p
		}
	}
	c.Parent().Tell(n.published(topicPositions, string(i), false, view))
}

func (n *connection) publishBalance(c *kit.Context, b trade.Balance) {
	c.Parent().Tell(n.published(topicBalance, string(b.Currency), false, balanceItem{b, n.id.Venue}))
}

// publishAll sends everything once, after anything may have happened.
func (n *connection) publishAll(c *kit.Context) {
	for _, b := range n.account.Balances() {
		n.publishBalance(c, b)
	}
	for _, p := range n.account.Positions() {
		n.publishPosition(c, p.Instrument)
	}
}

// sendSnapshot answers the user with all items of a topic.
func (n *connection) sendSnapshot(c *kit.Context, m SnapshotWanted) {
	var items any = []struct{}{}
	if n.account != nil {
		items = n.items(m.Topic)
	}
	c.Parent().Tell(SnapshotReady{Topic: m.Topic, Request: m.Request, Source: connectionName(n.id.Venue), Items: encode(items)})
}

func (n *connection) items(topic string) any {
	switch topic {
	case topicOrders:
		return n.account.Orders("")
	case topicPositions:
		return n.account.Positions()
	case topicBalance:
		list := []balanceItem{}
		for _, b := range n.account.Balances() {
			list = append(list, balanceItem{b, n.id.Venue})
		}
		return list
	case topicTrades:
		list := []tradeItem{}
		for _, t := range n.account.OpenTrades() {
			list = append(list, tradeItem{t, n.id.Venue})
		}
		return list
	}
	return []struct{}{}
}
