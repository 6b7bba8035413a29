package http

import (
	"context"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// The interfaces of this file are what the routes need of storage. Every method is safe for
// concurrent use, names the user first and answers refusals as *trade.Error; an id that exists but
// is somebody else's is answered exactly like one that does not exist. Calls without a user run
// before one is known: sign-in, refresh, the owner's set-up and the administrator's lists.

// Users stores people.
type Users interface {
	// CreateUser gives trade.ErrEmailTaken when the address (compared in lower case) has an account.
	CreateUser(ctx context.Context, user trade.NewUser) (trade.User, error)
	// CreateOwner makes the first administrator. In one transaction with the insert it makes sure
	// that there is none yet; else trade.ErrSetupDone. A taken address gives trade.ErrEmailTaken.
	CreateOwner(ctx context.Context, owner trade.NewUser) (trade.User, error)
	// LoginByEmail gives trade.ErrUserNotFound; inactive users are returned.
	LoginByEmail(ctx context.Context, email string) (trade.Login, error)
	// LoginOf is LoginByEmail for a user who is signed in.
	LoginOf(ctx context.Context, user trade.UserID) (trade.Login, error)
	// SetPassword stores a new hash and revokes every sign-in of the user but keep ("" keeps none) in one transaction.
	SetPassword(ctx context.Context, user trade.UserID, hash string, keep trade.SignInID) error
}

// SignIns stores signed-in devices and their refresh tokens, by hash.
type SignIns interface {
	// CreateSignIn stores a sign-in with its first refresh token and the user's last login.
	CreateSignIn(ctx context.Context, user trade.UserID, signIn trade.NewSignIn) error
	// RotateRefresh marks refresh.Old as used and stores refresh.New in the same family, in one
	// transaction. A token used less than refresh.Grace ago and presented by the same client gets
	// one more successor. Any other used token revokes its family and answers Reused. An unknown,
	// expired or revoked token, or one of an inactive user, gives trade.ErrSignInNotFound.
	RotateRefresh(ctx context.Context, refresh trade.Refresh) (trade.Refreshed, error)
	// SignInState never fails for an unknown id: it is not Alive.
	SignInState(ctx context.Context, user trade.UserID, id trade.SignInID) (trade.SignInState, error)
	// ListSignIns lists those that are alive, last used first.
	ListSignIns(ctx context.Context, user trade.UserID) ([]trade.SignIn, error)
	// RevokeSignIn gives trade.ErrSignInNotFound; revoking twice does too.
	RevokeSignIn(ctx context.Context, user trade.UserID, id trade.SignInID) error
	// RevokeByRefresh revokes the family of a refresh token, for a logout without an access token.
	// An unknown token gives trade.ErrSignInNotFound.
	RevokeByRefresh(ctx context.Context, token trade.TokenHash) (trade.UserID, trade.SignInID, error)
}

// Credentials stores exchange keys, sealed.
type Credentials interface {
	// SaveCredential seals and stores a key. With replace false a stored one gives
	// trade.ErrCredentialExists; with replace true it is overwritten. verified tells whether grant
	// was read from the exchange. An exchange account of another user gives trade.ErrAccountInUse.
	SaveCredential(ctx context.Context, account trade.AccountID, key trade.Key, verified bool, grant trade.Grant, replace bool) (trade.Credential, error)
	ListCredentials(ctx context.Context, user trade.UserID) ([]trade.Credential, error)
	// DeleteCredential gives trade.ErrCredentialNotFound.
	DeleteCredential(ctx context.Context, account trade.AccountID) error
}

// Trades reads a user's round trips.
type Trades interface {
	// ListTrades honours every field of the filter; Cursor wins over Offset and one that this
	// storage did not write gives trade.ErrInvalidCursor. Total counts the whole filter.
	ListTrades(ctx context.Context, user trade.UserID, filter trade.TradeFilter) (trade.TradePage, error)
	// TradeStats gives one entry per currency, and with by (trade.StatsGroups) per group and currency.
	TradeStats(ctx context.Context, user trade.UserID, filter trade.TradeFilter, by string) ([]trade.TradeStats, error)
	// FindTrade gives one round trip with its fills and decision, or trade.ErrTradeNotFound.
	FindTrade(ctx context.Context, user trade.UserID, id trade.TradeID) (trade.TradeDetail, error)
	// TradeDays sums up closed round trips per UTC day of the exit and currency, oldest first.
	TradeDays(ctx context.Context, user trade.UserID, filter trade.TradeFilter) ([]trade.DayResult, error)
	// ListEquity gives points oldest first, at most limit of them, evenly thinned; a zero venue means all.
	ListEquity(ctx context.Context, user trade.UserID, venue trade.Venue, from, to time.Time, limit int) ([]trade.EquityPoint, error)
}

// Decisions reads why a user's strategy entered or did not.
type Decisions interface {
	// ListDecisions gives trade.ErrStrategyNotFound when the user has no such strategy.
	ListDecisions(ctx context.Context, user trade.UserID, strategy trade.StrategyID, limit int, cursor string) (trade.DecisionPage, error)
}

// Repairs reads what reconciliation put right; a zero venue means all.
type Repairs interface {
	ListRepairs(ctx context.Context, user trade.UserID, venue trade.Venue, limit int, cursor string) (trade.RepairPage, error)
}

// Activities reads what happened to a user after a moment (zero: at any time), newest first.
type Activities interface {
	ListActivity(ctx context.Context, user trade.UserID, after time.Time, limit int) ([]trade.Activity, error)
}

// Administration is what administrators may do to other people's accounts. It never opens a key.
type Administration interface {
	// ListUsers finds users whose address or name contains query, in any case; "" finds all.
	ListUsers(ctx context.Context, query string, limit int, cursor string) (trade.UserPage, error)
	// SetUserActive disables or enables; disabling revokes every sign-in in the same transaction.
	// It gives trade.ErrUserNotFound, or trade.ErrLastAdmin for the last active administrator.
	SetUserActive(ctx context.Context, user trade.UserID, active bool) (trade.User, error)
	// DeleteUser removes a user and all their rows; same refusals as SetUserActive.
	DeleteUser(ctx context.Context, user trade.UserID) error
	// ScanCredentials tries every stored key and tells how many there are and which no longer open.
	ScanCredentials(ctx context.Context) (total int, failed []trade.CredentialScan, err error)
}

// LimitStore keeps the ceilings of entries.
type LimitStore interface {
	// ListLimits lists the ceilings that concern a user, the server's included, the widest first.
	ListLimits(ctx context.Context, user trade.UserID) ([]trade.ScopedLimits, error)
	// SetLimits replaces the limits of a user, of one connection, or of one strategy.
	SetLimits(ctx context.Context, user trade.UserID, limits trade.ScopedLimits) error
	ServerLimits(ctx context.Context) (trade.Limits, error)
	SetServerLimits(ctx context.Context, limits trade.Limits) error
	Halt(ctx context.Context) (trade.Halt, error)
	// SetHalt halts or resumes the whole server; closes also closes everything.
	SetHalt(ctx context.Context, on, closes bool) error
}

// CommandKeys remembers commands by their Idempotency-Key for 24 hours, per user and route.
type CommandKeys interface {
	// ClaimKey inserts the key or tells what is known of it. A claim without an answer that is
	// older than a minute was left by a server that died and is claimed anew.
	ClaimKey(ctx context.Context, user trade.UserID, key trade.CommandKey) (trade.KeyClaim, error)
	// FinishKey stores the answer that every repeat gets.
	FinishKey(ctx context.Context, user trade.UserID, key trade.CommandKey, status int, answer []byte) error
	// ReleaseKey forgets a claim whose command had no effect, so that it may be tried again.
	ReleaseKey(ctx context.Context, user trade.UserID, key trade.CommandKey) error
}

// AuditLog stores acts durably.
type AuditLog interface {
	// AddAudit stores an entry about a user; user is "" when none is known.
	AddAudit(ctx context.Context, user trade.UserID, entry trade.AuditEntry) error
}

// Storage is everything that the routes need of the database.
type Storage interface {
	Users
	SignIns
	Credentials
	Trades
	Decisions
	Repairs
	Activities
	Administration
	LimitStore
	CommandKeys
	AuditLog
}

// PaperAccounts makes accounts at the simulated exchange. Without its admin address Create answers
// ErrPaperAccountsUnavailable.
type PaperAccounts interface {
	Create(ctx context.Context) (trade.Key, error)
}

// ErrPaperAccountsUnavailable says that this server cannot make paper accounts.
var ErrPaperAccountsUnavailable = trade.Errorf(trade.Unavailable, "paper_accounts_unavailable",
	"This server cannot make paper accounts. Store a key of the paper exchange in the settings instead.")

// Readiness tells whether the server is able to trade.
type Readiness interface {
	Ready(ctx context.Context) []Check
}

// Check is one named part of readiness. Detail is a sentence without secrets, "" when OK.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}
