package actors

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	bootSpacing  = 2500 * time.Microsecond // per user that wakes at start: 400 a second
	bootWindow   = 30 * time.Second        // all have woken by then
	spentRest    = 15 * time.Minute        // a user whose actor failed too often rests so long
	bootListCall = 10 * time.Second
)

// ToUser reaches a user's actor through users, which wakes it when it sleeps.
type ToUser struct {
	User trade.UserID
	Msg  any
}

// Fail answers the sender of Msg, when it waits.
func (m ToUser) Fail(err error) { kit.Fail(m.Msg, err) }

// Undroppable is what Msg says of itself.
func (m ToUser) Undroppable() bool {
	must, ok := m.Msg.(interface{ Undroppable() bool })
	return ok && must.Undroppable()
}

// numbered is a message on its way to a user's actor. The number lets users
// see whether everything has arrived before it lets the actor sleep.
type numbered struct {
	ToUser
	Number uint64
}

type (
	// userSleepy asks for leave to sleep; Handled is the last number that arrived.
	userSleepy struct {
		kit.Must
		User    trade.UserID
		Handled uint64
	}
	// stayAwake refuses leave, and brings the number up to date after a restart.
	stayAwake  struct{}
	bootListed struct{ list []BootUser }
	bootFailed struct{ err error }
	bootDue    struct{}
	userWakes  struct{ user trade.UserID }
)

// users keeps one actor per tenant that is awake. It spawns, routes and counts.
type users struct {
	env     *Env
	sent    map[trade.UserID]uint64
	resting map[trade.UserID]bool // failed too often
	tries   int
}

func usersSpec(env *Env) kit.Spec {
	return kit.Spec{Kind: "users", Guard: shared, Cap: 65536, New: func() kit.Actor {
		return &users{env: env, sent: map[trade.UserID]uint64{}, resting: map[trade.UserID]bool{}}
	}}
}

// Receive is the table of contents.
func (u *users) Receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case kit.Started, bootDue:
		u.boot(c)
	case bootFailed:
		u.bootAgain(c, msg.err)
	case bootListed:
		u.wakeAll(c, msg.list)
	case userWakes:
		delete(u.resting, msg.user)
		c.Children().Ensure(string(msg.user), userSpec(u.env, msg.user))
	case ToUser:
		u.route(c, msg)
	case userSleepy:
		u.letSleep(c, msg)
	case kit.Terminated:
		u.gone(c, trade.UserID(msg.Name))
	case kit.ChildSpent:
		u.rest(c, trade.UserID(msg.Name))
	case MarketStarted, marketsRestarted, riskChanged:
		c.Children().Broadcast(msg)
	case getStarted:
		msg.Answer(struct{}{})
	default:
		c.Unknown()
	}
}

// ---- boot ----

// boot wakes everybody who has something running. No database is a state: it
// is asked again for ever.
func (u *users) boot(c *kit.Context) {
	c.Go(func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, bootListCall)
		defer cancel()
		list, err := u.env.Storage.BootUsers(ctx)
		if err != nil {
			return bootFailed{err}
		}
		return bootListed{list}
	})
}

func (u *users) bootAgain(c *kit.Context, err error) {
	u.tries++
	c.Log().Warn().Err(err).Msg("users.boot.failed")
	c.After(retry.Pause(u.tries), bootDue{})
}

// wakeAll spreads the users by chance, so that a restart does not make them all
// log in at once.
func (u *users) wakeAll(c *kit.Context, list []BootUser) {
	c.Log().Info().Int("users", len(list)).Msg("users.boot")
	window := min(bootWindow, time.Duration(len(list))*bootSpacing)
	for _, b := range list {
		c.After(time.Duration(rand.Int64N(int64(window))), userWakes{b.User})
	}
}

// ---- routing ----

func (u *users) route(c *kit.Context, msg ToUser) {
	if u.resting[msg.User] {
		kit.Fail(msg.Msg, errUserDegraded)
		return
	}
	if _, awake := c.Children().Get(string(msg.User)); !awake && isEndSessions(msg.Msg) {
		return // one who sleeps has no pages
	}
	u.sent[msg.User]++
	c.Children().Tell(string(msg.User), userSpec(u.env, msg.User), numbered{ToUser: msg, Number: u.sent[msg.User]})
}

func isEndSessions(msg any) bool {
	_, ok := msg.(endSessions)
	return ok
}

var errUserDegraded = trade.Errorf(trade.Unavailable, "degraded",
	"This part of the server failed too often and rests for some minutes. Your stops at the exchange stay.")

// letSleep stops a user's actor that has nothing to do, unless something is on
// its way to it. What comes until it is gone waits for the next one.
func (u *users) letSleep(c *kit.Context, msg userSleepy) {
	if msg.Handled == u.sent[msg.User] {
		c.Children().Stop(string(msg.User))
		return
	}
	u.route(c, ToUser{User: msg.User, Msg: stayAwake{}})
}

func (u *users) gone(c *kit.Context, user trade.UserID) {
	if _, again := c.Children().Get(string(user)); !again {
		delete(u.sent, user)
	}
}

// rest marks a user degraded; what is protected at the exchange stays so.
func (u *users) rest(c *kit.Context, user trade.UserID) {
	c.Log().Error().Str("user", string(user)).Msg("users.user.degraded")
	u.resting[user] = true
	c.After(spentRest, userWakes{user})
}
