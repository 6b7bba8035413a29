package actors

import (
	"context"
	"errors"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/trade"
)

// The rhythm of a connection.
const (
	sweepEvery    = 15 * time.Second // comparing with the exchange
	sweepIdle     = time.Minute      // while nothing of ours is there to look after
	sweepSoon     = 2 * time.Second  // when something does not add up
	tickEvery     = 250 * time.Millisecond
	stateEvery    = time.Second // executors hear of balances this often at most
	gateEvery     = time.Second // the database's lock is looked at
	equityEvery   = 5 * time.Minute
	exchangeCall  = 10 * time.Second
	snapshotCall  = 30 * time.Second
	specsWait     = 3 * time.Second
	reconnectHint = "the link to the exchange is being set up"
)

// Notes of a connection to itself.
type (
	accountLoaded struct {
		record trade.AccountRecord
		key    trade.Key
	}
	accountLoadFailed struct{ err error }
	loadAccountDue    struct{}
	sessionTold       struct {
		kit.Must
		event broker.SessionEvent
	}
	linkNoted   struct{ err error }
	accountTick struct{}
	sweepDue    struct{}
	gateDue     struct{}
	statesDue   struct{}
	equityDue   struct{}
)

// connection owns one account's session and is the only writer of its orders.
// trade.Account decides; here its decisions are stored, in order, and carried
// out. No exchange and no database are states, not failures.
type connection struct {
	env     *Env
	id      trade.AccountID
	allowed AllowEntries

	account *trade.Account // nil until loaded
	session broker.Session
	forget  func() // takes back that the session is closed with the actor
	journal trade.Journal[func(*kit.Context)]
	risk    *trade.Risk // set since the account was read; nil: what was read with it holds
	asking  int         // how often the risk has been asked for
	knows   int         // the newest of those answers that holds
	early   []CloseStrategyTrade
	status  trade.ConnectionStatus
	told    trade.ConnectionStatus
	held    bool // a position was reported to the user
	tries   int

	up       bool // logged in
	compared bool // with the exchange, since the session is up
	taking   bool // a snapshot is under way
	again    bool // another one is wanted after it
	resting  bool // the next one is far off
	fenced   bool // another server has taken over for good
	verified bool // nothing was left of what a kill switch closes when the exchange was asked last
	moves    []killMove
	rereads  int                                   // how often in a row the account was read again
	reread   time.Time                             // when it was last
	behalf   func(context.Context) context.Context // of whom the present message commits; nil: of nobody

	followers map[trade.StrategyID]follower
	ready     map[trade.StrategyID]string     // what each was told last
	awaited   map[trade.OrderID][]func(error) // who waits for the exchange's answer to an order
	tick      *kit.Timer
	sweep     *kit.Timer
	states    *kit.Timer
}

func newConnection(env *Env, account trade.AccountID, entries AllowEntries) kit.Actor {
	return &connection{env: env, id: account, allowed: entries,
		status:    trade.ConnectionStatus{Venue: account.Venue, State: trade.ConnConnecting},
		followers: map[trade.StrategyID]follower{}, ready: map[trade.StrategyID]string{}, awaited: map[trade.OrderID][]func(error){}}
}

// Receive is the table of contents.
func (n *connection) Receive(c *kit.Context) {
	switch m := c.Message().(type) {
	case kit.Started:
		n.start(c)
	case loadAccountDue:
		n.load(c)
	case accountLoaded:
		n.open(c, m)
	case accountLoadFailed:
		n.loadAgain(c, m.err)
	case sessionTold:
		n.hear(c, m.event)
	case linkNoted:
		n.linkNoted(c, m.err)
	case snapshotTaken:
		n.compare(c, m)
	case stored:
		n.stored(c, m)
	case effectDone:
		n.effectDone(c, m)
	case accountTick:
		n.tick = nil
		if n.account != nil {
			n.apply(c, n.account.Tick(n.now()))
		}
	case sweepDue:
		n.sweep = nil
		n.snapshot(c)
	case gateDue:
		n.watchGate(c)
	case statesDue:
		n.states = nil
		n.tellStates(c)
	case equityDue:
		n.keepEquity(c)
	case riskLoaded:
		n.riskLoaded(c, m)
	case AllowEntries:
		n.allowed = m
		n.judge(c)
	default:
		n.command(c)
	}
}

// command takes what others ask for; without an account there is nothing to ask.
func (n *connection) command(c *kit.Context) {
	switch m := c.Message().(type) {
	case FollowAccount:
		n.follow(c, m)
	case EnterPosition:
		n.enter(c, m)
	case MoveStop:
		n.moveStop(c, m)
	case CloseTrade:
		n.closeTrade(c, m)
	case CloseStrategyTrade:
		n.closeStrategy(c, m)
	case ClosePosition:
		n.closePosition(c, m)
	case reloadRisk:
		n.reloadRisk(c, m)
	case ProtectPosition:
		n.protectPosition(c, m)
	case GetBalances:
		n.answer(m, func() { m.Answer(n.account.Balances()) })
	case GetPositions:
		n.answer(m, func() { m.Answer(n.account.Positions()) })
	case GetOrders:
		n.answer(m, func() { m.Answer(n.account.Orders(m.Instrument)) })
	case SnapshotWanted:
		n.sendSnapshot(c, m)
	default:
		c.Unknown()
	}
}

func (n *connection) answer(asked kit.Answerable, give func()) {
	if n.account == nil || !n.compared {
		asked.Fail(trade.ErrNotConnected)
		return
	}
	give()
}

// now is the exchange's time, as far as it is known.
func (n *connection) now() time.Time {
	if n.session == nil {
		return time.Now()
	}
	return n.session.Now()
}

// ---- loading ----

func (n *connection) start(c *kit.Context) {
	n.tell(c)
	n.load(c)
	c.After(gateEvery, gateDue{})
	c.After(equityEvery, equityDue{})
}

// load reads the account and its key. No database is a state: it is asked for ever.
func (n *connection) load(c *kit.Context) {
	storage, id := n.env.Storage, n.id
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, storeCall)
		defer cancel()
		record, err := storage.LoadAccount(ctx, id)
		if err != nil {
			return accountLoadFailed{err}
		}
		key, err := storage.OpenKey(ctx, id)
		if err != nil {
			return accountLoadFailed{err}
		}
		return accountLoaded{record, key}
	})
}

func (n *connection) loadAgain(c *kit.Context, err error) {
	c.Log().Warn().Err(err).Msg("connection.load.failed")
	if errors.Is(err, trade.ErrNoCredentials) {
		n.refuseKey(c, trade.ErrNoCredentials.Message)
		return
	}
	n.tries++
	c.After(retry.Pause(n.tries), loadAccountDue{})
}

// open begins with what is stored: it starts the session, which connects by itself, unless one stands.
func (n *connection) open(c *kit.Context, m accountLoaded) {
	port, ok := n.env.Venues[n.id.Venue]
	if !ok {
		n.refuseKey(c, "This server does not offer "+n.id.Venue.String()+".")
		return
	}
	n.tries = 0
	origin := trade.Origin{Installation: n.env.Storage.Installation(), Epoch: n.env.Storage.Epoch()}
	n.account = trade.NewAccount(n.id, origin, m.record)
	if n.risk != nil {
		n.apply(c, n.account.SetRisk(*n.risk, n.now()))
	}
	for _, m := range n.early {
		n.closeStrategy(c, m)
	}
	n.early = nil
	n.tellTrades(c)
	if n.rereads == 0 {
		n.openSession(c, port, m.key)
	} else {
		n.apply(c, trade.Reread(n.id, n.now()))
	}
	for _, f := range n.followers {
		n.apply(c, n.account.SetStrategy(f.Strategy, f.Counters, f.Cooldown))
	}
	n.judge(c)
	n.snapshot(c)
}

func (n *connection) openSession(c *kit.Context, port broker.Venue, key trade.Key) {
	self := c.Self()
	n.session = port.OpenSession(key, func(e broker.SessionEvent) { self.Tell(sessionTold{event: e}) })
	session := n.session
	n.forget = c.Defer(func() { n.env.closeLater(session) })
}

// ---- status ----

// tell reports to the user whatever has changed of the status.
func (n *connection) tell(c *kit.Context) {
	c.SetState(n.status.State)
	s := n.status
	s.Simulated, s.RealMoney = n.id.Environment.Simulated(), n.id.Environment.RealMoney()
	s.IsAuthenticated = n.up
	s.IsConnected = n.up && n.compared
	held := n.account != nil && n.account.HasPosition()
	if s == n.told && held == n.held {
		return
	}
	n.told, n.held = s, held
	c.Parent().Tell(ConnectionChanged{Status: s, HasPosition: held})
}

// refuseKey ends the session for good: only the user can change what is wrong.
func (n *connection) refuseKey(c *kit.Context, reason string) {
	c.Log().Warn().Str("reason", reason).Msg("connection.key.refused")
	n.up, n.compared = false, false
	n.status.State, n.status.LastError, n.status.ConnectedAt, n.status.NextAttemptAt = trade.ConnKeyInvalid, reason, nil, nil
	if n.account != nil {
		n.account.Online(false)
	}
	if n.session != nil {
		n.forget()
		n.env.closeLater(n.session)
		n.session = nil
	}
	n.noteLink(c, false, "", reason)
	n.judge(c)
}

// noteLink stores what came of connecting, until the database takes it.
func (n *connection) noteLink(c *kit.Context, up bool, exchangeAccount, lastError string) {
	storage, id := n.env.Storage, n.id
	c.Go(func(ctx context.Context) any {
		err := persist(ctx, func(ctx context.Context) error {
			return storage.NoteConnection(ctx, id, up, exchangeAccount, lastError)
		})
		return linkNoted{err}
	})
}

func (n *connection) linkNoted(c *kit.Context, err error) {
	if errors.Is(err, trade.ErrAccountInUse) && n.session != nil {
		n.refuseKey(c, trade.ErrAccountInUse.Message)
	}
}

// ---- the gate for entries ----

// gate is what is so of this connection.
func (n *connection) gate() trade.Gate {
	g := trade.Gate{Owner: !n.fenced && n.env.Storage.Owner(), Key: n.status.State != trade.ConnKeyInvalid, Up: n.up, Compared: n.compared,
		Stuck: n.journal.Stuck(time.Now())}
	if n.session != nil {
		g.Clock = n.session.Clock()
	}
	if !n.allowed.Allowed {
		g.Closed = n.allowed.Reason
	}
	return g
}

// judge opens or closes the account for entries and tells all who must know.
func (n *connection) judge(c *kit.Context) {
	if n.account != nil {
		n.account.Judge(n.gate())
	}
	n.tellReady(c)
	n.tell(c)
	n.tellKills(c)
}

func (n *connection) watchGate(c *kit.Context) {
	if n.journal.Stuck(time.Now()) {
		n.releaseProtective(c)
	}
	n.dropFollowers()
	n.judge(c)
	c.After(gateEvery, gateDue{})
}

// keepEquity stores a point of the account's equity.
func (n *connection) keepEquity(c *kit.Context) {
	c.After(equityEvery, equityDue{})
	if !n.compared {
		return
	}
	storage, id, at, balances := n.env.Storage, n.id, n.now(), n.account.Balances()
	log := *c.Log()
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, storeCall)
		defer cancel()
		if err := storage.AddEquity(ctx, id, at, balances); err != nil {
			log.Warn().Err(err).Msg("connection.equity.lost")
		}
		return nil
	})
}
