package actors

import (
	"context"
	"encoding/json"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// Ledger stores accounts. Every method is safe for concurrent use; user first in every key.
type Ledger interface {
	// LoadAccount reads all that is not finished of an account.
	LoadAccount(ctx context.Context, account trade.AccountID) (trade.AccountRecord, error)
	// Commit stores a change in one durable transaction. A change with a new entry intent is
	// refused with trade.ErrFenced when this server no longer owns the current epoch, and with
	// code "duplicate_intent" when the strategy's candle and side already have one, and
	// "strategy_not_active" when the strategy has been stopped or paused meanwhile. What would be
	// refused as often as it is tried gives trade.ErrUnstorable.
	Commit(ctx context.Context, account trade.AccountID, change trade.Change) error
	// AccountRisk reads the limits and kill switches that hold for an account and its strategies.
	AccountRisk(ctx context.Context, account trade.AccountID) (trade.Risk, error)
	// AddEquity stores one point of an account's equity.
	AddEquity(ctx context.Context, account trade.AccountID, at time.Time, balances []trade.Balance) error
}

// Connections stores what users want of their links.
type Connections interface {
	ListConnections(ctx context.Context, user trade.UserID) ([]trade.Connection, error)
	// WantConnection commits the user's will; act is trade.ManualConnect or trade.ManualDisconnect.
	// A disconnect pauses the account's active strategies in the same transaction; a connect makes
	// those that the disconnect paused active again (rulings R21).
	WantConnection(ctx context.Context, account trade.AccountID, wanted bool, act string) error
	// NoteConnection stores what came of it; exchangeAccount "" leaves the stored one. An exchange
	// account that belongs to another user gives trade.ErrAccountInUse.
	NoteConnection(ctx context.Context, account trade.AccountID, up bool, exchangeAccount, lastError string) error
}

// Instances stores strategy instances.
type Instances interface {
	ListInstances(ctx context.Context, user trade.UserID) ([]trade.Instance, error)
	// StartInstance inserts an instance, or starts a stopped one again with a new config version.
	// A second one on the same market that is not stopped gives trade.ErrAlreadyRunning.
	StartInstance(ctx context.Context, user trade.UserID, start trade.StartStrategy) (trade.Instance, error)
	// ChangeConfig gives an instance that is not stopped a new version of its config; one that is
	// stopped gives trade.ErrStrategyNotFound.
	ChangeConfig(ctx context.Context, user trade.UserID, id trade.StrategyID, config json.RawMessage) (trade.Instance, error)
	// InstanceConfig gives one version of a config, trade.ErrStrategyNotFound when there is none.
	InstanceConfig(ctx context.Context, user trade.UserID, id trade.StrategyID, version int) (json.RawMessage, error)
	// SetInstance commits a status; message "" clears the error. Unless act is trade.ManualStart, a row
	// whose status is stopped stays stopped and gives trade.ErrStrategyNotFound: stop wins.
	SetInstance(ctx context.Context, user trade.UserID, id trade.StrategyID, status trade.Status, act, message string) error
	// StopInstance commits that its user has stopped an instance; with closes what it holds is closed as
	// well, whatever ends in between. To stop it again changes nothing else.
	StopInstance(ctx context.Context, user trade.UserID, id trade.StrategyID, closes bool) error
	// BeatInstance notes that the instance is alive.
	BeatInstance(ctx context.Context, user trade.UserID, id trade.StrategyID, at time.Time) error
}

// Kills stores kill switches.
type Kills interface {
	// ListKills lists those that are on for a user, a halt of the server included.
	ListKills(ctx context.Context, user trade.UserID) ([]trade.Kill, error)
	// EngageKill turns one on and stops the strategies that it covers, in one transaction. One that is on
	// already stays as it is, and counts what it stops more.
	EngageKill(ctx context.Context, user trade.UserID, kill trade.Kill) error
	// ResetKill turns one off; one that is not on gives trade.ErrKillNotFound.
	ResetKill(ctx context.Context, user trade.UserID, kill trade.Kill) error
}

// Keys opens stored exchange keys, one at a time, for the connection that logs in with it.
type Keys interface {
	// OpenKey gives trade.ErrNoCredentials when none is stored.
	OpenKey(ctx context.Context, account trade.AccountID) (trade.Key, error)
	// NoteKey stores what a login said of the key.
	NoteKey(ctx context.Context, account trade.AccountID, grant trade.Grant) error
}

// Boot lists the users whose actors must wake at start: a wanted connection, an order or trade that
// is not finished, or a strategy that is not stopped.
type Boot interface {
	BootUsers(ctx context.Context) ([]BootUser, error)
	// UserActive tells whether a user exists and may sign in and enter.
	UserActive(ctx context.Context, user trade.UserID) (bool, error)
}

// BootUser is one line of the boot list. An alias, so that storage can answer it without importing
// this package.
type BootUser = struct {
	User   trade.UserID
	Active bool // false: disabled; connections stay for protection, entries do not
}

// Storage is everything the tree needs of the database.
type Storage interface {
	Ledger
	Connections
	Instances
	Kills
	Keys
	Boot
	// Owner tells whether this server holds the database's lock right now; without it, no entries.
	Owner() bool
	// Installation and Epoch go into every label.
	Installation() string
	Epoch() int64
}
