package actors

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/rs/zerolog"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// Env is what every actor of the tree may use. It is made once and never changes.
type Env struct {
	Storage Storage
	Venues  map[trade.Venue]broker.Venue
	// FindStrategy looks a strategy up by its name, in any case.
	FindStrategy func(name string) (strategy.Definition, error)
	Log          zerolog.Logger

	// How a user's children are made: newConnection and newExecutor, but for
	// tests of the user alone. Their parent is the user; they send it
	// ConnectionChanged, StrategyChanged and the rest of message.go, and find each
	// other as its children by connectionName and the strategy's id.
	connection func(e *Env, account trade.AccountID, entries AllowEntries) kit.Actor
	executor   func(e *Env, instance trade.Instance) kit.Actor

	system  *kit.System
	figures *figures
	closing sync.WaitGroup // links that are being closed off the mailboxes
}

// The fixed places of the tree.
const (
	rootName    = "tradebaas"
	venuesName  = "venues"
	marketsName = "markets"
	usersName   = "users"
)

// venues, markets and users address the parts that everybody may talk to.
func (e *Env) venues() kit.Ref  { return e.system.Ref(rootName + "/" + venuesName) }
func (e *Env) markets() kit.Ref { return e.system.Ref(rootName + "/" + marketsName) }
func (e *Env) users() kit.Ref   { return e.system.Ref(rootName + "/" + usersName) }

// toMarket sends msg to a market, which is started when it is not there.
func (e *Env) toMarket(market trade.Market, msg any) {
	e.markets().Tell(ToMarket{Market: market, Msg: msg})
}

// closeLater ends a link without waiting for it; the system's stop does wait.
func (e *Env) closeLater(link interface{ Close() }) {
	e.closing.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				e.Log.Error().Interface("reason", r).Msg("link.close.panicked")
			}
		}()
		link.Close()
	})
}

// connectionName is the name of a connection among its user's children.
func connectionName(v trade.Venue) string { return v.String() }

// userRef addresses a user's actor; use it from the user's own children only,
// as it may sleep. connectionRef and executorRef address its children.
func (e *Env) userRef(user trade.UserID) kit.Ref {
	return e.system.Ref(e.users().ID() + "/" + string(user))
}

func (e *Env) connectionRef(account trade.AccountID) kit.Ref {
	return e.system.Ref(e.userRef(account.User).ID() + "/" + connectionName(account.Venue))
}

func (e *Env) executorRef(user trade.UserID, id trade.StrategyID) kit.Ref {
	return e.system.Ref(e.userRef(user).ID() + "/" + string(id))
}

// venueIDs lists the venues of this server in order.
func (e *Env) venueIDs() []trade.Venue {
	return slices.SortedFunc(maps.Keys(e.Venues), func(a, b trade.Venue) int { return cmp.Compare(a.String(), b.String()) })
}
